//! The panels: curves, learning rate, speed, numbers, layers, device.

use super::draw::Theme;
use super::layers::Layer;
use super::state::{Points, State};
use crate::cli::pace::rate;
use crate::train::bytes;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Rect};
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::{
    Axis, Block, Cell, Chart, Dataset, GraphType, LegendPosition, Paragraph, Row, Sparkline, Table,
};

/// Width from which on a panel has room for all its columns.
const WIDE: u16 = 44;

/// A number in at most eight cells.
pub fn figure(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(v) if !v.is_finite() => v.to_string(),
        Some(v) if v == 0.0 || (1e-3..1e4).contains(&v.abs()) => format!("{v:.4}"),
        Some(v) => format!("{v:.1e}"),
    }
}

/// The chosen curve, of training and validation.
pub fn curve(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let Some(chosen) = state.curves.get(state.chosen) else {
        let waiting = Paragraph::new("waiting for the first step").alignment(Alignment::Center);
        return frame.render_widget(waiting.block(Block::bordered()), area);
    };
    let (train, validation) = (chosen.trained(), &chosen.validation);
    let several = if state.curves.len() > 1 {
        format!(" {} ({} of {}) ", chosen.name, state.chosen + 1, state.curves.len())
    } else {
        format!(" {} ", chosen.name)
    };
    let mut lines = vec![Plotted { name: "training", points: &train, style: theme.train(), line: true }];
    if !validation.is_empty() {
        lines.push(Plotted { name: "validation", points: validation, style: theme.validation(), line: false });
    }
    plot(frame, area, &several, &lines, theme);
}

/// The learning rate.
pub fn learning_rate(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let now = figure(state.rate.last().map(|p| p.1));
    let line = Plotted { name: "", points: &state.rate, style: theme.train(), line: true };
    plot(frame, area, &format!(" learning rate {now} "), &[line], theme);
}

/// Largest number that is drawn: past it the ends of an axis could be infinite.
const LARGEST: f64 = 1e300;

/// Points and how they are drawn: lines in dots of Braille, or a mark a point.
struct Plotted<'a> {
    name: &'static str,
    points: &'a Points,
    style: Style,
    line: bool,
}

fn plot(frame: &mut Frame<'_>, area: Rect, title: &str, lines: &[Plotted<'_>], theme: Theme) {
    let finite: Vec<Points> = lines
        .iter()
        .map(|l| l.points.iter().copied().filter(|(x, y)| x.abs() <= LARGEST && y.abs() <= LARGEST).collect())
        .collect();
    let ([left, right], [low, high]) = (ends(&finite, |p| p.0), ends(&finite, |p| p.1));
    // A level line stands in the middle.
    let room = if high > low { 0.0 } else { high.abs().max(1.0) * 0.05 };
    let [low, high] = [low - room, high + room];
    let right = if right > left { right } else { left + 1.0 };
    let datasets = lines.iter().zip(&finite).map(|(line, points)| {
        let (marker, kind) =
            if line.line { (Marker::Braille, GraphType::Line) } else { (Marker::Dot, GraphType::Scatter) };
        let set = Dataset::default().data(points).marker(marker).graph_type(kind).style(line.style);
        if line.name.is_empty() { set } else { set.name(line.name) }
    });
    let labels = |a: f64, b: f64, told: fn(f64) -> String| [told(a), told((a + b) / 2.0), told(b)];
    let y = labels(low, high, |v| figure(Some(v)));
    let mut x = labels(left, right, |x| format!("{}", (x * 100.0).round() / 100.0));
    x[2].insert_str(0, "epoch ");
    let chart = Chart::new(datasets.collect())
        .block(Block::bordered().title(title.to_owned()))
        .legend_position((lines.len() > 1).then_some(LegendPosition::TopRight))
        .hidden_legend_constraints((Constraint::Percentage(60), Constraint::Percentage(60)))
        .x_axis(Axis::default().bounds([left, right]).labels(x).style(theme.quiet()))
        .y_axis(Axis::default().bounds([low, high]).labels(y).style(theme.quiet()));
    frame.render_widget(chart, area);
}

/// The smallest and the largest of all; 0 and 1 where there is none.
fn ends(all: &[Points], of: fn(&(f64, f64)) -> f64) -> [f64; 2] {
    let numbers = || all.iter().flatten().map(of);
    let (low, high) = (numbers().fold(f64::INFINITY, f64::min), numbers().fold(f64::NEG_INFINITY, f64::max));
    if low.is_finite() { [low, high] } else { [0.0, 1.0] }
}

/// Samples a second, now and before.
pub fn speed(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let room = usize::from(area.width.saturating_sub(2));
    let data: Vec<u64> = state.speeds.iter().copied().skip(state.speeds.len().saturating_sub(room)).collect();
    let title = format!(" {} samples/s ", rate(state.speed));
    frame.render_widget(
        Sparkline::default().data(data).style(theme.train()).block(Block::bordered().title(title)),
        area,
    );
}

/// Rows the numbers take.
pub fn numbers_height(state: &State) -> u16 {
    u16::try_from(state.curves.len()).unwrap_or(u16::MAX).clamp(1, 8) + 3
}

/// The newest of every number.
pub fn numbers(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    // So many that not all have room are scrolled to the chosen one.
    let room = usize::from(area.height.saturating_sub(3)).max(1);
    let first = (state.chosen + 1).saturating_sub(room);
    let rows = state.curves.iter().enumerate().skip(first).map(|(i, curve)| {
        let [train, validation] = curve.newest().map(figure);
        let mark = if i == state.chosen { "› " } else { "  " };
        let row = Row::new([
            Cell::from(format!("{mark}{}", curve.name)),
            right(train).style(theme.train()),
            right(validation).style(theme.validation()),
        ]);
        if i == state.chosen { row.style(theme.strong()) } else { row }
    });
    let (second, width) = if area.width < WIDE { ("val", 8) } else { ("validation", 10) };
    let header = Row::new([Cell::from(""), right("training".to_owned()), right(second.to_owned())]);
    let table = Table::new(rows, [Constraint::Min(8), Constraint::Length(width), Constraint::Length(width)])
        .header(header.style(theme.quiet()))
        .block(Block::bordered().title(" numbers "));
    frame.render_widget(table, area);
}

fn right(text: String) -> Cell<'static> {
    Cell::from(Line::from(text).alignment(Alignment::Right))
}

/// A name in so many cells; its end, which has its number, stays.
fn shortened(name: &str, room: usize) -> String {
    let all: Vec<char> = name.chars().collect();
    if all.len() <= room {
        return name.to_owned();
    }
    let end = 3.min(room.saturating_sub(1));
    let start = room.saturating_sub(end + 1);
    all.iter().take(start).chain(&['…']).chain(all.iter().skip(all.len() - end)).collect()
}

/// Each layer's activations, gradient and dead units.
pub fn layers(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let block = Block::bordered();
    if state.layers.is_empty() {
        let told = Paragraph::new("nothing was looked at yet").style(theme.quiet());
        return frame.render_widget(told.block(block.title(" layers ")), area);
    }
    // A narrow table leaves out mean and deviation.
    let wide = area.width >= WIDE;
    let room_for_names = usize::from(area.width).saturating_sub(if wide { 35 } else { 17 });
    let row = |layer: &Layer| {
        let dead = if layer.dead > 0.0 { format!("{:.0} %", 100.0 * layer.dead) } else { "-".to_owned() };
        let gradient = if layer.finite { figure(layer.gradient) } else { "NaN".to_owned() };
        let given = [layer.mean, layer.deviation].map(|v| wide.then(|| right(figure(Some(v)))));
        let row = Row::new(
            [Cell::from(shortened(&layer.name, room_for_names))]
                .into_iter()
                .chain(given.into_iter().flatten())
                .chain([right(gradient), right(dead)]),
        );
        if layer.finite { row } else { row.style(theme.wrong()) }
    };
    let names = ["", "mean", "std", "gradient", "dead"];
    let shown = names.into_iter().filter(|name| wide || !["mean", "std"].contains(name));
    let header = Row::new(shown.map(|name| right(name.to_owned()))).style(theme.quiet());
    let given = [Constraint::Length(8); 2].into_iter().filter(|_| wide);
    let widths = [Constraint::Min(6)].into_iter().chain(given).chain([Constraint::Length(8), Constraint::Length(5)]);
    let (first, all) = (state.first_layer.min(state.layers.len() - 1), state.layers.len());
    let room = usize::from(area.height.saturating_sub(3));
    let title = if all > room {
        format!(" layers {} to {} of {all} ", first + 1, (first + room).min(all))
    } else {
        " layers ".to_owned()
    };
    let table = Table::new(state.layers.iter().skip(first).map(row), widths).header(header).block(block.title(title));
    frame.render_widget(table, area);
}

/// The device and what is held on it.
pub fn device(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let lines = vec![
        Line::raw(state.about.device.clone()),
        Line::styled(format!("{} held", bytes(state.about.memory)), theme.quiet()),
    ];
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" device ")), area);
}

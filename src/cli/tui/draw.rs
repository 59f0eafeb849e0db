//! Where everything stands on the screen, whatever its size.

use super::panels;
use super::state::{Phase, State};
use crate::cli::pace::{clock, rate};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

/// Smallest size that has room for pictures; below it there are only words.
const ROOM: (u16, u16) = (40, 12);

/// Width from which on numbers stand beside the curves.
const WIDE: u16 = 70;

/// What the keys do.
pub const KEYS: [(&str, &str); 6] = [
    ("q, Ctrl-C", "stop after this step and save"),
    ("p, space", "pause, go on"),
    ("left, right", "choose the curve"),
    ("up, down", "scroll the layers"),
    ("h, ?", "these keys"),
    ("Esc", "close this"),
];

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    pub colour: bool,
}

impl Theme {
    /// None under `NO_COLOR`.
    pub fn of_environment() -> Self {
        Self { colour: std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) }
    }

    fn of(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }

    /// Of training.
    pub fn train(self) -> Style {
        self.of(Color::Cyan)
    }

    /// Of validation.
    pub fn validation(self) -> Style {
        self.of(Color::Yellow)
    }

    /// Of what is beside the point.
    pub fn quiet(self) -> Style {
        if self.colour { Style::new().fg(Color::DarkGray) } else { Style::new() }
    }

    /// Of what is wrong.
    pub fn wrong(self) -> Style {
        self.of(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// Of what is chosen, or matters.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }
}

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: Theme) {
    let area = frame.area();
    if area.width < ROOM.0 || area.height < ROOM.1 {
        return words(frame, area, state, theme);
    }
    let [title, progress, body, keys] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)])
            .areas(area);
    frame.render_widget(heading(state, theme, title.width), title);
    frame.render_widget(line_of_progress(state, theme, progress.width), progress);
    let hint = "q stop and save  p pause  ←→ curve  ↑↓ layers  h help";
    frame.render_widget(Line::styled(hint, theme.quiet()), keys);
    if body.width < WIDE {
        let [curve, numbers] =
            Layout::vertical([Constraint::Min(5), Constraint::Length(panels::numbers_height(state))]).areas(body);
        panels::curve(frame, curve, state, theme);
        panels::numbers(frame, numbers, state, theme);
    } else {
        let [left, right] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(body);
        beside(frame, left, right, state, theme);
    }
    if state.help {
        help(frame, area, theme);
    }
}

/// Curves to the left, numbers to the right.
fn beside(frame: &mut Frame<'_>, left: Rect, right: Rect, state: &State, theme: Theme) {
    let [rate_height, speed_height] = match left.height {
        0..16 => [0, 0],
        16..26 => [0, 4],
        _ => [8, 5],
    };
    let [curve, rate, speed] =
        Layout::vertical([Constraint::Min(5), Constraint::Length(rate_height), Constraint::Length(speed_height)])
            .areas(left);
    panels::curve(frame, curve, state, theme);
    if rate_height > 0 {
        panels::learning_rate(frame, rate, state, theme);
    }
    if speed_height > 0 {
        panels::speed(frame, speed, state, theme);
    }
    let [numbers, layers, device] = Layout::vertical([
        Constraint::Length(panels::numbers_height(state)),
        Constraint::Min(3),
        Constraint::Length(4),
    ])
    .areas(right);
    panels::numbers(frame, numbers, state, theme);
    panels::layers(frame, layers, state, theme);
    panels::device(frame, device, state, theme);
}

/// What is trained, and what it is at.
fn heading(state: &State, theme: Theme, width: u16) -> Line<'static> {
    let phase = match (state.paused, state.phase) {
        (true, _) => "paused",
        (_, Phase::Starting) => "starting",
        (_, Phase::Training) => "training",
        (_, Phase::Validating) => "validating",
    };
    let elapsed = format!(" {phase} {}", clock(state.elapsed));
    let room = usize::from(width).saturating_sub(elapsed.chars().count() + 6);
    let title: String = state.about.title.chars().take(room).collect();
    let gap = " ".repeat(room.saturating_sub(title.chars().count()));
    let style = if state.paused { theme.validation().add_modifier(Modifier::BOLD) } else { theme.quiet() };
    Line::from(vec![Span::styled("wgrad ", theme.strong()), Span::raw(title + &gap), Span::styled(elapsed, style)])
}

/// `Epoch 3/20 ━━━━╸     540/1,719  12s left, 3:20 in all`.
fn line_of_progress(state: &State, theme: Theme, width: u16) -> Line<'static> {
    let left = format!(
        " {}/{}  {} left, {} in all  {} samples/s",
        state.step,
        state.steps,
        clock(state.left_of_epoch),
        clock(state.left),
        rate(state.speed)
    );
    let epoch = format!("Epoch {}/{} ", (state.epoch + 1).min(state.epochs), state.epochs);
    let cells = usize::from(width).saturating_sub(left.chars().count() + epoch.chars().count()).min(40);
    let done = cells * state.step.min(state.steps) / state.steps.max(1);
    Line::from(vec![
        Span::styled(epoch, theme.strong()),
        Span::styled("━".repeat(done), theme.train()),
        Span::styled("╌".repeat(cells - done), theme.quiet()),
        Span::raw(left),
    ])
}

/// What fits anywhere.
fn words(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let mut lines = vec![
        Line::styled(format!("Epoch {}/{}", (state.epoch + 1).min(state.epochs), state.epochs), theme.strong()),
        Line::raw(format!("{}/{}, {} left", state.step, state.steps, clock(state.left))),
    ];
    if state.paused {
        lines.push(Line::styled("paused", theme.strong()));
    }
    for curve in &state.curves {
        let [train, validation] = curve.newest().map(panels::figure);
        lines.push(Line::raw(format!("{} {train} {validation}", curve.name)));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The keys, above everything.
fn help(frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let width = 48.min(area.width);
    let height = (KEYS.len() as u16 + 2).min(area.height);
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let line = |(key, what): &(&'static str, &'static str)| {
        Line::from(vec![Span::styled(format!("{key:>12}  "), theme.strong()), Span::raw(*what)])
    };
    let lines: Vec<Line<'_>> = KEYS.iter().map(line).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title(" Keys ")), place);
}

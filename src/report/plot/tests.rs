//! The structure of pictures: what is drawn how often, and what is said about what is not.

use super::*;

fn count(svg: &str, part: &str) -> usize {
    svg.matches(part).count()
}

/// The points of the polylines of a picture.
fn polylines(svg: &str) -> Vec<Vec<(f64, f64)>> {
    let point = |text: &str| text.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap();
    let points = |part: &str| part.split('"').next().unwrap().split(' ').map(point).collect();
    svg.split("<polyline points=\"").skip(1).map(points).collect()
}

/// Every element is closed in order, and no coordinate is NaN or infinite.
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag without an end");
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "closed out of order");
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        assert!(!tag.contains("NaN") && !tag.contains("inf"), "{tag}");
        assert_eq!(count(tag, "\"") % 2, 0, "{tag}");
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

#[test]
fn a_line_is_a_polyline_in_its_frame() {
    let chart = Chart::new("t").line(Line::new("a", [3.0, 2.0, 1.0])).line(Line::new("b", [1.0, 2.0, 3.0]).dashed());
    let svg = chart.svg();
    well_formed(&svg);
    let found = polylines(&svg);
    assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3]);
    // Larger numbers are higher up, where y is less.
    assert!(found[0][0].1 < found[0][2].1 && found[1][0].1 > found[1][2].1);
    assert!(found.iter().flatten().all(|(x, y)| (0.0..=640.0).contains(x) && (0.0..=380.0).contains(y)));
    // The dashed line and its key.
    assert_eq!(count(&svg, "stroke-dasharray=\"5 5\""), 2);
    assert!(svg.contains("prefers-color-scheme:dark") && !svg.contains("<rect"), "a background hides the page");
}

#[test]
fn a_decade_is_a_decade_on_a_logarithmic_axis() {
    let svg = Chart::new("").log_x().log_y().line(Line::points("", [(1.0, 1.0), (10.0, 0.1), (1000.0, 0.01)])).svg();
    let line = &polylines(&svg)[0];
    let ratio = (line[2].0 - line[1].0) / (line[1].0 - line[0].0);
    assert!((ratio - 2.0).abs() < 1e-3, "{ratio}");
    assert!(((line[2].1 - line[1].1) - (line[1].1 - line[0].1)).abs() < 0.05);
}

#[test]
fn what_is_no_number_is_a_gap_and_a_note() {
    let svg = Chart::new("t").line(Line::new("a", [1.0, 2.0, f64::NAN, f64::INFINITY, 2.0, 1.0, f64::NAN, 3.0])).svg();
    well_formed(&svg);
    assert_eq!(polylines(&svg).iter().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(count(&svg, "<circle"), 1, "a point between gaps is a disc");
    assert_eq!(count(&svg, "class=\"gap\""), 4, "two crosses of two strokes");
    assert!(svg.contains("not drawn: 3 values of a that are NaN or infinite"));
}

#[test]
fn zero_has_no_logarithm() {
    let svg = Chart::new("t").log_y().line(Line::new("a", [1.0, 0.5, 0.0])).svg();
    assert!(svg.contains("not drawn: 1 value of a that is not above zero"));
    assert_eq!(polylines(&svg)[0].len(), 2);
    assert!(!Chart::new("t").line(Line::new("a", [1.0, 0.5, 0.0])).svg().contains("not drawn"));
}

#[test]
fn nothing_is_an_empty_frame_and_one_point_is_seen() {
    for chart in [Chart::new(""), Chart::new("t").log_y().line(Line::new("a", [f64::NAN]))] {
        let svg = chart.svg();
        well_formed(&svg);
        assert!(svg.contains("no data") && count(&svg, "class=\"grid\"") == 1);
    }
    let svg = Chart::new("t").line(Line::new("a", [0.4])).svg();
    assert_eq!((count(&svg, "<circle"), count(&svg, "no data")), (1, 0));
    for picture in [Bars::new("t").svg(), Histogram::new("t").svg(), Images::new("t").svg(), Panels::new("t").svg()] {
        well_formed(&picture);
    }
}

#[test]
fn huge_and_tiny_numbers_are_drawn() {
    for values in [[f64::MIN, 0.0, f64::MAX], [1e300, 2e300, 3e300], [5e-324, 1e-320, 1e-310], [0.0, -0.0, 0.0]] {
        for chart in [Chart::new("t"), Chart::new("t").log_y()] {
            well_formed(&chart.line(Line::new("a", values).spread(values).markers()).svg());
        }
        well_formed(&Bars::new("t").bar_spread("a", values[0], values[2]).bar("b", values[1]).svg());
        well_formed(&Histogram::new("t").series("a", &values).svg());
    }
    assert!(Chart::new("t").line(Line::new("a", [1e300, 3e300])).svg().contains("2×10³⁰⁰"));
}

#[test]
fn names_are_text_and_nothing_else() {
    let bad = "a<b> & \"c\" \u{0}";
    let chart = Chart::new(bad).x(bad).y(bad).line(Line::new(bad, [1.0, f64::NAN]).markers()).mark(1.0, bad).note(bad);
    let bars = Bars::new(bad).x(bad).bar(bad, 1.0);
    let images = Images::new(bad).image(Image::gray(1, 1, &[7]).unwrap(), bad);
    for svg in [chart.svg(), bars.svg(), images.svg(), Panels::new(bad).panel(chart).panel(bars).svg()] {
        well_formed(&svg);
        assert!(!svg.contains("<b>") && svg.contains("&lt;b&gt; &amp;") && !svg.contains('\u{0}'));
    }
}

#[test]
fn lines_beyond_the_palette_are_told_apart_by_dashes() {
    let chart = (0..14).fold(Chart::new("t"), |chart, at| chart.line(Line::new(format!("line {at}"), [1.0, 2.0])));
    let keys = chart.keys();
    for (at, key) in keys.iter().enumerate() {
        assert!(keys[..at].iter().all(|other| (other.color, other.dashed) != (key.color, key.dashed)), "{key:?}");
    }
}

#[test]
fn a_band_ends_where_its_numbers_do() {
    let svg = Chart::new("t").line(Line::new("a", [1.0, 2.0, 3.0, 4.0]).spread([0.1, 0.2, f64::NAN])).svg();
    assert_eq!(count(&svg, "<polygon"), 1);
    let runs = [vec![1.0, 4.0], vec![3.0]];
    let mean = Line::mean("a", &runs);
    assert_eq!((mean.points, mean.spread), (vec![(1.0, 2.0), (2.0, 4.0)], vec![1.0, 0.0]));
}

#[test]
fn a_million_steps_keep_their_extremes() {
    let mut values = vec![1.0; 1_000_000];
    (values[123_456], values[777_777]) = (9.0, 0.5);
    let svg = Chart::new("t").line(Line::new("a", values.clone())).svg();
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
    let reduced = |line: &[(f64, f64)]| {
        let y = |fold: fn(f64, f64) -> f64, from| line.iter().map(|point| point.1).fold(from, fold);
        (y(f64::min, f64::MAX), y(f64::max, f64::MIN))
    };
    let few = Chart::new("t").line(Line::new("a", [9.0, 0.5])).svg();
    assert_eq!(reduced(&polylines(&svg)[0]), reduced(&polylines(&few)[0]));
}

#[test]
fn a_cut_axis_cuts_the_lines() {
    let chart = Chart::new("t").line(Line::new("a", [1.0, 9.0]));
    assert_eq!(count(&chart.svg(), "<svg"), 1);
    let cut = chart.y_range(0.0, 2.0).svg();
    well_formed(&cut);
    assert_eq!(count(&cut, "<svg"), 2);
}

#[test]
fn panels_share_keys_they_have_alike() {
    let chart = |name: &str| Chart::new("c").line(Line::new(name, [1.0, 2.0]));
    let alike = Panels::new("t").panel(chart("one")).panel(chart("one")).svg();
    let apart = Panels::new("t").panel(chart("one")).panel(chart("two")).svg();
    well_formed(&alike);
    assert_eq!((count(&alike, ">one<"), count(&apart, ">one<"), count(&apart, ">two<")), (1, 1, 1));
    // The second chart stands to the right of the first, a third below it.
    let three = polylines(&Panels::new("t").panel(chart("a")).panel(chart("a")).panel(chart("a")).svg());
    assert!(three[1][0].0 > three[0][1].0 && three[2][0].0 == three[0][0].0 && three[2][0].1 > three[0][0].1);
}

#[test]
fn bars_are_as_long_as_their_numbers() {
    let svg = Bars::new("t").bar("a", 1.0).bar("b", 2.0).bar("c", f64::NAN).bar("d", -1.0).svg();
    well_formed(&svg);
    let width =
        |part: &str| -> f64 { part.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap() };
    let widths: Vec<f64> = svg.split("<rect").skip(1).map(width).collect();
    assert_eq!(widths.len(), 3);
    assert!((widths[1] / widths[0] - 2.0).abs() < 1e-3 && (widths[2] / widths[0] - 1.0).abs() < 1e-3, "{widths:?}");
    assert!(svg.contains(">NaN<"));
    let sorted = Bars::new("t").bar("lost", f64::NAN).bar("less", 1.0).bar("more", 2.0).sorted().svg();
    let at = |name: &str| sorted.find(&format!(">{name}<")).unwrap();
    assert!(at("more") < at("less") && at("less") < at("lost"));
}

#[test]
fn a_histogram_counts_every_number_once() {
    let svg = Histogram::new("t").bins(2).series("a", &[0.0, 0.1, 0.2, 1.0, f64::NAN]).svg();
    well_formed(&svg);
    // Floor, three, three, one, one, floor: the middle edge has two corners.
    let line = &polylines(&svg)[0];
    let height = |at: usize| line[0].1 - line[at].1;
    assert_eq!(line.len(), 6);
    assert!((height(1) / height(3) - 3.0).abs() < 1e-2 && height(5) == 0.0, "{line:?}");
    assert!(svg.contains("not counted of a: 1 NaN or infinite"));
    let cut = Histogram::new("t").range(0.0, 0.5).series("", &[0.1, 0.2, 1.0]).svg();
    assert!(cut.contains("not counted: 1 outside the range"));
}

#[test]
fn images_must_fit_their_size() {
    for wrong in
        [Image::gray(2, 2, &[0; 3]), Image::rgb(2, 2, &[0; 4]), Image::gray(0, 2, &[]), Image::gray(9999, 1, &[])]
    {
        assert!(matches!(wrong, Err(crate::base::Error::Request { .. })));
    }
    let colors = Image::floats(1, 1, &[f32::NAN, 0.5, 7.0], 0.0, 1.0).unwrap();
    assert_eq!(colors, Image::rgb(1, 1, &[0, 128, 255]).unwrap());
    let grid = (0..5).fold(Images::new("t").columns(2), |grid, _| grid.image(colors.clone(), "x"));
    let svg = grid.svg();
    well_formed(&svg);
    assert_eq!(count(&svg, "<image"), 5);
}

//! Pictures of the view in sizes people have, and in those nobody should have.

use super::draw::{Theme, draw};
use super::layers::Layer;
use super::state::{Curve, Phase, State};
use crate::cli::view::About;
use crate::train::Logs;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn drawn(state: &State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal in memory");
    terminal.draw(|frame| draw(frame, state, Theme { colour: true })).expect("a picture");
    let buffer = terminal.backend().buffer();
    let row = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned() + "\n";
    (0..height).map(row).collect()
}

/// A training in its fourth epoch of ten.
fn state() -> State {
    let curve = |name: &str, f: fn(f64) -> f64| Curve {
        name: name.to_owned(),
        train: (1..=3).map(|x| (f64::from(x), f(f64::from(x)))).collect(),
        validation: (1..=3).map(|x| (f64::from(x), f(f64::from(x)) * 1.1)).collect(),
        live: vec![(3.25, f(3.25)), (3.5, f(3.5))],
    };
    let layer = |name: &str, gradient, dead, finite| Layer {
        name: name.to_owned(),
        mean: 0.0123,
        deviation: 0.98,
        gradient,
        dead,
        finite,
    };
    State {
        about: About {
            title: "digits, 1,438 samples, nadam".to_owned(),
            device: "this processor, 8 threads".to_owned(),
            memory: 1_085_384,
            samples: 1438,
        },
        phase: Phase::Training,
        epoch: 3,
        epochs: 10,
        step: 22,
        steps: 45,
        elapsed: 12.0,
        left_of_epoch: 2.0,
        left: 25.0,
        speed: 12_345.0,
        speeds: (0..50).map(|i| 10_000 + 100 * (i % 7)).collect(),
        curves: vec![curve("loss", |x| 1.0 / x), curve("accuracy", |x| 1.0 - 0.5 / x)],
        rate: (0..20).map(|i| (f64::from(i) / 5.7, 1e-3 * 0.9_f64.powi(i))).collect(),
        layers: vec![
            layer("flatten", None, 0.0, true),
            layer("dense", Some(0.31), 0.06, true),
            layer("batch_normalization", Some(1.2e-5), 0.0, true),
            layer("dense_1", Some(2.0), 0.0, false),
        ],
        ..State::default()
    }
}

/// Asserts that the picture is the one that was kept; writes it anew where `WGRAD_BLESS` is 1.
fn kept(name: &str, now: &str) {
    let path = format!("{}/tests/cli/tui/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WGRAD_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(&path, now).expect("a file");
        return;
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(before == now, "{path} changed; if that is meant, run with WGRAD_BLESS=1\n{now}");
}

#[test]
fn pictures_are_as_they_were() {
    let seen = state();
    kept("80x24", &drawn(&seen, 80, 24));
    kept("120x40", &drawn(&seen, 120, 40));
    kept("50x20", &drawn(&seen, 50, 20));
    kept("20x5", &drawn(&seen, 20, 5));
    kept("help", &drawn(&State { help: true, paused: true, chosen: 1, ..seen }, 80, 24));
    kept("starting", &drawn(&State::default(), 80, 24));
}

/// No size and no number it could meet makes it fail.
#[test]
fn every_size_and_number_is_drawn() {
    let mut odd = state();
    for bad in [f64::NAN, f64::INFINITY, -f64::INFINITY, f64::MAX, f64::MIN_POSITIVE, 0.0] {
        odd.curves[0].live.push((3.6, bad));
        odd.curves[1].validation.push((bad, 1.0));
        odd.rate.push((bad, bad));
        (odd.left, odd.speed, odd.left_of_epoch, odd.elapsed) = (bad, bad, bad, bad);
        odd.layers[0].mean = bad;
        odd.within(&Logs::default(), bad);
    }
    (odd.step, odd.epoch, odd.first_layer) = (99, 99, 99);
    odd.help = true;
    let [widths, heights] = [[1, 39, 40, 69, 70, 130], [1, 11, 12, 15, 16, 40]];
    for (width, height) in widths.into_iter().flat_map(|w| heights.map(|h| (w, h))) {
        for seen in [&State::default(), &odd, &state()] {
            drawn(seen, width, height);
        }
    }
}

#[test]
fn what_is_not_finite_is_told() {
    let mut seen = state();
    seen.curves[0].live.push((3.75, f64::NAN));
    let picture = drawn(&seen, 120, 40);
    assert!(picture.matches("NaN").count() == 2, "{picture}");
}

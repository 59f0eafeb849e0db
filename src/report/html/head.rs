//! The top of the page: what came of the run, in few numbers; and the bottom: what it ran on.

use super::page::Report;
use super::text::{escape, named, put, short, table, time, whole};
use crate::report::run::{Ended, RunResult};

/// Title, how it ended, and the numbers people look for first.
pub(super) fn part(report: &Report) -> String {
    let result = &report.result;
    let mut out = format!("<header>\n<h1>{}</h1>\n<p class=\"line\">", escape(&report.title));
    if let Some(ended) = result.ended {
        let mark = match ended {
            Ended::Done => "good",
            Ended::StoppedEarly | Ended::Interrupted => "fair",
            Ended::Diverged | Ended::Failed => "bad",
        };
        put(&mut out, format_args!("<span class=\"mark {mark}\">{}</span>", ended.words()));
    }
    let told = [&result.why, &result.started_at, &result.device].map(|text| escape(text));
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    put(&mut out, format_args!("{}</p>\n</header>\n", told.join(" · ")));
    let tiles = tiles(report);
    if tiles.is_empty() {
        return out;
    }
    out.push_str("<dl class=\"tiles\">\n");
    for (name, value, more) in tiles {
        let more = if more.is_empty() { more } else { format!("<small>{more}</small>") };
        put(&mut out, format_args!("<div><dt>{name}</dt><dd>{value}{more}</dd></div>\n"));
    }
    out + "</dl>\n"
}

/// Names, numbers and what is said under them.
fn tiles(report: &Report) -> Vec<(String, String, String)> {
    let result = &report.result;
    let mut tiles = Vec::new();
    let mut tile = |name: &str, value: String, more: String| tiles.push((escape(name), value, more));
    // By name, so that a page made anew from files is the same.
    let mut tests: Vec<&(String, f64)> = result.test.iter().filter(|(name, _)| name != "loss").collect();
    tests.sort_by(|a, b| a.0.cmp(&b.0));
    for (name, value) in tests.into_iter().take(2) {
        tile(&format!("test {name}"), named(name, *value), String::new());
    }
    if let Some((_, loss)) = result.test.iter().find(|(name, _)| name == "loss") {
        tile("test loss", short(*loss), String::new());
    }
    if let Some(best) = &result.best {
        let more = format!("epoch {}", best.epoch + 1);
        tile(&format!("best {}", best.monitor), named(&best.monitor, best.value()), more);
        let last = report.history.last(&best.monitor).filter(|_| report.history.epochs.len() > 1);
        if let Some(last) = last {
            tile(&format!("last {}", best.monitor), named(&best.monitor, last), String::new());
        }
    }
    if let Some(epochs) = result.epochs {
        let steps = result.steps.map_or(String::new(), |steps| format!("{} steps", whole(steps)));
        tile("epochs", whole(epochs), steps);
    }
    if let Some(seconds) = result.seconds {
        let pace = result.samples_per_second.map_or(String::new(), |pace| format!("{} samples/s", whole(pace as u64)));
        tile("time", time(seconds), pace);
    }
    if let Some(parameters) = result.parameters {
        let fixed = result.trainable.filter(|trainable| *trainable != parameters);
        tile("parameters", whole(parameters), fixed.map_or(String::new(), |n| format!("{} trained", whole(n))));
    }
    tiles
}

/// What it ran on.
pub(super) fn environment(result: &RunResult) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push(vec![escape(name), escape(&value)]);
        }
    };
    row("wgrad", result.version.clone());
    row("device", result.device.clone());
    row("precision", result.precision.clone());
    row("memory for training", result.memory.map_or(String::new(), |bytes| whole(bytes) + " bytes"));
    row("seed", result.seed.map_or(String::new(), |seed| seed.to_string()));
    row("run file", result.run_file.clone());
    let mut machine: Vec<&(String, String)> = result.environment.iter().collect();
    machine.sort();
    machine.into_iter().for_each(|(name, value)| row(name, value.clone()));
    if rows.is_empty() {
        return String::new();
    }
    format!("<section>\n<h2>Environment</h2>\n{}</section>\n", table("words", &["what", "value"], rows))
}

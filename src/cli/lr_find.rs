//! `wgrad lr-find`: a learning rate for a run, by a range test.

use super::asked::Asked;
use super::json::Object;
use super::{runs, whole};
use crate::base::Error;
use crate::report::learning_rate_chart;
use clap::Args;
use std::path::PathBuf;

/// Options of `wgrad lr-find`.
#[derive(Args)]
pub struct Options {
    #[command(flatten)]
    asked: Asked,
    /// Steps trained
    #[arg(long, default_value_t = 200, value_parser = whole::<usize>, allow_negative_numbers = true)]
    steps: usize,
    /// The learning rate of the first step
    #[arg(long, default_value_t = 1e-6, value_name = "RATE", allow_negative_numbers = true)]
    from: f64,
    /// The learning rate of the last step
    #[arg(long, default_value_t = 10.0, value_name = "RATE", allow_negative_numbers = true)]
    to: f64,
    /// Draws the losses: a path that ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let talk = &options.asked.talk;
    let (file, data, device) = options.asked.ready()?;
    talk.note(format!("{}: {} steps from {} to {}", data.name, options.steps, options.from, options.to));
    talk.note(format!("Device: {device}"));
    let name = data.name.clone();
    let readings = file.range_test(data, &device, [options.from, options.to], options.steps, Ok)?;
    let suggestion = readings.suggestion();
    if let Some(path) = &options.plot {
        runs::draw(&learning_rate_chart(&name, &readings.rates, &readings.losses, suggestion), path)?;
        talk.note(format!("Saved: {}", path.display()));
    }
    let Some(rate) = suggestion else {
        let last = readings.losses.last().copied().unwrap_or(f64::NAN);
        let got = format!("{} steps, of which the last had a loss of {last:.4}", readings.losses.len());
        let help = "give more --steps or another range, or look at the picture of --plot";
        return Err(Error::request("lr-find", "a loss that falls by more than its noise", got, help).into());
    };
    talk.result(format!("Suggested learning rate: {rate:.2e}"), || {
        let numbers = |all: &[f64]| all.iter().map(|v| serde_json::Value::from(*v)).collect::<serde_json::Value>();
        Object::new("result")
            .number("learning_rate", rate)
            .with("rates", numbers(&readings.rates))
            .with("losses", numbers(&readings.losses))
    });
    talk.note("The loss falls fastest there; a schedule that falls may begin up to 10 times higher.");
    Ok(())
}

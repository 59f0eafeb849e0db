//! Workflow 3: every optimizer of the vocabulary on one task: the textbook's net on Fashion-MNIST, a few epochs each.
//!
//! Rates are not comparable between optimizers, so each gets a rate of its own: the best of a few after a short training,
//! judged on the validation samples.
//!
//! `cargo run --release --example 03_optimizers` (`--quick`: the built-in digits). See docs/workflows/03_optimizers.md.

mod common;

use common::{Options, Table, percent, rates::best_rate};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;
use wgrad::nn::optim;
use wgrad::prelude::*;
use wgrad::report::plot::{Bars, Chart, Line, Panels, Picture};

/// In words, with the rates to try.
const FIRST: [(&str, [f64; 3]); 7] = [
    ("sgd", [0.03, 0.1, 0.3]),
    ("sgd:momentum=0.9", [0.01, 0.03, 0.1]),
    ("sgd:momentum=0.9,nesterov=true", [0.01, 0.03, 0.1]),
    ("adagrad", [0.01, 0.03, 0.1]),
    ("adadelta", [0.3, 1.0, 3.0]),
    ("rmsprop", [3e-4, 1e-3, 3e-3]),
    ("ftrl", [0.01, 0.1, 1.0]),
];
const SECOND: [(&str, [f64; 3]); 7] = [
    ("adam", [3e-4, 1e-3, 3e-3]),
    ("adamw", [3e-4, 1e-3, 3e-3]),
    ("adamax", [1e-3, 3e-3, 1e-2]),
    ("nadam", [3e-4, 1e-3, 3e-3]),
    ("lamb", [1e-3, 3e-3, 1e-2]),
    ("lion", [1e-4, 3e-4, 1e-3]),
    ("adafactor", [1e-3, 3e-3, 1e-2]),
];

const BATCH: usize = 128;

/// Parts of an epoch after each of which the validation samples are looked at.
const PARTS: usize = 3;

struct Task {
    options: Options,
    train: Dataset,
    validation: Dataset,
}

impl Task {
    fn model(&self, words: &str, rate: f64) -> Result<Model> {
        let hidden = |units| Dense::new(units).kernel_initializer(HeNormal).use_bias(false);
        let mut model = Sequential::new(&self.train.sample_shape)
            .add(Flatten)
            .add(BatchNormalization::new())
            .add(hidden(300))
            .add(BatchNormalization::new())
            .add(Activation::ELU)
            .add(hidden(100))
            .add(BatchNormalization::new())
            .add(Activation::ELU)
            .add(Dense::new(self.train.classes).activation(Activation::Softmax))
            .build(&self.options.device, self.options.seed)?;
        // The same seed: all optimizers start from the same variables and see the batches in the same order.
        let optimizer = optim::named(words, Some(Arc::new(rate)), None)?;
        model.compile(optimizer, SparseCategoricalCrossentropy::new(), "accuracy")?;
        Ok(model)
    }

    /// Steps between two looks at the validation samples.
    fn steps(&self) -> usize {
        (self.train.len() / BATCH / PARTS).max(1)
    }

    fn fit(&self, looks: usize) -> Fit<'_> {
        Fit::epochs(looks).batch(BATCH).steps_per_epoch(self.steps()).validation(&self.validation)
    }

    /// The validation loss after the first part of an epoch at this rate.
    fn short(&self, words: &str, rate: f64) -> anyhow::Result<f64> {
        let history = self.model(words, rate)?.fit(&self.train, self.fit(1))?;
        Ok(history.last("val_loss").unwrap_or(f64::INFINITY))
    }

    /// What the parts of a training came to, and seconds a step in the fastest part.
    fn long(&self, words: &str, rate: f64, epochs: usize) -> anyhow::Result<(History, f64)> {
        let (began, fastest) = (Cell::new(Instant::now()), Cell::new(f64::INFINITY));
        let clock = LambdaCallback::new()
            .on_epoch_begin(|_| {
                began.set(Instant::now());
                Ok(())
            })
            .on_step_end(self.steps(), |run| {
                run.logs()?; // waits until the device has done them
                fastest.set(fastest.get().min(began.get().elapsed().as_secs_f64() / run.step as f64));
                Ok(())
            });
        let history = self.model(words, rate)?.fit(&self.train, self.fit(epochs * PARTS).callback(clock))?;
        Ok((history, fastest.get()))
    }
}

fn main() -> anyhow::Result<()> {
    let options = Options::read("03_optimizers")?;
    let (train, _) = options.images()?;
    let (train, validation) = train.split(train.len() * 11 / 12)?;
    let (epochs, goal) = (options.pick(2, 4), options.pick(0.86, 0.8));
    let task = Task { options, train, validation };
    let known = |name| FIRST.iter().chain(&SECOND).any(|(words, _)| words.split(':').next() == Some(name));
    if let Some(name) = optim::names().find(|name| !known(name)) {
        anyhow::bail!("optimizer {name} is in the vocabulary and not in this example");
    }

    let reached = format!("steps to {}", percent(goal));
    let head = ["optimizer", "learning rate", &reached, "validation loss", "validation accuracy", "µs per step"];
    let mut table = Table::new(head);
    let mut bars = Bars::new("validation accuracy in the end").percent().dots().sorted();
    let mut panels =
        Panels::new(format!("{}: {epochs} epochs, each optimizer at its best rate", task.train.name)).columns(1);
    let mut curves = Vec::new();
    for (words, rates) in FIRST.iter().chain(&SECOND) {
        let rate = best_rate(words, rates, |rate| task.short(words, rate))?;
        let (history, seconds) = task.long(words, rate, epochs)?;
        let accuracy = history.get("val_accuracy").unwrap_or_default();
        let last = accuracy.last().copied().unwrap_or_default();
        let steps = accuracy.iter().position(|a| *a >= goal).map(|part| ((part + 1) * task.steps()).to_string());
        let name = words.replace("momentum=0.9", "momentum").replace("momentum,nesterov=true", "nesterov");
        table.row([
            name.clone(),
            rate.to_string(),
            steps.unwrap_or_else(|| "not reached".to_owned()),
            format!("{:.4}", history.last("val_loss").unwrap_or(f64::NAN)),
            percent(last),
            format!("{:.0}", seconds * 1e6),
        ]);
        bars = bars.bar(&name, last);
        let loss = history.get("val_loss").unwrap_or_default().iter().enumerate();
        let points: Vec<(f64, f64)> = loss.map(|(part, loss)| ((part + 1) as f64 / PARTS as f64, *loss)).collect();
        curves.push((name, points));
    }
    // Both panels have one scale, which leaves out what is far worse than the rest.
    let mut all: Vec<f64> = curves.iter().flat_map(|(_, points)| points.iter().map(|(_, loss)| *loss)).collect();
    all.sort_by(f64::total_cmp);
    let (low, high) = (all[0] * 0.97, all[all.len() * 9 / 10]);
    for (title, part) in
        [("validation loss: SGD and adaptive rates", &curves[..7]), ("validation loss: Adam and after", &curves[7..])]
    {
        let chart = Chart::new(title).x("epoch").log_y().y_range(low, high).sized(640.0, 340.0);
        panels = panels
            .panel(part.iter().fold(chart, |chart, (name, points)| chart.line(Line::points(name, points.clone()))));
    }
    panels.panel(bars.sorted()).save(task.options.path("", "svg"))?;
    task.options.table(&table)
}

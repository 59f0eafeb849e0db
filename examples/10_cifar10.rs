//! Workflow 10: the textbook's exercise: 20 hidden layers of 100 on CIFAR-10, a net of dense layers far from what images
//! call for, made to train by one technique after another.
//!
//! `cargo run --release --example 10_cifar10` (`--quick`: the built-in digits). The images are fetched by `cargo xtask data
//! cifar10`. See docs/workflows/10_cifar10.md.

mod common;

use common::{Options, Table, percent, rates::best_rate};
use std::time::Instant;
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Line, Panels, Picture};

const BATCH: usize = 128;

/// Passes of a Monte Carlo prediction.
const PASSES: usize = 20;

/// How the optimizer is made from a learning rate and the steps of the whole training.
type Optimize = fn(&mut Model, f64, usize) -> Result<()>;

fn nadam(model: &mut Model, rate: f64, _: usize) -> Result<()> {
    model.compile(Nadam::new(rate), SparseCategoricalCrossentropy::new(), "accuracy")
}

fn one_cycle(model: &mut Model, highest: f64, steps: usize) -> Result<()> {
    let cycle = OneCycle::new(highest, steps as f64);
    let optimizer = Sgd::new(cycle).momentum(0.95).nesterov(true).schedule("momentum", cycle.momentum());
    model.compile(optimizer, SparseCategoricalCrossentropy::new(), "accuracy")
}

struct Attempt {
    name: &'static str,
    net: Sequential,
    rates: [f64; 3],
    optimize: Optimize,
    /// Asked again with its dropout on.
    monte_carlo: bool,
}

fn attempts(train: &Dataset, hidden: usize) -> Result<Vec<Attempt>> {
    let begin = || Sequential::new(&train.sample_shape);
    let end = |net: Sequential| net.add(Dense::new(train.classes).activation(Activation::Softmax));
    let he = || Dense::new(100).kernel_initializer(HeNormal);
    let lecun = || Dense::new(100).kernel_initializer(LecunNormal).activation(Activation::SELU);
    let stack = |net: Sequential, add: &dyn Fn(Sequential) -> Sequential| (0..hidden).fold(net, |net, _| add(net));

    let elu = stack(begin().add(Flatten), &|net| net.add(he().activation(Activation::ELU)));
    let normalised = stack(begin().add(Flatten), &|net| {
        net.add(he().use_bias(false)).add(BatchNormalization::new()).add(Activation::ELU)
    });
    // SELU needs standardised inputs: a mean and a deviation for each channel, which is the last axis.
    let standardise = Normalization::new().adapt(&train.x(), &train.sample_shape)?;
    let selu = || stack(begin().add(standardise.clone()).add(Flatten), &|net| net.add(lecun()));
    let dropped = || end(selu().add(AlphaDropout::new(0.1)));

    let attempt = |name, net, rates, optimize, monte_carlo| Attempt { name, net, rates, optimize, monte_carlo };
    Ok(vec![
        attempt("He, ELU, Nadam", end(elu), [3e-5, 1e-4, 3e-4], nadam, false),
        attempt("+ batch normalisation", end(normalised), [3e-4, 1e-3, 3e-3], nadam, false),
        attempt("SELU instead, LeCun", end(selu()), [1e-4, 3e-4, 1e-3], nadam, false),
        attempt("+ alpha dropout", dropped(), [1e-4, 3e-4, 1e-3], nadam, true),
        attempt("+ 1cycle, Nesterov", dropped(), [0.003, 0.01, 0.03], one_cycle, true),
    ])
}

fn main() -> anyhow::Result<()> {
    let options = Options::read("10_cifar10")?;
    let (train, test) = if options.quick { datasets::digits()? } else { datasets::cifar10(None)? };
    let (train, validation) = train.split(train.len() * 9 / 10)?;
    let (epochs, hidden) = options.pick((8, 20), (3, 4));

    let head = ["net", "learning rate", "best epoch", "seconds per epoch", "validation accuracy", "test accuracy"];
    let mut table = Table::new(head);
    let mut losses = Chart::new("validation loss").x("epoch");
    let mut training = Chart::new("training loss").x("epoch");
    let mut accuracies = Chart::new("validation accuracy").x("epoch").percent();
    for Attempt { name, net, rates, optimize, monte_carlo } in attempts(&train, hidden)? {
        // A clone of the structure has variables of its own, drawn from the same seed.
        let begin = |rate: f64, steps: usize| -> Result<Model> {
            let mut model = net.build(&options.device, options.seed)?.clone_model(options.seed)?;
            optimize(&mut model, rate, steps)?;
            Ok(model)
        };
        let steps = train.len().div_ceil(BATCH);
        let short = steps.div_ceil(3);
        let rate = best_rate(name, &rates, |rate| {
            let how = Fit::epochs(1).batch(BATCH).steps_per_epoch(short).validation(&validation);
            let history = begin(rate, short)?.fit(&train, how)?;
            Ok(history.last("val_loss").unwrap_or(f64::INFINITY))
        })?;

        let mut model = begin(rate, steps * epochs)?;
        let mut stopping = EarlyStopping::on("val_loss").patience(5).restore_best_weights(true);
        let how = Fit::epochs(epochs)
            .batch(BATCH)
            .validation(&validation)
            .callback(ProgressBar::new())
            .callback(&mut stopping);
        let started = Instant::now();
        let history = model.fit(&train, how)?;
        let seconds = started.elapsed().as_secs_f64() / history.epochs.len() as f64;

        let curve = |what: &str| Line::new(name, history.get(what).unwrap_or_default().to_vec());
        losses = losses.line(curve("val_loss"));
        training = training.line(curve("loss"));
        accuracies = accuracies.line(curve("val_accuracy"));
        table.row([
            name.to_owned(),
            rate.to_string(),
            format!("{} of {}", stopping.best_epoch() + 1, history.epochs.len()),
            format!("{seconds:.1}"),
            percent(history.get("val_accuracy").unwrap_or_default()[stopping.best_epoch()]),
            percent(model.evaluate(&test)?.get("accuracy").unwrap_or_default()),
        ]);
        if monte_carlo {
            // The same variables, asked with dropout on, and the passes averaged.
            let share = |data: &Dataset, model: &mut Model| -> Result<f64> {
                let answers = model.predict_mc(&data.x(), PASSES)?.mean.argmax();
                let right = answers.iter().zip(&data.labels).filter(|(a, b)| **a == **b as usize).count();
                Ok(right as f64 / data.len() as f64)
            };
            let (on_validation, on_test) = (share(&validation, &mut model)?, share(&test, &mut model)?);
            let cells = ["the same, MC dropout", "–", "–", "–", &percent(on_validation), &percent(on_test)];
            table.row(cells.map(str::to_owned));
        }
    }
    Panels::new(format!("{}: {hidden} hidden layers of 100", train.name))
        .panel(losses)
        .panel(training)
        .panel(accuracies)
        .save(options.path("", "svg"))?;
    options.table(&table)
}

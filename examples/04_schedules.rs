//! Workflow 4: the learning rate: a range test finds one, schedules begin there.
//!
//! `cargo run --release --example 04_schedules` (`--quick`: digits). See docs/workflows/04_schedules.md.

mod common;

use common::samples::{draw, mean_and_deviation, spread, standardize};
use common::{Options, Table};
use std::sync::Arc;
use wgrad::nn::schedule::suggest;
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Line, Panels, Picture};

fn main() -> anyhow::Result<()> {
    let options = Options::read("04_schedules")?;
    let (train, test) = options.images()?;
    let train = draw(&train, options.pick(10_000, 1_000), options.seed)?;
    let (train, validation) = train.split(train.len() * 4 / 5)?;
    let epochs = options.pick(10, 3);
    let steps = (epochs * train.len().div_ceil(32)) as f64;

    // One step an epoch: the history then holds the loss of each step.
    let trial = RangeTest::new(1e-5, 10.0, options.pick(400, 100) as f64);
    let mut model = net(&options, &train, options.seed)?;
    model.compile(Sgd::new(trial).momentum(0.9), SparseCategoricalCrossentropy::new(), ())?;
    let test_steps = Fit::epochs(options.pick(400, 100)).steps_per_epoch(1).callback(TerminateOnNan);
    let losses = model.fit(&train, test_steps)?.get("loss").unwrap_or_default().to_vec();
    let rates: Vec<f64> = (0..losses.len() as u64).map(|step| trial.at(step)).collect();
    let Some(steepest) = suggest(&rates, &losses) else { anyhow::bail!("the loss never fell") };
    // A rate to hold; one that falls may begin higher: here a tenth of where the loss explodes.
    let explodes = losses.iter().position(|loss| loss.is_nan() || *loss >= 1.5 * losses[0]).unwrap_or(losses.len() - 1);
    let begin = rates[explodes] / 10.0;
    eprintln!("  range test: steepest at {steepest:.2e}, a tenth of where it explodes {begin:.2e}");

    let readings = rates.iter().copied().zip(losses.iter().copied());
    Chart::new("Range test")
        .x("rate")
        .y("loss of the step")
        .log_x()
        .y_range(0.0, 2.0 * losses[0])
        .line(Line::points("", readings))
        .mark(steepest, format!("steepest {steepest:.1e}"))
        .mark(begin, format!("begin {begin:.1e}"))
        .save(options.path("range_test", "svg"))?;

    let schedules: Vec<(&str, Arc<dyn Schedule>)> = vec![
        ("constant", Arc::new(begin)),
        ("power", Arc::new(Power::new(begin, steps / 10.0))),
        ("exponential", Arc::new(ExponentialDecay::new(begin, steps / 2.0, 0.1))),
        (
            "piecewise",
            Arc::new(PiecewiseConstantDecay::new(&[0.4 * steps, 0.7 * steps], &[begin, begin / 5.0, begin / 25.0])),
        ),
        ("cosine", Arc::new(CosineDecay::new(begin, steps))),
        ("1cycle", Arc::new(OneCycle::new(begin, steps))),
        ("on plateau", Arc::new(begin)),
        ("constant, steepest", Arc::new(steepest)),
    ];
    let titles = ["rate", "training loss", "validation loss", "validation accuracy"];
    let mut charts = titles.map(|title| Chart::new(title).x("epoch")).map(Some);
    let mut table = Table::new([
        "schedule",
        "training loss",
        "validation loss",
        "best validation loss",
        "validation accuracy",
        "test accuracy",
    ]);
    for (name, schedule) in schedules {
        let mut seen = [(); 4].map(|()| vec![]);
        let mut tested = vec![];
        for seed in (0..options.pick(3, 1)).map(|i| Seed(options.seed.0 + i)) {
            let mut model = net(&options, &train, seed)?;
            let mut sgd = Sgd::new(schedule.clone()).momentum(0.9);
            if let Some(momentum) = schedule.companion_momentum() {
                // Down while the rate rises, and up again.
                sgd = sgd.schedule("momentum", momentum);
            }
            model.compile(sgd, SparseCategoricalCrossentropy::new(), "accuracy")?;
            let tell = LambdaCallback::new().on_epoch_end(|logs, run| {
                logs.set("learning_rate", run.model.learning_rate()?);
                Ok(())
            });
            let mut how = Fit::epochs(epochs).validation(&validation).callback(tell);
            if name == "on plateau" {
                how = how.callback(ReduceLrOnPlateau { factor: 0.3, patience: 2, ..Default::default() });
            }
            let history = model.fit(&train, how)?;
            for (runs, what) in seen.iter_mut().zip(["learning_rate", "loss", "val_loss", "val_accuracy"]) {
                runs.push(history.get(what).unwrap_or_default().to_vec());
            }
            tested.push(model.evaluate(&test)?.get("accuracy").unwrap_or_default());
        }
        for (chart, runs) in charts.iter_mut().zip(&seen) {
            *chart = chart.take().map(|c| c.line(Line::mean(name, runs)));
        }
        let last = |runs: &[Vec<f64>]| runs.iter().filter_map(|r| r.last().copied()).collect::<Vec<_>>();
        let best: Vec<f64> = seen[2].iter().map(|r| r.iter().copied().fold(f64::INFINITY, f64::min)).collect();
        let loss = |shares: &[f64]| {
            let (mean, deviation) = mean_and_deviation(shares);
            format!("{mean:.3} ± {deviation:.3}")
        };
        let [_, training, validated, accuracy] = &seen;
        table.row([
            name.to_owned(),
            loss(&last(training)),
            loss(&last(validated)),
            loss(&best),
            spread(&last(accuracy)),
            spread(&tested),
        ]);
    }

    let mut panels = Panels::new("Schedules");
    for chart in charts.into_iter().flatten() {
        panels = panels.panel(chart);
    }
    panels.save(options.path("", "svg"))?;
    options.table(&table)
}

/// The net every schedule trains.
fn net(options: &Options, data: &Dataset, seed: Seed) -> anyhow::Result<Model> {
    let hidden = |units| Dense::new(units).kernel_initializer(HeNormal).activation(Activation::RELU);
    let net = Sequential::new(&data.sample_shape).add(Flatten).add(standardize(data)).add(hidden(100)).add(hidden(50));
    Ok(net.add(Dense::new(data.classes).activation(Activation::Softmax)).build(&options.device, seed)?)
}

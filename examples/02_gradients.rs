//! Workflow 2: gradients that vanish and explode, seen: one deep net, with an activation and initialisation that suit each
//! other and with some that do not. Statistics of every layer's activations and gradients are taken on the device in the
//! first step; then each net is trained for a short while.
//!
//! `cargo run --release --example 02_gradients` (`--quick`: the built-in digits). See docs/workflows/02_gradients.md.

mod common;

use common::{Options, Table, percent, rates::best_rate};
use wgrad::nn::insight::Report;
use wgrad::prelude::*;
use wgrad::report::layers;
use wgrad::report::plot::Picture;

const BATCH: usize = 128;

/// The report of the hidden layers alone: a look at inputs and the softmax would stretch the scales.
fn hidden_only(mut report: Report, hidden: usize) -> Report {
    let name = |i: usize| if i == 0 { "dense".to_owned() } else { format!("dense_{i}") };
    let names: Vec<String> = (0..hidden).map(name).collect();
    report.activations.retain(|(layer, _)| names.contains(layer));
    report.gradients.retain(|(layer, _)| names.contains(layer));
    report
}

fn main() -> anyhow::Result<()> {
    let options = Options::read("02_gradients")?;
    let (train, _) = options.images()?;
    let (train, validation) = train.split(train.len() * 11 / 12)?;
    let hidden = options.pick(20, 10);
    let standardise = Normalization::new().axis(&[]).adapt(&train.x(), &train.sample_shape)?;

    let layer = |activation| Dense::new(100).activation(activation);
    let unit_normal = || RandomNormal::new(0.0, 1.0);
    let pairs = [
        ("sigmoid, normal of variance 1", layer(Activation::SIGMOID).kernel_initializer(unit_normal())),
        ("ReLU, normal of variance 1", layer(Activation::RELU).kernel_initializer(unit_normal())),
        ("sigmoid, Glorot", layer(Activation::SIGMOID).kernel_initializer(GlorotNormal)),
        ("tanh, Glorot", layer(Activation::TANH).kernel_initializer(GlorotNormal)),
        ("ReLU, He", layer(Activation::RELU).kernel_initializer(HeNormal)),
        ("SELU, LeCun", layer(Activation::SELU).kernel_initializer(LecunNormal)),
    ];

    let mut table = Table::new([
        "activation, initializer",
        "activations: first layer",
        "last layer",
        "gradients: last layer",
        "first layer",
        "rate",
        "accuracy after one epoch",
    ]);
    let mut seen = Vec::new();
    for (name, dense) in pairs {
        let begin = |rate: f64| -> Result<Model> {
            let first = Sequential::new(&train.sample_shape).add(standardise.clone()).add(Flatten);
            let net = (0..hidden).fold(first, |net, _| net.add(dense.clone()));
            let net = net.add(Dense::new(train.classes).activation(Activation::Softmax));
            let mut model = net.build(&options.device, options.seed)?;
            let optimizer = Sgd::new(rate).momentum(0.9);
            let how = Compile::new(optimizer).loss(SparseCategoricalCrossentropy::new()).metrics("accuracy");
            // The statistics are taken in the first step, and then no more.
            model.compile_with(how.observe_every(u64::MAX))?;
            Ok(model)
        };
        // One step that moves nothing: what it found is how the net begins.
        let mut model = begin(0.0)?;
        model.train_on_batch(&Samples::from(&train).select(&(0..BATCH).collect::<Vec<_>>())?)?;
        let report = hidden_only(model.insight()?, hidden);

        // What becomes of it: one epoch at the best of a few rates, each tried on a third of the samples.
        let (third, _) = train.split(train.len() / 3)?;
        let after = |rate: f64, train: &Dataset| -> anyhow::Result<History> {
            Ok(begin(rate)?.fit(train, Fit::epochs(1).batch(options.pick(BATCH, 16)).validation(&validation))?)
        };
        let rate = best_rate(name, &[0.001, 0.01, 0.1], |rate| {
            Ok(after(rate, &third)?.last("val_loss").unwrap_or(f64::INFINITY))
        });
        let (rate, accuracy) = match rate {
            Ok(rate) => (rate.to_string(), percent(after(rate, &train)?.last("val_accuracy").unwrap_or_default())),
            Err(error) => {
                eprintln!("  {error}");
                ("diverged at each".to_owned(), "–".to_owned())
            }
        };
        let deviation = |of: Option<&(String, wgrad::nn::insight::Statistics)>| {
            of.map_or("–".to_owned(), |(_, found)| format!("{:.1e}", found.deviation()))
        };
        table.row([
            name.to_owned(),
            deviation(report.activations.first()),
            deviation(report.activations.last()),
            // Gradients are told from the last layer to the first.
            deviation(report.gradients.first()),
            deviation(report.gradients.last()),
            rate,
            accuracy,
        ]);
        seen.push((name, report));
    }
    let reports: Vec<(&str, &Report)> = seen.iter().map(|(name, report)| (*name, report)).collect();
    layers(&format!("{hidden} hidden layers of 100 before training"), &reports).save(options.path("", "svg"))?;
    options.table(&table)
}

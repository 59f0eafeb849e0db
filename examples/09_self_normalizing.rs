//! Workflow 9: a deep net that keeps its activations at mean 0 and variance 1 by itself: SELU, LeCun initialisation,
//! standardised inputs, alpha dropout, and no normalisation layer. Beside it the same net with ReLU and Glorot.
//!
//! `cargo run --release --example 09_self_normalizing` (`--quick`: the built-in digits). See
//! docs/workflows/09_self_normalizing.md.

mod common;

use common::{Options, Table, percent, rates::best_rate};
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Line, Panels, Picture};

/// Samples the activations are looked at with.
const LOOKED_AT: usize = 1000;

/// Mean and standard deviation of the outputs of each hidden layer, from the first to the last.
fn activations(model: &Model, data: &Dataset) -> anyhow::Result<Vec<(f64, f64)>> {
    let (samples, _) = data.split(LOOKED_AT.min(data.len()))?;
    let layers = model.layers();
    let hidden = (0..layers.len() - 1).filter(|i| layers[*i].kind() == "dense");
    let mut found = Vec::new();
    for i in hidden {
        // The model cut off behind this layer: it shares the variables of the whole one.
        let mut part = Sequential::of(&data.sample_shape, &layers[..=i]).build(model.device(), model.seed())?;
        let outputs = part.predict(&samples.x())?.data;
        let mean = outputs.iter().sum::<f64>() / outputs.len() as f64;
        let variance = outputs.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / outputs.len() as f64;
        found.push((mean, variance.sqrt()));
    }
    Ok(found)
}

fn main() -> anyhow::Result<()> {
    let options = Options::read("09_self_normalizing")?;
    let (train, test) = options.images()?;
    let (train, validation) = train.split(train.len() * 11 / 12)?;
    let (hidden, epochs) = (vec![100; options.pick(20, 8)], options.pick(5, 4));
    let recipe =
        presets::self_normalizing_dnn(&train.sample_shape, &hidden, train.classes).batch(options.pick(128, 32));

    // Pixels from 0 to 1 are not standardised; this layer takes their mean and divides by their deviation.
    let standardise = Normalization::new().axis(&[]).adapt(&train.x(), &train.sample_shape)?;
    let relu = |hidden: &[usize]| {
        let first = Sequential::new(&train.sample_shape).add(standardise.clone()).add(Flatten);
        let layer = |units: &usize| Dense::new(*units).kernel_initializer(GlorotUniform).activation(Activation::RELU);
        let stack = hidden.iter().fold(first, |net, units| net.add(layer(units)));
        stack.add(Dense::new(train.classes).activation(Activation::Softmax))
    };
    let nets = [
        ("SELU, LeCun", recipe.clone().normalization(standardise.clone()).net()),
        ("SELU, LeCun, raw inputs", recipe.net()),
        ("SELU, LeCun, alpha dropout", recipe.clone().normalization(standardise.clone()).alpha_dropout(0.1).net()),
        ("ReLU, Glorot", relu(&hidden)),
    ];

    let mut table = Table::new([
        "net",
        "highest rate",
        "last hidden layer before: mean",
        "deviation",
        "after: mean",
        "deviation",
        "validation accuracy",
        "test accuracy",
    ]);
    let chart = |title: &str| Chart::new(title).x("hidden layer");
    let mut means = [chart("mean of activations before training"), chart("and after")];
    let mut deviations = [chart("deviation of activations before training").log_y(), chart("and after").log_y()];
    let mut losses = Chart::new("validation loss").x("epoch");
    let mut accuracies = Chart::new("validation accuracy").x("epoch").percent();
    let (third, _) = train.split(train.len() / 3)?;
    for (name, net) in nets {
        // Every net is trained as the recipe says, with Nesterov momentum and 1cycle up to the best of a few rates.
        let begin = |rate: f64, train: &Dataset, epochs: usize| -> Result<(Model, presets::Recipe)> {
            let recipe = recipe.clone().max_learning_rate(rate);
            // `build` gives the layers variables; a clone of the structure has its own, drawn from the same seed.
            let mut model = net.build(&options.device, options.seed)?.clone_model(options.seed)?;
            recipe.compile(&mut model, recipe.steps(train.len(), epochs))?;
            Ok((model, recipe))
        };
        let rate = best_rate(name, &[0.003, 0.01, 0.03], |rate| {
            // A short training: one epoch on a third of the samples.
            let (mut model, recipe) = begin(rate, &third, 1)?;
            let history = model.fit(&third, recipe.fit(1)?.validation(&validation))?;
            Ok(history.last("val_loss").unwrap_or(f64::INFINITY))
        })?;
        let (mut model, recipe) = begin(rate, &train, epochs)?;
        let before = activations(&model, &validation)?;
        let mut stopping = recipe.stopping();
        let how = Fit::epochs(epochs).batch(recipe.batch_size()).validation(&validation).callback(&mut stopping);
        let history = model.fit(&train, how.callback(ProgressBar::new()))?;
        let after = activations(&model, &validation)?;

        for (of, seen) in [&before, &after].into_iter().enumerate() {
            means[of] = means[of].clone().line(Line::new(name, seen.iter().map(|(mean, _)| *mean)));
            deviations[of] = deviations[of].clone().line(Line::new(name, seen.iter().map(|(_, d)| *d)));
        }
        let curve = |what: &str| Line::new(name, history.get(what).unwrap_or_default().to_vec());
        losses = losses.line(curve("val_loss"));
        accuracies = accuracies.line(curve("val_accuracy"));
        let number = |v: Option<f64>| {
            v.map_or("none".to_owned(), |v| if v.abs() < 0.01 { format!("{v:.1e}") } else { format!("{v:.2}") })
        };
        let (before, after) = (before.last(), after.last());
        table.row([
            name.to_owned(),
            rate.to_string(),
            number(before.map(|b| b.0)),
            number(before.map(|b| b.1)),
            number(after.map(|a| a.0)),
            number(after.map(|a| a.1)),
            percent(history.get("val_accuracy").unwrap_or_default()[stopping.best_epoch()]),
            percent(model.evaluate(&test)?.get("accuracy").unwrap_or_default()),
        ]);
    }
    let [mean_before, mean_after] = means;
    let [deviation_before, deviation_after] = deviations;
    Panels::new(format!("{} hidden layers of 100 without normalisation layers", hidden.len()))
        .panel(deviation_before)
        .panel(deviation_after)
        .panel(mean_before)
        .panel(mean_after)
        .panel(losses)
        .panel(accuracies)
        .save(options.path("", "svg"))?;
    options.table(&table)
}

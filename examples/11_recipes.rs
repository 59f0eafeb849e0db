//! Workflow 11: the textbook's two recipes, shallow and deep, on Fashion-MNIST.
//!
//! `cargo run --release --example 11_recipes` (`--quick`: the built-in digits). See docs/workflows/11_recipes.md.

mod common;

use common::{Options, Table, percent, rates::best_rate};
use std::time::Instant;
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Line, Panels, Picture};

fn main() -> anyhow::Result<()> {
    let options = Options::read("11_recipes")?;
    let (train, test) = options.images()?;
    let (train, validation) = train.split(train.len() * 11 / 12)?;
    let epochs = options.pick(10, 6);
    let (shape, classes, batch) = (&train.sample_shape, train.classes, options.pick(128, 32));

    let (shallow, deep) = (&[300, 100][..], &[100; 8][..]);
    let recipes = [
        ("default, 300 → 100", presets::default_dnn(shape, shallow, classes)),
        ("self-normalising, 300 → 100", presets::self_normalizing_dnn(shape, shallow, classes)),
        ("default, 8 × 100", presets::default_dnn(shape, deep, classes)),
        ("self-normalising, 8 × 100", presets::self_normalizing_dnn(shape, deep, classes)),
    ];

    let head = [
        "recipe",
        "parameters",
        "highest rate",
        "best epoch",
        "seconds per epoch",
        "validation accuracy",
        "test accuracy",
    ];
    let mut table = Table::new(head);
    let mut losses = Chart::new("validation loss").x("epoch");
    let mut accuracies = Chart::new("validation accuracy").x("epoch").percent();
    let (third, _) = train.split(train.len() / 3)?;
    for (name, recipe) in recipes {
        // Both are given standardised inputs; the self-normalising net cannot do without.
        let recipe = recipe.batch(batch).adapt(&train.x())?;
        // The one number worth looking for: the highest rate, after a short training on a third of the samples.
        let rate = best_rate(name, &[0.003, 0.01, 0.03], |rate| {
            let recipe = recipe.clone().max_learning_rate(rate);
            let mut model = recipe.build(&options.device, options.seed)?;
            recipe.compile(&mut model, recipe.steps(third.len(), 1))?;
            let history = model.fit(&third, recipe.fit(1)?.validation(&validation))?;
            Ok(history.last("val_loss").unwrap_or(f64::INFINITY))
        })?;
        let recipe = recipe.max_learning_rate(rate);
        let mut model = recipe.build(&options.device, options.seed)?;
        recipe.compile(&mut model, recipe.steps(train.len(), epochs))?;
        let started = Instant::now();
        let history = model.fit(&train, recipe.fit(epochs)?.validation(&validation).callback(ProgressBar::new()))?;
        let seconds = started.elapsed().as_secs_f64() / history.epochs.len() as f64;

        let curve = |what: &str| history.get(what).unwrap_or_default().to_vec();
        losses = losses.line(Line::new(name, curve("val_loss")));
        accuracies = accuracies.line(Line::new(name, curve("val_accuracy")));
        let loss = curve("val_loss");
        let best = (0..loss.len()).fold(0, |best, epoch| if loss[epoch] < loss[best] { epoch } else { best });
        table.row([
            name.to_owned(),
            model.variables().iter().map(Variable::len).sum::<usize>().to_string(),
            rate.to_string(),
            format!("{} of {}", best + 1, loss.len()),
            format!("{seconds:.1}"),
            percent(curve("val_accuracy")[best]),
            // The variables of the best epoch have come back.
            percent(model.evaluate(&test)?.get("accuracy").unwrap_or_default()),
        ]);
    }
    Panels::new(format!("{}: the textbook's recipes", train.name))
        .panel(losses)
        .panel(accuracies)
        .save(options.path("", "svg"))?;
    options.table(&table)
}

//! Workflow 5: transfer learning: a net for eight classes of Fashion-MNIST, reused for sandals against shirts.
//!
//! `cargo run --release --example 05_transfer_learning` (`--quick`: digits). See docs/workflows/05_transfer_learning.md.

mod common;

use common::samples::{draw, line, only, spread, standardize};
use common::{Options, Table};
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Picture};

fn main() -> anyhow::Result<()> {
    let options = Options::read("05_transfer_learning")?;
    let (train, test) = options.images()?;
    let (classes_a, classes_b) = ([0, 1, 2, 3, 4, 7, 8, 9], [5, 6]);
    let (train_a, test_a) = (only(&train, &classes_a)?, only(&test, &classes_a)?);
    let (train_b, test_b) = (only(&train, &classes_b)?, only(&test, &classes_b)?);
    let hidden = || Dense::new(100).kernel_initializer(LecunNormal).activation(Activation::SELU);
    let (shape, standard) = (&train.sample_shape, standardize(&train_a));
    // Built anew for each seed: models of one `Sequential` would share its layers.
    let net_a = || {
        let body = Sequential::new(shape).add(Flatten).add(standard.clone()).add(hidden()).add(hidden()).add(hidden());
        body.add(Dense::new(classes_a.len()).activation(Activation::Softmax))
    };

    let labels = options.pick(vec![10, 20, 50, 200], vec![10, 20]);
    let [mut scratch, mut frozen, mut tuned] = [(); 3].map(|()| vec![vec![]; labels.len()]);
    let (mut a_before, mut a_after, mut a_harmed) = (vec![], vec![], vec![]);
    for seed in (0..options.pick(5, 2)).map(|i| Seed(options.seed.0 + i)) {
        let mut a = net_a().build(&options.device, seed)?;
        a.compile(Adam::new(1e-3), SparseCategoricalCrossentropy::new(), "accuracy")?;
        a.fit(&train_a, Fit::epochs(options.pick(5, 2)))?;
        a_before.push(accuracy(&mut a, &test_a)?);

        for (i, count) in labels.iter().enumerate() {
            let few = draw(&train_b, *count, seed)?;
            // The same net with variables of its own, drawn anew.
            let mut b = reuse(&a.clone_model(seed)?, shape, seed)?;
            learn(&mut b, &few, 1e-3, 15)?;
            scratch[i].push(accuracy(&mut b, &test_b)?);

            // And with copies of what A learned: first the new layer alone, then all at a lower rate.
            let mut copy = a.clone_model(seed)?;
            copy.set_weights(&a.get_weights()?)?;
            let mut b = reuse(&copy, shape, seed)?;
            let layers = b.layers();
            let reused = &layers[..layers.len() - 1];
            reused.iter().for_each(|layer| layer.set_trainable(false));
            learn(&mut b, &few, 1e-3, 5)?;
            frozen[i].push(accuracy(&mut b, &test_b)?);
            reused.iter().for_each(|layer| layer.set_trainable(true));
            learn(&mut b, &few, 1e-4, 10)?;
            tuned[i].push(accuracy(&mut b, &test_b)?);
        }
        // So far A stands as it was. A model on A's own layers, not copies, trains A's too.
        a_after.push(accuracy(&mut a, &test_a)?);
        let mut b = reuse(&a, shape, seed)?;
        learn(&mut b, &draw(&train_b, labels[labels.len() - 1], seed)?, 1e-3, 15)?;
        a_harmed.push(accuracy(&mut a, &test_a)?);
    }

    let mut own = Table::new(["A on its own classes", "test accuracy in %"]);
    own.row(["trained".to_owned(), spread(&a_before)]);
    own.row(["after B learned on copies of its layers".to_owned(), spread(&a_after)]);
    own.row(["after B learned on its layers".to_owned(), spread(&a_harmed)]);
    std::fs::write(options.path("a", "md"), own.to_string())?;
    let mut table = Table::new(["labels of B", "from scratch", "A's layers, frozen", "then unfrozen"]);
    for (i, count) in labels.iter().enumerate() {
        table.row([count.to_string(), spread(&scratch[i]), spread(&frozen[i]), spread(&tuned[i])]);
    }
    Chart::new("B: sandals against shirts")
        .x("labels")
        .y("test accuracy, %")
        .log_x()
        .percent()
        .line(line("from scratch", &labels, &scratch))
        .line(line("A's layers, frozen", &labels, &frozen))
        .line(line("then unfrozen", &labels, &tuned))
        .save(options.path("", "svg"))?;
    options.table(&table)
}

/// A model for two classes on all layers of `a` but the last; it shares their variables.
fn reuse(a: &Model, shape: &[usize], seed: Seed) -> anyhow::Result<Model> {
    let layers = a.layers();
    let b = Sequential::of(shape, &layers[..layers.len() - 1]).add(Dense::new(1).activation(Activation::SIGMOID));
    Ok(b.build(a.device(), seed)?)
}

/// Trains on few samples, 20 batches of 10 an epoch.
fn learn(b: &mut Model, few: &Dataset, rate: f64, epochs: usize) -> anyhow::Result<()> {
    b.compile(Adam::new(rate), BinaryCrossentropy::new(), "accuracy")?;
    b.fit(few, Fit::epochs(epochs).batch(10).steps_per_epoch(20))?;
    Ok(())
}

fn accuracy(model: &mut Model, test: &Dataset) -> anyhow::Result<f64> {
    Ok(model.evaluate(test)?.get("accuracy").unwrap_or_default())
}

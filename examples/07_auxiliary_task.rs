//! Workflow 7: an auxiliary task: a tower learns whether two images show the same kind of thing, and is reused for a
//! classifier with few labels.
//!
//! `cargo run --release --example 07_auxiliary_task` (`--quick`: digits). See docs/workflows/07_auxiliary_task.md.

mod common;

use common::few::classify;
use common::samples::{draw, line, spread, standardize};
use common::{Options, Table, percent};
use wgrad::base::rng::permutation;
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Picture};

fn main() -> anyhow::Result<()> {
    let options = Options::read("07_auxiliary_task")?;
    let (train, test) = options.images()?;
    let hidden = |units| Dense::new(units).kernel_initializer(HeNormal).activation(Activation::ELU);
    let standard = standardize(&train);
    let tower = || Sequential::new(&[train.width()]).add(standard.clone()).add(hidden(150)).add(hidden(100));

    let labels = options.pick(vec![20, 50, 100, 300, 1000, 3000], vec![20, 50]);
    let mut reached = [(); 3].map(|()| vec![vec![]; labels.len()]);
    let mut pairs_told = vec![];
    for seed in (0..options.pick(3, 1)).map(|i| Seed(options.seed.0 + i)) {
        // One tower applied to two images: one set of variables, whose gradient is the sum of both uses.
        let shared = tower().build(&options.device, seed)?;
        let (left, right) = (Tensor::input(&[train.width()]), Tensor::input(&[train.width()]));
        let apart = Subtract.on([&shared.on(&left), &shared.on(&right)]);
        let squared = Multiply.on([&apart, &apart]);
        let same = Dense::new(1).activation(Activation::SIGMOID).on(&squared);
        let mut siamese = Graph::new([&left, &right], [&same])?.build(&options.device, seed)?;
        siamese.compile(Adam::new(1e-3), BinaryCrossentropy::new(), "accuracy")?;
        siamese.fit(pairs(&train, seed), Fit::epochs(options.pick(6, 3)))?;
        let told = siamese.evaluate(pairs(&test, seed))?.get("accuracy").unwrap_or_default();
        eprintln!("  pairs: {}", percent(told));
        pairs_told.push(told);

        let learned = shared.get_weights()?;
        for (i, count) in labels.iter().enumerate() {
            let few = draw(&train, *count, seed)?;
            let from = |learned| classify(&options, tower(), learned, (&few, &test), seed);
            let (scratch, reused) = (from(None)?, from(Some(&learned))?);
            let all = [scratch.tuned, reused.frozen, reused.tuned];
            reached.iter_mut().zip(all).for_each(|(r, accuracy)| r[i].push(accuracy));
        }
    }

    let [scratch, frozen, tuned] = reached;
    Chart::new("A tower that learned from pairs")
        .x("labels")
        .y("test accuracy, %")
        .log_x()
        .percent()
        .line(line("from scratch", &labels, &scratch))
        .line(line("tower frozen", &labels, &frozen))
        .line(line("then unfrozen", &labels, &tuned))
        .note(format!("Same or different is told right of {} % of the test pairs.", spread(&pairs_told)))
        .save(options.path("", "svg"))?;
    let mut table = Table::new(["labels", "from scratch", "tower frozen", "then unfrozen"]);
    for (i, count) in labels.iter().enumerate() {
        table.row([count.to_string(), spread(&scratch[i]), spread(&frozen[i]), spread(&tuned[i])]);
    }
    options.table(&table)
}

/// As many pairs as there are samples: of each sample and another one, half of them of its class (1), half not (0).
fn pairs(data: &Dataset, seed: Seed) -> Samples {
    let order: Vec<usize> = permutation(data.len(), seed.0, 0).into_iter().map(|i| i as usize).collect();
    let mut second = Vec::with_capacity(order.len());
    let mut same = Vec::with_capacity(order.len());
    let (random, mut drawn) = (seed.stream(0), 0);
    for (nth, first) in order.iter().enumerate() {
        let wanted = nth % 2 == 0;
        // Drawn again until it is of the kind that is wanted; it may be the same image, which is the same indeed.
        let partner = loop {
            let at = (random.uniform(0, drawn) * data.len() as f64) as usize;
            drawn += 1;
            if (data.labels[at] == data.labels[*first]) == wanted {
                break at;
            }
        };
        second.push(partner);
        same.push(f32::from(u8::from(wanted)));
    }
    let (left, right) = (data.x().select(&order), data.x().select(&second));
    Samples::new([&left, &right]).labels([&Rows::floats(1, same)]).named("pairs")
}

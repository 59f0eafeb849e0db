//! Workflow 6: unsupervised pretraining: the encoder of an autoencoder and the discriminator of a GAN learn from images
//! without labels, and are reused for a classifier with few.
//!
//! `cargo run --release --example 06_pretraining` (`--quick`: digits). See docs/workflows/06_pretraining.md.

mod common;

use common::few::classify;
use common::samples::{draw, image, spread, standardize};
use common::{Options, Table};
use wgrad::base::rng::permutation;
use wgrad::prelude::*;
use wgrad::report::plot::{Image, Images, Picture};

/// Numbers a generated image is drawn from.
const NOISE: usize = 30;
const BATCH: usize = 64;

fn main() -> anyhow::Result<()> {
    let options = Options::read("06_pretraining")?;
    let (train, test) = options.images()?;
    let (unlabelled, _) = train.split(options.pick(20_000, 640))?;
    // What all classifiers have below their last layer.
    let standard = standardize(&unlabelled);
    let tower = || Sequential::new(&[train.width()]).add(standard.clone()).add(hidden(150)).add(hidden(100));

    let labels = options.pick(vec![50, 300, 2000], vec![50]);
    let names = ["nothing", "autoencoder, frozen", "autoencoder, unfrozen", "GAN, frozen", "GAN, unfrozen"];
    let mut reached = vec![vec![vec![]; labels.len()]; names.len()];
    let mut picture = None;
    for seed in (0..options.pick(3, 1)).map(|i| Seed(options.seed.0 + i)) {
        let (encoder, rebuilt) = autoencoder(&options, tower(), &unlabelled, &test, seed)?;
        let (discriminator, forged) = gan(&options, tower(), &unlabelled, seed)?;
        picture.get_or_insert((rebuilt, forged));
        for (i, count) in labels.iter().enumerate() {
            let few = draw(&train, *count, seed)?;
            let from = |learned| classify(&options, tower(), learned, (&few, &test), seed);
            let (scratch, coded, judged) = (from(None)?, from(Some(&encoder))?, from(Some(&discriminator))?);
            let all = [scratch.tuned, coded.frozen, coded.tuned, judged.frozen, judged.tuned];
            reached.iter_mut().zip(all).for_each(|(r, accuracy)| r[i].push(accuracy));
        }
    }

    let mut images = Images::new("Seen, rebuilt, invented").columns(10).side(56.0);
    if let Some((rebuilt, forged)) = picture {
        for i in 0..10 {
            images = images.image(image(&train.sample_shape, &test.row(i).unwrap_or_default().0)?, "");
        }
        for shown in rebuilt.into_iter().chain(forged) {
            images = images.image(shown, "");
        }
    }
    images.save(options.path("", "svg"))?;
    let mut table = Table::new(["learned before", "50 labels", "300 labels", "2,000 labels"]);
    for (name, r) in names.iter().zip(&reached) {
        let cell = |i: usize| r.get(i).map_or("-".to_owned(), |shares| spread(shares));
        table.row([(*name).to_owned(), cell(0), cell(1), cell(2)]);
    }
    options.table(&table)
}

fn hidden(units: usize) -> Dense {
    Dense::new(units).kernel_initializer(LecunNormal).activation(Activation::SELU)
}

/// Learns to give images back through the tower; gives the tower's weights and some images that came back.
fn autoencoder(
    options: &Options,
    tower: Sequential,
    data: &Dataset,
    test: &Dataset,
    seed: Seed,
) -> anyhow::Result<(Vec<Vec<f64>>, Vec<Image>)> {
    let width = data.width();
    let encoder = tower.build(&options.device, seed)?;
    let decoder = Sequential::new(&[100]).add(hidden(150)).add(Dense::new(width).activation(Activation::SIGMOID));
    let mut model = Sequential::new(&[width]).add(&encoder).add(&decoder).build(&options.device, seed)?;
    model.compile(Adam::new(1e-3), BinaryCrossentropy::new(), ())?;
    // The images are their own labels.
    let itself = Samples::new([&data.x()]).labels([&data.x()]);
    let history = model.fit(&itself, Fit::epochs(options.pick(8, 3)).batch(BATCH))?;
    eprintln!("  autoencoder: loss {:.4}", history.last("loss").unwrap_or(f64::NAN));
    let rebuilt = model.predict(&test.x().range(0, 10))?;
    Ok((encoder.get_weights()?, images(&rebuilt, data)?))
}

/// A generator and a discriminator learn in turn; gives the weights of the discriminator's tower and some images of the
/// generator.
fn gan(
    options: &Options,
    tower: Sequential,
    data: &Dataset,
    seed: Seed,
) -> anyhow::Result<(Vec<Vec<f64>>, Vec<Image>)> {
    let width = data.width();
    let below = tower.build(&options.device, seed)?;
    let rate = || Adam::new(2e-4).beta_1(0.5);
    let discriminator = Sequential::new(&[width]).add(&below).add(Dense::new(1).activation(Activation::SIGMOID));
    let mut judge = discriminator.build(&options.device, seed)?;
    judge.compile(rate(), BinaryCrossentropy::new(), "accuracy")?;

    let generator = Sequential::new(&[NOISE])
        .add(hidden(100))
        .add(hidden(150))
        .add(Dense::new(width).activation(Activation::SIGMOID));
    let mut forger = generator.build(&options.device, seed)?;
    // Both share their variables with this one, in which only the generator learns: the discriminator is frozen when it
    // is compiled, and goes on learning in the model compiled before.
    let mut both = Sequential::new(&[NOISE]).add(&generator).add(&discriminator).build(&options.device, seed)?;
    judge.set_trainable(false);
    both.compile(rate(), BinaryCrossentropy::new(), ())?;

    let (real, forged) = (Rows::floats(1, vec![1.0; BATCH]), Rows::floats(1, vec![0.0; BATCH]));
    let random = seed.stream(0);
    let noise = |step: usize| {
        let normal = |i: usize| random.normal(step as u32, i as u32) as f32;
        Rows::floats(NOISE, (0..BATCH * NOISE).map(normal).collect())
    };
    let (mut step, mut told) = (0, [0.0; 2]);
    for epoch in 0..options.pick(12, 2) {
        let order: Vec<usize> = permutation(data.len(), seed.0, epoch).into_iter().map(|i| i as usize).collect();
        for batch in order.chunks_exact(BATCH) {
            let noise = noise(step);
            let invented = Rows::from(&forger.predict(&noise)?);
            judge.train_on_batch((&data.x().select(batch), &real))?;
            let seen = judge.train_on_batch((&invented, &forged))?;
            let fooled = both.train_on_batch((&noise, &real))?;
            told = [seen.get("accuracy").unwrap_or_default(), fooled.loss()];
            step += 1;
        }
    }
    eprintln!("  GAN: forgeries found out {:.2}, generator's loss {:.3}", told[0], told[1]);
    let invented = forger.predict(&noise(step).range(0, 10))?;
    Ok((below.get_weights()?, images(&invented, data)?))
}

fn images(of: &Array, data: &Dataset) -> anyhow::Result<Vec<Image>> {
    let shown = |row: &[f64]| image(&data.sample_shape, &row.iter().map(|v| *v as f32).collect::<Vec<_>>());
    of.rows().map(shown).collect()
}

//! Workflow 1: the textbook's net on Fashion-MNIST: batch normalisation, He initialisation, ELU, Nadam.
//!
//! `cargo run --release --example 01_fashion_mnist` (`--quick`: the built-in digits). See docs/workflows/01_fashion_mnist.md.

mod common;

use common::{Options, Table, percent};
use wgrad::prelude::*;
use wgrad::report::plot::{Chart, Line, Panels, Picture};

fn main() -> anyhow::Result<()> {
    let options = Options::read("01_fashion_mnist")?;
    let (train, test) = options.images()?;
    let (train, validation) = train.split(train.len() * 11 / 12)?;
    let hidden = |units| Dense::new(units).kernel_initializer(HeNormal).use_bias(false);

    let mut model = Sequential::new(&train.sample_shape)
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(hidden(300))
        .add(BatchNormalization::new())
        .add(Activation::ELU)
        .add(hidden(100))
        .add(BatchNormalization::new())
        .add(Activation::ELU)
        .add(Dense::new(train.classes).activation(Activation::Softmax))
        .build(&options.device, options.seed)?;
    model.compile(Nadam::new(1e-3).clipnorm(1.0), SparseCategoricalCrossentropy::new(), "accuracy")?;

    let mut stopping = EarlyStopping::on("val_loss").patience(3).restore_best_weights(true);
    let how =
        Fit::epochs(options.pick(20, 3)).validation(&validation).callback(ProgressBar::new()).callback(&mut stopping);
    let history = model.fit(&train, how)?;
    let tested = model.evaluate(&test)?;

    let curve = |name: &str| history.get(name).unwrap_or_default().to_vec();
    let panel = |what: &str| {
        Chart::new(what)
            .x("epoch")
            .line(Line::new("training", curve(what)))
            .line(Line::new("validation", curve(&format!("val_{what}"))).dashed())
    };
    Panels::new("Fashion-MNIST").panel(panel("loss")).panel(panel("accuracy")).save(options.path("", "svg"))?;
    let mut table = Table::new(["epochs", "best epoch", "training accuracy", "validation accuracy", "test accuracy"]);
    let best = stopping.best_epoch();
    let accuracy = tested.get("accuracy").unwrap_or_default();
    table.row([
        history.epochs.len().to_string(),
        (best + 1).to_string(),
        percent(curve("accuracy")[best]),
        percent(curve("val_accuracy")[best]),
        percent(accuracy),
    ]);
    options.table(&table)
}

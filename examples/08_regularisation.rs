//! Workflow 8: regularisation of a net that overfits, and Monte Carlo dropout.
//!
//! `cargo run --release --example 08_regularisation` (`--quick`: digits). See docs/workflows/08_regularisation.md.

mod common;

use common::samples::{class_name, draw, image, mean_and_deviation, spread, standardize};
use common::{Options, Table, percent};
use std::time::Instant;
use wgrad::prelude::*;
use wgrad::report::plot::{Bars, Chart, Images, Line, Panels, Picture};

/// What holds a net back.
#[derive(Clone, Copy, PartialEq)]
enum Brake {
    None,
    L2(f64),
    L1(f64),
    Dropout(f64),
    Alpha(f64),
    MaxNorm(f64),
    /// Dropout before the last layer only; 0.5.
    Last,
    /// The same layers as `Dropout` and `Last`, always on: for asking one pass at a time.
    McDropout(f64),
    McLast,
}

fn main() -> anyhow::Result<()> {
    let options = Options::read("08_regularisation")?;
    let (train, test) = options.images()?;
    let train = draw(&train, options.pick(10_000, 500), options.seed)?;
    let (watched, _) = test.split(test.len() / 5)?;
    let (brakes, epochs) = (
        [
            ("none", Brake::None),
            ("l2 1e-4", Brake::L2(1e-4)),
            ("l1 1e-5", Brake::L1(1e-5)),
            ("dropout 0.3", Brake::Dropout(0.3)),
            ("alpha dropout 0.1", Brake::Alpha(0.1)),
            ("max-norm 1", Brake::MaxNorm(1.0)),
        ],
        options.pick(15, 2),
    );
    let mut table = Table::new([
        "regularisation",
        "training accuracy",
        "test accuracy",
        "training loss",
        "test loss",
        "least on the way",
    ]);
    let mut curves = Chart::new("loss of a fifth of the test set").x("epoch");
    for (name, brake) in brakes {
        let mut told = [(); 5].map(|()| vec![]);
        let mut runs = vec![];
        for seed in (0..options.pick(2, 1)).map(|i| Seed(options.seed.0 + i)) {
            let mut model = net(&options, &train, brake, seed)?;
            model.compile(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), "accuracy")?;
            let history = model.fit(&train, Fit::epochs(epochs).validation(&watched))?;
            // Of the training set anew: the epoch's own numbers are with dropout on, and of a net still learning.
            let (on_train, on_test) = (model.evaluate(&train)?, model.evaluate(&test)?);
            let run = history.get("val_loss").unwrap_or_default().to_vec();
            let accuracy = |logs: &Logs| logs.get("accuracy").unwrap_or_default();
            let least = run.iter().copied().fold(f64::INFINITY, f64::min);
            let all = [accuracy(&on_train), accuracy(&on_test), on_train.loss(), on_test.loss(), least];
            told.iter_mut().zip(all).for_each(|(t, v)| t.push(v));
            runs.push(run);
        }
        let [on_train, on_test, losses @ ..] = &told;
        let [train_loss, test_loss, least] = losses.each_ref().map(|l| format!("{:.3}", mean_and_deviation(l).0));
        table.row([name.to_owned(), spread(on_train), spread(on_test), train_loss, test_loss, least]);
        curves = curves.line(Line::mean(name, &runs));
    }
    curves.save(options.path("", "svg"))?;
    monte_carlo(&options, &train, &test)?;
    options.table(&table)
}

/// The net of the comparison with something that holds it back.
fn net(options: &Options, data: &Dataset, brake: Brake, seed: Seed) -> anyhow::Result<Model> {
    let mut net = Sequential::new(&data.sample_shape).add(Flatten).add(standardize(data));
    for units in [100, 100] {
        let dense = Dense::new(units).kernel_initializer(HeNormal).activation(Activation::RELU);
        net = match brake {
            Brake::None | Brake::Last | Brake::McLast => net.add(dense),
            Brake::L2(l2) => net.add(dense.kernel_regularizer(L2(l2))),
            Brake::L1(l1) => net.add(dense.kernel_regularizer(L1(l1))),
            Brake::MaxNorm(norm) => net.add(dense.kernel_constraint(MaxNorm::new(norm))),
            // Dropout from the input on.
            Brake::Dropout(rate) => net.add(Dropout::new(rate)).add(dense),
            Brake::McDropout(rate) => net.add(McDropout::new(rate)).add(dense),
            // A net that normalises itself; alpha dropout keeps mean and variance.
            Brake::Alpha(rate) => {
                let dense = Dense::new(units).kernel_initializer(LecunNormal).activation(Activation::SELU);
                net.add(AlphaDropout::new(rate)).add(dense)
            }
        };
    }
    net = match brake {
        Brake::Dropout(rate) => net.add(Dropout::new(rate)),
        Brake::McDropout(rate) => net.add(McDropout::new(rate)),
        Brake::Alpha(rate) => net.add(AlphaDropout::new(rate)),
        Brake::Last => net.add(Dropout::new(0.5)),
        Brake::McLast => net.add(McDropout::new(0.5)),
        _ => net,
    };
    Ok(net.add(Dense::new(data.classes).activation(Activation::Softmax)).build(&options.device, seed)?)
}

/// Predictions of 100 passes with dropout on: how right, how sure, and how fast.
fn monte_carlo(options: &Options, train: &Dataset, test: &Dataset) -> anyhow::Result<()> {
    let (passes, epochs) = options.pick((100, 15), (10, 3));
    let (asked, one_by_one) = (format!("predict_mc({passes})"), format!("{passes} × predict"));
    let mut table = Table::new(["dropout", "accuracy", "of the mean of the passes", &asked, &one_by_one, "ratio"]);
    let mut uncertain = None;
    let nets = [
        ("from the input on, 0.3", Brake::Dropout(0.3), Brake::McDropout(0.3)),
        ("before the last layer, 0.5", Brake::Last, Brake::McLast),
    ];
    for (name, brake, always) in nets {
        let mut model = net(options, train, brake, options.seed)?;
        model.compile(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), "accuracy")?;
        model.fit(train, Fit::epochs(epochs))?;
        let plain = model.evaluate(test)?.get("accuracy").unwrap_or_default();
        // The time includes recording the passes, which a second call would not do again.
        let clock = Instant::now();
        let answers = model.predict_mc(&test.x(), passes)?;
        let together = clock.elapsed().as_secs_f64();

        let mut one = net(options, train, always, options.seed)?;
        one.set_weights(&model.get_weights()?)?;
        one.predict(&test.x())?;
        let clock = Instant::now();
        let mut sum = vec![0.0; answers.mean.data.len()];
        for _ in 0..passes {
            sum.iter_mut().zip(one.predict(&test.x())?.data).for_each(|(s, p)| *s += p / passes as f64);
        }
        let alone = clock.elapsed().as_secs_f64();
        let right = answers.mean.argmax().iter().zip(&test.labels).filter(|(a, b)| **a == **b as usize).count();
        table.row([
            name.to_owned(),
            percent(plain),
            percent(right as f64 / test.len() as f64),
            format!("{together:.2} s"),
            format!("{alone:.2} s"),
            format!("{:.1}", alone / together),
        ]);
        uncertain.get_or_insert((answers, model.predict(&test.x())?));
    }
    print!("{table}");
    std::fs::write(options.path("monte_carlo", "md"), table.to_string())?;

    let Some((answers, plain)) = uncertain else { return Ok(()) };
    // The image whose answer varies most from pass to pass.
    let best = answers.mean.argmax();
    let doubt = |i: &usize| answers.std.row(*i)[best[*i]];
    let Some(at) = (0..test.len()).max_by(|a, b| doubt(a).total_cmp(&doubt(b))) else { return Ok(()) };
    let told = class_name(test, test.labels[at] as usize);
    let shown =
        Images::new("").side(170.0).image(image(&test.sample_shape, &test.row(at).unwrap_or_default().0)?, told);
    let mut passes_told =
        Bars::new(format!("{passes} passes with dropout, mean ± deviation")).x("probability").percent().sized(420.0);
    let mut plain_told = Bars::new("one pass without dropout").x("probability").percent().sized(420.0);
    for class in 0..test.classes {
        let name = class_name(test, class);
        passes_told = passes_told.bar_spread(name.clone(), answers.mean.row(at)[class], answers.std.row(at)[class]);
        plain_told = plain_told.bar(name, plain.row(at)[class]);
    }
    let panels = Panels::new("The image the passes agree least about").columns(3);
    panels.panel(shown).panel(plain_told).panel(passes_told).save(options.path("monte_carlo", "svg"))?;
    Ok(())
}

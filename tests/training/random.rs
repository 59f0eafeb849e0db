//! Any stack a user can write gives a model that trains a step, or a typed error: never a panic.

use proptest::prelude::*;
use std::sync::Arc;
use wgrad::base::{Error, Result, RowData, Rows, Seed};
use wgrad::exec::cpu::CpuExecutor;
use wgrad::nn::act::Activation;
use wgrad::nn::layer::{
    Add, AlphaDropout, BatchNormalization, Concatenate, Dense, Dropout, Embedding, Flatten, GaussianDropout,
    GaussianNoise, GroupNormalization, LayerNormalization, McDropout, Multiply, Normalization, Permute, Prelu,
    Rescaling, Reshape, RmsNormalization, Rrelu, SpatialDropout1D,
};
use wgrad::nn::loss::{self, Loss};
use wgrad::nn::optim::{Adam, Nadam, Sgd};
use wgrad::train::{Compiled, Sequential, Trainer};

#[derive(Clone, Debug)]
enum Piece {
    Dense(usize, &'static str, bool),
    Activation(&'static str),
    BatchNormalization(f64, f64),
    Dropout(f64),
    Flatten,
    Other(usize, isize, f64),
}

const NAMES: [&str; 7] = ["linear", "relu", "elu", "tanh", "sigmoid", "softmax", "nothing"];

fn piece() -> impl Strategy<Value = Piece> {
    let name = || prop::sample::select(&NAMES[..]);
    let share = prop::sample::select(&[-0.5, 0.0, 0.3, 0.99, 1.0, f64::NAN][..]);
    prop_oneof![
        4 => (0_usize..9, name(), any::<bool>()).prop_map(|(n, a, b)| Piece::Dense(n, a, b)),
        1 => name().prop_map(Piece::Activation),
        1 => (share.clone(), prop::sample::select(&[1e-3, 0.0, -1.0][..]))
            .prop_map(|(m, e)| Piece::BatchNormalization(m, e)),
        1 => share.clone().prop_map(Piece::Dropout),
        1 => Just(Piece::Flatten),
        4 => (0..OTHERS, -3_isize..4, share).prop_map(|(which, axis, share)| Piece::Other(which, axis, share)),
    ]
}

/// How many [`other`] knows.
const OTHERS: usize = 18;

/// Another layer on top, with some axis and some number in its options.
fn other(net: Sequential, which: usize, axis: isize, share: f64) -> Sequential {
    match which {
        0 => net.add(LayerNormalization::new().axis(&[axis])),
        1 => net.add(LayerNormalization::new().axis(&[axis, 1]).scale(false)),
        2 => net.add(RmsNormalization::new().axis(&[axis]).epsilon(share)),
        3 => net.add(GroupNormalization::new(axis).axis(-1)),
        4 => net.add(BatchNormalization::new().axis(axis).trainable(share == 0.3)),
        5 => net.add(Prelu::new().shared_axes(&[axis])),
        6 => net.add(Rrelu::new().slopes(share, 1.0)),
        7 => net.add(AlphaDropout::new(share)),
        8 => net.add(GaussianDropout::new(share)),
        9 => net.add(GaussianNoise::new(share)),
        10 => net.add(McDropout::new(share)),
        11 => net.add(SpatialDropout1D::new(share)),
        12 => net.add(Rescaling::new(share).offset(1.0)),
        13 => net.add(Normalization::new().axis(&[axis]).statistics(&[share], &[share])),
        14 => net.add(Reshape::new(&[axis as i64, 2])),
        15 => net.add(Permute::new(&[2, 1])),
        16 => net.add(Embedding::new(axis.unsigned_abs() + 2, 3)),
        _ if share == 0.3 => net.add(Add).add(Multiply),
        _ => net.add(Concatenate::new().axis(axis)),
    }
}

fn build(
    shape: &[usize],
    pieces: &[Piece],
    loss: &Arc<dyn Loss>,
    optimizer: usize,
    rate: f64,
    batch: usize,
) -> Result<Compiled> {
    let mut net = Sequential::new(shape);
    for p in pieces {
        net = match p {
            Piece::Dense(n, a, bias) => net.add(Dense::new(*n).activation(Activation::named(a)?).use_bias(*bias)),
            Piece::Activation(a) => net.add(Activation::named(a)?),
            Piece::BatchNormalization(m, e) => net.add(BatchNormalization::new().momentum(*m).epsilon(*e)),
            Piece::Dropout(rate) => net.add(Dropout::new(*rate)),
            Piece::Flatten => net.add(Flatten),
            Piece::Other(which, axis, share) => other(net, *which, *axis, *share),
        };
    }
    match optimizer {
        0 => net.compile(Sgd::new(rate).momentum(0.5), loss.clone(), batch, Seed(1)),
        1 => net.compile(Adam::new(rate), loss.clone(), batch, Seed(1)),
        _ => net.compile(Nadam::new(rate), loss.clone(), batch, Seed(1)),
    }
}

/// Three steps on 2½ batches of noise.
fn train(model: Compiled, width: usize, loss: &dyn Loss) -> Result<()> {
    let (batch, outputs) = (model.plan.batch, model.heads[0].outputs);
    let samples = batch * 2 + batch.div_ceil(2);
    let noise = |len: usize| (0..len).map(|i| ((i * 7919) % 23) as f32 / 11.0 - 1.0);
    let table = |width: usize, numbers: Vec<f32>| Rows { width, data: RowData::Floats(Arc::from(numbers)) };
    let label_width = loss.label_width(outputs);
    let classes = loss.refuse(0.5, outputs).is_some();
    let labels = match classes {
        true => (0..samples).map(|i| (i % outputs) as f32).collect(),
        false => noise(samples * label_width).map(f32::abs).collect(),
    };
    let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
    let mut trainer = Trainer::new(model, &mut executor, Seed(1));
    let data = trainer.load(table(width, noise(samples * width).collect()), table(label_width, labels), "noise")?;
    trainer.epoch(data, samples, usize::MAX, std::time::Duration::MAX, &mut |_, _, _| {})?;
    trainer.evaluate(data, samples).map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_model_or_a_typed_error(
        shape in prop::collection::vec(0_usize..5, 0..4),
        pieces in prop::collection::vec(piece(), 0..6),
        loss in 0..loss::all().len(),
        optimizer in 0_usize..3,
        rate in prop::sample::select(&[0.0, 1e-3, 0.5, 1e30, -1.0, f64::INFINITY][..]),
        batch in 0_usize..6,
    ) {
        let loss = loss::all().swap_remove(loss);
        let done = build(&shape, &pieces, &loss, optimizer, rate, batch)
            .and_then(|model| train(model, shape.iter().product(), &*loss));
        if let Err(e) = done {
            let typed = matches!(e, Error::Request { .. } | Error::Diverged { .. });
            prop_assert!(typed, "another kind of error: {e}");
            prop_assert!(e.to_string().contains(';'), "without help: {e}");
        }
    }
}

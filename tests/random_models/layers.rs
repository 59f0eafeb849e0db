//! Every layer of the vocabulary with random options.

use crate::choices::Choices;
use wgrad::base::Result;
use wgrad::nn::{constraint, init, regularizer};
use wgrad::prelude::*;

/// Layers of one input whose output has its shape: branches of them can be merged again.
const KEEPING: usize = 24;
/// Layers of one input.
const ALL: usize = KEEPING + 7;

const ACTIVATIONS: [&str; 21] = [
    "relu",
    "linear",
    "elu",
    "tanh",
    "sigmoid",
    "softmax",
    "selu",
    "gelu",
    "silu",
    "celu",
    "hard_sigmoid",
    "leaky_relu",
    "log_softmax",
    "mish",
    "relu6",
    "softplus",
    "softsign",
    "swish",
    "exponential",
    "gelu_approximate",
    "nothing",
];

pub fn activation(c: &mut Choices<'_>) -> Result<Activation> {
    if c.once_in(6) {
        let p = c.number(&[1.0, 0.5]);
        return Ok(match c.below(4) {
            0 => Activation::elu(p),
            1 => Activation::celu(p),
            2 => Activation::leaky_relu(p),
            _ => Activation::relu(Some(p), 0.1, c.number(&[0.0, 0.25])),
        });
    }
    // The last two are no activations.
    let names = if c.odd() { &ACTIVATIONS[..] } else { &ACTIVATIONS[..ACTIVATIONS.len() - 2] };
    Activation::named(c.one_of(names))
}

/// `name:key=number,…`, as the command line has it, with a few of the keys.
pub fn words(c: &mut Choices<'_>, name: &str, keys: &[&str], sound: &[f64]) -> String {
    let mut given = Vec::new();
    for key in keys {
        let value = match *key {
            "staircase" | "cycle" | "three_phase" | "nesterov" | "centered" | "amsgrad" | "use_ema" => {
                "true".to_owned()
            }
            "axis" => c.axis(&[0, 1]).to_string(),
            "mode" | "distribution" | "anneal_strategy" if !c.odd() => continue,
            _ => c.number(sound).to_string(),
        };
        if c.once_in(4) {
            given.push(format!("{key}={value}"));
        }
    }
    if given.is_empty() { name.to_owned() } else { format!("{name}:{}", given.join(",")) }
}

/// One of the names of a list, with a few of its parameters.
fn named(
    c: &mut Choices<'_>,
    names: impl Iterator<Item = (&'static str, &'static [&'static str])>,
    sound: &[f64],
) -> String {
    let all: Vec<_> = names.collect();
    let (name, keys) = c.one_of(&all);
    let words = words(c, name, keys, sound);
    c.tell(&words);
    words
}

fn dense(c: &mut Choices<'_>) -> Result<SharedLayer> {
    let mut dense = Dense::new(c.size(&[3, 1, 2, 6])).use_bias(!c.once_in(4)).activation(activation(c)?);
    if c.once_in(4) {
        dense = dense.kernel_initializer(init::named(&named(c, init::names(), &[1.0, 0.5, 0.1]))?);
    }
    if c.once_in(4) {
        dense = dense.kernel_regularizer(regularizer::named(&named(c, regularizer::names(), &[0.01, 0.0]))?);
    }
    if c.once_in(4) {
        dense = dense.kernel_constraint(constraint::named(&named(c, constraint::names(), &[1.0, 0.0]))?);
    }
    if c.once_in(8) {
        dense = dense.bias_regularizer(L2(c.number(&[0.01]))).bias_constraint(NonNeg);
    }
    if c.once_in(8) {
        dense = dense.activity_regularizer(L1L2 { l1: c.number(&[0.01]), l2: c.number(&[0.01]) });
    }
    Ok(dense.into_layer())
}

fn normalization(c: &mut Choices<'_>, which: usize) -> SharedLayer {
    let (axis, epsilon) = (c.axis(&[-1, 1]), c.number(&[1e-3, 1e-5]));
    match which {
        0 => BatchNormalization::new()
            .axis(axis)
            .momentum(c.number(&[0.9, 0.0]))
            .epsilon(epsilon)
            .scale(!c.once_in(3))
            .center(!c.once_in(3))
            .trainable(!c.once_in(5))
            .into_layer(),
        1 => LayerNormalization::new().axis(&[axis]).epsilon(epsilon).scale(!c.once_in(3)).into_layer(),
        2 => LayerNormalization::new().axis(&[axis, c.axis(&[-2, -1])]).center(false).into_layer(),
        3 => RmsNormalization::new().axis(&[axis]).epsilon(epsilon).into_layer(),
        _ => GroupNormalization::new(c.axis(&[-1, 1])).axis(axis).epsilon(epsilon).into_layer(),
    }
}

/// A layer that draws at random.
fn noise(c: &mut Choices<'_>) -> SharedLayer {
    let rate = c.number(&[0.25, 0.0, 0.5]);
    match c.below(9) {
        0 => Dropout::new(rate).into_layer(),
        1 => McDropout::new(rate).into_layer(),
        2 => AlphaDropout::new(rate).into_layer(),
        3 => McAlphaDropout::new(rate).into_layer(),
        4 => GaussianDropout::new(rate).into_layer(),
        5 => GaussianNoise::new(rate).into_layer(),
        6 => SpatialDropout1D::new(rate).into_layer(),
        7 => SpatialDropout2D::new(rate).channels_first(c.once_in(2)).into_layer(),
        _ => Rrelu::new().slopes(c.number(&[0.1, 0.0]), c.number(&[0.3, 0.1])).into_layer(),
    }
}

/// A layer of one input; where `keeping`, one whose output has the input's shape.
pub fn layer(c: &mut Choices<'_>, keeping: bool) -> Result<SharedLayer> {
    let layer = match c.below(if keeping { KEEPING } else { ALL }) {
        0..=3 => activation(c)?.into_layer(),
        n @ 4..=8 => normalization(c, n - 4),
        9..=13 => noise(c),
        14 => Relu::new()
            .max_value(c.number(&[6.0, 1.0]))
            .negative_slope(c.number(&[0.0, 0.1]))
            .threshold(c.number(&[0.0, 0.1]))
            .into_layer(),
        15 => LeakyRelu::new(c.number(&[0.3, 0.0])).into_layer(),
        16 => Elu::new(c.number(&[1.0, 0.5])).into_layer(),
        17 => {
            let axes: Vec<isize> = (0..c.below(3)).map(|_| c.axis(&[1, 2])).collect();
            Prelu::new().shared_axes(&axes).into_layer()
        }
        18 => Softmax::new().axis(c.axis(&[-1, 1])).into_layer(),
        19 => LogSoftmax::new().axis(c.axis(&[-1, 1])).into_layer(),
        20 => {
            let each: Vec<f64> = (0..c.size(&[1, 2, 3]).min(4)).map(|_| c.number(&[0.5, 2.0])).collect();
            if c.once_in(2) { Rescaling::each(&each) } else { Rescaling::new(each.first().copied().unwrap_or(1.0)) }
                .offset(c.number(&[0.0, 1.0]))
                .into_layer()
        }
        21 => {
            let numbers: Vec<f64> = (0..c.size(&[1, 2, 3]).min(4)).map(|_| c.number(&[0.5, 1.0])).collect();
            let plain = Normalization::new().invert(c.once_in(3));
            let plain = if c.once_in(2) { plain.axis(&[c.axis(&[-1, 1])]) } else { plain.axis(&[]) };
            plain.statistics(&numbers, &numbers).into_layer()
        }
        22 => ActivityRegularization::new(c.number(&[0.01, 0.0]), c.number(&[0.01, 0.0])).into_layer(),
        23 => Identity.into_layer(),
        24..=26 => dense(c)?,
        27 => Flatten.into_layer(),
        28 => {
            let target: Vec<i64> = (0..c.below(4)).map(|_| c.axis(&[-1, 1, 2, 3]) as i64).collect();
            Reshape::new(if target.is_empty() { &[-1] } else { &target }).into_layer()
        }
        29 => {
            let orders: [&[usize]; 6] = [&[1], &[2, 1], &[1, 2], &[3, 1, 2], &[], &[1, 1]];
            Permute::new(c.one_of(&orders)).into_layer()
        }
        _ => Embedding::new(c.size(&[4, 8]), c.size(&[2, 1])).into_layer(),
    };
    c.tell(layer.kind());
    Ok(layer)
}

/// A layer of several inputs, recorded on them.
pub fn merged(c: &mut Choices<'_>, inputs: Vec<Tensor>) -> Tensor {
    let which = c.below(8);
    c.tell(format!("merge {which} of {}", inputs.len()));
    match which {
        0 => Add.on(inputs),
        1 => Subtract.on(inputs),
        2 => Multiply.on(inputs),
        3 => Average.on(inputs),
        4 => Maximum.on(inputs),
        5 => Minimum.on(inputs),
        6 => Concatenate::new().axis(c.axis(&[-1, 1])).on(inputs),
        _ => {
            let axes = [c.axis(&[-1, 1]), c.axis(&[-1, 1])];
            Dot::new(axes).normalize(c.once_in(2)).on(inputs)
        }
    }
}

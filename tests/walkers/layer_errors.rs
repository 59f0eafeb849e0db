//! What layers refuse: a typed error that names the layer and what was wrong.

use wgrad::base::{Error, Seed};
use wgrad::nn::layer::{
    Add, AlphaDropout, Average, BatchNormalization, Concatenate, Dense, Dot, Dropout, Embedding, GaussianDropout,
    GaussianNoise, GroupNormalization, Identity, Layer, LayerNormalization, Maximum, McDropout, Multiply,
    Normalization, Permute, Prelu, Rescaling, Reshape, RmsNormalization, Rrelu, SpatialDropout1D, SpatialDropout2D,
    Subtract,
};
use wgrad::plan::Tape;

/// Asserts that `layer` refuses inputs of `shapes`, saying `word`.
fn refuses(layer: &dyn Layer, shapes: &[&[usize]], word: &str) {
    let mut tape = Tape::new(4, Seed(1));
    let inputs: Vec<_> = shapes.iter().enumerate().map(|(i, s)| tape.input(&format!("x{i}"), s)).collect();
    tape.enter("mine");
    let error = layer.call(&mut tape, &inputs).expect_err(layer.kind());
    let text = error.to_string();
    let typed = matches!(error, Error::Request { .. });
    assert!(typed && text.contains("`mine`") && text.contains(word), "{} on {shapes:?}: {text}", layer.kind());
}

#[test]
fn another_number_of_inputs() {
    let two: &[&[usize]] = &[&[4, 3], &[4, 3]];
    let single: [&dyn Layer; 8] = [
        &Dense::new(2),
        &BatchNormalization::new(),
        &Identity,
        &Dropout::new(0.5),
        &Permute::new(&[1]),
        &Prelu::new(),
        &Rescaling::new(1.0),
        &Embedding::new(2, 2),
    ];
    for layer in single {
        refuses(layer, two, "expected 1 input, got 2");
        refuses(layer, &[], "got 0");
    }
    refuses(&Subtract, &[&[4, 3]], "expected 2 inputs");
    refuses(&Dot::new([1, 1]), &[&[4, 3]], "expected 2 inputs");
    refuses(&Add, &[], "got 0");
    refuses(&Concatenate::new(), &[], "got 0");
}

#[test]
fn other_shapes() {
    let merging: [&dyn Layer; 5] = [&Add, &Average, &Multiply, &Maximum, &Subtract];
    for layer in merging {
        refuses(layer, &[&[4, 3], &[4, 2]], "[4, 2]");
        refuses(layer, &[&[4, 3], &[4, 2, 2]], "[4, 2, 2]");
        refuses(layer, &[&[4, 3], &[1, 3]], "[1, 3]");
        refuses(layer, &[&[4, 0], &[4, 0]], "[4, 0]");
    }
    refuses(&Concatenate::new(), &[&[4, 3, 2], &[4, 2, 2]], "[4, 2, 2]");
    refuses(&Dot::new([1, 1]), &[&[4, 3], &[4, 2]], "[4, 3] and [4, 2]");
    refuses(&Dot::new([0, 1]), &[&[4, 3], &[4, 4]], "axis");
    refuses(&Dense::new(2), &[&[4]], "[4]");
    refuses(&Dense::new(2), &[&[4, 0]], "[4, 0]");
    refuses(&SpatialDropout1D::new(0.5), &[&[4, 3]], "3 axes");
    refuses(&SpatialDropout2D::new(0.5), &[&[4, 3, 2]], "4 axes");
    refuses(&Reshape::new(&[2, 2]), &[&[4, 3]], "target_shape");
    refuses(&Reshape::new(&[-1, -1]), &[&[4, 4]], "target_shape");
    refuses(&Reshape::new(&[-2]), &[&[4, 4]], "target_shape");
    refuses(&Permute::new(&[1, 1]), &[&[4, 3, 2]], "dims");
    refuses(&Permute::new(&[0, 1]), &[&[4, 3, 2]], "dims");
    refuses(&Permute::new(&[7, 6, 5, 4, 3, 2, 1]), &[&[2, 2, 2, 2, 2, 2, 2, 2]], "at most 6 axes");
}

#[test]
fn other_axes() {
    for axis in [0, 2, -2, isize::MAX, isize::MIN] {
        refuses(&BatchNormalization::new().axis(axis), &[&[4, 3]], "axis");
        refuses(&LayerNormalization::new().axis(&[axis]), &[&[4, 3]], "axis");
        refuses(&RmsNormalization::new().axis(&[axis]), &[&[4, 3]], "axis");
        refuses(&GroupNormalization::new(1).axis(axis), &[&[4, 3]], "axis");
        refuses(&Concatenate::new().axis(axis), &[&[4, 3], &[4, 3]], "axis");
        refuses(&Normalization::new().axis(&[axis]), &[&[4, 3]], "axis");
        refuses(&Prelu::new().shared_axes(&[axis]), &[&[4, 3]], "axis");
    }
    refuses(&LayerNormalization::new().axis(&[1, -1]), &[&[4, 3]], "each once");
    refuses(&LayerNormalization::new().axis(&[]), &[&[4, 3]], "at least one axis");
    for groups in [0, 2, 4, -2] {
        refuses(&GroupNormalization::new(groups), &[&[4, 3]], "groups");
    }
}

#[test]
fn numbers_out_of_range() {
    for rate in [-0.1, 1.0, f64::NAN, f64::INFINITY] {
        let layers: [&dyn Layer; 4] =
            [&Dropout::new(rate), &McDropout::new(rate), &AlphaDropout::new(rate), &GaussianDropout::new(rate)];
        for layer in layers {
            refuses(layer, &[&[4, 3]], "rate");
        }
        refuses(&SpatialDropout1D::new(rate), &[&[4, 3, 2]], "rate");
    }
    for stddev in [-0.1, 1.5, f64::NAN] {
        refuses(&GaussianNoise::new(stddev), &[&[4, 3]], "stddev");
    }
    for epsilon in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refuses(&BatchNormalization::new().epsilon(epsilon), &[&[4, 3]], "epsilon");
        refuses(&LayerNormalization::new().epsilon(epsilon), &[&[4, 3]], "epsilon");
        refuses(&RmsNormalization::new().epsilon(epsilon), &[&[4, 3]], "epsilon");
        refuses(&GroupNormalization::new(1).epsilon(epsilon), &[&[4, 3]], "epsilon");
    }
    refuses(&Rescaling::new(f64::NAN), &[&[4, 3]], "scale");
    refuses(&Rescaling::new(1.0).offset(f64::INFINITY), &[&[4, 3]], "offset");
    refuses(&Rrelu::new().slopes(0.5, 0.25), &[&[4, 3]], "slopes");
    refuses(&Rrelu::new().slopes(-0.5, 0.25), &[&[4, 3]], "slopes");
    refuses(&Embedding::new(0, 2), &[&[4, 3]], "input_dim");
    refuses(&Embedding::new(2, 0), &[&[4, 3]], "output_dim");
    refuses(&Embedding::new(usize::MAX, 2), &[&[4, 3]], "input_dim");
    refuses(&Embedding::new(2, usize::MAX), &[&[4, 3]], "output_dim");
    refuses(&Normalization::new().statistics(&[0.0, 1.0], &[1.0, 1.0]), &[&[4, 3]], "mean and variance");
    refuses(&Normalization::new().statistics(&[0.0], &[-1.0]), &[&[4, 3]], "mean and variance");
    refuses(&Normalization::new().statistics(&[f64::NAN], &[1.0]), &[&[4, 3]], "mean and variance");
    refuses(&Normalization::new().statistics(&[0.0], &[1.0, 2.0]), &[&[4, 3]], "mean and variance");
}

//! Gradcheck of the normalising layers: every option, short batches, axes before, between and after others.

use crate::gradients::check;
use wgrad::judge::gradcheck;
use wgrad::nn::init::Constant;
use wgrad::nn::layer::{
    BatchNormalization, Dense, GroupNormalization, Layer, LayerNormalization, Normalization, Permute, Reshape,
    RmsNormalization,
};
use wgrad::plan::{Program, Role, Tape};

#[test]
fn batch_normalization() {
    // A batch of one row has no gradient but beta's.
    let shapes: &[&[usize]] = &[&[1, 2], &[3, 1], &[5, 4], &[8, 7], &[16, 3]];
    for layer in [BatchNormalization::new(), BatchNormalization::new().epsilon(0.1).momentum(0.5)] {
        check("BatchNormalization", &layer, shapes, true);
    }
}

#[test]
fn batch_normalization_on_any_axis() {
    for (axis, shape) in [(-1, vec![4, 3, 2]), (1, vec![4, 3, 2]), (2, vec![5, 2, 3, 2]), (-2, vec![4, 2, 3])] {
        for (scale, center) in [(true, true), (false, true), (true, false), (false, false)] {
            let layer = BatchNormalization::new().axis(axis).scale(scale).center(center);
            check(&format!("BatchNormalization(axis {axis}, {scale}, {center})"), &layer, &[&shape], true);
        }
    }
}

#[test]
fn frozen_batch_normalization() {
    let layer = BatchNormalization::new()
        .trainable(false)
        .axis(1)
        .gamma_initializer(Constant::new(1.5))
        .moving_mean_initializer(Constant::new(0.25))
        .moving_variance_initializer(Constant::new(2.0));
    check("frozen", &layer, &[&[5, 3], &[4, 3, 2]], true);
    let checked = gradcheck::layer(&layer, &[&[5, 3]], 5, true).expect("a layer");
    assert_eq!(checked.len(), 1, "nothing of a frozen layer is trained: {checked:?}");
}

#[test]
fn layer_normalization() {
    let shapes: &[&[usize]] = &[&[1, 4], &[5, 3], &[4, 2, 5]];
    check("LayerNormalization", &LayerNormalization::new(), shapes, true);
    for axis in [&[1][..], &[1, 2], &[-1, 1], &[2], &[3, 1], &[1, 2, 3]] {
        for (scale, center) in [(true, true), (false, true), (true, false), (false, false)] {
            let layer = LayerNormalization::new().axis(axis).scale(scale).center(center).epsilon(0.01);
            check(&format!("LayerNormalization(axis {axis:?}, {scale}, {center})"), &layer, &[&[4, 2, 3, 2]], true);
        }
    }
}

#[test]
fn group_normalization() {
    for groups in [1, 2, 3, 6, -1] {
        let layer = GroupNormalization::new(groups);
        check(&format!("GroupNormalization({groups})"), &layer, &[&[4, 6], &[5, 2, 6], &[4, 2, 2, 6]], true);
        let layer = layer.axis(1).scale(groups != 2).center(groups != 3);
        check(&format!("GroupNormalization({groups}, axis 1)"), &layer, &[&[4, 6, 2]], true);
        check(&format!("GroupNormalization({groups}, axis 2)"), &layer.axis(2), &[&[4, 2, 6, 2]], true);
    }
}

#[test]
fn rms_normalization() {
    check("RmsNormalization", &RmsNormalization::new(), &[&[1, 4], &[5, 3], &[4, 2, 5]], true);
    for axis in [&[1][..], &[1, 2], &[-1, 1]] {
        let layer = RmsNormalization::new().axis(axis).epsilon(0.1);
        check(&format!("RmsNormalization(axis {axis:?})"), &layer, &[&[4, 2, 3, 2]], true);
    }
}

#[test]
fn permute_and_reshape() {
    check("Permute", &Permute::new(&[2, 1]), &[&[4, 2, 3], &[1, 1, 3]], true);
    check("Permute", &Permute::new(&[3, 1, 2]), &[&[4, 2, 3, 2]], true);
    check("Permute", &Permute::new(&[4, 2, 3, 1]), &[&[2, 2, 3, 2, 2]], true);
    check("Reshape", &Reshape::new(&[3, -1]), &[&[4, 2, 3], &[4, 6]], true);
}

/// Dispatches of the training program by kernel name, for a layer on the samples.
fn kernels(layer: &dyn Layer) -> Vec<&'static str> {
    let mut tape = Tape::new(4, wgrad::base::Seed(1));
    let x = tape.input("x", &[4, 6]);
    tape.enter("layer");
    let y = layer.call(&mut tape, &[x]).expect("a layer");
    tape.enter("dense");
    let z = Dense::new(2).call(&mut tape, &[y]).expect("a layer");
    let upstream = tape.input("upstream", &[4, 2]);
    tape.contribute(z, |t, dz| t.copy(upstream, dz)).expect("a copy");
    tape.differentiate().expect("backward");
    let plan = tape.finish();
    assert!(!plan.values.iter().any(|v| v.name == "d x" && v.role != Role::Input), "a gradient of the samples");
    plan.program(Program::Train).iter().map(|d| d.call.name()).collect()
}

#[test]
fn a_first_layer_makes_no_gradient_of_the_samples() {
    let found = kernels(&BatchNormalization::new());
    assert!(found.contains(&"normalize_grad_scale") && !found.contains(&"batch_normalization_grad"), "{found:?}");
    let found = kernels(&LayerNormalization::new());
    assert!(found.contains(&"normalize_grad_scale") && !found.contains(&"normalize_grad"), "{found:?}");
    // Nothing before the dense layer is trained: not even its input's gradient is made.
    for layer in [&BatchNormalization::new().trainable(false) as &dyn Layer, &Permute::new(&[1]), &Normalization::new()]
    {
        let found = kernels(layer);
        assert!(!found.contains(&"dense_grad_input"), "{found:?}");
    }
}

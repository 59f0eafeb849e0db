//! A classifier from few labels, on a tower of layers that may have learned something before.

use super::Options;
use wgrad::prelude::*;

/// Test accuracy with the tower frozen, and after it was unfrozen.
pub struct Reached {
    pub frozen: f64,
    pub tuned: f64,
}

/// Trains a softmax layer on top of `tower`, first alone, then with the tower at a lower rate.
///
/// The tower begins with the values `learned`. Without them everything begins anew, nothing is frozen, the rate is the
/// higher one, and the steps are as many in all.
pub fn classify(
    options: &Options,
    tower: Sequential,
    learned: Option<&[Vec<f64>]>,
    (few, test): (&Dataset, &Dataset),
    seed: Seed,
) -> anyhow::Result<Reached> {
    let mut model = Sequential::new(&[few.width()])
        .add(&tower)
        .add(Dense::new(few.classes).activation(Activation::Softmax))
        .build(&options.device, seed)?;
    let reused = model.layers().swap_remove(0);
    if let Some(weights) = learned {
        reused.set_weights(weights)?;
    }
    let mut train = |rate: f64, epochs: usize, trainable: bool| -> anyhow::Result<f64> {
        reused.set_trainable(trainable);
        model.compile(Adam::new(rate), SparseCategoricalCrossentropy::new(), "accuracy")?;
        model.fit(few, Fit::epochs(epochs).batch(10).steps_per_epoch(100))?;
        Ok(model.evaluate(test)?.get("accuracy").unwrap_or_default())
    };
    let (first, second) = options.pick((5, 10), (1, 1));
    if learned.is_none() {
        let tuned = train(1e-3, first + second, true)?;
        return Ok(Reached { frozen: f64::NAN, tuned });
    }
    Ok(Reached { frozen: train(1e-3, first, false)?, tuned: train(3e-4, second, true)? })
}

//! Gradcheck of every loss with its options, and fused = unfused.

use crate::gradients::right;
use std::sync::Arc;
use wgrad::base::{Result, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::judge::gradcheck::{self, labels};
use wgrad::kernel::{Domain, Step};
use wgrad::nn::act::Activation;
use wgrad::nn::layer::Layer;
use wgrad::nn::loss::*;
use wgrad::plan::{Program, Tape};

/// Every loss as it is, and those with options in another way.
fn losses() -> Vec<Arc<dyn Loss>> {
    let mut all = wgrad::nn::loss::all();
    all.push(Arc::new(Huber::new().delta(0.4)));
    all.push(Arc::new(Contrastive::new().margin(0.5)));
    all.push(Arc::new(Triplet::new().margin(3.0)));
    for from_logits in [true, false] {
        all.push(Arc::new(BinaryCrossentropy::new().from_logits(from_logits).label_smoothing(0.2)));
        all.push(Arc::new(CategoricalCrossentropy::new().from_logits(from_logits).label_smoothing(0.2)));
        all.push(Arc::new(SparseCategoricalCrossentropy::new().from_logits(from_logits).ignore_class(1)));
    }
    all
}

const SHAPES: &[&[usize]] = &[&[1, 3], &[5, 1], &[5, 3], &[7, 12], &[33, 6], &[4, 2, 3], &[3, 2, 2, 6]];

#[test]
fn every_loss() {
    for loss in losses() {
        for shape in SHAPES {
            if loss.check(shape[shape.len() - 1]).is_err() {
                continue;
            }
            for rows in [shape[0], shape[0].div_ceil(2), 1] {
                for fused in [false, true] {
                    if fused && !fuses(&*loss) {
                        continue;
                    }
                    let title = format!("{} on {shape:?}, {rows} rows, fused: {fused}", loss.name());
                    let checked =
                        gradcheck::loss(&*loss, shape, rows, fused).unwrap_or_else(|e| panic!("{title}: {e}"));
                    right(&title, &checked);
                }
            }
        }
    }
}

fn fuses(loss: &dyn Loss) -> bool {
    [Activation::Softmax, Activation::SIGMOID].iter().any(|a| loss.fuses_with(a))
}

/// The totals and the gradient of logits of 5 samples, 4 of them live, with the last activation in the loss or before it.
fn after(loss: &dyn Loss, activation: Activation, fused: bool) -> Result<(Vec<f64>, Vec<f64>)> {
    let (batch, n) = (5, 4);
    let mut tape = Tape::new(batch, Seed(1));
    let x = tape.param("x", &[batch, n], |_| Domain::Normal.fill(batch * n, 9));
    let z = if fused { x } else { activation.call(&mut tape, &[x])? };
    let y = tape.input("y", &[batch, loss.label_width(n)]);
    let w = tape.table("w", vec![0.5, 1.0, 2.0, 0.25, 1.0]);
    let totals = tape.auxiliary("totals", &[TOTALS]);
    loss.record(&mut tape, &Operands { z, y, w, totals, fused })?;
    tape.differentiate()?;
    let gradient = tape.gradient(x).expect("a variable has a gradient");
    let mut executor = CpuExecutor::<f64>::new(tape.finish());
    executor.write(y, &labels(loss, batch, n))?;
    for i in 0..executor.plan().program(Program::Train).len() {
        executor.run_one(Program::Train, i, &Step { rows: 4, ..Step::default() })?;
    }
    Ok((executor.read(totals)?, executor.read(gradient)?))
}

#[test]
fn fused_is_unfused() {
    for loss in losses() {
        for activation in [Activation::Softmax, Activation::SIGMOID] {
            if !loss.fuses_with(&activation) {
                continue;
            }
            let [fused, plain] = [true, false].map(|f| after(&*loss, activation, f).expect("a loss"));
            let numbers = fused.0.iter().chain(&fused.1).zip(plain.0.iter().chain(&plain.1));
            for (i, (a, b)) in numbers.enumerate() {
                assert!(
                    (a - b).abs() <= 1e-12,
                    "{} after {}: number {i} is {a} fused, {b} plain",
                    loss.name(),
                    activation.name()
                );
            }
            assert!(fused.1[..16].iter().any(|g| *g != 0.0), "{}: live rows have gradients", loss.name());
            assert!(fused.1[16..].iter().all(|g| *g == 0.0), "{}: padding has none", loss.name());
        }
    }
}

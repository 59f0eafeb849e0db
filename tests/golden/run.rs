//! Runs a layer on the f64 twins: outputs, and the gradients of its inputs for a given gradient of its output.

use crate::read::Array;
use wgrad::base::{Result, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::layer::Layer;
use wgrad::plan::{Program, Tape, Value};

/// y = layer(inputs) in training mode, and the gradient of each input for `dy`. Batch first.
///
/// # Errors
/// Those of recording the layer.
pub fn layer(layer: &dyn Layer, inputs: &[Array], dy: &Array) -> Result<(Array, Vec<Array>)> {
    let batch = dy.shape[0];
    let mut tape = Tape::new(batch, Seed(0));
    tape.enter("input");
    // Variables and not inputs: the samples get no gradient.
    let named = |i| format!("x_{i}");
    let xs: Vec<Value> =
        inputs.iter().enumerate().map(|(i, x)| tape.param(&named(i), &x.shape, |_| x.data.clone())).collect();
    tape.enter(layer.kind());
    let y = layer.call(&mut tape, &xs)?;
    let shape = tape.shape(y).to_vec();
    assert_eq!(shape, dy.shape, "shape of the output of {}", layer.kind());
    tape.enter("");
    let out = tape.output("out", &shape);
    tape.copy(y, out)?;
    let upstream = tape.input("upstream", &shape);
    tape.contribute(y, |t, place| t.copy(upstream, place))?;
    tape.differentiate()?;
    let gradients: Vec<Value> = xs.iter().map(|x| tape.gradient(*x).expect("a variable has a gradient")).collect();
    let mut executor = CpuExecutor::<f64>::new(tape.finish());
    executor.write(upstream, &dy.data)?;
    let step = Step { rows: batch as u32, ..Step::default() };
    for i in 0..executor.plan().program(Program::Train).len() {
        executor.run_one(Program::Train, i, &step)?;
    }
    let y = Array { shape, data: executor.read(out)? };
    let mut dx = Vec::new();
    for (x, gradient) in inputs.iter().zip(gradients) {
        dx.push(Array { shape: x.shape.clone(), data: executor.read(gradient)? });
    }
    Ok((y, dx))
}

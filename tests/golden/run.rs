//! Runs a layer on the f64 twins: outputs, and the gradient of its input for a given gradient of its output.

use crate::read::Array;
use wgrad::base::{Result, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::layer::Layer;
use wgrad::plan::{Program, Tape};

/// y = layer(x) in training mode, and dx for `dy`.
///
/// # Errors
/// Those of recording the layer.
pub fn layer(layer: &dyn Layer, x: &Array, dy: &Array) -> Result<(Array, Array)> {
    let batch = x.shape[0];
    let mut tape = Tape::new(batch, Seed(0));
    tape.enter("input");
    // A variable and not an input: the samples get no gradient.
    let input = tape.param("x", &x.shape, |_| x.data.clone());
    tape.enter(layer.kind());
    let y = layer.call(&mut tape, &[input])?;
    let shape = tape.shape(y).to_vec();
    assert_eq!(shape, dy.shape, "shape of the output of {}", layer.kind());
    tape.enter("");
    let out = tape.output("out", &shape);
    tape.copy(y, out)?;
    let upstream = tape.input("upstream", &shape);
    tape.contribute(y, |t, place| t.copy(upstream, place))?;
    tape.differentiate()?;
    let dx = tape.gradient(input).expect("a variable has a gradient");
    let mut executor = CpuExecutor::<f64>::new(tape.finish());
    executor.write(upstream, &dy.data)?;
    let step = Step { rows: batch as u32, ..Step::default() };
    for i in 0..executor.plan().program(Program::Train).len() {
        executor.run_one(Program::Train, i, &step)?;
    }
    let read = |executor: &mut CpuExecutor<f64>, v| executor.read(v);
    Ok((
        Array { shape, data: read(&mut executor, out)? },
        Array { shape: x.shape.clone(), data: read(&mut executor, dx)? },
    ))
}

//! Of the CPU executor: requests that ended in a panic or an abort.

use wgrad::base::{Error, RowData, Rows, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::plan::{Program, Tape, Value};

fn executor() -> (CpuExecutor<f32>, Value) {
    let mut tape = Tape::new(4, Seed(0));
    let x = tape.input("x", &[4, 3]);
    let out = tape.output("out", &[4, 3]);
    tape.copy(x, out).expect("a copy");
    (CpuExecutor::new(tape.finish()), x)
}

/// More rows than the batch has were a slice out of range; the GPU executor refused them.
#[test]
fn steps_longer_than_the_batch_are_refused() {
    let (mut cpu, x) = executor();
    let rows = Rows { width: 3, data: RowData::Floats(vec![0.5; 30].into()) };
    let data = cpu.load(&[(x, rows)]).expect("ten samples");
    let step = |rows| Step { rows, ..Step::default() };
    for bad in [5, 10, u32::MAX] {
        let error = cpu.run(Program::Train, data, 0, &[step(bad)]).expect_err("more than four rows");
        assert!(matches!(error, Error::Request { .. }) && error.to_string().contains("at most 4 rows"), "{error}");
    }
    for first in [7, usize::MAX - 1, usize::MAX] {
        let error = cpu.run(Program::Train, data, first, &[step(4)]).expect_err("past the data");
        assert!(error.to_string().contains("rows within the data set's 10"), "{error}");
    }
    cpu.run(Program::Train, data, 6, &[step(4)]).expect("the last four");
}

/// Memory there is not was an abort.
#[test]
fn a_plan_beyond_any_memory_is_refused() {
    let mut tape = Tape::new(1, Seed(0));
    tape.state("the big one", &[1 << 30, 1 << 28], 0.0);
    let error = CpuExecutor::<f64>::try_new(tape.finish()).err().expect("2⁶¹ bytes");
    assert!(matches!(error, Error::Memory { needed, .. } if needed == 1 << 61), "{error}");
    assert!(error.to_string().contains("the big one"), "{error}");
}

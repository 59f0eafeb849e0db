//! Regularizers: penalties and their gradients, against Keras's.

use crate::read::{Case, family, near};
use std::sync::Arc;
use wgrad::base::Seed;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::loss::{BATCH_LOSS, TOTALS};
use wgrad::nn::regularizer::{self, L1, L1L2, L2, OrthogonalMode, OrthogonalRegularizer, Regularizer};
use wgrad::plan::{Program, Tape};

fn made(case: &Case) -> Arc<dyn Regularizer> {
    let mut c = case.config();
    let made: Arc<dyn Regularizer> = match case.name.as_str() {
        "l1" => Arc::new(L1(c.number("l1", 0.01))),
        "l2" => Arc::new(L2(c.number("l2", 0.01))),
        "l1_l2" => Arc::new(L1L2 { l1: c.number("l1", 0.0), l2: c.number("l2", 0.0) }),
        "orthogonal_regularizer" => {
            let mode = match c.text("mode", "rows").as_str() {
                "rows" => OrthogonalMode::Rows,
                "columns" => OrthogonalMode::Columns,
                other => panic!("{}: mode {other}", case.place),
            };
            Arc::new(OrthogonalRegularizer { factor: c.number("factor", 0.01), mode })
        }
        other => panic!("{}: no regularizer `{other}`", case.place),
    };
    c.done();
    made
}

#[test]
fn regularizers() {
    for case in family("regularizers") {
        let start = case.get("w").array();
        let mut tape = Tape::new(1, Seed(0));
        let w = tape.param("w", &start.shape, |_| start.data.clone());
        let totals = tape.auxiliary("totals", &[TOTALS]);
        regularizer::penalize(&mut tape, "w", w, &made(&case)).expect("Keras's numbers");
        for program in Program::ALL {
            tape.begin(program);
            regularizer::record(&mut tape).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        }
        let gradient = tape.gradient(w).expect("a variable has a gradient");
        let mut executor = CpuExecutor::<f64>::new(tape.finish());
        for program in Program::ALL {
            executor.write(totals, &[0.0; TOTALS]).expect("totals");
            for i in 0..executor.plan().program(program).len() {
                executor.run_one(program, i, &Step::default()).expect("a dispatch");
            }
            let got = executor.slice(totals)[BATCH_LOSS];
            near(&format!("{} {program:?} loss", case.place), &[got], &[case.get("loss").number()], case.bound());
        }
        let (got, want) = (executor.slice(gradient), case.get("gradient").array().data);
        // |x| has no slope at 0: JAX says +1 there, this engine and TensorFlow 0.
        let kink = case.find("kink").is_some_and(|k| k.flag());
        let counts = |i: usize| !kink || start.data[i] != 0.0;
        assert!((0..want.len()).any(counts), "{}: nothing to compare", case.place);
        let pick = |v: &[f64]| (0..v.len()).filter(|i| counts(*i)).map(|i| v[i]).collect::<Vec<_>>();
        near(&format!("{} gradient", case.place), &pick(got), &pick(&want), case.bound());
    }
}

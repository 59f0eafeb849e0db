//! Constraints: variables after one, against Keras's.

use crate::read::{Case, Config, family};
use std::sync::Arc;
use wgrad::base::Seed;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::Step;
use wgrad::nn::constraint::{self, Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm};
use wgrad::plan::{Program, Tape};

fn axes(config: &mut Config) -> Vec<isize> {
    let Some(axis) = config.take("axis") else { return vec![0] };
    if axis.is_list() {
        axis.list().iter().map(|a| a.integer() as isize).collect()
    } else {
        vec![axis.integer() as isize]
    }
}

fn constraint(case: &Case) -> Arc<dyn Constraint> {
    let mut c = case.config();
    let axes = axes(&mut c);
    let made: Arc<dyn Constraint> = match case.name.as_str() {
        "max_norm" => Arc::new(MaxNorm::new(c.number("max_value", 2.0)).axis(&axes)),
        "min_max_norm" => {
            let (least, most) = (c.number("min_value", 0.0), c.number("max_value", 1.0));
            Arc::new(MinMaxNorm::new(least, most).rate(c.number("rate", 1.0)).axis(&axes))
        }
        "non_neg" => Arc::new(NonNeg),
        "unit_norm" => Arc::new(UnitNorm::new().axis(&axes)),
        other => panic!("{}: no constraint `{other}`", case.place),
    };
    c.done();
    made
}

#[test]
fn constraints() {
    for case in family("constraints") {
        let start = case.get("w").array();
        let mut tape = Tape::new(1, Seed(0));
        let w = tape.param("w", &start.shape, |_| start.data.clone());
        constraint::hold(&mut tape, "w", w, &constraint(&case)).expect("Keras's numbers");
        constraint::record(&mut tape).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        let mut executor = CpuExecutor::<f64>::new(tape.finish());
        executor.run_one(Program::Train, 0, &Step::default()).expect("one dispatch");
        case.compare("w_after", executor.slice(w));
    }
}

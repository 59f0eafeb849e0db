//! How many dispatches an update of the book's net takes: optimizers, their options, penalties and constraints.

use crate::nets;
use std::fmt::Write;
use std::sync::Arc;
use wgrad::base::{Result, Seed};
use wgrad::kernel::Step;
use wgrad::nn::constraint::MaxNorm;
use wgrad::nn::layer::Dense;
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::{self, Optimizer, Progress};
use wgrad::nn::regularizer::{L1, L1L2, L2};
use wgrad::plan::{Program, Tape};
use wgrad::train::Sequential;

/// Moves nothing: what is left of a step without an update.
struct Still;

impl Optimizer for Still {
    fn name(&self) -> &'static str {
        "still"
    }
    fn record(&self, _: &mut Tape) -> Result<()> {
        Ok(())
    }
    fn fill(&self, _: &mut Progress, _: &mut Step) {}
    fn learning_rate(&self, _: u64) -> f64 {
        0.0
    }
}

fn named(words: &str) -> Arc<dyn Optimizer> {
    optim::named(words, None, None).unwrap_or_else(|e| panic!("{words}: {e}"))
}

/// Dispatches of a training step.
fn dispatches(net: &Sequential, optimizer: impl Optimizer + 'static) -> usize {
    let compiled = net.compile(optimizer, SparseCategoricalCrossentropy::new(), 32, Seed(1)).expect("the book's net");
    compiled.plan.program(Program::Train).len()
}

/// Dispatches from the gradients to the variables' next values.
fn update(words: &str) -> usize {
    dispatches(&nets::book(), named(words)) - dispatches(&nets::book(), Still)
}

/// Optimizers whose update is a pure function of each number: one dispatch.
const SINGLE: &[&str] = &[
    "sgd",
    "sgd:momentum=0.9",
    "sgd:momentum=0.9,nesterov=true",
    "adagrad",
    "adadelta",
    "rmsprop",
    "rmsprop:momentum=0.9",
    "rmsprop:centered=true",
    "adam",
    "adam:amsgrad=true",
    "adamw",
    "adamax",
    "nadam",
    "lion",
    "ftrl",
];

/// Optimizers that look at a whole variable before they move it.
const LAYERWISE: &[&str] = &["lamb", "adafactor"];

/// Options, and the most dispatches each may add.
const OPTIONS: &[(&str, usize)] = &[
    ("clipvalue=0.5", 0),
    ("weight_decay=0.01", 0),
    ("clipvalue=0.5,weight_decay=0.01", 0),
    ("clipnorm=1", 2),
    ("global_clipnorm=1", 2),
    ("use_ema=true", 1),
    ("gradient_accumulation_steps=4", 1),
];

fn with(words: &str, option: &str) -> String {
    format!("{words}{}{option}", if words.contains(':') { "," } else { ":" })
}

#[test]
fn one_dispatch_moves_every_variable() {
    for words in SINGLE {
        assert_eq!(update(words), 1, "{words}");
        for (option, most) in OPTIONS {
            let words = with(words, option);
            let found = update(&words);
            assert!(found <= 1 + most, "{words}: {found}");
        }
        assert_eq!(update(&with(words, "use_ema=true,gradient_accumulation_steps=4")), 3, "{words}");
    }
    let names: Vec<&str> = optim::names().collect();
    let counted = |name: &&str| SINGLE.iter().chain(LAYERWISE).any(|w| w.split(':').next() == Some(*name));
    assert!(names.iter().all(counted), "of {names:?} some are not counted");
}

type Change = fn(Dense) -> Dense;

/// What dense layers may ask of their kernels, and the dispatches it adds to a step of the book's net.
const ASKED: &[(&str, Change, usize)] = &[
    ("l1 on every kernel", |d| d.kernel_regularizer(L1(0.01)), 2),
    ("l2 on every kernel", |d| d.kernel_regularizer(L2(0.01)), 2),
    ("l1_l2 on every kernel and bias", |d| both(d, L1L2 { l1: 0.01, l2: 0.01 }), 2),
    ("max_norm on every kernel", |d| d.kernel_constraint(MaxNorm::new(1.0)), 3),
];

fn both(dense: Dense, penalty: L1L2) -> Dense {
    dense.kernel_regularizer(penalty).bias_regularizer(penalty)
}

#[test]
fn penalties_and_constraints_add_little() {
    let plain = dispatches(&nets::book(), named("adam"));
    for (what, change, added) in ASKED {
        assert_eq!(dispatches(&nets::book_of(change), named("adam")) - plain, *added, "{what}");
    }
}

/// The counts as a table, for the page of kernels.
pub fn table() -> String {
    let mut out = String::from("| optimizer |");
    let options: Vec<&str> = OPTIONS.iter().map(|(option, _)| *option).collect();
    let _ = write!(out, " alone | {} |\n|---|--:|", options.join(" | "));
    out.push_str(&"--:|".repeat(options.len()));
    for words in SINGLE.iter().chain(LAYERWISE) {
        let counts = options.iter().map(|o| update(&with(words, o)).to_string()).collect::<Vec<_>>().join(" | ");
        let _ = write!(out, "\n| `{words}` | {} | {counts} |", update(words));
    }
    let plain = dispatches(&nets::book(), named("adam"));
    out.push_str("\n\n| asked of dense layers | dispatches added to a step |\n|---|--:|\n");
    for (what, change, _) in ASKED {
        let _ = writeln!(out, "| {what} | {} |", dispatches(&nets::book_of(change), named("adam")) - plain);
    }
    out
}

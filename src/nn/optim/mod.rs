//! Optimizers: one dispatch over the arenas moves every variable of the model.
//!
//! What depends on the step count alone (bias corrections, Nadam's μ-products) is computed on the host in f64
//! and handed over in [`Step::coef`](crate::kernel::Step::coef); shaders never take a power of a step.

super::pages! { adam, nadam, sgd }

pub use adam::Adam;
pub use nadam::Nadam;
pub use sgd::Sgd;

use crate::base::{Error, Result};
use crate::dims;
use crate::kernel::Shader;
use crate::kernel::dims::literal;
use crate::plan::{Arena, Role, Tape, Value};

/// A rule that moves the variables along their gradients.
pub trait Optimizer: Send + Sync {
    /// The Keras name.
    fn name(&self) -> &'static str;

    /// η when no schedule says otherwise.
    fn learning_rate(&self) -> f64;

    /// Records the update of `arenas` on the tape.
    ///
    /// # Errors
    /// A hyper-parameter outside its range, with the range.
    fn record(&self, tape: &mut Tape, arenas: Arenas) -> Result<()>;

    /// The numbers for step `t` (from 1). `carry` starts at 1 and is kept from step to step.
    fn coefficients(&self, t: u64, carry: &mut f64) -> [f64; 8] {
        let _ = (t, carry);
        [0.0; 8]
    }
}

/// Variables and gradients as an optimizer sees them: two arrays of one layout.
#[derive(Clone, Copy, Debug)]
pub struct Arenas {
    /// θ.
    pub params: Value,
    /// g.
    pub grads: Value,
    /// Numbers in each, padding included.
    pub len: usize,
}

impl Arenas {
    /// The arenas of everything recorded so far, or `None` if there is nothing to train.
    pub fn of(tape: &mut Tape) -> Option<Self> {
        let params = tape.whole(Arena::Param);
        let grads = tape.whole(Arena::Grad);
        let len = tape.len(params);
        (len > 0).then_some(Self { params, grads, len })
    }

    /// An optimizer's memory of the arenas' layout, zero at first.
    pub fn slot(&self, tape: &mut Tape, number: u8, name: &str) -> Value {
        tape.slot(&format!("optimizer/{name}"), self.len, Role::Slot(number))
    }
}

/// Fails unless `value` is within `range`.
fn check(optimizer: &str, option: &str, value: f64, range: std::ops::Range<f64>) -> Result<()> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(Error::request(
        format!("optimizer {optimizer}: {option}"),
        format!("a number in {} ≤ {option} < {}", range.start, range.end),
        value,
        "choose a number in this range",
    ))
}

/// Numbers a lane updates at once, and lanes a workgroup.
const WIDTH: usize = 4;
const GROUP: usize = 64;

/// A flat text whose lanes take four numbers each.
fn flat(body: &str, n: u32) -> Shader {
    Shader::flat(body, (n as usize).div_ceil(WIDTH), GROUP)
}

dims! {
    /// Adam's family.
    pub struct Moments {
        /// Numbers in the arenas, a multiple of 64.
        n: u32,
        /// Decay of the first moment.
        beta_1: f64,
        /// Decay of the second moment.
        beta_2: f64,
        /// ε beside the root.
        epsilon: f64,
    }
}

/// A flat text with 1 − β₁ and 1 − β₂ in front: taken in f32, 1 − 0.999 would be 10⁻⁵ off.
fn moments(body: &str, d: &Moments) -> Shader {
    let [enter_1, enter_2] = [d.beta_1, d.beta_2].map(|beta| literal(1.0 - beta));
    flat(&format!("const enter_1: f32 = {enter_1};\nconst enter_2: f32 = {enter_2};\n{body}"), d.n)
}

const MOMENT_CASES: &[Moments] = &[
    Moments { n: 64, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
    Moments { n: 1088, beta_1: 0.8, beta_2: 0.99, epsilon: 1e-3 },
];

/// Numbers one task takes on the CPU: a fixed cut, so that threads change nothing.
const CHUNK: usize = 1 << 15;

/// Runs `rule` on (θ, m, s, g) in fixed chunks, in parallel.
fn update<T: crate::base::Real>(
    [params, first, second]: [&mut [T]; 3],
    grads: &[T],
    rule: impl Fn(&mut T, &mut T, &mut T, T) + Send + Sync,
) {
    use rayon::prelude::*;
    let chunks = params.par_chunks_mut(CHUNK).zip(first.par_chunks_mut(CHUNK)).zip(second.par_chunks_mut(CHUNK));
    chunks.zip(grads.par_chunks(CHUNK)).for_each(|(((p, m), s), g)| {
        crate::base::vectorize::vectorize(
            #[inline(always)]
            || {
                for (((p, m), s), g) in p.iter_mut().zip(m).zip(s).zip(g) {
                    rule(p, m, s, *g);
                }
            },
        );
    });
}

//! What every update shares: the table of ranges, clipping, weight decay, and the walk over the arenas.
//!
//! A rule is a pure function of a gradient, a number of θ, what decay takes of it, the rate and what the optimizer
//! remembers of that number. It takes the decay off together with its own move: twice rounded, moves of some 10⁻⁶ of θ
//! would be off by a hundredth.
//!
//! `shaders/optim/frame.wgsl` and [`update`] call it for every number, in 64s, each with its row of the table.

use crate::base::Real;
use crate::dims;
use crate::kernel::{Arg, Domain, Shader, Step, Tolerance, arg, arg_in};
use crate::plan::memory::ALIGN;

dims! {
    /// One update of a chunk.
    pub struct Update {
        /// Numbers in the chunk, a multiple of 64.
        n: u32,
        /// Which form of the rule; 0 where it has one.
        variant: u32,
        /// Gradients are held within ±clip_value; 0: they are not.
        clip_value: f64,
        /// θ ← θ − θ · weight_decay · η before the rule.
        weight_decay: f64,
    }
}

impl Update {
    /// Numbers in the chunk.
    pub fn len(&self) -> usize {
        self.n as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// Numbers in the table.
    pub fn table_len(&self) -> usize {
        self.len() / ALIGN * ROW
    }
}

/// Numbers in a row of the table of ranges, one row for each 64 numbers of the arenas: learning-rate multiplier,
/// weight-decay multiplier, what clipping scales the gradient by, trust ratio of the layer-wise rules.
pub const ROW: usize = 4;

/// A case for the walkers.
pub const fn case(n: u32, variant: u32, clip_value: f64, weight_decay: f64) -> Update {
    Update { n, variant, clip_value, weight_decay }
}

/// Cases of a rule that has one form.
pub const CASES: &[Update] = &[case(192, 0, 0.0, 0.0), case(1088, 0, 0.5, 0.1)];

/// The gradient.
pub const G: Arg<Update> = arg("g", Update::len);
/// The table of ranges; some are frozen.
pub const T: Arg<Update> = arg_in("t", Update::table_len, Domain::Holes(3 * ROW));
/// θ.
pub const P: Arg<Update> = arg("p", Update::len);

/// A slot that holds numbers of either sign.
pub const fn signed(name: &'static str) -> Arg<Update> {
    arg(name, Update::len)
}

/// A slot that holds squares.
pub const fn squares(name: &'static str) -> Arg<Update> {
    arg_in(name, Update::len, Domain::Positive)
}

/// A slot that holds squares well above those of `small`.
pub const fn large(name: &'static str) -> Arg<Update> {
    arg_in(name, Update::len, Domain::Between(2.0, 3.0))
}

/// A slot that holds numbers near zero.
pub const fn small(name: &'static str) -> Arg<Update> {
    arg_in(name, Update::len, Domain::Between(-0.5, 0.5))
}

/// Of rules that take a root and divide.
pub const TOLERANCE: Tolerance = Tolerance { bound: 3e-6, reason: "a root and a division a number" };

/// Numbers a lane takes at once, and lanes a workgroup.
const WIDTH: usize = 4;
const GROUP: usize = 64;

/// A text whose lanes take four numbers each.
pub fn flat(text: &str, n: usize) -> Shader {
    Shader::flat(text, n.div_ceil(WIDTH), GROUP)
}

/// The frame around a rule's text: its slots from binding 3 on, and `fn rule(i, g, p, lost, rate) -> θ`.
pub fn shader(rule: &str, d: &Update) -> Shader {
    flat(&[include_str!("../../../shaders/optim/frame.wgsl"), rule].concat(), d.len())
}

/// Numbers one task takes on the CPU: a fixed cut, so that threads change nothing.
const TASK: usize = 1 << 15;

/// Runs `rule(g, θ, lost, η, slots) -> (θ, slots)` over a chunk, in parallel, with what the frame does before it.
pub fn update<T: Real, const S: usize>(
    step: &Step,
    d: &Update,
    [g, t]: [&[T]; 2],
    p: &mut [T],
    slots: [&mut [T]; S],
    rule: impl Fn(T, T, T, T, [T; S]) -> (T, [T; S]) + Copy + Send + Sync,
) {
    if p.len() > TASK {
        let half = (p.len() / 2).next_multiple_of(ALIGN);
        let (low, high) = p.split_at_mut(half);
        let mut rest: [&mut [T]; S] = std::array::from_fn(|_| Default::default());
        let mut rests = rest.iter_mut();
        let first = slots.map(|s| {
            let (low, high) = s.split_at_mut(half);
            if let Some(rest) = rests.next() {
                *rest = high;
            }
            low
        });
        let (g, t) = (g.split_at(half), t.split_at(half / ALIGN * ROW));
        rayon::join(|| update(step, d, [g.0, t.0], low, first, rule), || update(step, d, [g.1, t.1], high, rest, rule));
        return;
    }
    let [rate, decay, clip] = [step.learning_rate, d.weight_decay, d.clip_value].map(T::of);
    crate::base::vectorize::vectorize(
        #[inline(always)]
        || blocks([rate, decay, clip], [g, t], p, slots, rule),
    );
}

/// The frame over blocks of 64 numbers.
#[inline(always)]
fn blocks<T: Real, const S: usize>(
    [rate, decay, clip]: [T; 3],
    [g, t]: [&[T]; 2],
    p: &mut [T],
    mut slots: [&mut [T]; S],
    rule: impl Fn(T, T, T, T, [T; S]) -> (T, [T; S]),
) {
    let held = |g: T| {
        if g > clip {
            clip
        } else if g < -clip {
            -clip
        } else {
            g
        }
    };
    let blocks = p.as_chunks_mut::<ALIGN>().0.iter_mut().zip(g.as_chunks::<ALIGN>().0).zip(t.as_chunks::<ROW>().0);
    for (block, ((p, g), row)) in blocks.enumerate() {
        if row[0] == T::ZERO {
            continue;
        }
        let rate = rate * row[0];
        let lost = decay * rate * row[1];
        let mut moved = [T::ZERO; ALIGN];
        let mut own = [[T::ZERO; ALIGN]; S];
        {
            // Results go to arrays of their own: what is stored cannot be what is read next.
            let old: [&[T; ALIGN]; S] = std::array::from_fn(|s| &slots[s].as_chunks::<ALIGN>().0[block]);
            for i in 0..ALIGN {
                let g = g[i] * row[2];
                let g = if clip > T::ZERO { held(g) } else { g };
                let (next, kept) = rule(g, p[i], p[i] * lost, rate, std::array::from_fn(|s| old[s][i]));
                moved[i] = next;
                for s in 0..S {
                    own[s][i] = kept[s];
                }
            }
        }
        *p = moved;
        for (slot, own) in slots.iter_mut().zip(own) {
            slot.as_chunks_mut::<ALIGN>().0[block] = own;
        }
    }
}

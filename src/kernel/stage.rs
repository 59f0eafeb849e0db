//! The hole: what may follow a kernel's first output before it is stored.
//!
//! A stage is appended to the kernel's WGSL as text and applied by the CPU executor after the twin, so
//! neither the kernel nor its twin knows of it. Stages are elementwise: `v` is the number, `at` its flat index.

use super::dims::literal;
use super::map::{Map, Mapped};
use super::{Step, Twinned};
use crate::base::rng::Stream;
use std::fmt::Write;

/// One filling of the hole.
#[derive(Clone, Copy)]
pub enum Stage {
    /// v ← f(v; p).
    Map(&'static Map, [f64; 4]),
    /// v ← v · f′(aux\[at\]; p).
    Slope(&'static Map, [f64; 4]),
    /// v ← v + aux\[at mod width\].
    Bias {
        /// Length of the bias.
        width: u32,
    },
    /// v ← v / (1 − rate) where the random number is at least `rate`, else 0 (inverted dropout,
    /// Srivastava et al. 2014); the same mask forward and backward, recomputed from the counter RNG.
    Mask {
        /// Which random stream: one a layer.
        stream: u32,
        /// Share dropped, 0 ≤ rate < 1.
        rate: f64,
    },
    /// aux\[at\] ← v: keeps what a later dispatch needs.
    Tee,
}

/// The operand of a stage.
pub enum Aux<'a, T> {
    /// The stage has none.
    None,
    /// Read by [`Stage::Slope`] and [`Stage::Bias`].
    Read(&'a [T]),
    /// Written by [`Stage::Tee`].
    Write(&'a mut [T]),
}

/// A random word below this is dropped: `rate` in units of 2⁻³².
pub fn drop_threshold(rate: f64) -> u32 {
    (rate * 4_294_967_296.0) as u32
}

impl Stage {
    /// Whether the stage reads an operand.
    pub fn reads_aux(&self) -> bool {
        matches!(self, Self::Slope(..) | Self::Bias { .. })
    }

    /// Whether the stage writes an operand.
    pub fn writes_aux(&self) -> bool {
        matches!(self, Self::Tee)
    }

    /// As the listing says it; `aux` is the operand's name.
    pub fn show(&self, aux: &str) -> String {
        match self {
            Self::Map(map, p) if *p == map.defaults => map.name.to_owned(),
            Self::Map(map, p) => format!("{}{p:?}", map.name),
            Self::Slope(map, _) => format!("× {}′({aux})", map.name),
            Self::Bias { .. } => format!("+ {aux}"),
            Self::Mask { stream, rate } => format!("drop {rate} (stream {stream})"),
            Self::Tee => format!("keep {aux}"),
        }
    }

    fn statement(&self, aux: usize) -> String {
        let vector = |p: &[f64; 4]| format!("vec4<f32>({})", p.map(literal).join(", "));
        match self {
            Self::Map(map, p) => format!("v = {}(v, {});", map.name, vector(p)),
            Self::Slope(map, p) => format!("v *= {}_slope(aux{aux}[at], {});", map.name, vector(p)),
            Self::Bias { width } => format!("v += aux{aux}[at % {width}u];"),
            Self::Mask { stream, rate } => format!(
                "v = select(0.0, v * {}, random_bits({stream}u, at) >= {}u);",
                literal(1.0 / (1.0 - rate)),
                drop_threshold(*rate)
            ),
            Self::Tee => format!("aux{aux}[at] = v;"),
        }
    }

    /// v ← stage(v) for the numbers of `values`, whose first has flat index 0.
    pub fn apply<T: Twinned + Mapped>(&self, step: &Step, values: &mut [T], aux: Aux<'_, T>) {
        match (self, aux) {
            (Self::Map(map, p), _) => T::apply(map, values, p),
            (Self::Slope(map, p), Aux::Read(at)) => T::apply_slope(map, values, at, p),
            (Self::Bias { width }, Aux::Read(bias)) => {
                for row in values.chunks_mut(*width as usize) {
                    row.iter_mut().zip(bias).for_each(|(v, b)| *v += *b);
                }
            }
            (Self::Mask { stream, rate }, _) => {
                let keep = T::of(1.0 / (1.0 - rate));
                let threshold = drop_threshold(*rate);
                let random = Stream { seed: step.seed, stream: *stream };
                for (block, four) in values.chunks_mut(4).enumerate() {
                    let bits = random.bits4(step.index, block as u32);
                    for (v, b) in four.iter_mut().zip(bits) {
                        *v = if b >= threshold { *v * keep } else { T::ZERO };
                    }
                }
            }
            (Self::Tee, Aux::Write(kept)) => kept.copy_from_slice(values),
            (Self::Slope(..) | Self::Bias { .. } | Self::Tee, _) => {
                unreachable!("the tape gives these stages their operand")
            }
        }
    }
}

/// The `epilogue` function for these stages; their operands are bound from `first_binding` on.
pub fn epilogue(stages: &[Stage], first_binding: usize) -> String {
    let mut text = String::new();
    let mut maps: Vec<&str> = Vec::new();
    for (i, stage) in stages.iter().enumerate() {
        if let Stage::Map(map, _) | Stage::Slope(map, _) = stage
            && !maps.contains(&map.name)
        {
            maps.push(map.name);
            text.push_str(map.wgsl);
            text.push('\n');
        }
        let access = if stage.writes_aux() {
            "read_write"
        } else if stage.reads_aux() {
            "read"
        } else {
            continue;
        };
        let binding = first_binding + stages[..i].iter().filter(|s| s.reads_aux() || s.writes_aux()).count();
        let _ = writeln!(text, "@group(0) @binding({binding}) var<storage, {access}> aux{i}: array<f32>;");
    }
    text.push_str("fn epilogue(value: f32, at: u32) -> f32 {\n    var v = value;\n");
    for (i, stage) in stages.iter().enumerate() {
        let _ = writeln!(text, "    {}", stage.statement(i));
    }
    text.push_str("    return v;\n}\n");
    text
}

//! The hole: what may follow a kernel's first output before it is stored.
//!
//! A stage is appended to the kernel's WGSL as text and applied by the CPU executor after the twin, so
//! neither the kernel nor its twin knows of it. Stages are elementwise: `v` is the number, `at` its flat index.

use super::dims::literal;
use super::map::{Map, Mapped};
use super::noise::{Draw, Noise, Randomness};
use super::{Step, Twinned};
use crate::base::rng::Stream;
use std::fmt::Write;

const NORMAL: &str = include_str!("../../shaders/normal.wgsl");

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
    /// v ← f(v, r; p), r being the random number of the step, the stream and `at`: forward and backward the same.
    Noise(&'static Noise, Draw),
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
            Self::Noise(noise, Draw { stream, below, p, .. }) => {
                let share = f64::from(*below) / 4_294_967_296.0;
                let strength = if noise.randomness == Randomness::Kept { share } else { p[0] };
                format!("{} {strength} (stream {stream})", noise.name)
            }
            Self::Tee => format!("keep {aux}"),
        }
    }

    /// The WGSL texts its statement calls.
    fn functions(&self) -> [Option<&'static str>; 2] {
        match self {
            Self::Map(map, _) | Self::Slope(map, _) => [Some(map.wgsl), None],
            Self::Noise(noise, _) => [(noise.randomness == Randomness::Normal).then_some(NORMAL), Some(noise.wgsl)],
            Self::Bias { .. } | Self::Tee => [None, None],
        }
    }

    fn statement(&self, aux: usize) -> String {
        let vector = |p: &[f64; 4]| format!("vec4<f32>({})", p.map(literal).join(", "));
        match self {
            Self::Map(map, p) => format!("v = {}(v, {});", map.name, vector(p)),
            Self::Slope(map, p) => format!("v *= {}_slope(aux{aux}[at], {});", map.name, vector(p)),
            Self::Bias { width } => format!("v += aux{aux}[at % {width}u];"),
            Self::Noise(noise, draw) => {
                format!("v = {}(v, {}, {});", noise.name, draw.wgsl(noise.randomness), vector(&draw.p))
            }
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
            (Self::Noise(noise, draw), _) => {
                let random = Stream { seed: step.seed, stream: draw.stream };
                draw.over(noise.randomness, random, step.index, values, |v, r| T::apply_noise(noise, v, r, &draw.p));
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
    let mut known: Vec<&str> = Vec::new();
    for (i, stage) in stages.iter().enumerate() {
        for functions in stage.functions().into_iter().flatten() {
            if !known.contains(&functions) {
                known.push(functions);
                text.push_str(functions);
                text.push('\n');
            }
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

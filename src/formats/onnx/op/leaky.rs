//! Straight lines with a bend: `ReLU`, `LeakyReLU`, `ELU`, `RReLU`, and `PReLU`, whose slopes are learned.

use super::super::reader::{Op, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes, activation, affine};
use crate::base::Result;
use crate::nn::act::Activation;
use crate::nn::layer::Prelu;

pub(super) static WRITES: &[Writes] = &[
    Writes {
        class: "ReLU",
        write: |w, call| {
            let (max, slope) = (call.field::<Option<f64>>("max_value")?, call.field("negative_slope")?);
            end(w, call, Activation::relu(max, slope, call.field("threshold")?))
        },
    },
    Writes { class: "LeakyReLU", write: |w, call| end(w, call, Activation::leaky_relu(call.field("negative_slope")?)) },
    Writes { class: "ELU", write: |w, call| end(w, call, Activation::elu(call.field("alpha")?)) },
    Writes {
        class: "RReLU",
        write: |w, call| {
            let mean = f64::midpoint(call.field("lower")?, call.field("upper")?);
            end(w, call, Activation::leaky_relu(mean))
        },
    },
    Writes { class: "PReLU", write: prelu },
];
pub(super) static READS: &[Reads] = &[Reads::new("PRelu", read_prelu)];

fn end(w: &mut Writer, call: &Call<'_>, activation: Activation) -> Result<String> {
    activation::record(w, &call.x()?.name, activation, call)
}

fn prelu(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let slope = w.variable(call, "alpha", None)?;
    Ok(w.node("PRelu", &[&call.x()?.name, &slope], Vec::new()))
}

fn read_prelu(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let (x, slopes) = (r.tensor(op, 0)?, r.constant(op, 1)?);
    let sizes = affine::aligned(op, &slopes, &x.shape)?;
    // Where there is one slope it is shared, unless there is one number.
    let shared = sizes.iter().zip(&x.shape).enumerate().filter(|(_, (slope, x))| **slope == 1 && **x > 1);
    let shared: Vec<isize> = shared.map(|(i, _)| i as isize + 1).collect();
    let y = r.weighted(op, &(op.input(1), &x.shape), &x, x.shape.clone(), || {
        (Prelu::new().shared_axes(&shared), vec![slopes.numbers.clone()])
    })?;
    Ok(Value::Tensor(y))
}

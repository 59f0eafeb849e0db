//! Constants in the graph, and changes of type.

use super::super::proto::data_type;
use super::super::reader::{Numbers, Op, Place, Reader, Value};
use super::super::tensor::{self, Constant, shortest};
use super::{Reads, Writes};
use crate::base::Result;
use std::rc::Rc;

pub(super) static WRITES: &[Writes] = &[];
pub(super) static READS: &[Reads] = &[Reads::new("Constant", constant), Reads::new("Cast", cast)];

fn constant(_: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let list = |numbers: Vec<f64>| Constant { shape: vec![numbers.len()], numbers };
    let single = |number: f64| Constant { shape: Vec::new(), numbers: vec![number] };
    let made = if let Some(given) = op.attributes.tensor("value")? {
        tensor::read(&op.what, given)?
    } else if op.attributes.has("value_float") {
        single(op.attributes.float("value_float", 0.0)?)
    } else if op.attributes.has("value_int") {
        single(op.attributes.int("value_int", 0)? as f64)
    } else if let Some(numbers) = op.attributes.floats("value_floats")? {
        list(numbers.iter().copied().map(shortest).collect())
    } else if let Some(numbers) = op.attributes.ints("value_ints")? {
        list(numbers.iter().map(|v| *v as f64).collect())
    } else {
        return Err(op.wrong("a constant of numbers", "another one, or none", "leave this node out"));
    };
    Ok(Value::Constant(Rc::new(made)))
}

fn cast(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    op.attributes.ignore(&["saturate", "round_mode"]);
    let to = op.attributes.int("to", 0)?;
    let whole = [data_type::INT32, data_type::INT64].map(i64::from).contains(&to);
    let float =
        [data_type::FLOAT, data_type::DOUBLE, data_type::FLOAT16, data_type::BFLOAT16].map(i64::from).contains(&to);
    if !(whole || float) {
        let help = "convert the model to float32";
        return Err(op.wrong("a change to float, double, float16, bfloat16, int64 or int32", to, help));
    }
    let place = match r.input(op, 0)? {
        Value::Tensor(place) => place.clone(),
        // What is cut off a constant would have to be cut off here.
        Value::Constant(c) if float || c.numbers.iter().all(|v| v.fract() == 0.0) => {
            return Ok(Value::Constant(c.clone()));
        }
        _ => return Err(op.wrong("whole numbers", "others", "fold constants when the model is exported")),
    };
    let numbers = match (place.numbers, whole) {
        (Numbers::Float, true) => Numbers::Cut,
        (Numbers::Cut, false) => {
            let help = "there is no such layer: leave it out";
            return Err(op.wrong("integers as indices alone", "numbers that are cut and used on", help));
        }
        (numbers, true) => numbers,
        (_, false) => Numbers::Float,
    };
    Ok(Value::Tensor(Place { numbers, ..place }))
}

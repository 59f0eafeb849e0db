//! Rows of a table: `Embedding`, from Cast and Gather.

use super::super::attributes::int;
use super::super::proto::data_type;
use super::super::reader::{Op, Reader, Value};
use super::super::writer::{Call, Writer};
use super::{Reads, Writes};
use crate::base::Result;
use crate::nn::layer::Embedding;

pub(super) static WRITES: &[Writes] = &[Writes { class: "Embedding", write }];
pub(super) static READS: &[Reads] = &[Reads::new("Gather", gather)];

fn write(w: &mut Writer, call: &Call<'_>) -> Result<String> {
    let table = w.variable(call, "embeddings", None)?;
    let rows = w.node("Cast", &[&call.x()?.name], vec![int("to", data_type::INT64.into())]);
    Ok(w.node("Gather", &[&table, &rows], vec![int("axis", 0)]))
}

fn gather(r: &mut Reader<'_>, op: &mut Op<'_>) -> Result<Value> {
    let axis = op.attributes.int("axis", 0)?;
    let (table, x) = (r.constant(op, 0)?, r.place(op, 1)?);
    let ([rows, width], 0) = (table.shape.get(..).unwrap_or_default(), axis) else {
        let got = format!("axis {axis} of shape {:?}", table.shape);
        return Err(op.wrong("a table of two axes, gathered along axis 0", got, "an embedding is the only such layer"));
    };
    let (rows, width) = (*rows, *width);
    if rows == 0 || width == 0 {
        return Err(op.wrong("a table of numbers", format!("shape {:?}", table.shape), "give it a row"));
    }
    let shape = [x.shape.as_slice(), &[width]].concat();
    let y = r.weighted(op, &op.input(0), &x, shape, || (Embedding::new(rows, width), vec![table.numbers.clone()]))?;
    Ok(Value::Tensor(y))
}

//! The inputs of an ONNX file: types and shapes.

use super::proto::{DimensionProto, ValueInfoProto, data_type};
use super::reader::{MOST_AXES, Numbers};
use crate::base::{Error, Result};

/// What a file says of an input.
pub(super) struct Input {
    /// The shape of a sample.
    pub shape: Vec<usize>,
    /// The size of the first axis, where it is fixed.
    pub batch: Option<i64>,
    pub numbers: Numbers,
}

/// Reads one, and what errors call it.
pub(super) fn read(info: &ValueInfoProto) -> Result<(String, Input)> {
    let what = format!("ONNX input `{}`", info.name.as_deref().unwrap_or_default());
    let tensor = info.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let Some(tensor) = tensor else {
        return Err(Error::request(what, "a tensor", "another type, or none", "give the model tensors alone"));
    };
    let numbers = match tensor.elem_type.unwrap_or(0) {
        data_type::FLOAT | data_type::DOUBLE | data_type::FLOAT16 | data_type::BFLOAT16 => Numbers::Float,
        data_type::INT64 | data_type::INT32 | data_type::INT8 | data_type::UINT8 => Numbers::Whole,
        other => {
            let (expected, help) = ("floating-point numbers or integers", "convert the model's inputs to float");
            return Err(Error::request(what, expected, format!("data type {other}"), help));
        }
    };
    let dims = tensor.shape.as_ref().map(|s| s.dim.as_slice()).unwrap_or_default();
    let fixed = |dim: &DimensionProto| dim.dim_value.filter(|n| *n > 0);
    if dims.len() > MOST_AXES {
        return Err(Error::request(what, format!("at most {MOST_AXES} axes"), dims.len(), "leave axes of size 1 out"));
    }
    let shape: Option<Vec<usize>> = dims.iter().skip(1).map(|d| usize::try_from(fixed(d)?).ok()).collect();
    match (dims.first(), shape) {
        (Some(first), Some(shape)) if !shape.is_empty() => Ok((what, Input { shape, batch: fixed(first), numbers })),
        _ => {
            let shown = dims.iter().map(|d| match (d.dim_value, &d.dim_param) {
                (Some(n), _) => n.to_string(),
                (None, Some(name)) => format!("`{name}`"),
                (None, None) => "?".to_owned(),
            });
            let got = format!("[{}]", shown.collect::<Vec<_>>().join(", "));
            let expected = "a batch axis, and at least one more, each of a fixed size";
            Err(Error::request(what, expected, got, "export the model with fixed sizes but for the batch"))
        }
    }
}

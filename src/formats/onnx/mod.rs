//! ONNX files: models for inference, written for other programs and read from them.
//!
//! What is written passes `onnx.checker` and runs in `onnxruntime`. Each layer is these operators, of opset 18 where
//! nothing else is said; reading turns operators into layers one by one, so that files of other writers are read as well.
//!
//! | Layer | Operators |
//! |---|---|
//! | `Dense` | MatMul, Add, and its activation |
//! | `Activation`, `ReLU`, `LeakyReLU`, `ELU` | Relu, LeakyRelu, Elu, Selu, Celu, Gelu (20), HardSigmoid, Mish, Softplus, Softsign, Sigmoid, Tanh, Exp, Softmax, LogSoftmax; `silu` Sigmoid and Mul; `relu6` and `max_value` Clip; `threshold` ThresholdedRelu |
//! | `Softmax`, `LogSoftmax` | Softmax, LogSoftmax |
//! | `PReLU`, `RReLU` | PRelu; LeakyRelu of the mean slope |
//! | `BatchNormalization` | BatchNormalization, between Transposes where the axis is not 1 |
//! | `LayerNormalization` | LayerNormalization, between Transposes where the axes are not the last |
//! | `GroupNormalization` | GroupNormalization (21), between Transposes where the axis is not 1 |
//! | `RMSNormalization` | Mul, ReduceMean, Add, Sqrt, Div, Mul |
//! | `Normalization` | Sub and Div; inverted Mul and Add |
//! | `Rescaling` | Mul, Add |
//! | `Flatten`, `Reshape`, `Permute`, `Identity` | Flatten, Reshape, Transpose, none |
//! | dropout, noise, `ActivityRegularization` | none: they do nothing in inference |
//! | `Embedding` | Cast, Gather |
//! | `Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum` | Add or Sum, Sub, Mul, Mean, Max, Min; Reshape where an input has fewer axes |
//! | `Concatenate` | Concat |
//! | `Dot` | Transpose, Reshape, MatMul; normalised also ReduceL2, Clip, Div |
//!
//! Read, too: Gemm, InstanceNormalization, RMSNormalization (23), Squeeze, Unsqueeze, Dropout, Cast, Constant, and Add, Sub,
//! Mul and Div of a constant, as `Rescaling` where it is no layer's bias. `MCDropout` and layers of one's own are refused.

mod attributes;
mod budget;
mod input;
mod loaded;
mod names;
mod op;
mod operator;
mod proto;
mod reader;
mod tensor;
mod value;
mod writer;

pub use loaded::{Loaded, ONNX, read};
pub use writer::write;

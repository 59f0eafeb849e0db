//! ONNX files: written, read again, read from other writers, and damaged.
#![cfg(feature = "files")]

mod cases;
mod damaged;
mod hand;
mod others;
mod refused;
mod round;

//! wgrad trains deep neural networks on any Vulkan, Metal or DX12 GPU, and on the CPU.
//!
//! A model is recorded once as a flat plan of compute kernels and replayed every step; see `ARCHITECTURE.md`.

pub mod base;
pub mod exec;
pub mod kernel;
pub mod plan;
pub mod nn;
pub mod train;

//! wgrad trains deep neural networks on any Vulkan, Metal or DX12 GPU, and on the CPU.
//!
//! A model is recorded once as a flat plan of compute kernels and replayed every step; see `ARCHITECTURE.md`.

pub mod base;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
pub mod exec;
pub mod formats;
pub mod judge;
pub mod kernel;
pub mod nn;
pub mod plan;
pub mod prelude;
pub mod report;
#[cfg(feature = "cli")]
pub mod run;
pub mod train;

pub use base::{Error, Result};

/// The README's example, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The example of the page on files, run as a test.
#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../docs/files.md")]
struct Files;

/// The examples of the page on models, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/models.md")]
struct Models;

/// The example of the page on data, run as a test.
#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../docs/data.md")]
struct Data;

/// The examples of the page on training, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../docs/training.md")]
struct Training;

/// The example of the page on runs, run as a test.
#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../docs/runs.md")]
struct Runs;

//! Faults that were found and mended: what each did wrong stands above its test.

mod cpu_executor;
mod graphs;
#[cfg(feature = "cli")]
mod program;
#[cfg(feature = "files")]
mod readers;
mod remembered;

//! What every floor stands on: errors, shapes, numbers, the counter RNG and the dense matrix product.
//!
//! This floor imports nothing of ours.

pub mod allowed;
pub mod error;
mod nearest;
pub mod product;
pub mod real;
pub mod rng;
pub mod rows;
pub mod vector_math;
pub mod vectorize;

pub use allowed::Allowed;
pub use error::{Error, Result};
pub use nearest::nearest;
pub use real::Real;
pub use rng::Seed;
pub use rows::{RowData, Rows};

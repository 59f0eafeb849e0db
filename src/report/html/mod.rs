//! The report of a run: one page of HTML that needs nothing else.

mod evaluated;
mod page;

pub use evaluated::{Evaluated, Samples};
pub use page::Report;

//! Models as programs use them: built, shared, frozen, trained, asked.

mod asking;
mod errors;
mod files;
mod inside;
mod sharing;
mod stale;
mod summary;
mod training;

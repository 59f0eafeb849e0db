//! Models as programs use them: built, shared, frozen, trained, asked.

mod asking;
mod errors;
mod files;
mod sharing;
mod stale;
mod summary;
mod training;

//! Models as programs use them: built, shared, frozen, trained, asked.

mod asking;
mod errors;
mod sharing;
mod training;

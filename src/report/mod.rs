//! What is shown of a training: pictures, written as files.

pub mod plot;
pub mod save;

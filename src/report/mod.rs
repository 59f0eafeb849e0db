//! What is shown of a training: pictures, tables and event files.

mod csv_logger;
mod insight;
pub mod plot;
mod tensor_board;

pub use csv_logger::CsvLogger;
pub use insight::{InsightLog, Observation, layers};
pub use tensor_board::TensorBoard;

//! What is shown of a training: pictures, tables, pages and event files.

mod csv_logger;
mod curves;
pub mod html;
mod insight;
pub mod plot;
pub mod run;
mod tensor_board;

pub use csv_logger::CsvLogger;
pub use curves::Curves;
pub use insight::{InsightLog, Observation, layers};
pub use tensor_board::TensorBoard;

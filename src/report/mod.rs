//! What is shown of a training: pictures, tables, pages and event files.

mod compare;
mod csv_logger;
mod curves;
pub mod html;
mod insight;
mod pictures;
pub mod plot;
pub mod run;
mod tensor_board;

pub use compare::Comparison;
pub use csv_logger::CsvLogger;
pub use curves::Curves;
pub use insight::{InsightLog, Observation, layers};
pub use pictures::{learning_rate_chart, learning_rate_plot, variance_panels, variance_plot};
pub use tensor_board::TensorBoard;

//! Data sets: their readers, and those known by name.

mod array;
mod cifar10;
mod dataset;
mod digits;
mod error;
mod fashion_mnist;
#[cfg(feature = "fetch")]
mod fetch;
mod idx;
mod locate;
#[cfg(feature = "files")]
pub mod npy;
mod samples;
#[cfg(feature = "files")]
mod source;

pub use array::Array;
pub use dataset::{Dataset, Features};
pub use error::DataError;
#[cfg(feature = "fetch")]
pub use fetch::{FETCHED, Fetched, Progress, fetch};
pub use idx::Idx;
pub use samples::Samples;
#[cfg(feature = "files")]
pub use source::{
    Column, ColumnKind, ColumnReport, Kind, Labels, Loaded, MissingValues, Moment, NAMES, Part, Prepared, Resize,
    Scale, Scaling, SourceOptions, Split, Task, columns, is_table, moments, open,
};

/// The data sets known by name, each as (training set, test set).
pub mod datasets {
    pub use super::cifar10::{cifar10, cifar100};
    pub use super::digits::digits;
    pub use super::fashion_mnist::{fashion_mnist, mnist};
}

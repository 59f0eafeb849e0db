//! Building and training: a graph of layers becomes a model, a model and data a trained one.
//!
//! [`Sequential`] and [`Graph`] say what is computed; [`Model`] has the variables on a device and is compiled, trained,
//! evaluated and asked. [`Trainer`] runs a compiled plan without a model, for judges and benchmarks.

mod build;
pub mod callback;
mod checkpoint;
mod compiled;
mod course;
mod device;
mod engine;
mod fit;
mod flat;
mod graph;
mod inside;
mod layer;
mod logs;
mod looking;
mod model;
mod objectives;
mod outline;
mod predict;
pub mod presets;
mod record;
mod remembered;
mod resume;
mod runner;
pub mod save;
mod sequential;
pub mod setup;
mod size;
mod snapshot;
mod stop;
mod summary;
pub mod trainer;
mod training;
mod variable;
pub mod weights;

pub use build::Declared;
pub(crate) use build::scopes;
pub use checkpoint::{Checkpoint, Facts};
pub(crate) use compiled::Objective;
pub use compiled::{Compiled, Head};
pub use device::Device;
pub use fit::Fit;
#[cfg(feature = "files")]
pub(crate) use flat::TAKEN;
pub(crate) use graph::Source;
pub use graph::{Ends, Graph, Tensor};
pub(crate) use layer::Body;
pub use layer::{Connect, IntoLayer, IntoTensors, SharedLayer};
pub use logs::{History, Interruption, Logs};
pub use model::Model;
pub use objectives::{Asked, Compile, IntoMetrics};
pub use outline::{Outline, OutlineCall, OutlineNode};
pub use predict::MonteCarlo;
pub use remembered::Remembered;
pub use sequential::Sequential;
pub use setup::{Setup, Watched};
pub(crate) use size::Size;
pub use snapshot::{Array, Snapshot};
pub use stop::StopHandle;
#[cfg(feature = "cli")]
#[cfg(feature = "tui")]
pub(crate) use summary::bytes;
#[cfg(feature = "cli")]
pub(crate) use summary::grouped;
pub use summary::{DeviceMemory, Summary, SummaryRow};
pub use trainer::{Epoch, Reported, Trainer};
pub use variable::Variable;
pub use weights::class_weights;

//! A look into training: statistics of what each layer computes and of its gradients, taken on the device in chosen steps.
//!
//! An [`Insight`] goes along while a model is recorded. What it records runs in steps with `observe` alone, writes to
//! arrays of its own that nothing else reads, and is read back when somebody looks: training comes to the same bits with
//! it and without. A value somebody looks at is kept in memory though where it would otherwise have been fused away.

super::pages! { statistics, gradient_norms }

mod record;
mod report;

pub use record::Insight;
pub use report::{Direction, Norm, Report, Statistics, first_not_finite};

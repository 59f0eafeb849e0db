//! Everything random has the distribution it says: moments, Kolmogorov–Smirnov, binomial bounds, correlations.
//!
//! Each test is at level 0.001 and its seed fixed, so it is either right or wrong, and always the same. That a wrong
//! distribution is refused is shown beside it.

mod initializers;
mod laws;
mod masks;
mod orthogonal;
mod streams;

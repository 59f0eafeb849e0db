//! The walkers that need no GPU: texts, bindings, slopes, gradients, fusion and listings.

#![cfg(feature = "gpu")]

mod fusion;
mod gradients;
mod listing;
mod losses;
mod nets;
mod parity;
mod slopes;
mod texts;

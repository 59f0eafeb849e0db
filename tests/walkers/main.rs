//! The walkers that need no GPU: texts, bindings, slopes, gradients, fusion and listings.

#![cfg(feature = "gpu")]

mod fusion;
mod gradients;
mod gradients_merge;
mod gradients_noise;
mod gradients_normal;
mod layer_errors;
mod listing;
mod losses;
mod nets;
mod pages;
mod parity;
mod slopes;
mod snapshot;
mod texts;
mod updates;

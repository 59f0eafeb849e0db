//! Checkpoints: a training that is killed, interrupted, or finds its disk full goes on to the same bits.

mod common;
mod damage;
mod faults;
mod kills;
mod mismatches;
mod resume;
#[cfg(all(unix, feature = "cli"))]
mod signals;

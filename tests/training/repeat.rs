//! The same seed gives the same bits, on any number of threads.

use crate::data;
use std::time::Duration;
use wgrad::base::Seed;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::train::Trainer;

/// Bits of everything that is kept after an epoch and a short last batch, on `threads` threads.
fn bits(threads: usize, seed: u64) -> Vec<u32> {
    let train = || {
        let model = data::book(32);
        let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
        let mut trainer = Trainer::new(model, &mut executor, Seed(seed));
        let (x, y) = data::digits(32 * 12 + 7);
        let id = trainer.load(x, y, "digits").expect("data that fit");
        trainer.epoch(id, 32 * 12 + 7, usize::MAX, Duration::MAX, &mut |_, _, _| {}).expect("an epoch");
        let plan = executor.plan();
        let values = (0..plan.values.len()).map(wgrad::plan::Value).filter(|v| plan.values[v.0].role.is_kept());
        values.flat_map(|v| executor.slice(v).iter().map(|n| n.to_bits()).collect::<Vec<_>>()).collect()
    };
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(train)
}

#[test]
fn same_seed_same_bits_on_one_two_and_three_threads() {
    let first = bits(1, 7);
    assert!(first.len() > 271_346, "weights, slots and statistics: {}", first.len());
    for threads in [1, 2, 3] {
        let again = bits(threads, 7);
        let differ = first.iter().zip(&again).filter(|(a, b)| a != b).count();
        assert_eq!(differ, 0, "of {} numbers on {threads} threads", first.len());
    }
    assert_ne!(first, bits(1, 8), "another seed is another run");
}

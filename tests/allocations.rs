//! After the first steps the CPU executor allocates nothing: counted by an allocator of our own.
#![allow(unsafe_code, reason = "an allocator is an unsafe trait; this one counts and hands on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use wgrad::base::Seed;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::{Call, Domain, Step};
use wgrad::nn::act::Activation;
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Flatten};
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Nadam;
use wgrad::plan::Program;
use wgrad::train::Sequential;

struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of the twin of `call` on arrays made before.
fn packing(call: &dyn Call, step: &Step) -> u64 {
    let arrays = |own: Vec<(&str, usize, Domain)>| own.iter().map(|a| vec![0.5_f32; a.1]).collect::<Vec<_>>();
    let (reads, mut writes) = (arrays(call.reads()), arrays(call.writes()));
    let reads: Vec<&[f32]> = reads.iter().map(Vec::as_slice).collect();
    let mut writes: Vec<&mut [f32]> = writes.iter_mut().map(Vec::as_mut_slice).collect();
    let before = COUNT.load(Ordering::Relaxed);
    call.run_f32(step, &reads, &mut writes);
    COUNT.load(Ordering::Relaxed) - before
}

#[test]
fn a_step_allocates_nothing_of_ours() {
    let hidden = |units| Dense::new(units).activation(Activation::ELU);
    let model = Sequential::new(&[28, 28])
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(hidden(300))
        .add(Dropout::new(0.2))
        .add(hidden(100))
        .add(Dense::new(10).activation(Activation::Softmax))
        .compile(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), 32, Seed(1))
        .expect("a net");
    let mut executor = CpuExecutor::<f32>::new(model.plan.clone());
    executor.write(model.x(), &Domain::Normal.fill(32 * 784, 1)).expect("samples");
    executor.write(model.y(), &Domain::Labels(10).fill(32, 2)).expect("labels");
    let step = Step { rows: 32, learning_rate: 1e-3, coef: [1.0; 8], ..Step::default() };
    let dispatches = model.plan.program(Program::Train);
    // One thread, started before: rayon's own queues are not what is counted.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut ours: BTreeMap<&str, u64> = BTreeMap::new();
    let mut library = 0;
    pool.install(|| {
        for t in 0..20 {
            for (i, d) in dispatches.iter().enumerate() {
                let before = COUNT.load(Ordering::Relaxed);
                executor.run_one(Program::Train, i, &step).expect("the CPU is not lost");
                let made = COUNT.load(Ordering::Relaxed) - before;
                if t < 3 || made == 0 {
                    continue;
                }
                // The gemm library packs its operands into memory of its own: what the twin alone, without our
                // binding and stages, allocates.
                let packing = if d.call.name().starts_with("dense_") { packing(&*d.call, &step) } else { 0 };
                library += packing;
                if made != packing {
                    *ours.entry(d.call.name()).or_default() += made.abs_diff(packing);
                }
            }
        }
    });
    println!("allocations inside the gemm library: {library} in 17 steps");
    assert!(ours.is_empty(), "allocations in 17 steps: {ours:?}, besides {library} inside the gemm library");
}

//! After the first steps the CPU executor allocates nothing, nor does training around it: counted by an allocator of our
//! own.
#![allow(unsafe_code, reason = "an allocator is an unsafe trait; this one counts and hands on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use wgrad::base::Seed;
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::kernel::{Call, Domain, Step};
use wgrad::nn::act::Activation;
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Flatten};
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Nadam;
use wgrad::plan::Program;
use wgrad::prelude::{
    Adam, Device, EarlyStopping, Fit, LambdaCallback, LearningRateScheduler, Model, ProgressBar, ReduceLrOnPlateau,
    Rows, Samples, TerminateOnNan,
};
use wgrad::train::Sequential;
use wgrad::train::callback::SwapEmaWeights;

/// Tests count one after the other.
static ALONE: Mutex<()> = Mutex::new(());

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
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
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

/// Samples a step of the net below.
const BATCH: usize = 32;

fn small(optimizer: Adam) -> Model {
    let mut model = Sequential::new(&[8])
        .add(BatchNormalization::new())
        .add(Dense::new(16).activation(Activation::ELU))
        .add(Dropout::new(0.2))
        .add(Dense::new(3).activation(Activation::Softmax))
        .build(&Device::Cpu, Seed(1))
        .expect("a net");
    model.compile(optimizer, SparseCategoricalCrossentropy::new(), ["accuracy", "mean"]).expect("fits");
    model
}

/// Allocations of an epoch of `steps` steps with every callback that looks between steps as often as it does by itself.
///
/// Where a step takes long, some look a few times a second: the least of several epochs is one in which none did.
fn of_an_epoch(model: &mut Model, samples: &Samples, steps: usize) -> u64 {
    let once = |model: &mut Model| {
        let fit = Fit::epochs(1)
            .batch(BATCH)
            .steps_per_epoch(steps)
            .callback(EarlyStopping::on("loss").patience(3).restore_best_weights(true))
            .callback(ReduceLrOnPlateau { monitor: "loss".to_owned(), ..ReduceLrOnPlateau::default() })
            .callback(LearningRateScheduler::new(|_, rate| rate))
            .callback(TerminateOnNan)
            .callback(ProgressBar::new())
            .callback(SwapEmaWeights::new())
            .callback(LambdaCallback::new().on_epoch_end(|logs, run| {
                assert_eq!(run.step, run.steps);
                assert!(logs.loss().is_finite());
                Ok(())
            }));
        let before = COUNT.load(Ordering::Relaxed);
        model.fit(samples, fit).expect("trains");
        COUNT.load(Ordering::Relaxed) - before
    };
    (0..5).map(|_| once(model)).min().unwrap_or(u64::MAX)
}

/// What `fit` allocates does not grow with the steps, so neither does what it reads: every read gives a new array.
#[test]
fn fit_allocates_and_reads_back_nothing_per_step() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let (short, long) = (32, 480);
    let rows = BATCH * long;
    let x = (0..rows * 8).map(|i| ((i * 7919) % 23) as f32 / 11.0 - 1.0).collect();
    let y = (0..rows).map(|i| (i % 3) as f32).collect();
    let samples = Samples::new([&Rows::floats(8, x)]).labels([&Rows::floats(1, y)]);
    let mut model = small(Adam::new(1e-3).use_ema(0.99, None));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(|| {
        let (few, many) = (of_an_epoch(&mut model, &samples, short), of_an_epoch(&mut model, &samples, long));
        let plan = model.plan(BATCH).expect("trained with");
        let step = Step { rows: BATCH as u32, learning_rate: 1e-3, coef: [1.0; 8], ..Step::default() };
        let dense = plan.program(Program::Train).iter().filter(|d| d.call.name().starts_with("dense_"));
        let library: u64 = dense.map(|d| packing(&*d.call, &step)).sum();
        let more = (long - short) as u64;
        println!("{few} allocations in {short} steps, {many} in {long}; {library} a step inside the gemm library");
        assert_eq!(many, few + more * library, "allocations that grow with the steps");
    });
}

/// The count sees one more number an epoch: a callback that asks for the totals every 16 steps.
#[test]
fn a_callback_that_looks_is_counted() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let rows = BATCH * 64;
    let (x, y) = (Rows::floats(8, vec![0.5; rows * 8]), Rows::floats(1, vec![0.0; rows]));
    let mut model = small(Adam::new(1e-3));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(|| {
        let mut count = |looks: bool| {
            let every = if looks { 16 } else { usize::MAX };
            let look = LambdaCallback::new().on_step_end(every, |run| run.logs().map(drop));
            let before = COUNT.load(Ordering::Relaxed);
            model.fit((&x, &y), Fit::epochs(1).batch(BATCH).callback(look)).expect("trains");
            COUNT.load(Ordering::Relaxed) - before
        };
        count(false);
        let (without, with) = (count(false), count(true));
        assert!(with >= without + 4 * 3, "{without} without, {with} with four looks at loss and two metrics");
    });
}

//! Models on every graphics device found: trained, asked, sharing layers with others on the same device and on the CPU.
//!
//! Without an adapter they fail; `WGRAD_TEST_DEVICES=cpu` says that none is expected.
#![cfg(feature = "gpu")]

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use wgrad::exec::gpu::GpuDevice;
use wgrad::judge::norm_error;
use wgrad::prelude::*;

/// One test at a time: they count the objects of devices they share, and with them compiled kernels.
static ONE: Mutex<()> = Mutex::new(());

/// Every device of this machine, or those `WGRAD_TEST_DEVICES` names; none where it says `cpu`.
fn devices() -> (MutexGuard<'static, ()>, &'static [GpuDevice]) {
    static DEVICES: OnceLock<Vec<GpuDevice>> = OnceLock::new();
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let open = || {
        let choices = match std::env::var("WGRAD_TEST_DEVICES").as_deref() {
            Ok("cpu") => return Vec::new(),
            Ok(choice) if choice != "gpu" => vec![choice.to_owned()],
            _ => GpuDevice::all().iter().map(|s| s.number.to_string()).collect(),
        };
        let none = "no adapter found: run `cargo xtask test`, or set WGRAD_TEST_DEVICES=cpu to go without";
        assert!(!choices.is_empty(), "{none}");
        choices.iter().map(|c| GpuDevice::open(c).unwrap_or_else(|e| panic!("{e}"))).collect()
    };
    (guard, DEVICES.get_or_init(open))
}

const BATCH: usize = 32;

/// No bias before batch normalisation: its gradient would be nothing but rounding, which Nadam divides by its own size.
fn net() -> Sequential {
    Sequential::new(&[8, 8])
        .add(Flatten)
        .add(Dense::new(12).use_bias(false))
        .add(BatchNormalization::new())
        .add(Activation::ELU)
        .add(Dropout::new(0.2))
        .add(Dense::new(10).activation(Activation::Softmax))
}

fn compile(model: &mut Model) {
    model.compile(Nadam::new(2e-3), SparseCategoricalCrossentropy::new(), "accuracy").expect("compiles");
}

fn compiled(device: &Device) -> Model {
    let mut model = net().build(device, Seed(3)).expect("a sound net");
    compile(&mut model);
    model
}

/// Digits `first..first + rows`.
fn digits(first: usize, rows: usize) -> Samples {
    let (train, _) = datasets::digits().expect("they are in the program");
    Samples::from(&train).select(&(first..first + rows).collect::<Vec<_>>()).expect("there are so many")
}

fn flat(weights: Vec<Vec<f64>>) -> Vec<f64> {
    weights.concat()
}

/// Fails unless both have the same numbers within `bound` of the largest.
fn near(title: &str, got: &[Vec<f64>], want: &[Vec<f64>], bound: f64) {
    assert_eq!(got.len(), want.len(), "{title}");
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert_eq!(got.len(), want.len(), "{title}, part {i}");
        let error = norm_error(got, want);
        assert!(error <= bound, "{title}, part {i}: {error:.2e} off, allowed {bound:.0e}");
    }
}

/// The loss of each of the first steps, shuffled, and the weights after them.
fn first_steps(device: &Device) -> (Vec<f64>, Vec<f64>) {
    let mut model = compiled(device);
    let history = model.fit(digits(0, BATCH * 10), Fit::epochs(10).steps_per_epoch(1)).expect("trains");
    (history.get("loss").expect("told").to_vec(), flat(model.get_weights().expect("weights")))
}

#[test]
fn the_first_losses_are_the_cpu_s_and_repeat_to_the_bit() {
    let (_one, devices) = devices();
    let (cpu, _) = first_steps(&Device::Cpu);
    assert!(cpu.len() == 10 && cpu[9] < cpu[0], "{cpu:?}");
    for device in devices {
        let place = Device::Gpu(device.clone());
        let first = first_steps(&place);
        for (step, (gpu, cpu)) in first.0.iter().zip(&cpu).enumerate() {
            let error = (gpu - cpu).abs() / cpu;
            assert!(error <= 1e-5, "{place}, step {step}: {gpu} beside the CPU's {cpu}, {error:.1e} off");
        }
        assert_eq!(first, first_steps(&place), "{place}");
        // Many steps a submit are the same steps.
        let mut together = compiled(&place);
        let history = together.fit(digits(0, BATCH * 10), Fit::epochs(1)).expect("trains");
        assert_eq!(flat(together.get_weights().expect("weights")), first.1, "{place}");
        let mean = first.0.iter().sum::<f64>() / 10.0;
        assert!((history.last("loss").expect("told") - mean).abs() < 1e-6 * mean, "{place}: {history:?} beside {mean}");
    }
}

#[test]
fn later_epochs_make_nothing() {
    let (_one, devices) = devices();
    for device in devices {
        let mut model = compiled(&Device::Gpu(device.clone()));
        let (mut made, mut looked) = (Vec::new(), 0);
        let count = LambdaCallback::new().on_epoch_end(|_, _| {
            made.push(device.created());
            Ok(())
        });
        let look = LambdaCallback::new().on_step_end(3, |run| {
            looked += 1;
            run.logs().map(drop)
        });
        let stopping = EarlyStopping::on("val_loss").patience(3).restore_best_weights(true);
        let how = Fit::epochs(4).validation(digits(400, 50)).callback(look).callback(stopping).callback(count);
        let history = model.fit(digits(0, BATCH * 6 + 5), how).expect("trains");
        assert!(history.epochs.len() == 4 && looked == 2 * 4, "{looked} looks, {history:?}");
        assert!(made[0].pipelines > 10, "{}: {made:?}", device.summary());
        assert!(made.iter().all(|m| *m == made[0]), "{}: {made:?}", device.summary());
        // Nor does a second fit compile or bind anything; it has its own tables of data.
        model.fit(digits(0, BATCH * 6 + 5), Fit::epochs(1)).expect("trains");
        let after = device.created();
        assert_eq!(after.pipelines, made[0].pipelines, "{}", device.summary());
    }
}

/// Two models that share all but the last layer, trained in turn on a device each; what they came to and say.
fn in_turn(first: &Device, second: &Device) -> Vec<Vec<f64>> {
    let mut a = net().build(first, Seed(3)).expect("sound");
    let shared = &a.layers()[..5];
    let b = Sequential::of(&[8, 8], shared).add(Dense::new(10).activation(Activation::Softmax).named("other"));
    let mut b = b.build(second, Seed(4)).expect("sound");
    for model in [&mut a, &mut b] {
        let optimizer = Sgd::new(0.05).momentum(0.9);
        model.compile(optimizer, SparseCategoricalCrossentropy::new(), "accuracy").expect("compiles");
    }
    let mut all = Vec::new();
    for turn in 0..3 {
        let before = a.get_weights().expect("read");
        a.fit(digits(turn * 100, BATCH * 2), Fit::epochs(1)).expect("trains");
        let between = b.get_weights().expect("read");
        assert!((0..5).all(|i| between[i] == a.get_weights().expect("read")[i] && between[i] != before[i]), "{turn}");
        b.train_on_batch(digits(turn * 100 + 50, BATCH)).expect("trains");
        let after = a.get_weights().expect("read");
        assert!((0..5).all(|i| after[i] != between[i]), "turn {turn}: a has what b learned");
        all.push(a.predict(digits(600, 20)).expect("asks").data);
        all.push(b.predict(digits(600, 20)).expect("asks").data);
        all.push(a.evaluate(digits(700, 40)).expect("evaluates").iter().map(|(_, v)| v).collect());
    }
    // What a predicts with is what it says it has, wherever b left it.
    b.train_on_batch(digits(0, BATCH)).expect("trains");
    let mut copy = a.clone_model(Seed(9)).expect("sound");
    copy.set_weights(&a.get_weights().expect("read")).expect("fits");
    let asked = digits(600, 20);
    assert_eq!(copy.predict(&asked).expect("asks"), a.predict(&asked).expect("asks"), "{first} and {second}");
    // Values given by hand reach both.
    let mut given = a.get_weights().expect("read");
    given[0].iter_mut().for_each(|w| *w *= 0.5);
    a.set_weights(&given).expect("fits");
    all.push(b.predict(digits(600, 20)).expect("asks").data);
    all.push(flat(a.get_weights().expect("read")));
    all.push(flat(b.get_weights().expect("read")));
    all
}

#[test]
fn models_share_layers_on_one_device_and_across() {
    let (_one, devices) = devices();
    let cpu = in_turn(&Device::Cpu, &Device::Cpu);
    for device in devices {
        let gpu = Device::Gpu(device.clone());
        for (first, second) in [(&gpu, &gpu), (&gpu, &Device::Cpu), (&Device::CpuFloat64, &gpu)] {
            near(&format!("{first} and {second}"), &in_turn(first, second), &cpu, 1e-5);
        }
    }
}

/// Everything a model is asked, in between trainings in batches of several sizes, compiled anew at last.
fn asked(device: &Device) -> Vec<Vec<f64>> {
    let mut model = compiled(device);
    let numbers = |logs: Logs| logs.iter().map(|(_, v)| v).collect::<Vec<f64>>();
    let mut all = Vec::new();
    for step in 0..3 {
        all.push(numbers(model.train_on_batch(digits(step * 16, 16)).expect("trains")));
    }
    all.push(numbers(model.test_on_batch(digits(100, 9)).expect("evaluates")));
    // A larger batch, then a smaller one: what Nadam remembers goes along.
    for batch in [BATCH, 16] {
        let history = model.fit(digits(50, 70), Fit::epochs(2).batch(batch)).expect("trains");
        all.push(history.get("loss").expect("told").to_vec());
        assert_eq!(model.batch(), batch);
    }
    all.push(numbers(model.evaluate(digits(200, 37)).expect("evaluates")));
    all.push(model.predict(digits(300, 21)).expect("asks").data);
    let passes = model.predict_mc(digits(300, 11), 6).expect("asks");
    assert!(passes.std.data.iter().any(|s| *s > 1e-3), "the passes differ");
    all.extend([passes.mean.data, passes.samples.data]);
    model.layers()[1].set_trainable(false);
    let optimizer = Sgd::new(0.01);
    model.compile(optimizer, SparseCategoricalCrossentropy::new(), ()).expect("compiles");
    let before = model.get_weights().expect("weights");
    model.fit(digits(50, 70), Fit::epochs(1).batch(16)).expect("trains");
    let after = model.get_weights().expect("weights");
    assert!(after[0] == before[0] && after[1] != before[1], "{device}: the frozen layer, the one behind it");
    all.push(flat(after));
    all
}

#[test]
fn whatever_is_asked_is_answered_as_on_the_cpu() {
    let (_one, devices) = devices();
    let cpu = asked(&Device::Cpu);
    for device in devices {
        let gpu = Device::Gpu(device.clone());
        let first = asked(&gpu);
        near(&gpu.to_string(), &first, &cpu, 1e-5);
        assert_eq!(first, asked(&gpu), "{gpu}");
    }
}

/// What `summary` and `memory` say before anything is allocated is what an executor then allocates, to the byte.
#[test]
fn memory_is_what_is_allocated() {
    let (_one, devices) = devices();
    for gpu in devices {
        let device = Device::Gpu(gpu.clone());
        let mut model = net().build(&device, Seed(3)).expect("a sound net");
        compile(&mut model);
        let known = model.memory(BATCH).expect("compiled");
        let plan = model.plan(BATCH).expect("compiled");
        let before = gpu.allocated();
        let executor = device.executor(plan).expect("fits");
        assert_eq!(gpu.allocated() - before, known.allocated, "{}", gpu.summary());
        let parts: u64 = known.parts.iter().map(|(_, bytes)| bytes).sum();
        assert!(parts < known.allocated, "copies for each step and small buffers come on top");
        drop(executor);
    }
}

/// Steps of an epoch of [`files_keep_a_training_to_the_bit`], and of the one that goes on.
const STEPS: usize = 6;

#[test]
fn files_keep_a_training_to_the_bit() {
    let (_one, devices) = devices();
    for device in devices {
        let device = Device::Gpu(device.clone());
        let folder = std::env::temp_dir().join(format!("wgrad-gpu-files-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let how = || Fit::epochs(2).steps_per_epoch(STEPS);
        let mut whole = compiled(&device);
        let told = whole.fit(digits(0, BATCH * 4), how()).expect("trains");
        // Checkpoints after every fourth step, the first of them in the middle of an epoch.
        let saved = Checkpoints::new(&folder).save_freq(4).keep(9);
        compiled(&device).fit(digits(0, BATCH * 4), how().callback(saved)).expect("trains");
        for step in [8, 12] {
            std::fs::remove_file(folder.join(format!("step-{step:012}.safetensors"))).expect("a checkpoint");
        }
        let mut again = compiled(&device);
        let history = again.fit(digits(0, BATCH * 4), how().callback(Checkpoints::new(&folder))).expect("goes on");
        assert_eq!(
            flat(again.get_weights().expect("weights")),
            flat(whole.get_weights().expect("weights")),
            "{device}"
        );
        assert_eq!(history.get("loss"), told.get("loss"), "{device}");
        #[cfg(feature = "files")]
        {
            // A file of Keras's holds the variables and the slots: asked and trained on, the next step is the same.
            let path = folder.join("between.keras");
            whole.save(&path).expect("a file");
            let mut opened = Model::load(&path, &device).expect("a model");
            let answers = |m: &mut Model| m.predict(digits(0, BATCH)).expect("predictions").data;
            assert_eq!(answers(&mut opened), answers(&mut whole), "{device}");
            assert_eq!(opened.remembered().expect("slots").len(), whole.remembered().expect("slots").len());
        }
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}

//! The walkers that need a GPU, on every adapter found: parity, the same bits twice, lock-step, step 2 builds nothing.
//!
//! Without an adapter they fail; `WGRAD_TEST_DEVICES=cpu` says that none is expected.
#![cfg(feature = "gpu")]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use wgrad::base::{RowData, Rows, Seed};
use wgrad::exec::gpu::{GpuDevice, GpuExecutor};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::judge::{lockstep::Lockstep, norm_error, parity, ulp};
use wgrad::kernel::{Bound, Call, Domain, Step};
use wgrad::nn::act::Activation;
use wgrad::nn::constraint::MaxNorm;
use wgrad::nn::init::HeNormal;
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Layer, McDropout, SpatialDropout2D, dense};
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::metric::{Mean, SparseTopKCategoricalAccuracy};
use wgrad::nn::optim::Nadam;
use wgrad::nn::regularizer::{L1L2, L2};
use wgrad::plan::{Program, Role, Tape, Value};
use wgrad::train::{Compiled, Sequential, Setup, Trainer};

/// One test at a time: their devices would count each other's objects.
static ONE: Mutex<()> = Mutex::new(());

/// Every device of this machine, or those `WGRAD_TEST_DEVICES` names; none where it says `cpu`.
fn devices() -> (MutexGuard<'static, ()>, Vec<GpuDevice>) {
    let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let choices = match std::env::var("WGRAD_TEST_DEVICES").as_deref() {
        Ok("cpu") => return (guard, Vec::new()),
        Ok(choice) if choice != "gpu" => vec![choice.to_owned()],
        _ => GpuDevice::all().iter().map(|s| s.number.to_string()).collect(),
    };
    assert!(
        !choices.is_empty(),
        "no adapter found: run `cargo xtask test`, or set WGRAD_TEST_DEVICES=cpu to go without"
    );
    let open = |c: &String| GpuDevice::open(c).unwrap_or_else(|e| panic!("{e}"));
    (guard, choices.iter().map(open).collect())
}

const BATCH: usize = 32;

/// A net with batch normalisation, dropout, sample weights and metrics, small enough for a software device in debug mode.
fn net() -> Compiled {
    let setup = Setup::new(BATCH, Seed(5))
        .sample_weight(true)
        .metric(Mean::new())
        .weighted_metric(SparseTopKCategoricalAccuracy::new().k(3));
    let hidden = |units| Dense::new(units).activation(Activation::ELU).kernel_initializer(HeNormal);
    Sequential::new(&[64])
        .add(BatchNormalization::new())
        .add(hidden(70))
        .add(Dropout::new(0.2))
        .add(BatchNormalization::new())
        .add(Dense::new(33).activation(Activation::TANH).use_bias(false))
        .add(Dense::new(10).activation(Activation::Softmax))
        .compile_with(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), setup)
        .expect("a net")
}

fn data(rows: usize) -> (Rows, Rows) {
    let table = |width, numbers: Vec<f64>| {
        let numbers: Arc<[f32]> = numbers.into_iter().map(|v| v as f32).collect();
        Rows { width, data: RowData::Floats(numbers) }
    };
    (table(64, Domain::Normal.fill(rows * 64, 1)), table(1, Domain::Labels(10).fill(rows, 2)))
}

#[test]
fn parity_and_the_same_bits_twice() {
    let (_one, devices) = devices();
    for device in devices {
        let rows = parity::walk(&device, &mut |_| {}).unwrap_or_else(|e| panic!("{}: {e}", device.summary()));
        let wrong: Vec<String> = rows
            .iter()
            .filter(|r| !r.ok)
            .map(|r| format!("{} ({}) [{}] rows {}: {:?}", r.kernel, r.dims, r.stages, r.rows, r.fault))
            .collect();
        assert!(
            wrong.is_empty(),
            "{}: {} of {} rows:\n{}",
            device.summary(),
            wrong.len(),
            rows.len(),
            wrong.join("\n")
        );
        let nearest = rows.iter().max_by(|a, b| (a.worst / a.bound).total_cmp(&(b.worst / b.bound)));
        let nearest =
            nearest.map(|r| format!("{} ({}) [{}] {:.1e} of {:.0e}", r.kernel, r.dims, r.stages, r.worst, r.bound));
        println!("{}: {} rows, nearest to its bound: {nearest:?}", device.summary(), rows.len());
    }
}

/// Products large enough for the taller text of software devices and the larger tiles of graphics cards.
#[test]
fn large_products() {
    let (_one, devices) = devices();
    let d = dense::Product { m: 64, k: 1448, n: 1452 };
    let turned = dense::Product { m: 1448, k: 64, n: 1452 };
    let calls: [Box<dyn Call>; 3] = [
        Box::new(Bound::new(&dense::FORWARD, d)),
        Box::new(Bound::new(&dense::GRAD_INPUT, d)),
        Box::new(Bound::new(&dense::GRAD_KERNEL_BIAS, turned)),
    ];
    let fill = |all: Vec<(&str, usize, Domain)>| -> Vec<Vec<f64>> {
        all.iter().enumerate().map(|(i, (_, len, domain))| domain.fill(*len, 50 + i as u32)).collect()
    };
    let narrow =
        |all: &[Vec<f64>]| -> Vec<Vec<f32>> { all.iter().map(|a| a.iter().map(|v| *v as f32).collect()).collect() };
    for device in devices {
        for call in &calls {
            let (reads, mut twin) = (fill(call.reads()), fill(call.writes()));
            let mut made = narrow(&twin);
            let intact = device.run_call(&**call, &[], &Step::default(), &narrow(&reads), &mut made);
            assert!(intact.expect("the device is not lost"), "{} wrote outside its arrays", call.name());
            let reads: Vec<&[f64]> = reads.iter().map(Vec::as_slice).collect();
            let mut writes: Vec<&mut [f64]> = twin.iter_mut().map(Vec::as_mut_slice).collect();
            call.run_f64(&Step::default(), &reads, &mut writes);
            for (made, twin) in made.iter().zip(&twin) {
                let made: Vec<f64> = made.iter().map(|v| f64::from(*v)).collect();
                let error = norm_error(&made, twin);
                // √k roundings of a sum of k numbers.
                assert!(
                    error < 38.0 * f64::from(f32::EPSILON),
                    "{}: {} is {error:.2e} off",
                    device.summary(),
                    call.name()
                );
            }
        }
    }
}

/// The prelude's functions, one in some thousands of all f32.
#[test]
fn functions_are_within_two_ulps() {
    let (_one, devices) = devices();
    for device in devices {
        for function in 0..ulp::FUNCTIONS.len() {
            let found =
                ulp::sweep(&device, function, ulp::SAMPLED).unwrap_or_else(|e| panic!("{}: {e}", device.summary()));
            assert!(found.ok() && found.tried > 200_000, "{}: {found:?}", device.summary());
        }
    }
}

/// State copied from the judge before each step, compared after each dispatch.
#[test]
fn lockstep_with_the_judge() {
    let (_one, devices) = devices();
    for device in devices {
        let model = net();
        let (x, y) = data(BATCH * 8);
        let mut both = Lockstep::new(&model, x, y);
        let mut gpu = GpuExecutor::new(&device, model.plan.clone()).expect("the net fits");
        let mut progress = wgrad::nn::optim::Progress::default();
        for t in 0..8 {
            both.copy_state(&mut gpu).expect("the device is not lost");
            both.feed(&mut gpu, t * BATCH).expect("a batch");
            // A short batch now and then.
            let rows = if t % 3 == 2 { 13 } else { BATCH as u32 };
            let mut step = Step { index: t as u32, rows, seed: 42, ..Step::default() };
            model.optimizer.fill(&mut progress, &mut step);
            for program in Program::ALL {
                let found = both.first_divergence(&mut gpu, program, &step, 1e-5).expect("the device is not lost");
                assert!(found.is_none(), "{}, step {t}, {program:?}: {found:?}", device.summary());
            }
        }
    }
}

fn kept(model: &Compiled) -> Vec<Value> {
    let plan = &model.plan;
    (0..plan.values.len()).map(Value).filter(|v| plan.values[v.0].role.is_kept()).collect()
}

/// Two epochs with a short last batch; everything kept afterwards.
fn train(executor: &mut dyn Executor) -> Vec<Vec<f64>> {
    let model = net();
    let samples = BATCH * 9 + 5;
    let (x, y) = data(samples);
    let values = kept(&model);
    let mut trainer = Trainer::new(model, executor, Seed(5));
    let id = trainer.load(x, y, "noise").expect("data that fit");
    for _ in 0..2 {
        trainer.epoch(id, samples, usize::MAX, Duration::MAX, &mut |_, _, _| {}).expect("an epoch");
    }
    values.iter().map(|v| executor.read(*v).expect("the device is not lost")).collect()
}

#[test]
fn two_trainings_are_bit_equal_and_near_the_cpu() {
    let (_one, devices) = devices();
    for device in devices {
        let gpu = || GpuExecutor::new(&device, net().plan).expect("the net fits");
        let (first, second) = (train(&mut gpu()), train(&mut gpu()));
        assert_eq!(first, second, "{}", device.summary());
        let judge = train(&mut CpuExecutor::<f64>::new(net().plan));
        let error = norm_error(&first.concat(), &judge.concat());
        assert!(error < 1e-3, "{}: after two epochs {error:.2e} from the judge", device.summary());
    }
}

/// What a mask keeps and what it drops is the same on every device, bit for bit: also whole maps, also in inference.
#[test]
fn masks_are_the_cpus() {
    let (_one, devices) = devices();
    let shape = [4, 3, 5, 7];
    let ones = vec![1.0; shape.iter().product()];
    let layers: [(&str, &dyn Layer); 4] = [
        ("dropout", &Dropout::new(0.3)),
        ("mc", &McDropout::new(0.6)),
        ("maps", &SpatialDropout2D::new(0.5)),
        ("first", &SpatialDropout2D::new(0.5).channels_first(true)),
    ];
    let mut tape = Tape::new(4, Seed(1));
    let x = tape.input("x", &shape);
    let mut outs = Vec::new();
    for program in Program::ALL {
        tape.begin(program);
        for (name, layer) in layers {
            tape.enter(name);
            let y = layer.call(&mut tape, &[x]).expect("a layer");
            let out = tape.output(&format!("{program:?}"), &shape);
            tape.copy(y, out).expect("a copy");
            outs.push(out);
        }
    }
    let plan = tape.finish();
    let run = |executor: &mut dyn Executor| -> Vec<Vec<f64>> {
        executor.write(x, &ones).expect("an input");
        for program in Program::ALL {
            for i in 0..executor.plan().program(program).len() {
                executor.run_one(program, i, &Step { index: 5, seed: 77, ..Step::default() }).expect("a dispatch");
            }
        }
        outs.iter().map(|out| executor.read(*out).expect("an output")).collect()
    };
    let cpu = run(&mut wgrad::exec::cpu::CpuExecutor::<f32>::new(plan.clone()));
    assert!(cpu[0].contains(&0.0) && cpu[4] == ones && cpu[5].contains(&0.0), "training, inference, Monte Carlo");
    for device in devices {
        let gpu = run(&mut GpuExecutor::new(&device, plan.clone()).expect("it fits"));
        assert_eq!(gpu, cpu, "{}", device.summary());
    }
}

/// A net whose optimizer, layers and loss are asked for everything at once, its arenas in chunks of `chunk` numbers.
fn asked(clip: &dyn Fn(Nadam) -> Nadam, chunk: usize) -> Compiled {
    let hidden = Dense::new(12)
        .kernel_regularizer(L1L2 { l1: 1e-3, l2: 1e-2 })
        .kernel_constraint(MaxNorm::new(1.0))
        .activity_regularizer(L2(1e-2))
        .activation(Activation::ELU);
    let optimizer = Nadam::new(1e-3)
        .weight_decay(0.01)
        .exclude_from_weight_decay(&["bias"])
        .learning_rate_multiplier("dense_1", 0.5)
        .use_ema(0.9, Some(3))
        .gradient_accumulation_steps(2);
    let last = Dense::new(10).bias_regularizer(L2(0.1)).activation(Activation::Softmax);
    let net = Sequential::new(&[64]).add(hidden).add(last);
    let setup = Setup::new(BATCH, Seed(2)).chunk(chunk);
    net.compile_with(clip(optimizer), SparseCategoricalCrossentropy::new(), setup).expect("a net")
}

/// The loss of an epoch with a short last batch, and every variable by name.
fn epoch_of(model: &Compiled, executor: &mut dyn Executor) -> (f64, Vec<f64>) {
    let (x, y) = data(BATCH * 8 + 3);
    let mut trainer = Trainer::new(model.clone(), executor, Seed(5));
    let id = trainer.load(x, y, "noise").expect("data that fit");
    let told = trainer.epoch(id, BATCH * 8 + 3, usize::MAX, Duration::MAX, &mut |_, _, _| {}).expect("an epoch");
    let variables = model.plan.of_role(Role::Param);
    (told.loss, variables.flat_map(|v| executor.read(v).expect("the device is not lost")).collect())
}

/// On the GPU as in the judge, the same bits twice, and in several chunks as in one.
#[test]
fn an_optimizer_s_options_on_the_gpu() {
    let (_one, devices) = devices();
    for device in devices {
        let clips: [&dyn Fn(Nadam) -> Nadam; 3] =
            [&|o| o.clipnorm(0.05), &|o| o.global_clipnorm(0.05), &|o| o.clipvalue(0.01)];
        for clip in clips {
            let (model, cut) = (asked(clip, usize::MAX), asked(clip, 128));
            assert_eq!(cut.plan.buffers.iter().filter(|b| b.label.starts_with("param arena")).count(), 4);
            let gpu = |model: &Compiled| GpuExecutor::new(&device, model.plan.clone()).expect("the net fits");
            let (first, second) = (epoch_of(&model, &mut gpu(&model)), epoch_of(&model, &mut gpu(&model)));
            assert_eq!(first, second, "{}", device.summary());
            let judge = epoch_of(&model, &mut CpuExecutor::<f64>::new(model.plan.clone()));
            let error = norm_error(&first.1, &judge.1);
            assert!(error < 1e-5, "{}: {error:.2e} from the judge", device.summary());
            assert!(
                (first.0 - judge.0).abs() < 1e-5 * judge.0,
                "{}: loss {} and {}",
                device.summary(),
                first.0,
                judge.0
            );
            // Sums are cut at blocks of 64 numbers, whatever the chunks.
            assert_eq!(first, epoch_of(&cut, &mut gpu(&cut)), "{}: chunks", device.summary());
            assert_eq!(judge, epoch_of(&cut, &mut CpuExecutor::<f64>::new(cut.plan.clone())), "chunks on the CPU");
        }
    }
}

#[test]
fn step_two_builds_nothing() {
    let (_one, devices) = devices();
    for device in devices {
        let model = net();
        let mut gpu = GpuExecutor::new(&device, model.plan.clone()).expect("the net fits");
        let samples = BATCH * 64;
        let (x, y) = data(samples);
        let mut trainer = Trainer::new(model, &mut gpu, Seed(5));
        let id = trainer.load(x, y, "noise").expect("data that fit");
        trainer.steps(id, samples, 0..1).expect("the first step");
        let before = device.created();
        trainer.steps(id, samples, 1..64).expect("steps");
        trainer.executor().wait().expect("the device is not lost");
        assert_eq!(device.created(), before, "{}: objects made after step 1", device.summary());
    }
}

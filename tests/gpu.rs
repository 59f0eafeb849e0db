//! The GPU executor on whatever device this machine has, against the CPU executor.
//!
//! Without a device these tests fail; `WGRAD_TEST_DEVICES=cpu` says that none is expected.
#![cfg(feature = "gpu")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::OnceLock;
use wgrad::base::{Error, Real, RowData, Rows, Seed};
use wgrad::dims;
use wgrad::exec::cpu::CpuExecutor;
use wgrad::exec::gpu::{GpuDevice, GpuExecutor, canary};
use wgrad::exec::{DataId, Executor};
use wgrad::kernel::{AnyKernel, Draw, Kernel, Map, Pointwise, Shader, SlopeFrom, Stage, Step, Tolerance, arg};
use wgrad::nn::layer::noise::dropout;
use wgrad::plan::kernels::{ACCUMULATE, Elements, KERNELS};
use wgrad::plan::{Plan, Program, Tape, Value};
use wgrad::twin;

/// The device under test, opened once; `None` where the machine is not meant to have one.
fn device() -> Option<&'static GpuDevice> {
    static DEVICE: OnceLock<Option<GpuDevice>> = OnceLock::new();
    let open = || match std::env::var("WGRAD_TEST_DEVICES").as_deref() {
        Ok("cpu") => None,
        choice => Some(GpuDevice::open(choice.unwrap_or("gpu")).expect("set WGRAD_TEST_DEVICES=cpu to go without")),
    };
    DEVICE.get_or_init(open).as_ref()
}

struct Halve;
impl Pointwise for Halve {
    const NAME: &'static str = "halve";
    const WGSL: &'static str = "fn halve(x: f32, p: vec4<f32>) -> f32 { return x * p.x; }";
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;
    const DEFAULTS: [f64; 4] = [0.5, 0.0, 0.0, 0.0];
    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        x * p[0]
    }
    fn slope<T: Real>(_: T, p: &[T; 4]) -> T {
        p[0]
    }
}
static HALVE: Map = Map::of::<Halve>();

const BATCH: usize = 8;

/// Dropout of a quarter.
fn mask(stream: u32) -> Stage {
    Stage::Noise(&dropout::NOISE, Draw { stream, below: 1 << 30, p: [4.0 / 3.0, 0.0, 0.0, 0.0], spread: None })
}

/// x → halve → + bias → dropout → out; total += out; and the values worth reading.
fn recording(width: usize, fused: bool) -> (Plan, Value, Value, Value) {
    let mut tape = Tape::new(BATCH, Seed(3));
    let x = tape.input("x", &[BATCH, width]);
    let bias = tape.param("bias", &[width], |_| (0..width).map(|i| i as f64 / 4.0).collect());
    let total = tape.state("total", &[BATCH, width], 1.0);
    let out = tape.output("out", &[BATCH, width]);
    let halved = tape.temp("halved", &[BATCH, width]);
    let shifted = tape.temp("shifted", &[BATCH, width]);
    tape.stage(x, Stage::Map(&HALVE, HALVE.defaults), None, halved).unwrap();
    tape.stage(halved, Stage::Bias { width: width as u32 }, Some(bias), shifted).unwrap();
    tape.stage(shifted, mask(2), None, out).unwrap();
    tape.run(&ACCUMULATE, Elements { n: (BATCH * width) as u32 }, [out], [total]).unwrap();
    let plan = if fused { tape.finish() } else { tape.finish_naive() };
    (plan, x, out, total)
}

fn floats(rows: usize, width: usize) -> Rows {
    let numbers: Vec<f32> = (0..rows * width).map(|i| (i % 251) as f32 - 100.0).collect();
    Rows { width, data: RowData::Floats(numbers.into()) }
}

fn bytes(rows: usize, width: usize, scale: f32, shift: f32) -> Rows {
    let numbers: Vec<u8> = (0..rows * width).map(|i| (i * 7 % 256) as u8).collect();
    Rows { width, data: RowData::Bytes { data: numbers.into(), scale, shift } }
}

fn steps(first: u32, count: u32) -> Vec<Step> {
    let step = |i| Step { index: first + i, rows: BATCH as u32, seed: 0x1234_5678_9abc, ..Step::default() };
    (0..count).map(step).collect()
}

fn bits(numbers: &[f64]) -> Vec<u32> {
    numbers.iter().map(|v| (*v as f32).to_bits()).collect()
}

#[test]
fn a_replay_is_bit_equal_to_the_cpus() {
    let Some(device) = device() else { return };
    for (width, fused) in [(5, true), (5, false), (64, true)] {
        let (plan, x, out, total) = recording(width, fused);
        let mut gpu = GpuExecutor::new(device, plan.clone()).unwrap();
        let mut cpu = CpuExecutor::<f32>::new(plan);
        assert!(gpu.steps_per_submit() > 1, "the test is about many steps a submit");
        let order: Vec<u32> = (0..1000).map(|i| i * 377 % 1000).collect();
        for executor in [&mut gpu as &mut dyn Executor, &mut cpu] {
            let data = executor.load(&[(x, floats(1000, width))]).unwrap();
            executor.run(Program::Train, data, 0, &steps(0, 3)).unwrap();
            executor.order(data, &order).unwrap();
            // 100 steps are more than a submit holds.
            executor.run(Program::Train, data, 24, &steps(3, 100)).unwrap();
            executor.wait().unwrap();
        }
        for value in [x, out, total] {
            assert_eq!(bits(&gpu.read(value).unwrap()), bits(&cpu.read(value).unwrap()), "{width} {fused} {value:?}");
        }
        // Dispatch by dispatch, as lock-step comparison does.
        for i in 0..gpu.plan().program(Program::Train).len() {
            gpu.run_one(Program::Train, i, &steps(200, 1)[0]).unwrap();
            cpu.run_one(Program::Train, i, &steps(200, 1)[0]).unwrap();
        }
        assert_eq!(bits(&gpu.read(total).unwrap()), bits(&cpu.read(total).unwrap()));
    }
}

#[test]
fn a_short_batch_may_stand_anywhere() {
    let Some(device) = device() else { return };
    let (plan, x, out, _) = recording(3, true);
    let mut gpu = GpuExecutor::new(device, plan.clone()).unwrap();
    let mut cpu = CpuExecutor::<f32>::new(plan);
    let mut list = steps(0, 5);
    (list[1].rows, list[4].rows) = (2, 5);
    for executor in [&mut gpu as &mut dyn Executor, &mut cpu] {
        let data = executor.load(&[(x, bytes(31, 3, 0.1, -0.3))]).unwrap();
        executor.run(Program::Train, data, 0, &list).unwrap();
    }
    for value in [x, out] {
        let (got, want) = (gpu.read(value).unwrap(), cpu.read(value).unwrap());
        assert_eq!(bits(&got[..15]), bits(&want[..15]));
    }
    assert!(gpu.read(x).unwrap()[15..].iter().all(|v| *v == 0.0), "padding is zero");
}

#[test]
fn gathered_rows_are_bit_equal() {
    let Some(device) = device() else { return };
    let mut odd: Vec<f32> = (0..70 * 9).map(|i| i as f32).collect();
    (odd[3], odd[4], odd[5]) = (f32::NAN, f32::INFINITY, 1e-40);
    for table in [
        bytes(70, 1, 1.0, 0.0),
        bytes(70, 3, 1.0 / 255.0, 0.0),
        bytes(70, 8, 1.0 / 127.5, -1.0),
        bytes(70, 784, 0.017_124_754, -2.117_904),
        Rows { width: 9, data: RowData::Floats(odd.into()) },
        floats(70, 12),
    ] {
        let (plan, x, ..) = recording(table.width, true);
        let mut gpu = GpuExecutor::new(device, plan).unwrap();
        let data = gpu.load(&[(x, table.clone())]).unwrap();
        let order: Vec<u32> = (0..70).rev().collect();
        gpu.order(data, &order).unwrap();
        for first in [0, 62, 5] {
            gpu.run(Program::Evaluate, data, first, &steps(0, 1)).unwrap();
            let mut want = vec![0f32; BATCH * table.width];
            for (row, index) in want.chunks_mut(table.width).zip(&order[first..]) {
                table.gather(*index as usize, row);
            }
            let want: Vec<f64> = want.into_iter().map(f64::from).collect();
            assert_eq!(bits(&gpu.read(x).unwrap()), bits(&want), "width {} first {first}", table.width);
        }
    }
}

#[test]
fn data_longer_than_a_binding_comes_in_pieces() {
    let Some(device) = device() else { return };
    let limit = device.limits().max_storage_buffer_binding_size;
    if limit > 256 << 20 {
        return;
    }
    let width = 3072;
    let rows = limit as usize / width + 100;
    let table = bytes(rows, width, 0.5, 0.25);
    let (plan, x, ..) = recording(width, true);
    let mut gpu = GpuExecutor::new(device, plan).unwrap();
    let data = gpu.load(&[(x, table.clone())]).unwrap();
    let order = [0, rows - 1, 7, rows - 101, rows - 100, rows - 102, 1, rows - 99].map(|i| i as u32);
    gpu.order(data, &order).unwrap();
    gpu.run(Program::Evaluate, data, 0, &steps(0, 1)).unwrap();
    let mut want = vec![0f64; BATCH * width];
    for (row, index) in want.chunks_mut(width).zip(order) {
        table.gather(index as usize, row);
    }
    assert_eq!(bits(&gpu.read(x).unwrap()), bits(&want));
}

#[test]
fn a_step_makes_nothing() {
    let Some(_) = device() else { return };
    let device = GpuDevice::open("gpu").unwrap();
    let (plan, x, _, total) = recording(16, true);
    let mut gpu = GpuExecutor::new(&device, plan).unwrap();
    let data = gpu.load(&[(x, floats(800, 16))]).unwrap();
    let mut once = |at: u32| {
        gpu.run(Program::Train, data, 0, &steps(at, 90)).unwrap();
        gpu.read(total).unwrap();
        gpu.wait().unwrap();
        (device.created(), device.alive())
    };
    let first = once(0);
    assert!(first.0.pipelines > 0 && first.1.pipelines >= first.0.pipelines, "{first:?}");
    for at in 1..10 {
        assert_eq!(once(at * 90), first);
    }
}

#[test]
fn equal_kernels_share_a_pipeline_and_equal_tables_their_memory() {
    let Some(_) = device() else { return };
    let device = GpuDevice::open("gpu").unwrap();
    let (plan, x, ..) = recording(7, false);
    let mut one = GpuExecutor::new(&device, plan.clone()).unwrap();
    let pipelines = device.created().pipelines;
    let _two = GpuExecutor::new(&device, plan).unwrap();
    assert_eq!(device.created().pipelines, pipelines);
    let table = floats(100, 7);
    one.load(&[(x, table.clone())]).unwrap();
    let before = device.created().buffers;
    one.load(&[(x, table)]).unwrap();
    assert_eq!(device.created().buffers - before, 1, "the order only");
}

#[test]
fn values_are_written_and_read_back() {
    let Some(device) = device() else { return };
    let (plan, x, _, total) = recording(300, true);
    let bias = plan.find("bias").unwrap();
    let mut gpu = GpuExecutor::new(device, plan).unwrap();
    assert_eq!(gpu.read(total).unwrap(), vec![1.0; BATCH * 300]);
    assert_eq!(gpu.read(bias).unwrap()[..3], [0.0, 0.25, 0.5]);
    for value in [x, total, bias] {
        let numbers: Vec<f64> = (0..gpu.plan().place(value).len).map(|i| i as f64 + 0.5).collect();
        gpu.write(value, &numbers).unwrap();
        assert_eq!(gpu.read(value).unwrap(), numbers);
        let error = gpu.write(value, &numbers[1..]).unwrap_err().to_string();
        assert!(error.contains(&gpu.plan().values[value.0].name), "{error}");
    }
}

dims! {
    /// Flat arrays.
    pub struct Flat {
        /// Numbers.
        n: u32,
    }
}

fn overrun<T: Real>(_: &Step, _: &Flat, [x]: [&[T]; 1], [y]: [&mut [T]; 1]) {
    y.copy_from_slice(x);
}

/// Writes one number too many.
static OVERRUN: Kernel<Flat, 1, 1> = Kernel {
    name: "overrun",
    shader: |_, _| {
        let source = "@group(0) @binding(0) var<storage, read> x: array<f32>;
            @group(0) @binding(1) var<storage, read_write> y: array<f32>;
            @compute @workgroup_size(8) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
                if (id.x <= n) { y[id.x] = x[min(id.x, n - 1u)]; }
            }";
        Shader::new(source, [1, 1, 1])
    },
    reads: [arg("x", |d| d.n as usize)],
    writes: [arg("y", |d| d.n as usize)],
    open: false,
    flops: |_| 0,
    twin: twin!(overrun),
    cases: &[Flat { n: 5 }],
    tolerance: Tolerance::POINTWISE,
};

#[test]
fn guards_tell_who_writes_too_much() {
    let Some(device) = device() else { return };
    let run = |kernel: &dyn AnyKernel, stages: &[Stage]| {
        for call in kernel.cases() {
            let fill = |(_, len, domain): &(_, usize, wgrad::kernel::Domain)| -> Vec<f32> {
                domain.fill(*len, 1).into_iter().map(|v| v as f32).collect()
            };
            let reads: Vec<Vec<f32>> = call.reads().iter().map(fill).collect();
            let mut writes: Vec<Vec<f32>> = call.writes().iter().map(fill).collect();
            let mut want = writes.clone();
            let step = Step::default();
            let intact = device.run_call(&*call, stages, &step, &reads, &mut writes).unwrap();
            assert_eq!(intact, call.name() != "overrun", "{}", call.name());
            let of_reads: Vec<&[f32]> = reads.iter().map(Vec::as_slice).collect();
            let mut of_writes: Vec<&mut [f32]> = want.iter_mut().map(Vec::as_mut_slice).collect();
            call.run_f32(&step, &of_reads, &mut of_writes);
            for stage in stages {
                stage.apply(&step, &mut want[0], wgrad::kernel::stage::Aux::None);
            }
            assert_eq!(writes, want, "{}", call.name());
        }
    };
    KERNELS.iter().for_each(|k| run(*k, &[]));
    run(KERNELS[0], &[Stage::Map(&HALVE, [0.25; 4]), mask(1)]);
    run(&OVERRUN, &[]);
    let call = KERNELS[0].cases().remove(0);
    assert!(matches!(device.run_call(&*call, &[], &Step::default(), &[], &mut []), Err(Error::Request { .. })));
}

#[test]
fn the_canaries_live() {
    let Some(device) = device() else { return };
    let findings = canary::check(device).unwrap();
    assert!(findings.len() >= 10 && findings.iter().all(|f| f.right), "{findings:?}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let Some(device) = device() else { return };
    let error = GpuDevice::open("no such card").err().unwrap();
    assert!(matches!(error, Error::Device { .. }));
    let text = error.to_string();
    assert!(text.contains("no such card") && text.contains(&device.summary().name) && text.contains("--device cpu"));
    assert!(GpuDevice::open("99").is_err());
    let same = GpuDevice::open(&device.summary().number.to_string()).unwrap();
    assert_eq!(same.summary(), device.summary());
    let hardware = GpuDevice::best_hardware().unwrap();
    assert_eq!(hardware.is_none(), GpuDevice::all().iter().all(|s| s.is_software()));
}

#[test]
fn what_does_not_fit_is_told_by_name() {
    let Some(device) = device() else { return };
    let mut tape = Tape::new(1, Seed(0));
    tape.state("the big one", &[1 << 20, 1 << 20], 0.0);
    let error = GpuExecutor::new(device, tape.finish()).err().unwrap();
    assert!(matches!(error, Error::Memory { needed, .. } if needed >= 4 << 40), "{error}");
    assert!(error.to_string().contains("the big one"), "{error}");
}

#[test]
fn wrong_requests_are_refused() {
    let Some(device) = device() else { return };
    let (plan, x, ..) = recording(4, true);
    let mut gpu = GpuExecutor::new(device, plan).unwrap();
    assert!(gpu.run(Program::Train, DataId(0), 0, &steps(0, 1)).is_err());
    assert!(gpu.load(&[(x, floats(10, 5))]).is_err());
    let data = gpu.load(&[(x, floats(20, 4))]).unwrap();
    assert!(gpu.order(data, &[20]).is_err());
    assert!(gpu.run(Program::Train, data, 8, &steps(0, 2)).is_err());
    let whole = Step { rows: BATCH as u32 + 1, ..steps(0, 1)[0] };
    assert!(gpu.run(Program::Train, data, 0, &[whole]).is_err());
    assert!(gpu.run_one(Program::Train, 99, &whole).is_err());
    gpu.run(Program::Train, data, 4, &steps(0, 2)).unwrap();
    gpu.run(Program::Train, data, 4, &[]).unwrap();
    gpu.wait().unwrap();
}

#[test]
fn a_lost_device_is_told_and_stays_lost() {
    let Some(_) = device() else { return };
    let device = GpuDevice::open("gpu").unwrap();
    let (plan, x, out, _) = recording(4, true);
    let mut gpu = GpuExecutor::new(&device, plan.clone()).unwrap();
    let data = gpu.load(&[(x, floats(400, 4))]).unwrap();
    gpu.run(Program::Train, data, 0, &steps(0, 50)).unwrap();
    device.destroy();
    let lost = |r: Result<(), Error>| assert!(matches!(r, Err(Error::Lost { .. })), "{r:?}");
    for _ in 0..2 {
        lost(gpu.run(Program::Train, data, 0, &steps(0, 50)));
        lost(gpu.wait());
        lost(gpu.read(out).map(drop));
        lost(gpu.write(out, &[0.0; BATCH * 4]));
        lost(gpu.order(data, &[0]));
        lost(gpu.load(&[(x, floats(40, 4))]).map(drop));
        lost(gpu.run_one(Program::Train, 0, &steps(0, 1)[0]));
        lost(gpu.time_on_device(Program::Train, 0, 3).map(drop));
        lost(GpuExecutor::new(&device, plan.clone()).map(drop));
    }
    // Another start finds the device again.
    let again = GpuDevice::open("gpu").unwrap();
    GpuExecutor::new(&again, plan).unwrap();
}

#[test]
fn a_dispatch_is_timed() {
    let Some(device) = device() else { return };
    let (plan, x, ..) = recording(4096, true);
    let mut gpu = GpuExecutor::new(device, plan).unwrap();
    let data = gpu.load(&[(x, floats(40, 4096))]).unwrap();
    gpu.run(Program::Train, data, 0, &steps(0, 1)).unwrap();
    let time = gpu.time_on_device(Program::Train, 0, 5).unwrap();
    assert!(time.as_nanos() > 100 && time.as_millis() < 1000, "{time:?}");
    assert!(gpu.time_on_device(Program::Train, 50, 5).is_err());
}

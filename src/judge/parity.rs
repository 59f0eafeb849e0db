//! Every kernel on a device against its f64 twin: NaN first, guard words, tolerance, and the same bits twice.

use super::cases::{calls, operands, salt, show, stage_sets};
use crate::base::Result;
use crate::kernel::stage::{Aux, Stage};
use crate::kernel::{Call, SlopeFrom, Step, Twinned, map::Mapped};

/// Something that can run one call by itself.
pub trait Device {
    /// What it is, for people.
    fn name(&self) -> String;

    /// Runs `call` with `stages` once. `reads` are the kernel's and then the stages' operands, `writes` likewise,
    /// and hold what the arrays contain before and after. Gives whether the guard words around each written
    /// array are intact.
    ///
    /// # Errors
    /// The device refused or was lost.
    fn run_call(
        &self,
        call: &dyn Call,
        stages: &[Stage],
        step: &Step,
        reads: &[Vec<f32>],
        writes: &mut [Vec<f32>],
    ) -> Result<bool>;
}

/// The f32 twins as a device: the CPU executor's own parity.
pub struct CpuTwins;

impl Device for CpuTwins {
    fn name(&self) -> String {
        "cpu (float32)".into()
    }

    fn run_call(
        &self,
        call: &dyn Call,
        stages: &[Stage],
        step: &Step,
        reads: &[Vec<f32>],
        writes: &mut [Vec<f32>],
    ) -> Result<bool> {
        const GUARD: f32 = 12_345.678;
        let mut guarded: Vec<Vec<f32>> =
            writes.iter().map(|w| [&[GUARD; 4], w.as_slice(), &[GUARD; 4]].concat()).collect();
        run_twin(call, stages, step, reads, &mut guarded, 4);
        let mut intact = true;
        for (w, g) in writes.iter_mut().zip(&guarded) {
            let end = 4 + w.len();
            intact &= g[..4].iter().chain(&g[end..]).all(|v| v.to_bits() == GUARD.to_bits());
            w.copy_from_slice(&g[4..end]);
        }
        Ok(intact)
    }
}

#[cfg(feature = "gpu")]
impl Device for crate::exec::gpu::GpuDevice {
    fn name(&self) -> String {
        self.summary().to_string()
    }

    fn run_call(
        &self,
        call: &dyn Call,
        stages: &[Stage],
        step: &Step,
        reads: &[Vec<f32>],
        writes: &mut [Vec<f32>],
    ) -> Result<bool> {
        // The device's own method of this name.
        Self::run_call(self, call, stages, step, reads, writes)
    }
}

/// Runs the twin and the stages; each written array has `margin` numbers around it.
fn run_twin<T: Twinned + Mapped>(
    call: &dyn Call,
    stages: &[Stage],
    step: &Step,
    reads: &[Vec<T>],
    writes: &mut [Vec<T>],
    margin: usize,
) {
    let mut inner: Vec<&mut [T]> = writes
        .iter_mut()
        .map(|w| {
            let end = w.len() - margin;
            &mut w[margin..end]
        })
        .collect();
    let reads: Vec<&[T]> = reads.iter().map(Vec::as_slice).collect();
    let mut again: Vec<&mut [T]> = inner.iter_mut().map(|w| &mut **w).collect();
    T::run(call, step, &reads, &mut again);
    let (mut read, mut write) = (call.reads().len(), call.writes().len());
    for stage in stages {
        let (first, others) = inner.split_at_mut(1);
        let aux = if stage.writes_aux() {
            write += 1;
            Aux::Write(&mut *others[write - 2])
        } else if stage.reads_aux() {
            read += 1;
            Aux::Read(reads[read - 1])
        } else {
            Aux::None
        };
        stage.apply(step, first[0], aux);
    }
}

/// What one kernel with one case and one filling of the hole came to on a device.
#[derive(Clone, Debug)]
pub struct Row {
    /// The kernel.
    pub kernel: &'static str,
    /// Its dims, as `m=32 k=784 n=300`.
    pub dims: String,
    /// The stages in its hole, as in the listing.
    pub stages: String,
    /// Rows of the batch that were samples (`u32::MAX`: all).
    pub rows: u32,
    /// Largest |device − twin| / max(1, |twin|).
    pub worst: f64,
    /// Where: `y[17]`.
    pub at: String,
    /// What `worst` may be.
    pub bound: f64,
    /// Why the bound is not smaller.
    pub reason: &'static str,
    /// Whether the row passed.
    pub ok: bool,
    /// What went wrong, if something did.
    pub fault: Option<String>,
}

/// A step as the walkers use it: every number of it means something.
pub fn sample_step(rows: u32) -> Step {
    Step {
        index: 4,
        rows,
        seed: 0x1234_5678_9abc_def0,
        learning_rate: 0.0625,
        update: true,
        overwrite: true,
        observe: true,
        average: 0.125,
        coef: [0.75, 0.5, 0.25, 0.125, 0.5, 0.5, 0.5, 0.5],
    }
}

/// Runs every kernel × case × filling, with a full batch and with one of three rows, and hands each row to `look`.
///
/// # Errors
/// The device was lost.
pub fn walk(device: &dyn Device, look: &mut dyn FnMut(&Row)) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for call in calls() {
        for stages in stage_sets(&*call) {
            for live in [u32::MAX, 3] {
                let row = judge(device, &*call, &stages, live)?;
                look(&row);
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

/// Judges one call.
///
/// # Errors
/// The device was lost.
pub fn judge(device: &dyn Device, call: &dyn Call, stages: &[Stage], rows: u32) -> Result<Row> {
    let step = sample_step(rows);
    let data = Operands::new(call, stages);
    let tolerance = call.tolerance();
    let mut row = Row {
        kernel: call.name(),
        dims: call.dims(),
        stages: show(stages),
        rows,
        worst: 0.0,
        at: String::new(),
        bound: tolerance.bound,
        reason: tolerance.reason,
        ok: false,
        fault: None,
    };
    let mut twin = data.writes.clone();
    run_twin(call, stages, &step, &data.reads, &mut twin, 0);
    let (reads, mut first) = (narrow(&data.reads), narrow(&data.writes));
    let mut second = first.clone();
    let intact = device.run_call(call, stages, &step, &reads, &mut first)?;
    device.run_call(call, stages, &step, &reads, &mut second)?;
    row.fault = if let Some(at) = data.find(&first, &twin, |a, b| !a.is_finite() && b.is_finite()) {
        Some(format!("{at} is not a number where the twin's is"))
    } else if intact {
        let again: Vec<Vec<f64>> = second.iter().map(|v| v.iter().map(|v| f64::from(*v)).collect()).collect();
        let differ = data.find(&first, &again, |a, b| f64::from(a).to_bits() != b.to_bits());
        differ.map(|at| format!("two runs differ at {at}"))
    } else {
        Some("it wrote outside its arrays".to_owned())
    };
    for ((name, have), want) in data.names.iter().zip(&first).zip(&twin) {
        for (i, (have, want)) in have.iter().zip(want).enumerate() {
            let error = super::relative(f64::from(*have), *want, 1.0);
            if error > row.worst {
                (row.worst, row.at) = (error, format!("{name}[{i}]"));
            }
        }
    }
    if row.fault.is_none() && row.worst > row.bound {
        row.fault = Some(format!("{} is {:.2e} from the twin, allowed are {:.0e}", row.at, row.worst, row.bound));
    }
    row.ok = row.fault.is_none();
    Ok(row)
}

fn narrow(arrays: &[Vec<f64>]) -> Vec<Vec<f32>> {
    arrays.iter().map(|a| a.iter().map(|v| *v as f32).collect()).collect()
}

/// Test data for a call: what is read, and what the written arrays hold before.
struct Operands {
    reads: Vec<Vec<f64>>,
    writes: Vec<Vec<f64>>,
    /// Names of what is written.
    names: Vec<String>,
}

impl Operands {
    fn new(call: &dyn Call, stages: &[Stage]) -> Self {
        let mut new = Self { reads: Vec::new(), writes: Vec::new(), names: Vec::new() };
        let own = |(name, len, domain): (&str, _, _), written| (name.to_owned(), len, domain, written);
        let reads = call.reads().into_iter().map(|a| own(a, false));
        let own = reads.chain(call.writes().into_iter().map(|a| own(a, true))).map(|a| (a, None));
        let users = stages.iter().filter(|s| s.reads_aux() || s.writes_aux()).map(Some);
        let all = own.chain(operands(call, stages).into_iter().zip(users));
        for (place, ((name, len, domain, written), user)) in all.enumerate() {
            let mut numbers = domain.fill(len, salt(&name, place));
            if let Some(Stage::Slope(map, p)) = user
                && map.slope_from == SlopeFrom::Output
            {
                // What it reads in a net is an output of the map.
                f64::apply(map, &mut numbers, p);
                numbers.iter_mut().for_each(|v| *v = f64::from(*v as f32));
            }
            if written {
                new.writes.push(numbers);
                new.names.push(name);
            } else {
                new.reads.push(numbers);
            }
        }
        new
    }

    /// The first written number for which `wrong`, by name.
    fn find(&self, have: &[Vec<f32>], want: &[Vec<f64>], wrong: impl Fn(f32, f64) -> bool) -> Option<String> {
        self.names.iter().zip(have).zip(want).find_map(|((name, have), want)| {
            let at = have.iter().zip(want).position(|(a, b)| wrong(*a, *b))?;
            Some(format!("{name}[{at}]"))
        })
    }
}

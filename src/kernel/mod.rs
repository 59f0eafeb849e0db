//! The kernel table: each kernel is one `static` that says what it reads and writes, how much it costs,
//! what it computes (WGSL and a Rust twin) and on which cases it is judged. Everything else walks over it.

pub mod case;
pub mod dims;
pub mod map;
pub mod noise;
pub mod product;
pub mod shader;
pub mod stage;

pub use case::{Domain, Tolerance};
pub use dims::{Constant, Dims};
pub use map::{Bounds, Map, Parameter, Pointwise, Sample, SlopeFrom};
pub use noise::{Draw, Noise, Noisy, Randomness, Spread};
pub use shader::{Schedule, Shader};
pub use stage::Stage;

use crate::base::Real;
use std::sync::Arc;

/// Most operands a kernel may read, and most it may write (stages included).
pub const MAX_OPERANDS: usize = 12;

/// What changes from step to step: the only uniform.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Steps done before this one; also the random counter.
    pub index: u32,
    /// Rows of the batch that are samples; the rest is padding.
    pub rows: u32,
    /// Key of the random numbers.
    pub seed: u64,
    /// Learning rate η of this step.
    pub learning_rate: f64,
    /// Whether the variables move in this step; with accumulated gradients they do every few steps.
    pub update: bool,
    /// Whether the averaged variables replace the trained ones after this step.
    pub overwrite: bool,
    /// Whether layers are looked at in this step: statistics of what they compute are taken.
    pub observe: bool,
    /// How far the averaged variables move towards the trained ones, 0 to 1.
    pub average: f64,
    /// The optimizer's own numbers of this step (decays, bias corrections), computed on the host in f64.
    pub coef: [f64; 8],
}

impl Default for Step {
    fn default() -> Self {
        Self {
            index: 0,
            rows: u32::MAX,
            seed: 0,
            learning_rate: 0.0,
            update: true,
            overwrite: false,
            observe: false,
            average: 0.0,
            coef: [0.0; 8],
        }
    }
}

/// A named operand and its length as a function of the dims.
pub struct Arg<D> {
    /// The letter of the paper, the WGSL binding and the twin alike.
    pub name: &'static str,
    /// Numbers in the array.
    pub len: fn(&D) -> usize,
    /// How test cases fill it.
    pub domain: Domain,
}

/// An operand filled with numbers around zero in test cases.
pub const fn arg<D>(name: &'static str, len: fn(&D) -> usize) -> Arg<D> {
    Arg { name, len, domain: Domain::Normal }
}

/// An operand filled from `domain` in test cases.
pub const fn arg_in<D>(name: &'static str, len: fn(&D) -> usize, domain: Domain) -> Arg<D> {
    Arg { name, len, domain }
}

/// A twin: `(step, dims, reads, writes)`.
pub type TwinFn<T, D, const R: usize, const W: usize> = fn(&Step, &D, [&[T]; R], [&mut [T]; W]);

/// One Rust body in both precisions.
pub struct Twin<D, const R: usize, const W: usize> {
    /// The fallback's.
    pub f32: TwinFn<f32, D, R, W>,
    /// The judge's.
    pub f64: TwinFn<f64, D, R, W>,
}

/// Both instances of a twin written once over [`Real`].
#[macro_export]
macro_rules! twin {
    ($body:ident) => {
        $crate::kernel::Twin { f32: $body::<f32>, f64: $body::<f64> }
    };
}

/// A GPU kernel, its CPU twin, and all the walkers need to know of it.
pub struct Kernel<D: 'static, const R: usize, const W: usize> {
    /// `noun_verb`, as in the listing.
    pub name: &'static str,
    /// WGSL text and grid for given dims on a kind of device.
    pub shader: fn(&D, Schedule) -> Shader,
    /// Operands read.
    pub reads: [Arg<D>; R],
    /// Operands written (and, where the kernel updates in place, read).
    pub writes: [Arg<D>; W],
    /// Whether the first output is stored through the `epilogue` hole.
    pub open: bool,
    /// Floating-point operations.
    pub flops: fn(&D) -> u64,
    /// The Rust twin.
    pub twin: Twin<D, R, W>,
    /// Dims on which the walkers try it.
    pub cases: &'static [D],
    /// How far the GPU may be from the f64 twin, and why.
    pub tolerance: Tolerance,
}

/// A kernel with its dims: what a dispatch holds.
pub trait Call: Send + Sync {
    /// The kernel's name.
    fn name(&self) -> &'static str;
    /// The dims, as `m=32 k=784 n=300`.
    fn dims(&self) -> String;
    /// Names, lengths and test domains of what is read.
    fn reads(&self) -> Vec<(&'static str, usize, Domain)>;
    /// Names, lengths and test domains of what is written.
    fn writes(&self) -> Vec<(&'static str, usize, Domain)>;
    /// WGSL with its constants, without prelude and epilogue; and the grid.
    fn shader(&self, schedule: Schedule) -> Shader;
    /// Whether the first output goes through the hole.
    fn open(&self) -> bool;
    /// Floating-point operations.
    fn flops(&self) -> u64;
    /// Tolerance of the GPU against the f64 twin.
    fn tolerance(&self) -> Tolerance;
    /// Runs the f32 twin; the arrays are at least as long as [`Call::reads`] and [`Call::writes`] say.
    fn run_f32(&self, step: &Step, reads: &[&[f32]], writes: &mut [&mut [f32]]);
    /// Runs the f64 twin.
    fn run_f64(&self, step: &Step, reads: &[&[f64]], writes: &mut [&mut [f64]]);
}

/// Numbers that know which of a call's twins is theirs.
pub trait Twinned: Real {
    /// Runs the twin of this precision.
    fn run(call: &dyn Call, step: &Step, reads: &[&[Self]], writes: &mut [&mut [Self]]);
}
impl Twinned for f32 {
    fn run(call: &dyn Call, step: &Step, reads: &[&[Self]], writes: &mut [&mut [Self]]) {
        call.run_f32(step, reads, writes);
    }
}
impl Twinned for f64 {
    fn run(call: &dyn Call, step: &Step, reads: &[&[Self]], writes: &mut [&mut [Self]]) {
        call.run_f64(step, reads, writes);
    }
}

/// A kernel whose dims type is forgotten: what the walkers walk over.
pub trait AnyKernel: Sync {
    /// The kernel's name.
    fn name(&self) -> &'static str;
    /// One call per case.
    fn cases(&self) -> Vec<Arc<dyn Call>>;
}

impl<D: Dims, const R: usize, const W: usize> AnyKernel for Kernel<D, R, W> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn cases(&self) -> Vec<Arc<dyn Call>> {
        // A `Kernel` is only ever a `static`; its parts are copied into the bound call.
        self.cases.iter().map(|d| Arc::new(Bound::new(self, *d)) as Arc<dyn Call>).collect()
    }
}

/// A kernel bound to dims.
pub struct Bound<D: 'static, const R: usize, const W: usize> {
    name: &'static str,
    shader: fn(&D, Schedule) -> Shader,
    reads: [(&'static str, usize, Domain); R],
    writes: [(&'static str, usize, Domain); W],
    open: bool,
    flops: u64,
    twin: (TwinFn<f32, D, R, W>, TwinFn<f64, D, R, W>),
    tolerance: Tolerance,
    dims: D,
}

impl<D: Dims, const R: usize, const W: usize> Bound<D, R, W> {
    /// Binds `kernel` to `dims`.
    pub fn new(kernel: &Kernel<D, R, W>, dims: D) -> Self {
        let measure = |a: &Arg<D>| (a.name, (a.len)(&dims), a.domain);
        Self {
            name: kernel.name,
            shader: kernel.shader,
            reads: std::array::from_fn(|i| measure(&kernel.reads[i])),
            writes: std::array::from_fn(|i| measure(&kernel.writes[i])),
            open: kernel.open,
            flops: (kernel.flops)(&dims),
            twin: (kernel.twin.f32, kernel.twin.f64),
            tolerance: kernel.tolerance,
            dims,
        }
    }

    fn with<T>(&self, f: TwinFn<T, D, R, W>, step: &Step, reads: &[&[T]], writes: &mut [&mut [T]]) {
        let reads = std::array::from_fn(|i| &reads[i][..self.reads[i].1]);
        let mut rest = writes.iter_mut();
        let writes = std::array::from_fn(|i| match rest.next() {
            Some(w) => &mut std::mem::take(w)[..self.writes[i].1],
            None => &mut [],
        });
        f(step, &self.dims, reads, writes);
    }
}

impl<D: Dims, const R: usize, const W: usize> Call for Bound<D, R, W> {
    fn name(&self) -> &'static str {
        self.name
    }
    fn dims(&self) -> String {
        self.dims.constants().iter().map(|(n, c)| format!("{n}={c}")).collect::<Vec<_>>().join(" ")
    }
    fn reads(&self) -> Vec<(&'static str, usize, Domain)> {
        self.reads.to_vec()
    }
    fn writes(&self) -> Vec<(&'static str, usize, Domain)> {
        self.writes.to_vec()
    }
    fn shader(&self, schedule: Schedule) -> Shader {
        let mut shader = (self.shader)(&self.dims, schedule);
        let constants: String = self.dims.constants().iter().map(|(n, c)| c.wgsl(n)).collect();
        shader.source.insert_str(0, &constants);
        shader
    }
    fn open(&self) -> bool {
        self.open
    }
    fn flops(&self) -> u64 {
        self.flops
    }
    fn tolerance(&self) -> Tolerance {
        self.tolerance
    }
    fn run_f32(&self, step: &Step, reads: &[&[f32]], writes: &mut [&mut [f32]]) {
        self.with(self.twin.0, step, reads, writes);
    }
    fn run_f64(&self, step: &Step, reads: &[&[f64]], writes: &mut [&mut [f64]]) {
        self.with(self.twin.1, step, reads, writes);
    }
}

//! Dense: y\[m×n\] = x\[m×k\] · w\[k×n\] + b\[n\], then the activation.
//!
//! Works on the last axis: every axis before it counts as rows. A short batch's padding has dy = 0 and adds nothing.
//! Backward: dw = xᵀ · dy with db = Σ rows of dy in the same dispatch, dx = dy · wᵀ.

use super::weight::{Weight, weight_options};
use super::{Layer, matrix, one, with_last};
use crate::base::product::{Form, product};
use crate::base::{Error, Real, Result};
use crate::dims;
use crate::kernel::product::{ProductShape, shader};
use crate::kernel::{AnyKernel, Arg, Kernel, Schedule, Shader, Stage, Step, Tolerance, arg};
use crate::nn::act::Activation;
use crate::nn::config::{Config, config};
use crate::nn::init::{GlorotUniform, Zeros};
use crate::nn::regularizer::{Regularizer, record_activity};
use crate::plan::{MOST_NUMBERS, Tape, Value};
use crate::twin;
use std::sync::Arc;

dims! {
    /// c is m×n, the inner length is k.
    pub struct Product {
        /// Rows of c.
        m: u32,
        /// Inner length.
        k: u32,
        /// Columns of c.
        n: u32,
    }
}

impl Product {
    fn sizes(&self) -> (usize, usize, usize) {
        (self.m as usize, self.k as usize, self.n as usize)
    }
}

const CASES: &[Product] = &[
    Product { m: 1, k: 1, n: 1 },
    Product { m: 5, k: 7, n: 3 },
    Product { m: 33, k: 65, n: 17 },
    Product { m: 32, k: 100, n: 12 },
];
const A: Arg<Product> = arg("a", |d| d.m as usize * d.k as usize);
const B: Arg<Product> = arg("b", |d| d.k as usize * d.n as usize);
const C: Arg<Product> = arg("c", |d| d.m as usize * d.n as usize);

fn text(form: Form, d: &Product, column_sums: bool, schedule: Schedule) -> Shader {
    shader(ProductShape { m: d.m, k: d.k, n: d.n, form }, column_sums, schedule)
}

fn nn<T: Real>(_: &Step, d: &Product, [a, b]: [&[T]; 2], [c]: [&mut [T]; 1]) {
    let (m, k, n) = d.sizes();
    product(Form::NN, m, k, n, a, b, c);
}

fn nt<T: Real>(_: &Step, d: &Product, [a, b]: [&[T]; 2], [c]: [&mut [T]; 1]) {
    let (m, k, n) = d.sizes();
    product(Form::NT, m, k, n, a, b, c);
}

fn tn<T: Real>(_: &Step, d: &Product, [a, b]: [&[T]; 2], [c]: [&mut [T]; 1]) {
    let (m, k, n) = d.sizes();
    product(Form::TN, m, k, n, a, b, c);
}

fn tn_sums<T: Real>(step: &Step, d: &Product, [a, b]: [&[T]; 2], [c, s]: [&mut [T]; 2]) {
    tn(step, d, [a, b], [c]);
    s.fill(T::ZERO);
    for row in b.chunks(d.n as usize) {
        s.iter_mut().zip(row).for_each(|(s, v)| *s += *v);
    }
}

const fn product_kernel(
    name: &'static str,
    shader: fn(&Product, Schedule) -> Shader,
    twin: crate::kernel::Twin<Product, 2, 1>,
) -> Kernel<Product, 2, 1> {
    Kernel {
        name,
        shader,
        reads: [A, B],
        writes: [C],
        open: true,
        flops: |d| 2 * u64::from(d.m) * u64::from(d.k) * u64::from(d.n),
        twin,
        cases: CASES,
        tolerance: Tolerance::REDUCTION,
    }
}

/// y = x · w: c = a · b.
pub static FORWARD: Kernel<Product, 2, 1> =
    product_kernel("dense_forward", |d, s| text(Form::NN, d, false, s), twin!(nn));
/// dx = dy · wᵀ: c = a · bᵀ.
pub static GRAD_INPUT: Kernel<Product, 2, 1> =
    product_kernel("dense_grad_input", |d, s| text(Form::NT, d, false, s), twin!(nt));
/// dw = xᵀ · dy: c = aᵀ · b.
pub static GRAD_KERNEL: Kernel<Product, 2, 1> =
    product_kernel("dense_grad_kernel", |d, s| text(Form::TN, d, false, s), twin!(tn));
/// dw = xᵀ · dy and db = column sums of dy.
pub static GRAD_KERNEL_BIAS: Kernel<Product, 2, 2> = Kernel {
    name: "dense_grad_kernel_bias",
    shader: |d, s| text(Form::TN, d, true, s),
    reads: [A, B],
    writes: [C, arg("s", |d| d.n as usize)],
    open: true,
    flops: |d| 2 * u64::from(d.m) * u64::from(d.k) * u64::from(d.n) + u64::from(d.k) * u64::from(d.n),
    twin: twin!(tn_sums),
    cases: CASES,
    tolerance: Tolerance::REDUCTION,
};

/// The kernels of this page.
pub static KERNELS: &[&dyn AnyKernel] = &[&FORWARD, &GRAD_INPUT, &GRAD_KERNEL, &GRAD_KERNEL_BIAS];

/// Keras's `Dense(units)`: kernel `[inputs, units]`, bias `[units]`; `[batch, …, inputs]` becomes `[batch, …, units]`.
#[derive(Clone)]
pub struct Dense {
    units: usize,
    activation: Activation,
    use_bias: bool,
    kernel: Weight,
    bias: Weight,
    activity_regularizer: Option<Arc<dyn Regularizer>>,
}

impl Dense {
    /// `units` outputs; linear, with bias, Glorot uniform and zeros.
    pub fn new(units: usize) -> Self {
        Self {
            units,
            activation: Activation::Linear,
            use_bias: true,
            kernel: Weight::new(GlorotUniform),
            bias: Weight::new(Zeros),
            activity_regularizer: None,
        }
    }

    /// What follows the product. Default: linear.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Whether a bias is added. Default: true.
    pub fn use_bias(mut self, use_bias: bool) -> Self {
        self.use_bias = use_bias;
        self
    }

    weight_options!(kernel, "kernel": kernel_initializer("Glorot uniform"), kernel_regularizer, kernel_constraint);
    weight_options!(bias, "bias": bias_initializer("zeros"), bias_regularizer, bias_constraint);

    /// A penalty on the output, l1, l2 or both, divided by the batch size. Default: none.
    pub fn activity_regularizer(mut self, regularizer: impl Regularizer + 'static) -> Self {
        self.activity_regularizer = Some(Arc::new(regularizer));
        self
    }
}

impl Dense {
    /// Units as shaders count them: at least one, and `across` × units within what an array may hold.
    fn checked_units(&self, layer: &str, across: u32) -> Result<u32> {
        let most = MOST_NUMBERS / across.max(1) as usize;
        match u32::try_from(self.units) {
            Ok(n) if n > 0 && self.units <= most => Ok(n),
            _ => Err(Error::request(
                format!("layer `{layer}`: units"),
                format!("at least 1 and at most {most} with {across} inputs or samples"),
                self.units,
                "give the layer a size that fits into memory",
            )),
        }
    }
}

impl Layer for Dense {
    fn kind(&self) -> &'static str {
        "dense"
    }

    fn activation(&self) -> Option<Activation> {
        // A penalty on the output needs it: nothing may be fused with the activation.
        self.activity_regularizer.is_none().then_some(self.activation)
    }

    fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let y = self.call_without_activation(tape, inputs)?;
        let y = self.activation.call(tape, &[y])?;
        if let Some(regularizer) = &self.activity_regularizer {
            let what = format!("layer `{}`: activity_regularizer", tape.scope());
            record_activity(tape, &what, y, &**regularizer)?;
        }
        Ok(y)
    }

    fn call_without_activation(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
        let x = one(tape, inputs)?;
        let (m, k) = matrix(tape, x)?;
        let n = self.checked_units(tape.scope(), m.max(k))?;
        let shape = with_last(tape, x, self.units);
        let kernel_shape = [k as usize, self.units];
        let w = self.kernel.record(tape, "kernel", &kernel_shape, true)?;
        let z = tape.temp("product", &shape);
        tape.run(&FORWARD, Product { m, k, n }, [x, w], [z])?;
        if !self.use_bias {
            tape.backward(move |t| backward(t, x, w, None, z));
            return Ok(z);
        }
        let b = self.bias.record(tape, "bias", &[self.units], true)?;
        let y = tape.temp("y", &shape);
        tape.stage(z, Stage::Bias { width: n }, Some(b), y)?;
        tape.backward(move |t| backward(t, x, w, Some(b), y));
        Ok(y)
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

fn backward(t: &mut Tape, x: Value, w: Value, b: Option<Value>, y: Value) -> Result<()> {
    let Some(dy) = t.gradient(y) else { return Ok(()) };
    let (m, k) = matrix(t, x)?;
    let n = t.shape(w)[1] as u32;
    let weights = Product { m: k, k: m, n };
    // w and b are frozen together.
    if t.wants_gradient(w) {
        let dw = t.gradient_place(w);
        if let Some(b) = b {
            let db = t.gradient_place(b);
            t.run(&GRAD_KERNEL_BIAS, weights, [x, dy], [dw, db])?;
            t.settle(b, db)?;
        } else {
            t.run(&GRAD_KERNEL, weights, [x, dy], [dw])?;
        }
        t.settle(w, dw)?;
    }
    t.contribute(x, |t, dx| t.run(&GRAD_INPUT, Product { m, k: n, n: k }, [dy, w], [dx]))
}

config! {
    Dense = "Dense", Self::new(0);
    needs units;
    takes activation, use_bias, activity_regularizer;
    weights kernel = "kernel", bias = "bias";
    refuses "lora_rank" but null;
}

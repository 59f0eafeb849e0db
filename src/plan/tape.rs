//! The tape: layers record their kernels on it, forward first, then each layer's backward closure in reverse.

use super::scope::Scope;
use super::variables::Variables;
use super::{Dispatch, MOST_NUMBERS, Plan, Program, Role, ValueInfo, When, fuse, kernels, memory};
use crate::base::rng::Stream;
use crate::base::{Error, Result, Seed};
use crate::kernel::{Bound, Dims, Kernel, Map, SlopeFrom, Stage};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A value on the tape, by number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Value(pub usize);

type Backward = Box<dyn FnOnce(&mut Tape) -> Result<()>>;

/// A recording in progress.
pub struct Tape {
    pub(super) values: Vec<ValueInfo>,
    pub(super) programs: [Vec<Dispatch>; 2],
    pub(super) current: Program,
    when: When,
    pub(super) initial: Vec<(Value, Vec<f64>)>,
    pub(super) named: HashMap<String, Value>,
    backward: Vec<Backward>,
    gradients: HashMap<Value, Value>,
    filled: HashSet<Value>,
    /// Values computed from a variable that is trained: only these have gradients.
    moved: HashSet<Value>,
    pub(super) scope: Scope,
    batch: usize,
    seed: Seed,
    views: HashMap<Value, Value>,
    pub(super) variables: Variables,
}

impl Tape {
    /// An empty tape for batches of `batch` samples; initial values are drawn from `seed`.
    pub fn new(batch: usize, seed: Seed) -> Self {
        Self {
            values: Vec::new(),
            programs: [Vec::new(), Vec::new()],
            current: Program::Train,
            when: When::Always,
            initial: Vec::new(),
            named: HashMap::new(),
            backward: Vec::new(),
            gradients: HashMap::new(),
            filled: HashSet::new(),
            moved: HashSet::new(),
            scope: Scope::default(),
            batch,
            seed,
            views: HashMap::new(),
            variables: Variables::default(),
        }
    }

    /// Samples a batch.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Records into `program` from here on.
    pub fn begin(&mut self, program: Program) {
        self.current = program;
    }

    /// The program being recorded.
    pub fn program(&self) -> Program {
        self.current
    }

    /// Name of a value: `layer/what`.
    pub fn name(&self, v: Value) -> &str {
        &self.values[v.0].name
    }

    /// Shape of a value.
    pub fn shape(&self, v: Value) -> &[usize] {
        &self.values[v.0].shape
    }

    /// Numbers in a value.
    pub fn len(&self, v: Value) -> usize {
        self.values[v.0].len()
    }

    /// Role of a value.
    pub fn role(&self, v: Value) -> Role {
        self.values[v.0].role
    }

    pub(super) fn push(&mut self, name: String, shape: &[usize], role: Role) -> Value {
        self.values.push(ValueInfo { name, shape: shape.to_vec(), role, below: None });
        Value(self.values.len() - 1)
    }

    pub(super) fn named(&mut self, name: &str, shape: &[usize], role: Role) -> (Value, bool) {
        let full = self.scope.full(name);
        let known = self.named.get(&full).copied();
        let v = known.unwrap_or_else(|| self.push(full.clone(), shape, role));
        if let (None, Role::Param | Role::State, Some((layer, _))) = (known, role, full.rsplit_once('/')) {
            self.variables.of_layer.entry(layer.to_owned()).or_default().push(v);
        }
        self.named.insert(full, v);
        (v, known.is_none())
    }

    /// An array the executor fills before each step.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> Value {
        self.named(name, shape, Role::Input).0
    }

    /// A result somebody will read.
    pub fn output(&mut self, name: &str, shape: &[usize]) -> Value {
        self.named(name, shape, Role::Output).0
    }

    /// A temporary, named after the layer.
    pub fn temp(&mut self, name: &str, shape: &[usize]) -> Value {
        let name = format!("{}/{name}", self.scope());
        self.push(name, shape, Role::Temp)
    }

    /// A trainable variable of the layer being recorded; asked for again, the same one.
    pub fn param(&mut self, name: &str, shape: &[usize], initial: impl FnOnce(Stream) -> Vec<f64>) -> Value {
        self.variable(name, shape, true, initial)
    }

    /// A variable of the layer being recorded, trained or frozen: a frozen one, and every one of a frozen layer, is a
    /// state, with the same initial values.
    pub fn variable(
        &mut self,
        name: &str,
        shape: &[usize],
        trained: bool,
        initial: impl FnOnce(Stream) -> Vec<f64>,
    ) -> Value {
        let trained = trained && self.trainable();
        let (v, new) = self.named(name, shape, if trained { Role::Param } else { Role::State });
        if new {
            if trained {
                let gradient = self.push(format!("d {}", self.values[v.0].name), shape, Role::Grad);
                self.gradients.insert(v, gradient);
            }
            if self.scope.draws {
                // The upper half of the streams is the initial values', the lower the layers' masks.
                let stream = self.seed.stream(0x8000_0000 | self.initial.len() as u32);
                self.initial.push((v, initial(stream)));
            }
        }
        v
    }

    /// A variable that is not trained, filled with `fill` at first; asked for again, the same one.
    pub fn state(&mut self, name: &str, shape: &[usize], fill: f64) -> Value {
        let (v, new) = self.named(name, shape, Role::State);
        if new && fill != 0.0 {
            self.initial.push((v, vec![fill; self.len(v)]));
        }
        v
    }

    /// Records what `f` records for the steps of `when` alone.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn during<R>(&mut self, when: When, f: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        let before = std::mem::replace(&mut self.when, when);
        let done = f(self);
        self.when = before;
        done
    }

    /// The same numbers under another shape of the same size; nothing is computed.
    ///
    /// # Errors
    /// A shape of another size.
    pub fn reshape(&mut self, x: Value, shape: &[usize]) -> Result<Value> {
        if shape.iter().product::<usize>() != self.len(x) {
            return Err(Error::request(
                format!("layer `{}`", self.scope()),
                format!("a shape of {} numbers", self.len(x)),
                format!("{shape:?}"),
                "keep the number of elements when reshaping",
            ));
        }
        let view = self.push(self.values[x.0].name.clone(), shape, Role::View);
        self.views.insert(view, self.root(x));
        Ok(view)
    }

    /// The value a view looks at.
    fn root(&self, v: Value) -> Value {
        self.views.get(&v).copied().unwrap_or(v)
    }

    /// Records `kernel`.
    ///
    /// # Errors
    /// An operand shorter than the kernel's contract says, naming both: a mistake of the layer that records; or one
    /// of more than [`MOST_NUMBERS`].
    pub fn run<D: Dims, const R: usize, const W: usize>(
        &mut self,
        kernel: &Kernel<D, R, W>,
        dims: D,
        reads: [Value; R],
        writes: [Value; W],
    ) -> Result<()> {
        for (arg, v) in kernel.reads.iter().zip(reads).chain(kernel.writes.iter().zip(writes)) {
            let (want, have) = ((arg.len)(&dims), self.len(v));
            if want > have || have > MOST_NUMBERS {
                return Err(Error::request(
                    format!("{}: operand `{}` of kernel `{}`", self.scope(), arg.name, kernel.name),
                    format!("at least {want} numbers, at most {MOST_NUMBERS}"),
                    format!("`{}` of shape {:?}", self.values[v.0].name, self.shape(v)),
                    "give the layer an input of the shape it was built for, or choose smaller sizes",
                ));
            }
        }
        if reads.iter().any(|v| self.wants_gradient(*v)) {
            self.moved.extend(writes.map(|v| self.root(v)));
        }
        self.programs[self.current as usize].push(Dispatch {
            call: Arc::new(Bound::new(kernel, dims)),
            reads: reads.map(|v| self.root(v)).to_vec(),
            writes: writes.map(|v| self.root(v)).to_vec(),
            stages: Vec::new(),
            when: self.when,
        });
        Ok(())
    }

    /// Records y = x.
    ///
    /// # Errors
    /// As [`Tape::run`].
    pub fn copy(&mut self, x: Value, y: Value) -> Result<()> {
        let dims = kernels::Elements { n: self.len(x) as u32 };
        self.run(&kernels::COPY, dims, [x], [y])
    }

    /// Records one elementwise stage as a dispatch of its own; the fusion pass moves it into the kernel before.
    ///
    /// # Errors
    /// As [`Tape::run`].
    pub fn stage(&mut self, x: Value, stage: Stage, aux: Option<Value>, y: Value) -> Result<()> {
        self.copy(x, y)?;
        let aux = aux.map(|v| self.root(v));
        if aux.is_some_and(|v| self.wants_gradient(v)) {
            self.moved.insert(self.root(y));
        }
        if let Some(last) = self.programs[self.current as usize].last_mut() {
            last.stages.push((stage, aux));
        }
        Ok(())
    }

    /// y = f(x), with its backward.
    ///
    /// # Errors
    /// As [`Tape::run`].
    pub fn map(&mut self, map: &'static Map, p: [f64; 4], x: Value) -> Result<Value> {
        let shape = self.shape(x).to_vec();
        let y = self.temp(map.name, &shape);
        self.stage(x, Stage::Map(map, p), None, y)?;
        let from = if map.slope_from == SlopeFrom::Input { x } else { y };
        self.backward(move |t| t.chain(x, y, Stage::Slope(map, p), Some(from)));
        Ok(y)
    }

    /// Backward of an elementwise stage: dx = stage(dy).
    ///
    /// # Errors
    /// As [`Tape::run`].
    pub fn chain(&mut self, x: Value, y: Value, stage: Stage, aux: Option<Value>) -> Result<()> {
        let Some(dy) = self.gradient(y) else { return Ok(()) };
        self.contribute(x, |t, dx| t.stage(dy, stage, aux, dx))
    }

    /// Records `f` to run when the tape is differentiated; nothing outside training.
    pub fn backward(&mut self, f: impl FnOnce(&mut Self) -> Result<()> + 'static) {
        if self.training() {
            self.backward.push(Box::new(f));
        }
    }

    /// States that the numbers of `x` are integers below `rows`: where they come from a data set, loading one that
    /// holds others is an error. What is computed is not checked.
    pub fn restrict(&mut self, x: Value, rows: u32) {
        let x = self.root(x).0;
        self.values[x].below = Some(self.values[x].below.map_or(rows, |known| known.min(rows)));
    }

    /// The gradient of `v`, if something has contributed to it (or it is a variable's).
    pub fn gradient(&self, v: Value) -> Option<Value> {
        self.gradients.get(&self.root(v)).copied()
    }

    /// Whether a gradient of `v` is wanted at all: it is trained, or computed from something that is.
    pub fn wants_gradient(&self, v: Value) -> bool {
        let v = self.root(v);
        self.values[v.0].role == Role::Param || self.moved.contains(&v)
    }

    /// Where the next contribution to the gradient of `x` is to be written; hand it to [`Tape::settle`] after.
    ///
    /// Kernels always overwrite. The first contribution is the gradient itself, a later one a temporary.
    pub fn gradient_place(&mut self, x: Value) -> Value {
        let x = self.root(x);
        match self.gradients.get(&x) {
            Some(own) if !self.filled.contains(&x) => *own,
            known => {
                let first = known.is_none();
                let (name, shape) = (format!("d {}", self.values[x.0].name), self.shape(x).to_vec());
                let place = self.push(name, &shape, Role::Temp);
                if first {
                    self.gradients.insert(x, place);
                }
                place
            }
        }
    }

    /// Counts what was written to `place` as a contribution to the gradient of `x`: later ones are added.
    ///
    /// # Errors
    /// As [`Tape::run`].
    pub fn settle(&mut self, x: Value, place: Value) -> Result<()> {
        let x = self.root(x);
        if self.filled.insert(x) {
            return Ok(());
        }
        let sum = self.gradients[&x];
        let dims = kernels::Elements { n: self.len(x) as u32 };
        self.run(&kernels::ACCUMULATE, dims, [place], [sum])
    }

    /// Gives `f` the place for a contribution to the gradient of `x`, and settles it.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn contribute(&mut self, x: Value, f: impl FnOnce(&mut Self, Value) -> Result<()>) -> Result<()> {
        if !self.wants_gradient(x) {
            return Ok(());
        }
        let place = self.gradient_place(x);
        f(self, place)?;
        self.settle(x, place)
    }

    /// Records every backward closure, last first.
    ///
    /// # Errors
    /// Those of the closures.
    pub fn differentiate(&mut self) -> Result<()> {
        while let Some(f) = self.backward.pop() {
            f(self)?;
        }
        Ok(())
    }

    /// Freezes the recording, with the fusion pass.
    pub fn finish(self) -> Plan {
        self.freeze(true)
    }

    /// Freezes the recording as it stands: one dispatch a stage. The fused plan computes the same numbers.
    pub fn finish_naive(self) -> Plan {
        self.freeze(false)
    }

    fn freeze(mut self, fused: bool) -> Plan {
        if fused {
            for program in &mut self.programs {
                fuse::fuse(program, &self.values);
            }
        }
        let (places, buffers) = memory::layout(&self.values, &self.programs, self.variables.chunk);
        Plan { values: self.values, places, buffers, programs: self.programs, initial: self.initial, batch: self.batch }
    }
}

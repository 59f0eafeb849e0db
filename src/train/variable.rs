//! A variable of a layer: a handle to its newest values, wherever they are.
//!
//! Models that share a layer share its variables. Each model keeps a copy on its device; the one that trained last has
//! the newest, and the others fetch it before they run.

use crate::base::{Error, Result};
use crate::exec::Executor;
use crate::plan::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The memory of a recorded model on a device, and when it was last trained in.
pub(super) struct Memory {
    id: u64,
    stamp: AtomicU64,
    executor: Mutex<Box<dyn Executor>>,
}

/// A number never given before.
fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The guard of a lock, whatever became of the last holder: what is behind it is replaced whole or not at all.
pub(super) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    pub fn new(executor: Box<dyn Executor>) -> Arc<Self> {
        Arc::new(Self { id: fresh(), stamp: AtomicU64::new(fresh()), executor: Mutex::new(executor) })
    }

    /// The executor, for the while.
    pub fn executor(&self) -> MutexGuard<'_, Box<dyn Executor>> {
        lock(&self.executor)
    }

    /// States that variables held here have changed.
    pub fn touch(&self) {
        self.stamp.store(fresh(), Ordering::Relaxed);
    }

    /// Copies values of `other` into this memory.
    pub fn copy_from(&self, other: &Self, pairs: &[(Value, Value)]) -> Result<()> {
        // Always locked in one order, so that two models on two threads cannot wait for each other.
        let (mut mine, mut theirs);
        if self.id < other.id {
            mine = self.executor();
            theirs = other.executor();
        } else {
            theirs = other.executor();
            mine = self.executor();
        }
        mine.copy_from(&mut **theirs, pairs)
    }
}

/// Where the newest values are.
#[derive(Clone)]
enum Held {
    Host(Arc<[f64]>, u64),
    Device(Arc<Memory>, Value),
}

struct Cell {
    name: String,
    shape: Vec<usize>,
    trained: bool,
    held: Mutex<Held>,
}

/// A variable of a layer. Clones are the same variable.
#[derive(Clone)]
pub struct Variable(Arc<Cell>);

impl Variable {
    pub(super) fn new(name: &str, shape: &[usize], trained: bool, values: &[f64]) -> Self {
        let held = Mutex::new(Held::Host(values.into(), fresh()));
        Self(Arc::new(Cell { name: name.to_owned(), shape: shape.to_vec(), trained, held }))
    }

    /// Its name within the layer: `kernel`, `bias`, `moving_mean`.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its shape, row-major.
    pub fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// Whether training moves it where its layer learns: moving statistics are none such.
    pub fn trained(&self) -> bool {
        self.0.trained
    }

    /// Numbers in it.
    pub fn len(&self) -> usize {
        self.0.shape.iter().product()
    }

    /// Whether it holds no number.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether both are one variable.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A number no other living variable has.
    pub(super) fn id(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }

    /// The newest values, row-major; waits for the device they are on.
    ///
    /// # Errors
    /// The device was lost.
    pub fn values(&self) -> Result<Vec<f64>> {
        let held = lock(&self.0.held).clone();
        match held {
            Held::Host(values, _) => Ok(values.to_vec()),
            Held::Device(memory, value) => memory.executor().read(value),
        }
    }

    /// Gives it these values, row-major.
    ///
    /// # Errors
    /// Another number of values.
    pub fn assign(&self, values: &[f64]) -> Result<()> {
        if values.len() != self.len() {
            return Err(Error::request(
                format!("variable `{}`", self.0.name),
                format!("{} numbers (shape {:?})", self.len(), self.0.shape),
                values.len(),
                "give an array of the variable's shape",
            ));
        }
        *lock(&self.0.held) = Held::Host(values.into(), fresh());
        Ok(())
    }

    /// Brings the newest values to the host if they are in `memory`.
    pub(super) fn leave(&self, memory: &Arc<Memory>) -> Result<()> {
        let mine = matches!(&*lock(&self.0.held), Held::Device(home, _) if Arc::ptr_eq(home, memory));
        if mine { self.settle() } else { Ok(()) }
    }

    /// Brings the newest values to the host, so that no device's memory is held for their sake.
    pub(super) fn settle(&self) -> Result<()> {
        let device = matches!(&*lock(&self.0.held), Held::Device(..));
        if device { self.assign(&self.values()?) } else { Ok(()) }
    }

    /// When it last changed.
    fn stamp(&self) -> u64 {
        match &*lock(&self.0.held) {
            Held::Host(_, stamp) => *stamp,
            Held::Device(memory, _) => memory.stamp.load(Ordering::Relaxed),
        }
    }
}

/// A variable's copy in the memory of a model.
pub(super) struct Binding {
    variable: Variable,
    value: Value,
    /// Whether training writes it.
    written: bool,
    seen: u64,
}

impl Binding {
    pub fn new(variable: Variable, value: Value, written: bool) -> Self {
        Self { variable, value, written, seen: 0 }
    }

    /// What it is a copy of.
    pub fn variable(&self) -> &Variable {
        &self.variable
    }

    /// The copy.
    pub fn value(&self) -> Value {
        self.value
    }
}

/// Values of one memory, and where they go in another.
type Pairs = Vec<(Value, Value)>;

/// Brings every copy in `memory` up to date.
pub(super) fn fetch(bindings: &mut [Binding], memory: &Arc<Memory>) -> Result<()> {
    let mut far: Vec<(Arc<Memory>, Pairs)> = Vec::new();
    let mut near = Vec::new();
    for (i, b) in bindings.iter().enumerate() {
        let stamp = b.variable.stamp();
        let held = lock(&b.variable.0.held).clone();
        match held {
            Held::Device(home, _) if Arc::ptr_eq(&home, memory) => continue,
            _ if b.seen == stamp => continue,
            Held::Host(values, _) => memory.executor().write(b.value, &values)?,
            Held::Device(home, from) => match far.iter_mut().find(|(m, _)| Arc::ptr_eq(m, &home)) {
                Some((_, pairs)) => pairs.push((from, b.value)),
                None => far.push((home, vec![(from, b.value)])),
            },
        }
        near.push((i, stamp));
    }
    far.iter().try_for_each(|(home, pairs)| memory.copy_from(home, pairs))?;
    // Seen only now: a copy that failed is made again.
    near.into_iter().for_each(|(i, stamp)| bindings[i].seen = stamp);
    Ok(())
}

/// States that the newest values of what training writes are in `memory` from now on.
pub(super) fn claim(bindings: &[Binding], memory: &Arc<Memory>) {
    let mut taken = false;
    for b in bindings.iter().filter(|b| b.written) {
        let mut held = lock(&b.variable.0.held);
        if !matches!(&*held, Held::Device(home, _) if Arc::ptr_eq(home, memory)) {
            *held = Held::Device(memory.clone(), b.value);
            taken = true;
        }
    }
    if taken {
        // Whoever saw this memory before has not seen what it has taken over.
        memory.touch();
    }
}

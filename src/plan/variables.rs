//! What a tape knows of the variables besides their kernels: how each is tuned, and what is recorded around the update.

use super::memory::{self, Segment};
use super::{Arena, Program, Role, Tape, Value};
use crate::base::Result;
use std::collections::HashMap;
use std::rc::Rc;

/// What differs from variable to variable in one update of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// The learning rate is multiplied by it; a variable of rate 0 is frozen.
    pub rate: f64,
    /// The weight decay is multiplied by it.
    pub decay: f64,
    /// Factor of Σ|θ| in the loss.
    pub l1: f64,
    /// Factor of Σθ² in the loss.
    pub l2: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { rate: 1.0, decay: 1.0, l1: 0.0, l2: 0.0 }
    }
}

/// When something put off is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// After the loss, in every program: what else is lowered.
    Loss,
    /// After the update: what variables are held to.
    Updated,
}

type Later = Rc<dyn Fn(&mut Tape) -> Result<()>>;

/// The tape's notes on variables.
pub(super) struct Variables {
    /// Numbers a chunk of the arenas may hold.
    pub chunk: usize,
    /// The variables and statistics of each layer: asked for once for each call, a search through all would be slow.
    pub of_layer: HashMap<String, Vec<Value>>,
    tuned: HashMap<Value, Tuning>,
    /// When, about what, in which program (none: in every), and what.
    later: Vec<(Moment, Value, Option<Program>, Later)>,
}

impl Default for Variables {
    fn default() -> Self {
        Self { chunk: memory::CHUNK, of_layer: HashMap::new(), tuned: HashMap::new(), later: Vec::new() }
    }
}

impl Tape {
    /// Cuts the arenas into chunks of at most `numbers`, unless a single variable is longer; by default into what every
    /// device can bind. Set it before anything asks for an arena.
    pub fn cut_arenas(&mut self, numbers: usize) {
        self.variables.chunk = numbers;
    }

    /// The variables and statistics of the layer `scope`, in the order they were recorded in.
    pub fn variables_of(&self, scope: &str) -> Vec<Value> {
        self.variables.of_layer.get(scope).cloned().unwrap_or_default()
    }

    /// The values a variable starts from.
    pub fn initial_values(&self, v: Value) -> Vec<f64> {
        let given = self.initial.iter().rev().find(|(of, _)| *of == v);
        given.map_or_else(|| vec![0.0; self.len(v)], |(_, values)| values.clone())
    }

    /// The tuning of a variable, to be changed.
    pub fn tune(&mut self, variable: Value) -> &mut Tuning {
        self.variables.tuned.entry(variable).or_default()
    }

    /// Puts `f` off to `moment`: once in every program if it is about a variable, however often asked; else in the
    /// program being recorded.
    pub fn put_off(&mut self, moment: Moment, about: Value, f: impl Fn(&mut Self) -> Result<()> + 'static) {
        if !self.variables.later.iter().any(|(m, v, ..)| (*m, *v) == (moment, about)) {
            let program = (self.role(about) != Role::Param).then_some(self.program());
            self.variables.later.push((moment, about, program, Rc::new(f)));
        }
    }

    /// Records what was put off to `moment`.
    ///
    /// # Errors
    /// Those of what was put off.
    pub fn catch_up(&mut self, moment: Moment) -> Result<()> {
        let now = self.program();
        let due = self.variables.later.iter().filter(|(m, _, p, _)| *m == moment && p.is_none_or(|p| p == now));
        let due: Vec<Later> = due.map(|(.., f)| f.clone()).collect();
        due.iter().try_for_each(|f| f(self))
    }

    /// Records what `f` records behind the last dispatch so far that writes `v`, and not at the end: there nothing has
    /// consumed or recycled it, and it has to be kept no longer than without `f`.
    ///
    /// # Errors
    /// Those of `f`.
    pub fn behind(&mut self, v: Value, f: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let program = self.program() as usize;
        let writer = self.programs[program].iter().rposition(|d| d.all_writes().any(|w| w == v));
        let later = writer.map_or_else(Vec::new, |at| self.programs[program].split_off(at + 1));
        let done = f(self);
        self.programs[program].extend(later);
        done
    }

    /// The variables recorded so far, their places in the arenas and their tunings.
    pub fn segments(&self) -> Vec<(Segment, Tuning)> {
        let tuning = |s: &Segment| self.variables.tuned.get(&s.value).copied().unwrap_or_default();
        memory::segments(&self.values, self.variables.chunk).into_iter().map(|s| (s, tuning(&s))).collect()
    }

    /// An array that is no part of the model but kept from step to step, zero at first; asked for again, the same one.
    pub fn auxiliary(&mut self, name: &str, shape: &[usize]) -> Value {
        self.named(name, shape, Role::Auxiliary).0
    }

    /// As [`Tape::auxiliary`], with numbers to start from.
    pub fn table(&mut self, name: &str, numbers: Vec<f64>) -> Value {
        let (v, new) = self.named(name, &[numbers.len()], Role::Auxiliary);
        if new {
            self.initial.push((v, numbers));
        }
        v
    }

    /// The value recorded under this full name, `layer/what`, if there is one.
    pub fn find(&self, name: &str) -> Option<Value> {
        self.named.get(name).copied()
    }

    /// A chunk of an arena as one array. Ask after every variable has been recorded.
    pub fn whole(&mut self, name: &str, arena: Arena, chunk: u16, len: usize) -> Value {
        let role = Role::Whole(arena, chunk);
        let known = self.values.iter().position(|v| v.role == role).map(Value);
        let name = if chunk == 0 { name.to_owned() } else { format!("{name} (chunk {chunk})") };
        known.unwrap_or_else(|| self.push(name, &[len], role))
    }

    /// Lets every number of `v` start at `number` instead of 0.
    pub fn start_at(&mut self, v: Value, number: f64) {
        self.initial.push((v, vec![number; self.len(v)]));
    }
}

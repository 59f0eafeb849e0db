//! The layer being recorded: its name, which call of it this is, whether it learns and draws.

use super::{Program, Tape};
use std::collections::HashMap;

/// What a tape knows of the layer being recorded.
pub(super) struct Scope {
    name: String,
    /// How many times the layer was called before: a shared layer is called more than once.
    call: u32,
    /// Whether its variables are trained.
    trainable: bool,
    /// Whether layers draw at random in inference too.
    stochastic: bool,
    /// Whether variables get initial values.
    pub draws: bool,
    streams: HashMap<(String, u32), u32>,
}

impl Default for Scope {
    fn default() -> Self {
        let (name, streams) = (String::new(), HashMap::new());
        Self { name, call: 0, trainable: true, stochastic: false, draws: true, streams }
    }
}

impl Scope {
    /// `layer/name`, or the name alone outside layers.
    pub fn full(&self, name: &str) -> String {
        if self.name.is_empty() { name.to_owned() } else { format!("{}/{name}", self.name) }
    }
}

impl Tape {
    /// Names what follows after a layer that learns and is called for the first time: `scope/kernel`.
    pub fn enter(&mut self, layer: &str) {
        self.enter_call(layer, 0, true);
    }

    /// Names what follows after a layer that was called `call` times before. Its variables are the same in every call,
    /// its random numbers are not. Where it is not `trainable` its variables are states and its statistics stand still.
    pub fn enter_call(&mut self, layer: &str, call: u32, trainable: bool) {
        layer.clone_into(&mut self.scope.name);
        (self.scope.call, self.scope.trainable) = (call, trainable);
    }

    /// Records what `f` records under another name, and goes back to the layer that was being recorded.
    pub fn aside<R>(&mut self, name: &str, f: impl FnOnce(&mut Self) -> R) -> R {
        let before = std::mem::replace(&mut self.scope.name, name.to_owned());
        let done = f(self);
        self.scope.name = before;
        done
    }

    /// The layer being recorded.
    pub fn scope(&self) -> &str {
        &self.scope.name
    }

    /// Whether the variables of the layer being recorded are trained.
    pub fn trainable(&self) -> bool {
        self.scope.trainable
    }

    /// Whether layers behave as in training.
    pub fn training(&self) -> bool {
        self.current == Program::Train
    }

    /// Whether layers that draw at random do so: in training, and wherever [`Tape::draw_always`] was said.
    pub fn stochastic(&self) -> bool {
        self.training() || self.scope.stochastic
    }

    /// Lets dropout and the other layers that draw at random do so in every program; nothing else is as in training.
    pub fn draw_always(&mut self) {
        self.scope.stochastic = true;
    }

    /// Leaves the initial values of variables out: somebody else has them.
    pub fn leave_variables_blank(&mut self) {
        self.scope.draws = false;
    }

    /// Whether variables get initial values.
    pub fn draws(&self) -> bool {
        self.scope.draws
    }

    /// The random stream of this call of the layer being recorded: the same in every program.
    pub fn stream(&mut self) -> u32 {
        let next = self.scope.streams.len() as u32 + 1;
        *self.scope.streams.entry((self.scope.name.clone(), self.scope.call)).or_insert(next)
    }

    /// Whether this call of the layer being recorded has asked for random numbers.
    pub fn has_stream(&self) -> bool {
        self.scope.streams.contains_key(&(self.scope.name.clone(), self.scope.call))
    }
}

//! Callbacks that are read once the training they were in is over.

use crate::base::Result;
use crate::train::Logs;
use crate::train::callback::{Callback, Every, Run};
use std::cell::RefCell;
use std::rc::Rc;

/// A callback with two owners: the training, and who reads it.
pub(super) struct Shared<C>(Rc<RefCell<C>>);

impl<C> Shared<C> {
    pub fn new(callback: C) -> Self {
        Self(Rc::new(RefCell::new(callback)))
    }

    /// The other owner.
    pub fn other(&self) -> Self {
        Self(self.0.clone())
    }

    /// Reads it.
    pub fn read<T>(&self, f: impl FnOnce(&C) -> T) -> T {
        f(&self.0.borrow())
    }
}

impl<C: Callback> Callback for Shared<C> {
    fn every(&self) -> Every {
        Callback::every(&*self.0.borrow())
    }
    fn minds_divergence(&self) -> bool {
        self.0.borrow().minds_divergence()
    }
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().train_begin(run)
    }
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().epoch_begin(run)
    }
    fn step_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().step_end(run)
    }
    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().test_begin(run)
    }
    fn test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().test_end(run)
    }
    fn epoch_end(&mut self, logs: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().epoch_end(logs, run)
    }
    fn train_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        self.0.borrow_mut().train_end(run)
    }
}

//! The averaged variables in the place of the trained ones where the model is looked at.

use super::{Callback, Run};
use crate::base::Result;
use crate::train::Logs;

/// Keras's `SwapEMAWeights`: epochs are validated with the averages an optimizer keeps (`use_ema`); training goes on with
/// its own variables. With or without it, a model whose optimizer keeps averages ends training with them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SwapEmaWeights {
    on_epoch: bool,
}

impl SwapEmaWeights {
    /// Swaps for validation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also swaps at the end of each epoch, for callbacks behind this one that save the model, and back before the next.
    /// Default: false.
    pub fn swap_on_epoch(mut self, swap: bool) -> Self {
        self.on_epoch = swap;
        self
    }
}

impl Callback for SwapEmaWeights {
    fn train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        // An optimizer without averages is refused before anything is trained.
        run.model.swap_averages()?;
        run.model.swap_averages()
    }
    fn epoch_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        if self.on_epoch { run.model.unswap_averages() } else { Ok(()) }
    }
    fn test_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        run.model.swap_averages()
    }
    fn test_end(&mut self, run: &mut Run<'_>) -> Result<()> {
        run.model.swap_averages()
    }
    fn epoch_end(&mut self, _: &mut Logs, run: &mut Run<'_>) -> Result<()> {
        if self.on_epoch { run.model.swap_averages() } else { Ok(()) }
    }
}

//! Learning-rate schedules: functions of the step, counted from 0.

use crate::base::{Error, Result};

/// η as a function of the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// The same η at each step.
    Constant(f64),
    /// η₀ · r^(t/s), Keras's `ExponentialDecay`; with `staircase` t/s is rounded down.
    ExponentialDecay {
        /// η₀.
        initial: f64,
        /// s, in steps.
        decay_steps: f64,
        /// r.
        decay_rate: f64,
        /// Whether η falls in stairs.
        staircase: bool,
    },
}

impl Schedule {
    /// η at step `t`.
    pub fn at(&self, t: u64) -> f64 {
        match *self {
            Self::Constant(rate) => rate,
            Self::ExponentialDecay { initial, decay_steps, decay_rate, staircase } => {
                let turns = t as f64 / decay_steps;
                initial * decay_rate.powf(if staircase { turns.floor() } else { turns })
            }
        }
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// A rate below 0, decay steps or a decay rate that are not above 0.
    pub fn check(&self) -> Result<()> {
        let fail = |what: &str, want: &str, got: f64| {
            Err(Error::request(format!("schedule: {what}"), want, got, "choose a number in this range"))
        };
        let (rate, steps, factor) = match *self {
            Self::Constant(rate) => (rate, 1.0, 1.0),
            Self::ExponentialDecay { initial, decay_steps, decay_rate, .. } => (initial, decay_steps, decay_rate),
        };
        if !(rate.is_finite() && rate >= 0.0) {
            return fail("learning rate", "a number ≥ 0", rate);
        }
        if !(steps.is_finite() && steps > 0.0) {
            return fail("decay_steps", "a number > 0", steps);
        }
        if !(factor.is_finite() && factor > 0.0) {
            return fail("decay_rate", "a number > 0", factor);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn exponential_decay_is_keras_s() {
        // keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.96)(150) = 0.1 · 0.96^1.5
        let mut s = Schedule::ExponentialDecay { initial: 0.1, decay_steps: 100.0, decay_rate: 0.96, staircase: false };
        assert!((s.at(150) - 0.1 * 0.96_f64.powf(1.5)).abs() < 1e-15, "continuous");
        if let Schedule::ExponentialDecay { staircase, .. } = &mut s {
            *staircase = true;
        }
        assert!((s.at(150) - 0.096).abs() < 1e-15, "stairs");
    }
}

//! The one way a checkpoint is taken of a training, and the one way a training goes on from one.

use super::callback::{Callback, Moment, State};
use super::checkpoint::{Checkpoint, VERSION};
use super::course::Course;
use super::device::Device;
use super::fit::Fit;
use super::model::Model;
use super::snapshot::Array;
use crate::base::rng::permutation;
use crate::base::{Error, Result};

impl Model {
    /// Hands a checkpoint to those of `callbacks` that want one now; whether one was saved.
    pub(super) fn offer_checkpoint(
        &mut self,
        fit: &mut Fit<'_>,
        course: &mut Course,
        moment: Moment,
        due: impl Fn(&dyn Callback) -> bool,
    ) -> Result<bool> {
        let wants = |c: &dyn Callback| c.wants_checkpoint(moment) && due(c);
        if !fit.callbacks.iter().any(|c| wants(&**c)) || !self.is_sound(course)? {
            return Ok(false);
        }
        let checkpoint = self.checkpoint(fit, course)?;
        fit.callbacks.iter_mut().filter(|c| wants(&***c)).try_for_each(|c| c.take_checkpoint(&checkpoint))?;
        Ok(true)
    }

    /// Whether the loss of the epoch so far, or of the epoch before, is finite.
    fn is_sound(&mut self, course: &Course) -> Result<bool> {
        if course.at > 0 {
            return Ok(self.running_logs()?.loss().is_finite());
        }
        Ok(course.history.last("loss").is_none_or(f64::is_finite))
    }

    /// The whole training as it stands.
    fn checkpoint(&mut self, fit: &Fit<'_>, course: &mut Course) -> Result<Checkpoint> {
        let facts = self.known_facts(fit, course)?;
        Ok(Checkpoint {
            snapshot: self.snapshot()?,
            totals: self.totals_held()?,
            seed: self.seed(),
            epoch: course.epoch,
            step: course.at,
            batch: course.done,
            stopped: course.stop,
            history: course.history.clone(),
            states: Checkpoint::numbered(fit.callbacks.iter().filter_map(|c| c.state())),
            facts,
            version: VERSION.to_owned(),
            device: self.device_name()?,
            source: "this training".to_owned(),
        })
    }

    fn known_facts(&self, fit: &Fit<'_>, course: &mut Course) -> Result<super::Facts> {
        if course.facts.is_none() {
            course.facts = Some(self.facts(fit, course)?);
        }
        Ok(course.facts.clone().unwrap_or_default())
    }

    /// What bits depend on: on the CPU not the number of threads, but the widest instructions it has.
    fn device_name(&self) -> Result<String> {
        Ok(match self.device {
            Device::Cpu => format!("cpu (float32, {})", instructions()),
            Device::CpuFloat64 => format!("cpu (float64, {})", instructions()),
            #[cfg(feature = "gpu")]
            Device::Gpu(_) => {
                let engine = self.compiled.as_ref().and_then(|s| s.engine.as_ref());
                engine.ok_or_else(super::model::not_compiled)?.device()
            }
        })
    }

    /// What the epoch adds up in, numbered.
    fn totals_held(&mut self) -> Result<Vec<Array>> {
        let (engine, _) = self.parts()?;
        let read = |(i, value): (usize, _)| {
            let numbers = engine.read(value)?;
            Ok((i.to_string(), vec![numbers.len()], numbers))
        };
        engine.totals_held().into_iter().enumerate().map(read).collect()
    }

    /// Brings the training to where a checkpoint of the callbacks was taken, if one of them has one; then lets callbacks
    /// begin, or remember.
    pub(super) fn begin(&mut self, fit: &mut Fit<'_>, course: &mut Course) -> Result<()> {
        let mut found = None;
        for callback in &mut fit.callbacks {
            let own = callback.resume_from()?;
            found = found.or(own);
        }
        if let Some(checkpoint) = &found {
            self.go_on(checkpoint, fit, course)?;
        }
        let states: &[State] = found.as_ref().map_or(&[], |c| &c.states);
        let mut named = Checkpoint::numbered(fit.callbacks.iter().filter_map(|c| c.state())).into_iter();
        for stranger in states.iter().filter(|s| !named.as_slice().iter().any(|own| own.name == s.name)) {
            eprintln!("warning: no callback takes what `{}` remembered in the checkpoint", stranger.name);
        }
        self.tell(&mut fit.callbacks, course, Some(&Default::default()), |c, run| {
            let name = c.state().and_then(|_| named.next()).map(|own| own.name);
            match states.iter().find(|s| Some(&s.name) == name.as_ref()) {
                Some(state) => c.restore(state, run),
                None => c.train_begin(run),
            }
        })
    }

    fn go_on(&mut self, checkpoint: &Checkpoint, fit: &Fit<'_>, course: &mut Course) -> Result<()> {
        checkpoint.agree(&self.known_facts(fit, course)?)?;
        let places = [(checkpoint.step, course.steps), (checkpoint.batch, course.batches)];
        if let Some((place, most)) = places.into_iter().find(|(place, most)| place > most) {
            let what = format!("going on from {}: step", checkpoint.source);
            return Err(Error::request(what, format!("at most {most}"), place, "give a checkpoint of this training"));
        }
        for note in checkpoint.notes(&self.device_name()?) {
            eprintln!("note: going on from {}: {note}; bits may differ", checkpoint.source);
        }
        self.resume(&checkpoint.snapshot, fit.batch)?;
        self.runner.seed = checkpoint.seed;
        let (engine, _) = self.parts()?;
        engine.claim()?;
        let held = engine.totals_held();
        for (value, (_, _, numbers)) in held.into_iter().zip(&checkpoint.totals) {
            engine.write(value, numbers)?;
        }
        (course.epoch, course.first, course.at) = (checkpoint.epoch, checkpoint.epoch, checkpoint.step);
        course.resumed = true;
        (course.done, course.stop) = (checkpoint.batch, checkpoint.stopped);
        course.history = checkpoint.history.clone();
        if course.done < course.batches {
            self.shuffle(fit, course)?;
        }
        Ok(())
    }

    /// Sets the order of this time through the data.
    pub(super) fn shuffle(&mut self, fit: &Fit<'_>, course: &Course) -> Result<()> {
        if !fit.shuffle {
            return Ok(());
        }
        let order = permutation(course.samples, self.runner.seed.0, self.passes.wrapping_sub(1));
        self.parts()?.0.order(course.train, &order)
    }
}

/// The instructions products of matrices are made of.
fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        let found = [
            ("x86-64 with AVX-512", is_x86_feature_detected!("avx512f")),
            ("x86-64 with FMA", is_x86_feature_detected!("fma")),
        ];
        found.into_iter().find(|(_, has)| *has).map_or("x86-64", |(name, _)| name)
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::env::consts::ARCH
}

//! A dispatch with its places looked up: replaying it finds nothing, hashes nothing and allocates nothing.

use crate::kernel::stage::{Aux, Stage};
use crate::kernel::{Call, MAX_OPERANDS, Step, Twinned, map::Mapped};
use crate::plan::{Dispatch, Place, Plan, When};
use std::sync::Arc;

/// Where an output is found again: which taken buffer, which of its cuts.
#[derive(Clone, Copy)]
struct Cut {
    output: usize,
    offset: usize,
    len: usize,
}

/// A buffer that is written, and the ranges written in it, in ascending order.
struct Written {
    buffer: usize,
    cuts: Vec<Cut>,
}

/// A dispatch ready to run on a [`super::CpuExecutor`]'s memory.
pub(super) struct BoundDispatch {
    pub when: When,
    call: Arc<dyn Call>,
    reads: Vec<Place>,
    outputs: usize,
    written: Vec<Written>,
    /// The stage, and where its operand is: a place read, or the number of an output.
    stages: Vec<(Stage, Operand)>,
    first_len: usize,
}

#[derive(Clone, Copy)]
enum Operand {
    None,
    Read(Place),
    Output(usize),
}

impl BoundDispatch {
    pub(super) fn new(d: &Dispatch, plan: &Plan) -> Self {
        let mut outputs: Vec<Place> = d.writes.iter().map(|v| plan.place(*v)).collect();
        let stages = d.stages.iter().map(|(stage, aux)| {
            let operand = match aux {
                None => Operand::None,
                Some(v) if stage.writes_aux() => {
                    outputs.push(plan.place(*v));
                    Operand::Output(outputs.len() - 1)
                }
                Some(v) => Operand::Read(plan.place(*v)),
            };
            (*stage, operand)
        });
        let stages = stages.collect();
        let mut written: Vec<Written> = Vec::new();
        for (output, place) in outputs.iter().enumerate() {
            let cut = Cut { output, offset: place.offset, len: place.len };
            match written.iter_mut().find(|w| w.buffer == place.buffer) {
                Some(w) => w.cuts.push(cut),
                None => written.push(Written { buffer: place.buffer, cuts: vec![cut] }),
            }
        }
        written.iter_mut().for_each(|w| w.cuts.sort_by_key(|c| c.offset));
        Self {
            when: d.when,
            call: d.call.clone(),
            reads: d.reads.iter().map(|v| plan.place(*v)).collect(),
            outputs: outputs.len(),
            written,
            stages,
            first_len: d.call.writes().first().map_or(0, |w| w.1),
        }
    }

    /// Runs the twin, then the stages on its first output.
    pub(super) fn run<T: Twinned + Mapped>(&self, step: &Step, memory: &mut [Vec<T>]) {
        // The written buffers are taken out, so that the others can be read beside them (the plan never has
        // one buffer read and written by one dispatch); an empty Vec is left in their place for the while.
        let mut taken: [Vec<T>; MAX_OPERANDS] = Default::default();
        for (slot, w) in taken.iter_mut().zip(&self.written) {
            *slot = std::mem::take(&mut memory[w.buffer]);
        }
        {
            let mut outputs: [&mut [T]; MAX_OPERANDS] = Default::default();
            for (buffer, w) in taken.iter_mut().zip(&self.written) {
                let mut rest = buffer.as_mut_slice();
                let mut start = 0;
                for cut in &w.cuts {
                    let (_, from) = rest.split_at_mut(cut.offset - start);
                    let (mine, after) = from.split_at_mut(cut.len);
                    outputs[cut.output] = mine;
                    rest = after;
                    start = cut.offset + cut.len;
                }
            }
            let read = |p: &Place| &memory[p.buffer][p.offset..p.offset + p.len];
            let mut reads: [&[T]; MAX_OPERANDS] = Default::default();
            for (slot, place) in reads.iter_mut().zip(&self.reads) {
                *slot = read(place);
            }
            self.run_twin(step, &reads, &mut outputs);
            let (first, others) = outputs[..self.outputs].split_at_mut(1);
            let first = &mut first[0][..self.first_len];
            for (stage, operand) in &self.stages {
                let aux = match operand {
                    Operand::None => Aux::None,
                    Operand::Read(place) => Aux::Read(read(place)),
                    Operand::Output(n) => Aux::Write(&mut others[n - 1][..self.first_len]),
                };
                stage.apply(step, first, aux);
            }
        }
        for (slot, w) in taken.iter_mut().zip(&self.written) {
            memory[w.buffer] = std::mem::take(slot);
        }
    }

    /// The twin consumes its output slices, the stages need them again: reborrow for the while.
    fn run_twin<T: Twinned>(&self, step: &Step, reads: &[&[T]], outputs: &mut [&mut [T]; MAX_OPERANDS]) {
        let mut again: [&mut [T]; MAX_OPERANDS] = Default::default();
        for (to, from) in again.iter_mut().zip(outputs.iter_mut()) {
            *to = &mut **from;
        }
        T::run(&*self.call, step, reads, &mut again);
    }
}

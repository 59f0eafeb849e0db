//! What the walkers try: every case of every kernel, and every filling of its hole.

use crate::base::rng::Stream;
use crate::kernel::{AnyKernel, Call, Domain, Draw, Spread, Stage};
use crate::nn::layer::{noise, rescaling};
use crate::nn::{act, kernels};
use crate::plan::kernels::COPY;
use std::sync::Arc;

/// Every case of every kernel.
pub fn calls() -> impl Iterator<Item = Arc<dyn Call>> {
    kernels().flat_map(AnyKernel::cases)
}

/// The stages as the listing shows them.
pub fn show(stages: &[Stage]) -> String {
    stages.iter().map(|s| s.show("aux")).collect::<Vec<_>>().join("; ")
}

/// A draw as layers make them: a quarter dropped.
const DRAW: Draw = Draw { stream: 3, below: 1 << 30, p: [0.75, -1.5, 0.25, 0.0], spread: None };

/// Numbers in the case of `copy` on which every map is tried.
const MAPS_OVER: usize = 4096;

/// Fillings a kernel is tried with.
///
/// Each open kernel gets none, one of each kind of stage, and the longest mixes; each map is tried forward and backward,
/// with its default and its sample parameters, and each noise, on one case of `copy`, which does nothing else. A stage
/// sees a number and its index and nothing of the kernel, so every map on every kernel would show no more, and each
/// filling is a pipeline that some drivers take a tenth of a second to compile.
pub fn stage_sets(call: &dyn Call) -> Vec<Vec<Stage>> {
    let mut sets = vec![Vec::new()];
    if !call.open() {
        return sets;
    }
    let len = call.writes().first().map_or(1, |w| w.1);
    // A width that divides the output, as a layer's does.
    let width = (2..=len).find(|w| len.is_multiple_of(*w)).unwrap_or(1) as u32;
    let (bias, mask) = (Stage::Bias { width }, Stage::Noise(&noise::dropout::NOISE, DRAW));
    let elu = &act::elu::MAP;
    let (map, slope) = (Stage::Map(elu, elu.defaults), Stage::Slope(elu, elu.defaults));
    sets.extend([bias, mask, Stage::Tee, map, slope].map(|stage| vec![stage]));
    sets.extend([vec![bias, Stage::Tee, map, mask], vec![mask, slope, Stage::Tee]]);
    if call.name() == COPY.name && len == MAPS_OVER {
        for map in act::ALL {
            for (p, _) in map.cases() {
                sets.extend([vec![Stage::Map(map, p)], vec![Stage::Slope(map, p)]]);
            }
        }
        sets.push(vec![Stage::Map(&rescaling::MAP, [0.5, -1.25, 0.0, 0.0])]);
        sets.extend(noise::ALL.iter().map(|n| vec![Stage::Noise(n, DRAW)]));
        let spread = Some(Spread { block: 12, across: 3, side: 2 });
        sets.push(vec![Stage::Noise(&noise::dropout::NOISE, Draw { spread, ..DRAW })]);
    }
    sets
}

/// Names, lengths and domains of the stages' operands in binding order, and whether each is written.
pub fn operands(call: &dyn Call, stages: &[Stage]) -> Vec<(String, usize, Domain, bool)> {
    let len = call.writes().first().map_or(0, |w| w.1);
    let used = stages.iter().enumerate().filter(|(_, s)| s.reads_aux() || s.writes_aux());
    used.map(|(i, s)| {
        let (len, domain) = match s {
            Stage::Bias { width } => (*width as usize, Domain::Normal),
            Stage::Slope(..) => (len, Domain::Wide),
            _ => (len, Domain::Normal),
        };
        (format!("aux{i}"), len, domain, s.writes_aux())
    })
    .collect()
}

/// A number that depends on a name alone, to draw different test data for each operand.
pub(crate) fn salt(name: &str, place: usize) -> u32 {
    let hash = name.bytes().fold(place as u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
    Stream { seed: hash, stream: 0 }.bits(0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Map;

    #[test]
    fn every_map_is_tried_forward_and_backward() {
        let sets: Vec<Vec<Stage>> = calls().flat_map(|call| stage_sets(&*call)).collect();
        for map in act::ALL {
            for (p, _) in map.cases() {
                let same = |m: &Map, q: &[f64; 4]| std::ptr::eq(*map, m) && p == *q;
                assert!(sets.iter().any(|s| matches!(s[..], [Stage::Map(m, q)] if same(m, &q))), "{}", map.name);
                assert!(sets.iter().any(|s| matches!(s[..], [Stage::Slope(m, q)] if same(m, &q))), "{}′", map.name);
            }
        }
    }
}

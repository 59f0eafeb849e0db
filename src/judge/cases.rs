//! What the walkers try: every case of every kernel, and every filling of its hole.

use crate::base::rng::Stream;
use crate::kernel::{AnyKernel, Call, Domain, Stage};
use crate::nn::{act, kernels};
use std::sync::Arc;

/// Every case of every kernel.
pub fn calls() -> impl Iterator<Item = Arc<dyn Call>> {
    kernels().flat_map(AnyKernel::cases)
}

/// The stages as the listing shows them.
pub fn show(stages: &[Stage]) -> String {
    stages.iter().map(|s| s.show("aux")).collect::<Vec<_>>().join("; ")
}

/// Fillings a kernel is tried with: none, each stage there is, and the longest mix.
pub fn stage_sets(call: &dyn Call) -> Vec<Vec<Stage>> {
    let mut sets = vec![Vec::new()];
    if !call.open() {
        return sets;
    }
    let len = call.writes().first().map_or(1, |w| w.1);
    // A width that divides the output, as a layer's does.
    let width = (2..=len).find(|w| len.is_multiple_of(*w)).unwrap_or(1) as u32;
    let (bias, mask) = (Stage::Bias { width }, Stage::Mask { stream: 3, rate: 0.25 });
    sets.extend([vec![bias], vec![mask], vec![Stage::Tee]]);
    for map in act::ALL {
        sets.push(vec![Stage::Map(map, map.defaults)]);
        sets.push(vec![Stage::Slope(map, map.defaults)]);
    }
    let elu = &act::elu::MAP;
    let (map, slope) = (Stage::Map(elu, elu.defaults), Stage::Slope(elu, elu.defaults));
    sets.push(vec![bias, Stage::Tee, map, mask]);
    sets.push(vec![mask, slope, Stage::Tee]);
    sets
}

/// Names, lengths and domains of the stages' operands in binding order, and whether each is written.
pub fn operands(call: &dyn Call, stages: &[Stage]) -> Vec<(String, usize, Domain, bool)> {
    let len = call.writes().first().map_or(0, |w| w.1);
    let used = stages.iter().enumerate().filter(|(_, s)| s.reads_aux() || s.writes_aux());
    used.map(|(i, s)| {
        let len = if let Stage::Bias { width } = s { *width as usize } else { len };
        (format!("aux{i}"), len, Domain::Normal, s.writes_aux())
    })
    .collect()
}

/// A number that depends on a name alone, to draw different test data for each operand.
pub(crate) fn salt(name: &str, place: usize) -> u32 {
    let hash = name.bytes().fold(place as u64, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b)));
    Stream { seed: hash, stream: 0 }.bits(0, 0)
}

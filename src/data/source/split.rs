//! Which samples train, validate and test.

use super::words::{Part, Split};
use crate::base::rng::permutation;
use crate::base::{Error, Result};
use std::collections::BTreeMap;

/// Draws are the first, and by another number than any epoch's shuffle.
const DRAW: u32 = u32::MAX;

/// The samples, by number, that stay and those taken for `part`, both in their order.
///
/// `classes` is the class of each sample, where labels are classes. `what` names the part in messages.
///
/// # Errors
/// A part that leaves nothing, or is nothing; a stratified draw without classes.
pub fn taken(
    what: &str,
    samples: &[usize],
    part: &Part,
    split: Split,
    classes: Option<&[usize]>,
    seed: u64,
) -> Result<(Vec<usize>, Vec<usize>)> {
    part.check(what)?;
    let all = samples.len();
    let count = match part {
        Part::Count(count) => *count,
        Part::Share(share) => (all as f64 * share).round() as usize,
        Part::OfSource | Part::None | Part::Test | Part::Source(_) => return Ok((samples.to_vec(), Vec::new())),
    };
    if count == 0 || count >= all {
        let expected = format!("at least 1 and fewer than the {all} samples there are");
        return Err(Error::request(what, expected, count, "choose another count or share, or give more data"));
    }
    let chosen = match (split, classes) {
        (Split::Last, _) => (all - count..all).collect(),
        (Split::Shuffled, _) | (Split::Auto, None) => drawn(all, count, seed),
        (Split::Stratified | Split::Auto, Some(classes)) => stratified(samples, count, classes, seed),
        (Split::Stratified, None) => {
            let help = "use split = \"shuffled\", or task = \"classification\"";
            return Err(Error::request("split", "labels that are classes", "other labels", help));
        }
    };
    let mut is_taken = vec![false; all];
    for place in chosen {
        if let Some(taken) = is_taken.get_mut(place) {
            *taken = true;
        }
    }
    let (out, stay): (Vec<_>, Vec<_>) = samples.iter().zip(is_taken).partition(|(_, taken)| *taken);
    let numbers = |pairs: Vec<(&usize, bool)>| pairs.into_iter().map(|(sample, _)| *sample).collect();
    Ok((numbers(stay), numbers(out)))
}

/// `count` of the places below `all`, by chance.
pub fn drawn(all: usize, count: usize, seed: u64) -> Vec<usize> {
    permutation(all, seed, DRAW).into_iter().take(count).map(|place| place as usize).collect()
}

/// `count` places, of every class its share: whole numbers by largest remainder (Hare, Niemeyer).
fn stratified(samples: &[usize], count: usize, classes: &[usize], seed: u64) -> Vec<usize> {
    let mut of_class: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for place in permutation(samples.len(), seed, DRAW) {
        let class = samples.get(place as usize).and_then(|sample| classes.get(*sample));
        of_class.entry(class.copied().unwrap_or_default()).or_default().push(place as usize);
    }
    let share = |places: &Vec<usize>| places.len() as f64 * count as f64 / samples.len() as f64;
    let mut quota: Vec<(usize, f64, &Vec<usize>)> =
        of_class.values().map(|places| (share(places) as usize, share(places).fract(), places)).collect();
    let given: usize = quota.iter().map(|(whole, ..)| whole).sum();
    quota.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (whole, ..) in quota.iter_mut().take(count.saturating_sub(given)) {
        *whole += 1;
    }
    quota.iter().flat_map(|(whole, _, places)| places.iter().take(*whole).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_every_class() {
        let classes: Vec<usize> = (0..100).map(|i| usize::from(i >= 90)).collect();
        let all: Vec<usize> = (0..100).collect();
        let (stay, out) = taken("test", &all, &Part::Share(0.2), Split::Auto, Some(&classes), 1).unwrap();
        assert_eq!((stay.len(), out.len()), (80, 20));
        assert_eq!(out.iter().filter(|i| **i >= 90).count(), 2);
        let mut both = [stay, out].concat();
        both.sort_unstable();
        assert_eq!(both, all);
    }

    #[test]
    fn draws_repeat_by_seed_and_the_last_are_the_last() {
        let all: Vec<usize> = (0..50).collect();
        let of = |split, seed| taken("test", &all, &Part::Count(5), split, None, seed).unwrap().1;
        assert_eq!(of(Split::Shuffled, 1), of(Split::Auto, 1));
        assert_ne!(of(Split::Shuffled, 1), of(Split::Shuffled, 2));
        assert_eq!(of(Split::Last, 1), [45, 46, 47, 48, 49]);
    }

    #[test]
    fn parts_that_leave_nothing_are_refused() {
        let all = [0, 1, 2];
        for part in [Part::Count(3), Part::Count(9), Part::Share(0.1), Part::Share(0.99), Part::Share(1.5)] {
            assert!(taken("validation", &all, &part, Split::Shuffled, None, 0).is_err(), "{part:?}");
        }
        assert!(taken("validation", &all, &Part::Count(1), Split::Stratified, None, 0).is_err());
    }
}

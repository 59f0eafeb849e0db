//! The classes that were asked for, of data that has more of them.

use super::raw::{Raw, TargetKind};
use crate::base::{Error, Result, Rows};
use crate::data::Samples;

/// Leaves the samples of these classes, numbered in this order, where labels are classes by name. No class asked for leaves
/// all.
///
/// # Errors
/// A class there is not, or one that is named twice.
pub fn choose(raw: &mut Raw, classes: &[String], notes: &mut Vec<String>) -> Result<()> {
    let [target] = raw.targets.as_mut_slice() else { return Ok(()) };
    let TargetKind::Classes(names) = &mut target.kind else { return Ok(()) };
    if classes.is_empty() || names == classes {
        return Ok(());
    }
    let mut numbers = vec![None; names.len()];
    for (to, class) in classes.iter().enumerate() {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let place = names.iter().position(|name| name == class).and_then(|from| numbers.get_mut(from));
        let place = place.ok_or_else(|| Error::unknown("classes", class, &known))?;
        if place.replace(to).is_some() {
            return Err(Error::request("classes", "each class once", format!("`{class}` twice"), "name it once"));
        }
    }
    let before = raw.train.len();
    *names = classes.to_vec();
    for part in [Some(&mut raw.train), raw.validation.as_mut(), raw.test.as_mut()].into_iter().flatten() {
        *part = of_classes(part, &numbers)?;
    }
    notes.push(format!("{} of {before} training samples are of the classes asked for", raw.train.len()));
    Ok(())
}

/// The samples whose class has a new number, with it.
fn of_classes(part: &Samples, numbers: &[Option<usize>]) -> Result<Samples> {
    let Some(labels) = part.labels.first() else { return Ok(part.clone()) };
    let (mut chosen, mut numbered) = (Vec::new(), Vec::new());
    let mut row = vec![0.0_f32; labels.width.max(1)];
    for sample in 0..labels.len() {
        labels.gather(sample, &mut row);
        let class = row.first().copied().unwrap_or_default() as usize;
        if let Some(number) = numbers.get(class).copied().flatten() {
            chosen.push(sample);
            numbered.push(number as f32);
        }
    }
    let mut part = part.select(&chosen)?;
    part.labels = vec![Rows::floats(1, numbered)];
    Ok(part)
}

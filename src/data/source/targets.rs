//! What labels are: classes, or numbers.

use super::loaded::Labels;
use super::raw::{Target, TargetKind, wrong};
use super::words::Task;
use crate::base::{Error, Result, RowData, Rows};

/// Whole numbers of a table are taken for classes up to so many different ones.
const FEW: usize = 20;
/// Those of an array, where they are counted from 0 without a gap.
const COUNTED: usize = 1_000;

/// What was settled for the labels of one output.
pub struct Settled {
    /// What they are.
    pub labels: Labels,
    /// The numbers that stand for classes 0, 1, …; none where they are kept as they are.
    pub values: Option<Vec<f32>>,
    /// What is to be told of it.
    pub note: Option<String>,
}

/// The different numbers of labels in rising order, if all are whole.
fn whole(labels: &[Rows]) -> Option<Vec<f32>> {
    let mut found: Vec<f32> = Vec::new();
    for rows in labels {
        let mut numbers = vec![0.0_f32; rows.len() * rows.width];
        for (i, row) in numbers.chunks_exact_mut(rows.width.max(1)).enumerate() {
            rows.gather(i, row);
        }
        if numbers.iter().any(|v| v.fract() != 0.0 || !v.is_finite()) {
            return None;
        }
        found.extend(numbers);
        found.sort_by(f32::total_cmp);
        found.dedup();
    }
    Some(found)
}

fn classes_of(values: &[f32]) -> Vec<String> {
    values.iter().map(|value| value.to_string()).collect()
}

/// Settles the labels of one output, those of all `parts` together; `names` are the classes asked for, `like` what earlier
/// data settled.
///
/// # Errors
/// Labels that cannot be what was asked for; classes of an array that are not counted from 0.
pub fn settle(target: &Target, parts: &[Rows], task: Task, names: &[String], like: Option<&Labels>) -> Result<Settled> {
    let what = target.names.join(", ");
    let kept = |note| Settled {
        labels: Labels::Numbers { shape: target.shape.clone(), names: target.names.clone() },
        values: None,
        note,
    };
    let refusal = |got: &str, help: &str| {
        Error::request(format!("labels `{what}`"), "classes: text, or a whole number a sample", got, help)
    };
    match (&target.kind, task, like) {
        (TargetKind::Classes(names), Task::Regression, _) => {
            let got = format!("classes {}", first(names));
            Err(Error::request(
                format!("labels `{what}`"),
                "numbers, as task = \"regression\" says",
                got,
                "leave `task` out",
            ))
        }
        (TargetKind::Classes(names), ..) => {
            Ok(Settled { labels: Labels::Classes { names: names.clone() }, values: None, note: None })
        }
        (_, _, Some(Labels::Numbers { shape, .. })) if *shape != target.shape => Err(Error::request(
            format!("labels `{what}`"),
            format!("shape {shape:?} a sample, as in training"),
            format!("{:?}", target.shape),
            "give labels of the same form",
        )),
        (_, _, Some(Labels::Numbers { .. })) | (_, Task::Regression | Task::Reconstruction, None) => Ok(kept(None)),
        (kind, _, Some(Labels::Classes { names })) => Ok(of_names(kind, names)),
        (kind, _, None) if target.shape.iter().product::<usize>() == 1 => {
            let Some(values) = whole(parts) else {
                return match task {
                    Task::Classification => Err(refusal("numbers with a fraction", "say task = \"regression\"")),
                    _ => Ok(kept(Some(format!("labels `{what}` are numbers: a regression")))),
                };
            };
            let count: usize = parts.iter().map(Rows::len).sum();
            match kind {
                TargetKind::Array => counted(&what, &values, count, task, names, kept),
                _ => column(&what, &values, count, task, names, kept),
            }
        }
        (_, Task::Classification, None) => Err(refusal(
            &format!("shape {:?} a sample", target.shape),
            "one-hot labels are numbers: leave `task` out and train with categorical_crossentropy",
        )),
        (_, Task::Auto, None) => Ok(kept(None)),
    }
}

/// Classes by name: those of a column are numbers as text.
fn of_names(kind: &TargetKind, names: &[String]) -> Settled {
    let values = match kind {
        TargetKind::Column => names.iter().map(|name| name.trim().parse().ok()).collect::<Option<Vec<f32>>>(),
        _ => None,
    };
    Settled { labels: Labels::Classes { names: names.to_vec() }, values, note: None }
}

/// Whole numbers of a table.
fn column(
    what: &str,
    values: &[f32],
    count: usize,
    task: Task,
    names: &[String],
    kept: impl Fn(Option<String>) -> Settled,
) -> Result<Settled> {
    let few = values.len() <= FEW && values.len() * 2 <= count;
    if task == Task::Auto && names.is_empty() && !few {
        let told = format!("labels `{what}` are {} different whole numbers: a regression", values.len());
        return Ok(kept(Some(format!("{told} (task = \"classification\" makes classes of them)"))));
    }
    if !names.is_empty() {
        let settled = of_names(&TargetKind::Column, names);
        if settled.values.is_none() {
            let help = "name the numbers as they stand in the column";
            return Err(Error::request("classes", format!("numbers of `{what}`"), first(names), help));
        }
        return Ok(settled);
    }
    let names = classes_of(values);
    let note = format!(
        "labels `{what}` are {} classes, {}; task = \"regression\" takes them as numbers",
        names.len(),
        first(&names)
    );
    let note = (task == Task::Auto).then_some(note);
    Ok(Settled { labels: Labels::Classes { names }, values: Some(values.to_vec()), note })
}

/// Whole numbers of an array: classes as they are, counted from 0.
fn counted(
    what: &str,
    values: &[f32],
    count: usize,
    task: Task,
    names: &[String],
    kept: impl Fn(Option<String>) -> Settled,
) -> Result<Settled> {
    let (least, most) = (values.first().copied().unwrap_or_default(), values.last().copied().unwrap_or_default());
    let asked = task == Task::Classification || !names.is_empty();
    let few = values.len() <= COUNTED && values.len() * 2 <= count && values.len() as f32 * 2.0 >= most - least + 1.0;
    if !asked && (!few || least < 0.0) {
        let told = format!(
            "labels `{what}` are {} different whole numbers from {least} to {most}: a regression",
            values.len()
        );
        return Ok(kept(Some(format!("{told} (task = \"classification\" where they are classes)"))));
    }
    let wanted = if names.is_empty() { COUNTED.max(values.len()) } else { names.len() };
    if least < 0.0 || most >= wanted as f32 || (!asked && least > 0.0) {
        let expected = match names.len() {
            0 => "classes counted from 0: 0, 1, 2, …".to_owned(),
            named => format!("classes from 0 to {}, of which `classes` gives the names", named - 1),
        };
        let help = "subtract the smallest from all, or say task = \"regression\" where they are numbers";
        return Err(wrong(format!("labels `{what}`"), format!("expected {expected}, got {least} to {most}"), help));
    }
    let names = match names {
        [] => (0..=most as usize).map(|class| class.to_string()).collect(),
        given => given.to_vec(),
    };
    let absent = names.len() - values.len().min(names.len());
    let note = match absent {
        0 => (!asked).then(|| format!("labels `{what}` are {} classes, {}", names.len(), first(&names))),
        some => Some(format!("labels `{what}` are {} classes, {some} of them without a sample", names.len())),
    };
    Ok(Settled { labels: Labels::Classes { names }, values: None, note })
}

/// The first of many names.
fn first(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown}, …") } else { shown }
}

/// The labels of one part, numbered.
///
/// # Errors
/// A label that is none of the classes.
pub fn number(place: &str, rows: &Rows, settled: &Settled) -> Result<Rows> {
    let Labels::Classes { names } = &settled.labels else { return Ok(rows.clone()) };
    let mut numbers = Vec::with_capacity(rows.len());
    let mut row = vec![0.0_f32; rows.width.max(1)];
    for sample in 0..rows.len() {
        rows.gather(sample, &mut row);
        let label = row.first().copied().unwrap_or_default();
        let class = match &settled.values {
            Some(values) => values.iter().position(|value| *value == label).map(|class| class as f32),
            None => Some(label).filter(|l| l.fract() == 0.0 && (0.0..names.len() as f32).contains(l)),
        };
        let told = || {
            let known = format!(
                "label {label} of sample {sample}, expected one of the {} classes {}",
                names.len(),
                first(names)
            );
            wrong(place, known, "correct the label, or give all classes")
        };
        numbers.push(class.ok_or_else(told)?);
    }
    Ok(Rows { width: 1, data: RowData::Floats(numbers.into()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(kind: TargetKind, shape: &[usize]) -> Target {
        Target { names: vec!["y".to_owned()], shape: shape.to_vec(), kind }
    }

    fn of(kind: TargetKind, labels: &[f32], task: Task) -> Result<Settled> {
        settle(&target(kind, &[1]), &[Rows::floats(1, labels.to_vec())], task, &[], None)
    }

    fn classes(settled: Result<Settled>) -> Option<usize> {
        settled.unwrap().labels.classes().map(<[String]>::len)
    }

    #[test]
    fn few_whole_numbers_are_classes() {
        let twice = |labels: &[f32]| labels.repeat(2);
        assert_eq!(classes(of(TargetKind::Array, &twice(&[0.0, 1.0, 2.0]), Task::Auto)), Some(3));
        assert_eq!(classes(of(TargetKind::Column, &twice(&[3.0, 5.0, 8.0]), Task::Auto)), Some(3));
        assert_eq!(classes(of(TargetKind::Column, &twice(&[3.0, 5.5]), Task::Auto)), None);
        assert_eq!(classes(of(TargetKind::Column, &[3.0, 5.0, 8.0], Task::Auto)), None);
        assert_eq!(classes(of(TargetKind::Array, &twice(&[-1.0, 1.0]), Task::Auto)), None);
        assert_eq!(classes(of(TargetKind::Array, &twice(&[0.0, 500.0]), Task::Auto)), None);
        assert_eq!(classes(of(TargetKind::Array, &twice(&[0.0, 1.0]), Task::Regression)), None);
    }

    #[test]
    fn classes_of_arrays_count_from_0() {
        let error = of(TargetKind::Array, &[1.0, 2.0, 3.0].repeat(2), Task::Auto).err().unwrap().to_string();
        assert!(error.contains("expected classes counted from 0") && error.contains("got 1 to 3"), "{error}");
        assert!(of(TargetKind::Array, &[-1.0, 1.0], Task::Classification).is_err());
        assert!(of(TargetKind::Array, &[0.5, 1.0], Task::Classification).is_err());
    }

    #[test]
    fn columns_are_numbered_in_their_order() {
        let settled = of(TargetKind::Column, &[8.0, 3.0, 8.0, 3.0], Task::Auto).unwrap();
        let numbered = number("t.csv", &Rows::floats(1, vec![3.0, 8.0]), &settled).unwrap();
        let mut row = [0.0_f32];
        numbered.gather(1, &mut row);
        assert_eq!(row, [1.0]);
        let error = number("t.csv", &Rows::floats(1, vec![3.0, 4.0]), &settled).unwrap_err().to_string();
        assert!(error.contains("t.csv: label 4 of sample 1"), "{error}");
    }
}

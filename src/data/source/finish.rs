//! From what a reader found to what a model takes: labels are numbered, parts drawn, inputs scaled.

use super::loaded::{Labels, Loaded};
use super::options::SourceOptions;
use super::prepared::{ColumnKind, Prepared, Scaling};
use super::raw::{Raw, wrong};
use super::targets::{self, Settled};
use super::words::{Part, Task};
use super::{choose, missing, read, scaling, split};
use crate::base::{Error, Result, Rows};
use crate::data::Samples;

/// Everything behind the reader.
///
/// # Errors
/// As [`super::open`].
pub fn finish(mut raw: Raw, options: &SourceOptions, seed: u64) -> Result<Loaded> {
    let like = options.prepared.as_ref();
    if let Some(like) = like {
        same_inputs(&raw, like)?;
    }
    let reconstruct = options.task == Task::Reconstruction;
    if reconstruct {
        forget_labels(&mut raw);
    }
    for part in parts(&raw) {
        same_counts(part)?;
    }
    let mut notes = std::mem::take(&mut raw.notes);
    choose::choose(&mut raw, &options.classes, &mut notes)?;
    let settled = settle(&mut raw, options, &mut notes)?;
    let labels: Vec<Labels> = settled.iter().map(|s| s.labels.clone()).collect();
    let found = Prepared {
        columns: raw.columns.clone(),
        target: raw.targets.first().filter(|_| !raw.columns.is_empty()).map(|t| t.names.clone()).unwrap_or_default(),
        input_shapes: raw.inputs.iter().map(|input| input.shape.clone()).collect(),
        labels: labels.clone(),
        scaling: Vec::new(),
    };
    let mut prepared = like.cloned().unwrap_or(found);
    let (test, validation) = (
        elsewhere("test", &options.test, raw.test.take(), options, &prepared, &settled, &mut notes)?,
        elsewhere("validation", &options.validation, raw.validation.take(), options, &prepared, &settled, &mut notes)?,
    );
    let mut whole = [Some(raw.train), validation, test];
    for part in whole.iter_mut().flatten() {
        *part = missing::checked(part, options.missing, &mut notes)?;
    }
    let [train, validation, test] = whole;
    let train = train.unwrap_or_else(|| Samples::new([]));
    let (train, mut validation, test) = draw(train, validation, test, options, &labels, seed)?;
    if options.validation == Part::Test {
        validation.clone_from(&test);
    }
    let fills = match like {
        Some(like) => missing::known(&like.columns),
        None => missing::means(&train),
    };
    let free = free(&prepared);
    let mut parts = [Some(train), validation, test];
    for part in parts.iter_mut().flatten() {
        missing::fill(part, &fills);
        missing::whole(part)?;
    }
    if like.is_none() {
        missing::keep(&mut prepared.columns, &fills);
    }
    prepared.scaling = match (like, &parts[0]) {
        (Some(like), _) => like.scaling.clone(),
        (None, Some(train)) => {
            let inputs = train.inputs.iter().zip(&prepared.input_shapes);
            inputs.map(|(rows, shape)| scaling::measured(options.scale, rows, shape, &free)).collect()
        }
        (None, None) => Vec::new(),
    };
    for part in parts.iter_mut().flatten() {
        scale(part, &prepared.scaling)?;
        if reconstruct {
            part.labels = part.inputs.clone();
        }
    }
    if reconstruct {
        prepared.labels = raw
            .inputs
            .iter()
            .map(|i| Labels::Numbers { shape: i.shape.clone(), names: vec![i.name.clone()] })
            .collect();
    }
    let task = match prepared.labels.first() {
        _ if reconstruct => Task::Reconstruction,
        Some(Labels::Classes { .. }) => Task::Classification,
        _ => Task::Regression,
    };
    let [train, validation, test] = parts;
    Ok(Loaded {
        name: raw.name,
        train: train.unwrap_or_else(|| Samples::new([])),
        validation,
        test,
        input_names: raw.inputs.iter().map(|input| input.name.clone()).collect(),
        input_shapes: prepared.input_shapes.clone(),
        labels: prepared.labels.clone(),
        task,
        features: features(&prepared),
        prepared,
        notes,
    })
}

fn parts(raw: &Raw) -> impl Iterator<Item = &Samples> {
    [Some(&raw.train), raw.validation.as_ref(), raw.test.as_ref()].into_iter().flatten()
}

/// Of an autoencoder, labels are the inputs.
fn forget_labels(raw: &mut Raw) {
    raw.targets.clear();
    for part in [Some(&mut raw.train), raw.validation.as_mut(), raw.test.as_mut()].into_iter().flatten() {
        part.labels.clear();
    }
}

/// Fails where inputs, labels and weights are not of the same samples, or there are none.
fn same_counts(part: &Samples) -> Result<()> {
    let count = part.len();
    if count == 0 {
        return Err(wrong(&part.name, "no samples", "give data with at least one row"));
    }
    let others = part.inputs.iter().map(|rows| ("inputs", rows)).chain(part.labels.iter().map(|rows| ("labels", rows)));
    let others = others.chain(part.weights.iter().map(|rows| ("weights", rows)));
    match others.into_iter().find(|(_, rows)| rows.len() != count) {
        None => Ok(()),
        Some((what, rows)) => {
            let found = format!("{} {what} for {count} samples", rows.len());
            Err(wrong(&part.name, found, "every sample has one of each: give arrays of as many rows"))
        }
    }
}

/// Fails where inputs have another form than those of training.
fn same_inputs(raw: &Raw, like: &Prepared) -> Result<()> {
    let found: Vec<Vec<usize>> = raw.inputs.iter().map(|input| input.shape.clone()).collect();
    if found == like.input_shapes {
        return Ok(());
    }
    let expected = format!("inputs of shapes {:?}, as in training", like.input_shapes);
    Err(Error::request(&raw.name, expected, format!("{found:?}"), "give data of the same form"))
}

/// Settles what labels are, and numbers those of all parts of the source.
fn settle(raw: &mut Raw, options: &SourceOptions, notes: &mut Vec<String>) -> Result<Vec<Settled>> {
    let mut settled = Vec::with_capacity(raw.targets.len());
    for (at, target) in raw.targets.iter().enumerate() {
        let rows: Vec<Rows> = parts(raw).filter_map(|part| part.labels.get(at).cloned()).collect();
        let like = options.prepared.as_ref().and_then(|like| like.labels.get(at));
        let one = targets::settle(target, &rows, options.task, &options.classes, like)?;
        notes.extend(one.note.clone());
        settled.push(one);
    }
    for part in [Some(&mut raw.train), raw.validation.as_mut(), raw.test.as_mut()].into_iter().flatten() {
        number(part, &settled)?;
    }
    Ok(settled)
}

fn number(part: &mut Samples, settled: &[Settled]) -> Result<()> {
    for (rows, settled) in part.labels.iter_mut().zip(settled) {
        *rows = targets::number(&part.name, rows, settled)?;
    }
    Ok(())
}

/// A part the source has, or one of another source.
fn elsewhere(
    what: &str,
    part: &Part,
    own: Option<Samples>,
    options: &SourceOptions,
    like: &Prepared,
    settled: &[Settled],
    notes: &mut Vec<String>,
) -> Result<Option<Samples>> {
    let source = match (part, own) {
        (Part::OfSource, own) => return Ok(own),
        (Part::Source(source), None) => source,
        (Part::Source(source), Some(_)) => {
            notes.push(format!("{what}: {source} instead of the source's own part"));
            source
        }
        (_, None) => return Ok(None),
        (Part::None | Part::Test, Some(own)) => {
            notes.push(format!("{what}: the source's own {} samples are left out", own.len()));
            return Ok(None);
        }
        (_, Some(own)) => {
            notes.push(format!("{what}: drawn from the training samples; the source's own {} are left out", own.len()));
            return Ok(None);
        }
    };
    let raw = read(source, options, Some(like))?;
    same_inputs(&raw, like)?;
    notes.extend(raw.notes);
    let mut part = raw.train;
    if options.task == Task::Reconstruction {
        part.labels.clear();
    }
    if part.labels.len() != settled.len() {
        return Err(wrong(&part.name, "no labels", format!("{what} needs labels as training does")));
    }
    same_counts(&part)?;
    number(&mut part, settled)?;
    Ok(Some(part))
}

/// Draws the parts that come from the training samples, then at most `limit` of each.
fn draw(
    train: Samples,
    validation: Option<Samples>,
    test: Option<Samples>,
    options: &SourceOptions,
    labels: &[Labels],
    seed: u64,
) -> Result<(Samples, Option<Samples>, Option<Samples>)> {
    let classes = classes(&train, labels);
    let all: Vec<usize> = (0..train.len()).collect();
    let of = |what, samples: &[usize], part| split::taken(what, samples, part, options.split, classes.as_deref(), seed);
    let (stay, tests) = of("test", &all, &options.test)?;
    let (stay, validates) = of("validation", &stay, &options.validation)?;
    let chosen = |numbers: &[usize]| {
        if numbers.len() == all.len() { Ok(train.clone()) } else { train.select(numbers) }
    };
    let some = |numbers: &[usize], own: Option<Samples>| match numbers {
        [] => Ok(own),
        some => train.select(some).map(Some),
    };
    let (validation, test) = (some(&validates, validation)?, some(&tests, test)?);
    let train = chosen(&stay)?;
    let Some(limit) = options.limit else { return Ok((train, validation, test)) };
    if limit == 0 {
        return Err(Error::request("limit", "at least 1 sample", 0, "choose another number, or leave it out"));
    }
    let limited = |part: Samples| {
        if part.len() <= limit {
            return Ok(part);
        }
        let mut numbers = split::drawn(part.len(), limit, seed);
        numbers.sort_unstable();
        part.select(&numbers)
    };
    Ok((limited(train)?, validation.map(limited).transpose()?, test.map(limited).transpose()?))
}

/// The class of each sample, of data with one output of classes.
fn classes(samples: &Samples, labels: &[Labels]) -> Option<Vec<usize>> {
    let (Some(Labels::Classes { .. }), Some(rows)) = (labels.first(), samples.labels.first()) else { return None };
    let mut label = vec![0.0_f64; rows.width];
    let class = |i| {
        rows.gather(i, &mut label);
        label.first().map_or(0, |label| *label as usize)
    };
    Some((0..rows.len()).map(class).collect())
}

/// Which numbers of a row of a table stand for categories.
fn free(prepared: &Prepared) -> Vec<bool> {
    let of = |kind: &ColumnKind| match kind {
        ColumnKind::Number { .. } => vec![false],
        ColumnKind::Categories(names) => vec![true; names.len()],
    };
    prepared.columns.iter().flat_map(|column| of(&column.kind)).collect()
}

/// What each number of a row of a table is.
fn features(prepared: &Prepared) -> Option<Vec<String>> {
    let of = |column: &super::Column| match &column.kind {
        ColumnKind::Number { .. } => vec![column.name.clone()],
        ColumnKind::Categories(names) => names.iter().map(|name| format!("{}={name}", column.name)).collect(),
    };
    (!prepared.columns.is_empty()).then(|| prepared.columns.iter().flat_map(of).collect())
}

fn scale(part: &mut Samples, scaling: &[Scaling]) -> Result<()> {
    for (rows, scaling) in part.inputs.iter_mut().zip(scaling) {
        *rows = scaling::scaled(&part.name, rows, scaling)?;
    }
    Ok(())
}

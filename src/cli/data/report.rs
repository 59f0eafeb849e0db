//! What is told of data.

use crate::base::{RowData, Rows};
use crate::data::{ColumnReport, Labels, Loaded, Moment, Samples, Task, moments};

/// Columns of a table of numbers that are told one by one; of images and series all numbers are told together.
const COLUMNS: usize = 1;

/// The report.
pub struct Report {
    /// What the data is called.
    pub name: String,
    /// What labels are.
    pub task: Task,
    /// The parts that are there, and their samples.
    pub parts: Vec<(&'static str, usize)>,
    /// The inputs.
    pub inputs: Vec<Input>,
    /// The labels, an output each.
    pub outputs: Vec<Output>,
    /// Whether samples have weights.
    pub weighted: bool,
    /// The columns of a table as they are in the file.
    pub columns: Vec<ColumnReport>,
    /// What was decided, and what looks odd.
    pub notes: Vec<String>,
}

/// One input.
pub struct Input {
    /// Its name.
    pub name: String,
    /// The shape of a sample.
    pub shape: Vec<usize>,
    /// Whether it is kept as bytes.
    pub bytes: bool,
    /// Mean, deviation, least and most over the training part.
    pub all: Numbers,
    /// The same of each number of a row, where these are columns.
    pub each: Vec<(String, Numbers)>,
    /// Numbers of a row that are the same in every training sample.
    pub constant: usize,
}

/// The labels of one output.
pub enum Output {
    /// Classes: each with its samples in each part.
    Classes(Vec<(String, Vec<usize>)>),
    /// Numbers.
    Numbers {
        /// What they are called.
        name: String,
        /// The shape of a sample's.
        shape: Vec<usize>,
        /// Over the training part.
        all: Numbers,
    },
}

/// Mean, standard deviation, least and most.
#[derive(Clone, Copy)]
pub struct Numbers {
    /// Mean.
    pub mean: f64,
    /// Standard deviation, as NumPy's `std`.
    pub deviation: f64,
    /// Least.
    pub least: f64,
    /// Most.
    pub most: f64,
}

impl Numbers {
    /// Of stored numbers, as a model sees them.
    fn of(moment: &Moment, rows: &Rows) -> Self {
        let (scale, shift) = match &rows.data {
            RowData::Bytes { scale, shift, .. } => (f64::from(*scale), f64::from(*shift)),
            RowData::Floats(_) => (1.0, 0.0),
        };
        let seen = |x: f64| x * scale + shift;
        Self {
            mean: seen(moment.mean),
            deviation: moment.deviation() * scale,
            least: seen(moment.least),
            most: seen(moment.most),
        }
    }

    fn all(rows: &Rows) -> Self {
        Self::of(&moments(rows, 1).pop().unwrap_or_default(), rows)
    }
}

impl Report {
    /// The report of what was read.
    pub fn of(loaded: &Loaded, columns: Vec<ColumnReport>) -> Self {
        let parts = parts(loaded);
        let shapes = loaded.input_names.iter().zip(&loaded.input_shapes);
        let inputs = shapes.zip(&loaded.train.inputs).map(|((name, shape), rows)| input(name, shape, rows, loaded));
        let labels = loaded.labels.iter().enumerate().filter(|(at, _)| loaded.train.labels.len() > *at);
        let mut notes = loaded.notes.clone();
        let outputs: Vec<Output> = labels.map(|(at, labels)| output(labels, at, &parts)).collect();
        notes.extend(outputs.iter().filter_map(unbalanced));
        Self {
            name: loaded.name.clone(),
            task: loaded.task,
            parts: parts.iter().map(|(name, part)| (*name, part.len())).collect(),
            inputs: inputs.collect(),
            outputs,
            weighted: loaded.train.weights.is_some(),
            columns,
            notes,
        }
    }
}

/// The parts that are there.
fn parts(loaded: &Loaded) -> Vec<(&'static str, &Samples)> {
    let all =
        [("train", Some(&loaded.train)), ("validation", loaded.validation.as_ref()), ("test", loaded.test.as_ref())];
    all.into_iter().filter_map(|(name, part)| part.map(|part| (name, part))).collect()
}

fn input(name: &str, shape: &[usize], rows: &Rows, loaded: &Loaded) -> Input {
    let each = match (&loaded.features, shape.len()) {
        (Some(names), _) => names.clone(),
        (None, COLUMNS) => (0..rows.width).map(|at| at.to_string()).collect(),
        _ => Vec::new(),
    };
    let each = match each.len() {
        0 => Vec::new(),
        count => moments(rows, count).iter().map(|moment| Numbers::of(moment, rows)).collect(),
    }
    .into_iter()
    .zip(each)
    .map(|(numbers, name)| (name, numbers))
    .collect();
    Input {
        name: name.to_owned(),
        shape: shape.to_vec(),
        bytes: matches!(rows.data, RowData::Bytes { .. }),
        all: Numbers::all(rows),
        each,
        constant: constant(rows),
    }
}

/// Numbers of a row that never change.
fn constant(rows: &Rows) -> usize {
    fn of<T: Copy + PartialEq>(data: &[T], width: usize) -> usize {
        let mut same = vec![true; width];
        let first = data.get(..width).unwrap_or_default();
        for row in data.chunks_exact(width.max(1)) {
            for ((same, a), b) in same.iter_mut().zip(first).zip(row) {
                *same &= a == b;
            }
        }
        same.iter().filter(|same| **same).count()
    }
    match &rows.data {
        RowData::Bytes { data, .. } => of(data, rows.width),
        RowData::Floats(data) => of(data, rows.width),
    }
}

fn output(labels: &Labels, at: usize, parts: &[(&'static str, &Samples)]) -> Output {
    let tables: Vec<&Rows> = parts.iter().filter_map(|(_, part)| part.labels.get(at)).collect();
    match labels {
        Labels::Classes { names } => {
            let mut counts = vec![vec![0; tables.len()]; names.len()];
            for (part, rows) in tables.iter().enumerate() {
                let mut label = vec![0.0_f64; rows.width];
                for sample in 0..rows.len() {
                    rows.gather(sample, &mut label);
                    let class = label.first().map_or(0, |label| *label as usize);
                    if let Some(count) = counts.get_mut(class).and_then(|of| of.get_mut(part)) {
                        *count += 1;
                    }
                }
            }
            Output::Classes(names.iter().cloned().zip(counts).collect())
        }
        Labels::Numbers { shape, names } => {
            let none = Rows::floats(1, Vec::new());
            let all = Numbers::all(tables.first().copied().unwrap_or(&none));
            Output::Numbers { name: names.join(", "), shape: shape.clone(), all }
        }
    }
}

/// What is to be said of classes of which one is much rarer than another.
fn unbalanced(output: &Output) -> Option<String> {
    const TIMES: usize = 10;
    let Output::Classes(classes) = output else { return None };
    let train = classes.iter().map(|(name, counts)| (counts.first().copied().unwrap_or_default(), name));
    let (least, most) = (train.clone().min()?, train.max()?);
    match least.0 {
        0 => Some(format!("class `{}` has no training sample", least.1)),
        few if most.0 >= few * TIMES => Some(format!(
            "class `{}` has {} training samples for each of `{}`: weigh classes, or look at more than accuracy",
            most.1,
            most.0 / few,
            least.1
        )),
        _ => None,
    }
}

//! How data is to be read: one plain struct, every field with a default.

use super::prepared::Prepared;
use super::words::{MissingValues, Part, Resize, Scale, Split, Task};

/// What [`open`](super::open) reads, and how. The default decides as much as it can and tells it in the notes.
///
/// ```
/// use wgrad::data::{Part, Scale, SourceOptions, open};
///
/// let options = SourceOptions {
///     source: "digits".into(),
///     validation: Part::Share(0.1),
///     scale: Scale::Standardize,
///     ..SourceOptions::default()
/// };
/// let digits = open(&options, 42)?;
/// assert_eq!((digits.train.len(), digits.validation.map(|part| part.len())), (1_293, Some(144)));
/// # Ok::<(), wgrad::base::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceOptions {
    /// A name of [`NAMES`](super::NAMES), a path, or two files with a comma between. May be empty where `x` names files.
    pub source: String,
    /// Arrays that are inputs, in the model's order: keys of an `.npz`, or, where the source is the empty text, `.npy`
    /// files. Empty: `x`, or `x_train` and `x_test`.
    pub x: Vec<String>,
    /// Arrays that are labels, an output each: as `x`. Empty: `y`, or `y_train` and `y_test`.
    pub y: Vec<String>,
    /// Columns of a CSV that are the target, by name or by number from 0 (−1 is the last); several make numbers of that
    /// width. Empty: the last column.
    pub target: Vec<String>,
    /// How much each sample counts: a column of a CSV, the key of an array. None: 1 each.
    pub weights: Option<String>,
    /// Columns of a CSV whose values are categories: a 0 or 1 for each category. Text in any other column is refused.
    pub categorical: Vec<String>,
    /// Columns of a CSV that are left out.
    pub drop: Vec<String>,
    /// What is done about cells without a value.
    pub missing: MissingValues,
    /// What stands between the cells of a CSV: one character. None: `,` `;` a tab or `|`, found in the first lines.
    pub delimiter: Option<String>,
    /// Whether the first line of a CSV holds names. None: it does if none of its cells is a number.
    pub header: Option<bool>,
    /// Whether labels are classes, numbers, or the inputs themselves.
    pub task: Task,
    /// The classes by name, in the order they are numbered in: samples of others are left out. Empty: the sorted names of
    /// those there are.
    pub classes: Vec<String>,
    /// Height and width images of a folder are brought to; one number for both. Empty: they must have one size.
    pub image_size: Vec<usize>,
    /// Channels of images of a folder: 1 grey, 3 colours. None: 3 if one of them is in colour, else 1.
    pub channels: Option<usize>,
    /// How an image of other proportions is brought to `image_size`.
    pub resize: Resize,
    /// The folder where data sets known by name are looked for. None: the usual places.
    pub data_dir: Option<String>,
    /// The samples that validate: what the source has by itself, a part of the training samples, or another source.
    pub validation: Part,
    /// The samples that test, taken before those that validate.
    pub test: Part,
    /// How a part is drawn.
    pub split: Split,
    /// How inputs are scaled; what it takes is measured on the training part alone.
    pub scale: Scale,
    /// Samples of each part at most, drawn as parts are.
    pub limit: Option<usize>,
    /// What earlier training data decided, to be applied instead of decided anew: columns, categories, classes, scaling.
    /// Then a target may be missing.
    pub prepared: Option<Prepared>,
}

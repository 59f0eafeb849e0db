//! How data is to be read: one plain struct, every field with a default.

use super::prepared::Prepared;
use super::words::{MissingValues, Part, Resize, Scale, Split, Task};
use std::path::PathBuf;

/// How [`open`](super::open) reads data. `SourceOptions::default()` decides as much as it can and tells it in the notes.
///
/// ```
/// use wgrad::data::{Part, Scale, SourceOptions};
///
/// let options = SourceOptions { validation: Part::Share(0.1), scale: Scale::Standardize, ..Default::default() };
/// assert_eq!(options.seed, 42);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SourceOptions {
    /// Arrays that are inputs, in the model's order: keys of an `.npz`, or, where the source is the empty text, `.npy`
    /// files. Empty: `x`, or `x_train` and `x_test`.
    pub x: Vec<String>,
    /// Arrays that are labels, an output each: as `x`. Empty: `y`, or `y_train` and `y_test`.
    pub y: Vec<String>,
    /// Columns of a CSV that are the target, by name or by number from 0 (−1 is the last); several make numbers of that
    /// width. Empty: the last column.
    pub target: Vec<String>,
    /// Columns of a CSV whose values are categories, one 0 or 1 for each. Columns of text are by themselves.
    pub categorical: Vec<String>,
    /// Columns of a CSV that are left out.
    pub drop: Vec<String>,
    /// What is done about cells without a value.
    pub missing: MissingValues,
    /// What stands between the cells of a CSV: `,` `;` or a tab. None: found in the first lines.
    pub delimiter: Option<char>,
    /// Whether the first line of a CSV holds names. None: it does if none of its cells is a number.
    pub header: Option<bool>,
    /// Whether labels are classes or numbers.
    pub task: Task,
    /// The classes by name, in the order they are numbered in; of a folder of images the only ones read. Empty: the
    /// sorted names of those there are.
    pub classes: Vec<String>,
    /// Height and width images of a folder are brought to. None: they must have one shape.
    pub image_size: Option<[usize; 2]>,
    /// Channels of images of a folder: 1 grey, 3 colours. None: 3 if one of them is in colour, else 1.
    pub channels: Option<usize>,
    /// How an image of other proportions is brought to `image_size`.
    pub resize: Resize,
    /// The folder where data sets known by name are looked for. None: the usual places.
    pub data_dir: Option<PathBuf>,
    /// The samples that validate: what the source has by itself, a part of the training samples, or another source.
    pub validation: Part,
    /// The samples that test, taken before those that validate.
    pub test: Part,
    /// How a part is drawn.
    pub split: Split,
    /// What draws of parts are repeated by.
    pub seed: u64,
    /// How inputs are scaled; what it takes is measured on the training part alone.
    pub scale: Scale,
    /// Samples of each part at most, drawn as parts are.
    pub limit: Option<usize>,
    /// What earlier training data decided, to be applied instead of decided anew: columns, categories, classes, scaling.
    /// Then a target may be missing.
    pub prepared: Option<Prepared>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            x: Vec::new(),
            y: Vec::new(),
            target: Vec::new(),
            categorical: Vec::new(),
            drop: Vec::new(),
            missing: MissingValues::Refuse,
            delimiter: None,
            header: None,
            task: Task::Auto,
            classes: Vec::new(),
            image_size: None,
            channels: None,
            resize: Resize::Stretch,
            data_dir: None,
            validation: Part::OfSource,
            test: Part::OfSource,
            split: Split::Auto,
            seed: 42,
            scale: Scale::Auto,
            limit: None,
            prepared: None,
        }
    }
}

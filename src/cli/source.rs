//! How data is read, as options of commands.

use super::whole;
use crate::data::{MissingValues, Part, Resize, Scale, SourceOptions, Split, Task};
use clap::Args;

/// How data is read; the words are those of a run file's `[data]`.
#[derive(Args)]
#[command(next_help_heading = "How the data is read")]
pub struct SourceArgs {
    /// Arrays of an .npz that are inputs, in the model's order [default: x, or x_train and x_test]
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub x: Vec<String>,
    /// Arrays of an .npz that are labels, or .npy files where the data is one [default: y, or y_train and y_test]
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub y: Vec<String>,
    /// Columns of a CSV that are the target, by name or number from 0 (-1: the last) [default: the last]
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', allow_hyphen_values = true)]
    pub target: Vec<String>,
    /// Columns of a CSV whose values are categories: a 0 or 1 for each category
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub categorical: Vec<String>,
    /// Columns of a CSV that are left out
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub drop: Vec<String>,
    /// How much each sample counts: a column of a CSV, a key of an .npz
    #[arg(long, value_name = "COLUMN")]
    pub weights: Option<String>,
    /// Cells of a CSV without a value: refuse, drop (leaves rows out), fill (takes the training part's mean)
    #[arg(long, default_value = "refuse", value_name = "WORD")]
    pub missing: MissingValues,
    /// What stands between the cells of a CSV, one character or `tab` [default: found in the first lines]
    #[arg(long, value_name = "CHARACTER")]
    pub delimiter: Option<String>,
    /// Whether the first line of a CSV holds names [default: it does if none of its cells is a number]
    #[arg(long, value_name = "BOOL")]
    pub header: Option<bool>,
    /// What labels are: auto, classification, regression, reconstruction
    #[arg(long, default_value = "auto", value_name = "WORD")]
    pub task: Task,
    /// The classes by name, in the order they are numbered in [default: sorted]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Height and width that images of a folder are brought to [default: they must have one size]
    #[arg(long, value_name = "H,W", value_delimiter = ',', value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub image_size: Vec<usize>,
    /// Channels of images of a folder: 1 grey, 3 colours, 4 with transparency [default: 3 if one is in colour]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub channels: Option<usize>,
    /// How an image of other proportions is brought to --image-size: stretch, crop, pad
    #[arg(long, default_value = "stretch", value_name = "WORD")]
    pub resize: Resize,
    /// Folder where data sets known by name are looked for; else $WGRAD_DATA, the XDG data folder and Debian's are
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// Samples that validate: a count, a share (0.1, 10%), another source, or none [default: the source's own]
    #[arg(long, value_name = "PART", value_parser = |text: &str| Part::parse("--validation", text), allow_negative_numbers = true)]
    pub validation: Option<Part>,
    /// Samples that test: as --validation
    #[arg(long, value_name = "PART", value_parser = |text: &str| Part::parse("--test", text), allow_negative_numbers = true)]
    pub test: Option<Part>,
    /// How a part is drawn: auto, stratified, shuffled, last
    #[arg(long, default_value = "auto", value_name = "WORD")]
    pub split: Split,
    /// How inputs are scaled: auto, none, unit, standardize; measured on the training part alone
    #[arg(long, value_name = "WORD")]
    pub scale: Option<Scale>,
    /// Samples of each part at most
    #[arg(long, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub limit: Option<usize>,
}

impl SourceArgs {
    /// The options for a source.
    pub fn options(&self, source: &str) -> SourceOptions {
        SourceOptions {
            source: source.to_owned(),
            x: self.x.clone(),
            y: self.y.clone(),
            target: self.target.clone(),
            weights: self.weights.clone(),
            categorical: self.categorical.clone(),
            drop: self.drop.clone(),
            missing: self.missing,
            delimiter: self.delimiter.clone(),
            header: self.header,
            task: self.task,
            classes: self.classes.clone(),
            image_size: self.image_size.clone(),
            channels: self.channels,
            resize: self.resize,
            data_dir: self.data_dir.clone(),
            validation: self.validation.clone().unwrap_or_default(),
            test: self.test.clone().unwrap_or_default(),
            split: self.split,
            scale: self.scale.unwrap_or_default(),
            limit: self.limit,
            prepared: None,
        }
    }
}

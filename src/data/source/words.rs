//! What options choose from, by word.

use crate::base::{Allowed, Error, Result};

/// An option of few words: each with its value, the default first.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, $($(#[$each:meta])* $value:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            $($(#[$each])* $value,)+
        }

        impl $name {
            /// The words.
            pub const WORDS: &[&str] = &[$($word),+];

            /// The word of this value.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }

            /// The value of a word.
            ///
            /// # Errors
            /// A word that is none of [`Self::WORDS`]; it suggests the nearest.
            pub fn named(word: &str) -> Result<Self> {
                match word {
                    $($word => Ok(Self::$value),)+
                    other => Err(Error::unknown($what, other, Self::WORDS)),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self> {
                Self::named(word)
            }
        }
    };
}

words! {
    /// What labels are.
    Task, "task",
    /// Classes if they are text, or whole numbers of which there are few; else numbers.
    #[default]
    Auto = "auto",
    /// Classes.
    Classification = "classification",
    /// Numbers.
    Regression = "regression",
    /// The inputs themselves, as autoencoders have them; other labels are left out.
    Reconstruction = "reconstruction",
}

words! {
    /// How inputs are scaled.
    Scale, "scale",
    /// Images of bytes to 0..1, all else not.
    #[default]
    Auto = "auto",
    /// Not at all.
    None = "none",
    /// To 0..1: bytes by what they can be (255), other numbers by the smallest and the largest of the training part.
    Unit = "unit",
    /// To mean 0 and deviation 1 over the training part: each column of a table, each channel of images.
    Standardize = "standardize",
}

words! {
    /// How a part of the samples is drawn.
    Split, "split",
    /// Stratified where labels are classes, else shuffled.
    #[default]
    Auto = "auto",
    /// By chance, of every class the same share: a part of data that is sorted by class, or of a class that is rare, has
    /// the balance of the whole.
    Stratified = "stratified",
    /// By chance.
    Shuffled = "shuffled",
    /// The last samples, as Keras's `validation_split`; for samples in the order of time.
    Last = "last",
}

words! {
    /// How an image of other proportions is brought to a size.
    Resize, "resize",
    /// Stretched, as Keras does it.
    #[default]
    Stretch = "stretch",
    /// Its middle, as large as the proportions allow (Keras's `crop_to_aspect_ratio`).
    Crop = "crop",
    /// The whole of it on black (Keras's `pad_to_aspect_ratio`).
    Pad = "pad",
}

words! {
    /// What is done about cells of a CSV without a value (empty, `NA`, `NaN`, `null`, `?`, …).
    MissingValues, "missing",
    /// They are refused, by line and column.
    #[default]
    Refuse = "refuse",
    /// Their rows are left out.
    Drop = "drop",
    /// A number becomes the mean of its column in the training part, a category none of the categories.
    Fill = "fill",
}

/// Where the samples that validate or test come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Part {
    /// From the source itself, if it has such a part; else there are none.
    #[default]
    OfSource,
    /// There are none: a part the source has is left out.
    None,
    /// Of those that validate: the samples that test. What is chosen by them is no longer a test.
    Test,
    /// So many of the training samples.
    Count(usize),
    /// This share of the training samples, between 0 and 1.
    Share(f64),
    /// Another source, read with the same options.
    Source(String),
}

impl Part {
    /// `none`, a count (`5000`), a share (`0.1`, `10%`), or another source (`val.csv`).
    ///
    /// # Errors
    /// A count of 0, a share that is not between 0 and 1.
    pub fn parse(what: &str, text: &str) -> Result<Self> {
        let text = text.trim();
        let part = match text {
            "" | "auto" => Self::OfSource,
            "none" => Self::None,
            "test" => Self::Test,
            _ => match (text.parse::<usize>(), text.strip_suffix('%'), text.parse::<f64>()) {
                (Ok(count), ..) => Self::Count(count),
                (_, Some(share), _) if share.trim().parse::<f64>().is_ok() => {
                    Self::Share(share.trim().parse::<f64>().unwrap_or_default() / 100.0)
                }
                (_, _, Ok(share)) => Self::Share(share),
                _ => Self::Source(text.to_owned()),
            },
        };
        part.check(what)?;
        Ok(part)
    }

    /// Fails for what no source has.
    ///
    /// # Errors
    /// A count of 0, a share that is not between 0 and 1.
    pub fn check(&self, what: &str) -> Result<()> {
        let help = "give a count such as 5000, a share such as 0.1, or another source";
        match self {
            Self::Test if !what.contains("validation") => {
                Err(Error::request(what, "a count, a share or another source", "test", help))
            }
            Self::Count(0) => Err(Error::request(what, "at least 1 sample", 0, help)),
            Self::Share(share) if *share <= 0.0 || !Allowed::Fraction.holds(*share) => {
                Err(Error::request(what, format!("0 < {what} < 1, or a count"), share, help))
            }
            _ => Ok(()),
        }
    }
}

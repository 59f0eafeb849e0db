//! What a pickle of CIFAR-10 may hold.

use std::ops::Range;

/// A value and the byte of the opcode that made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub at: usize,
    pub what: What,
}

/// What a value is. Strings are left in the file and named by their place.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    None,
    Bool(bool),
    Int(i64),
    Text(Range<usize>),
    Name(Name),
    /// `depth` counts the containers from this one down.
    Many {
        kind: Kind,
        items: Vec<Value>,
        depth: u8,
    },
    /// numpy's element type `u1`, unsigned bytes.
    UnsignedBytes,
    /// An array whose contents have not come yet.
    Unfilled,
    Array(Array),
}

/// Containers; the items of a dictionary are keys and values by turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    List,
    Tuple,
    Dictionary,
}

/// The names that may be in a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Name {
    Reconstruct,
    NdArray,
    DType,
}

/// Bytes [rows, columns]: `bytes` of the file, row by row or column by column.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub rows: usize,
    pub columns: usize,
    pub by_columns: bool,
    pub bytes: Range<usize>,
}

impl What {
    /// The containers from this one down.
    pub fn depth(&self) -> u8 {
        if let Self::Many { depth, .. } = self { *depth } else { 0 }
    }

    /// What messages call it.
    pub fn told(&self) -> String {
        match self {
            Self::None => "None".to_string(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Text(range) => format!("a string of {} bytes", range.len()),
            Self::Name(name) => format!("the name {name:?}"),
            Self::Many { kind, items, .. } => format!("a {kind:?} of {}", items.len()).to_lowercase(),
            Self::UnsignedBytes => "an element type".to_string(),
            Self::Unfilled => "an array without contents".to_string(),
            Self::Array(array) => format!("an array of {} × {}", array.rows, array.columns),
        }
    }

    /// The items of a container of this kind.
    pub fn items(&self, wanted: Kind) -> Option<&[Value]> {
        match self {
            Self::Many { kind, items, .. } if *kind == wanted => Some(items),
            _ => None,
        }
    }
}

/// An empty container.
pub fn many(kind: Kind) -> What {
    What::Many { kind, items: Vec::new(), depth: 1 }
}

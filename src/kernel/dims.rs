//! The numbers a kernel is specialised by: baked into WGSL as `const` lines, read by the twin as fields.

use std::fmt;

/// One number of a kernel's dims.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Constant {
    /// A length or count.
    U32(u32),
    /// A hyper-parameter; f32 in WGSL, f64 in the twin.
    F32(f64),
}

impl Constant {
    /// The WGSL line `const name: type = value;`.
    pub fn wgsl(&self, name: &str) -> String {
        match self {
            Self::U32(v) => format!("const {name}: u32 = {v}u;\n"),
            Self::F32(v) => format!("const {name}: f32 = {};\n", literal(*v)),
        }
    }
}

/// A finite number as a WGSL f32 literal that reads back to the same bits.
pub fn literal(v: f64) -> String {
    format!("f32({:e})", v as f32)
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::U32(v) => write!(f, "{v}"),
            Self::F32(v) => write!(f, "{v}"),
        }
    }
}

impl From<u32> for Constant {
    fn from(v: u32) -> Self {
        Self::U32(v)
    }
}
impl From<f64> for Constant {
    fn from(v: f64) -> Self {
        Self::F32(v)
    }
}

/// A plain struct of u32 and f64 fields; write it with [`dims!`](crate::dims).
pub trait Dims: Copy + Send + Sync + 'static {
    /// Field names and values, in order.
    fn constants(&self) -> Vec<(&'static str, Constant)>;
}

/// Declares a dims struct: `dims! { /// doc pub struct Dims { /// rows m: u32, /// slope alpha: f64 } }`.
#[macro_export]
macro_rules! dims {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* $field:ident : $t:ty),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name { $($(#[$fdoc])* pub $field: $t),* }
        impl $crate::kernel::Dims for $name {
            fn constants(&self) -> Vec<(&'static str, $crate::kernel::Constant)> {
                vec![$((stringify!($field), self.$field.into())),*]
            }
        }
    };
}

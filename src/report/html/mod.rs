//! The report of a run: one page of HTML that needs nothing else.

mod digest;
mod evaluated;
#[cfg_attr(not(feature = "files"), allow(dead_code, reason = "folders are read where CSV is"))]
mod evaluated_file;
mod head;
mod health;
#[cfg_attr(not(feature = "files"), allow(dead_code, reason = "folders are read where CSV is"))]
mod layers_file;
mod numbers;
#[cfg(feature = "files")]
mod opened;
mod page;
mod shown;
mod tested;
mod text;
mod warnings;

pub use digest::{Digest, DigestKind, Fitted, WrongClass, WrongNumber};
pub use evaluated::{Evaluated, Samples};
pub use page::Report;
pub use shown::Shown;
pub(crate) use text::named as named_number;

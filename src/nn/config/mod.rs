//! What things are made of, in words and numbers: a class and its fields, as Keras's files and run files hold them.
//!
//! A class lists its fields once, in [`Configured::fields`]; the same list writes them and reads them. A family (layers,
//! losses, …) lists its classes, and nothing else can be read: a file never names code.

mod field;
mod fields;
mod name;
mod node;

pub use field::Field;
pub(crate) use field::words;
pub use fields::{Fields, Listed};
pub use name::{alike, snake_case, word};
pub use node::Node;
pub use serde_json::{Map, Value as Json};

use crate::base::{Error, Result};
use std::sync::Arc;

/// A class and its fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Keras's class, `Dense`; where Keras has no such class, a name like its.
    pub class: &'static str,
    /// Fields by Keras's names.
    pub fields: Map<String, Json>,
    /// Whether Keras has no such class.
    pub own: bool,
}

/// Marks a class Keras does not have.
pub const OWN: bool = true;
/// The module of those.
pub const OWN_MODULE: &str = "wgrad";

impl Config {
    /// The class of `it` and its fields.
    ///
    /// # Errors
    /// A field of the user's own making, which no file has a word for.
    pub fn of<T: Configured + Clone>(it: &T) -> Result<Self> {
        let mut fields = Fields::writing();
        it.clone().fields(&mut fields)?;
        Ok(Self { class: T::CLASS, fields: fields.written(), own: T::OWN })
    }

    /// The refusal of something of the user's own making.
    ///
    /// # Errors
    /// Always.
    pub fn none(what: &str, name: &str) -> Result<Self> {
        Err(Error::request(
            format!("{what} `{name}`"),
            format!("a {what} of Keras's vocabulary"),
            "one of your own",
            "files have no word for it: save_weights writes the variables alone",
        ))
    }
}

/// A thing with a class and fields.
pub trait Configured: Sized {
    /// Keras's class; where Keras has none, a name like its.
    const CLASS: &'static str;
    /// Whether Keras has no such class.
    const OWN: bool = false;

    /// With Keras's defaults; what has none is set by [`Configured::fields`].
    fn plain() -> Self;

    /// Lists the fields, each with its Keras name and its place.
    ///
    /// # Errors
    /// A field that is missing, or of another kind.
    fn fields(&mut self, fields: &mut Fields<'_>) -> Result<()>;
}

/// A `T` of fields as a file gives them; `place` names it in errors.
///
/// # Errors
/// A field that is missing, unknown or of another kind.
pub fn read<T: Configured>(place: &str, given: &Map<String, Json>) -> Result<T> {
    let mut made = T::plain();
    let mut fields = Fields::reading(place, given);
    if let Err(error) = made.fields(&mut fields) {
        return Err(mistyped::<T>(place, given).unwrap_or(error));
    }
    fields.finish()?;
    Ok(made)
}

/// A key that was given and looks like a field that was not, but must be.
fn mistyped<T: Configured>(place: &str, given: &Map<String, Json>) -> Option<Error> {
    let known = listed::<T>();
    let missing: Vec<&str> = known.iter().filter(|f| f.needed && !given.contains_key(f.name)).map(|f| f.name).collect();
    let strange = given.keys().filter(|key| !known.iter().any(|f| f.name == *key));
    let near = |key: &&String| crate::base::nearest(key, missing.iter().copied()).is_some();
    let names: Vec<&str> = known.iter().map(|f| f.name).collect();
    strange.into_iter().find(near).map(|key| Error::unknown(format!("{place}: field"), key, &names))
}

/// The fields of a class.
pub fn listed<T: Configured>() -> Vec<Listed> {
    let mut fields = Fields::listing();
    // A default that no file can say is listed as none.
    let _ = T::plain().fields(&mut fields);
    fields.listed()
}

/// The field that is meant where a class is given one value instead of fields, as in `dense = 300` and `l2 = 1e-4`: the only one
/// that must be given, the only one there is, the one of the class's name, or its main one.
pub fn natural(class: &str, fields: &[Listed]) -> Option<&'static str> {
    let mut needed = fields.iter().filter(|f| f.needed);
    match (needed.next(), needed.next(), fields) {
        (Some(one), None, _) | (None, _, [one]) => Some(one.name),
        (Some(_), Some(_), _) => None,
        (None, _, all) => {
            const MAIN: [&str; 2] = ["learning_rate", "max_value"];
            all.iter().map(|f| f.name).find(|name| alike(name, class) || MAIN.contains(name))
        }
    }
}

/// A class of a family, and what reads it.
pub struct Class<T: ?Sized> {
    /// Its name.
    pub name: &'static str,
    /// Makes one of the fields given at a place.
    pub read: fn(&str, &Map<String, Json>) -> Result<Arc<T>>,
    /// Its fields.
    pub list: fn() -> Vec<Listed>,
}

/// Things of one kind, of which files can name the listed classes and no other.
pub trait Family: 'static {
    /// Keras's module, for the objects that are written.
    const MODULE: &'static str;
    /// What one is called: `layer`.
    const WHAT: &'static str;

    /// The classes.
    fn classes() -> &'static [Class<Self>];

    /// Class and fields of one.
    ///
    /// # Errors
    /// One of the user's own making.
    fn describe(&self) -> Result<Config>;
}

/// Reads one of a family by the name of its class, as it is or in snake_case.
///
/// # Errors
/// An unknown class, with the nearest known one; fields that do not fit.
pub fn named<T: Family + ?Sized>(place: &str, class: &str, given: &Map<String, Json>) -> Result<Arc<T>> {
    match T::classes().iter().find(|c| alike(c.name, class)) {
        Some(found) => {
            let place = format!("{place} {class}");
            let Some(alone) = given.get(Node::ALONE).filter(|_| given.len() == 1) else {
                return (found.read)(&place, given);
            };
            let fields = (found.list)();
            let Some(name) = natural(class, &fields) else {
                let names = fields.iter().map(|f| f.name).collect::<Vec<_>>().join(", ");
                let expected = format!("fields: {{ name = value, … }} of {names}");
                return Err(Error::request(place, expected, Node::new("", alone).shown(), "name the field"));
            };
            (found.read)(&place, &Map::from_iter([(name.to_owned(), alone.clone())]))
        }
        None => {
            // As it was asked: a class, or a word of a run file.
            let is_class = class.chars().any(char::is_uppercase);
            let name = |c: &Class<T>| if is_class { c.name.to_owned() } else { word(c.name) };
            let known: Vec<String> = T::classes().iter().map(name).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Err(Error::unknown(format!("{place}: class of {}", T::WHAT), class, &known))
        }
    }
}

impl<T: Family + ?Sized> Field for Arc<T> {
    fn read(node: &Node<'_>) -> Result<Self> {
        let (class, fields) = node.object()?;
        named(&node.place, class, &fields)
    }

    fn write(&self) -> Result<Json> {
        let Config { class, fields, own } = self.describe()?;
        let module = if own { OWN_MODULE } else { T::MODULE };
        Ok(serde_json::json!({ "module": module, "class_name": class, "config": fields, "registered_name": null }))
    }

    fn schema() -> Json {
        serde_json::json!({ "$ref": format!("#/$defs/{}", T::WHAT) })
    }
}

/// Lists the classes of a family, of `dyn Trait` with a `config` method; `also` gives a class a second name.
macro_rules! classes {
    ($family:ident, $what:literal, $module:literal: $($name:ident $(also $other:literal)?),* $(,)?) => {
        impl $crate::nn::config::Family for dyn $family {
            const MODULE: &'static str = $module;
            const WHAT: &'static str = $what;
            fn classes() -> &'static [$crate::nn::config::Class<Self>] {
                use $crate::nn::config::{Class, Configured, listed, read};
                static CLASSES: &[Class<dyn $family>] = &[$(
                    Class {
                        name: <$name as Configured>::CLASS,
                        read: |p, f| Ok(std::sync::Arc::new(read::<$name>(p, f)?)),
                        list: listed::<$name>,
                    },
                    $(Class {
                        name: $other,
                        read: |p, f| Ok(std::sync::Arc::new(read::<$name>(p, f)?)),
                        list: listed::<$name>,
                    },)?
                )*];
                CLASSES
            }
            fn describe(&self) -> $crate::base::Result<$crate::nn::config::Config> {
                $family::config(self)
            }
        }
    };
}
pub(crate) use classes;

/// Lists the fields of a class: those that must be there, those with a default, with their places where they have other
/// names, `weights` the options of a variable, `within` those of a part, `lists` those written as a number where there is one and as a list where there are more, and, as `only`, options of
/// Keras's that have just one value here; `refuses` are those Keras no longer has. `(OWN)` marks a class Keras does not have.
macro_rules! config {
    (
        $t:ty = $class:literal $(($own:ident))?, $plain:expr;
        $(needs $($need:ident $(at $($need_at:tt).+)?),+;)?
        $(takes $($take:ident $(at $($take_at:tt).+)?),+;)?
        $(weights $($weight:ident = $called:literal),+;)?
        $(within $within:ident;)?
        $(lists $($list:ident $(at $($list_at:tt).+)?),+;)?
        $(only $($only:literal = $value:tt),+;)?
        $(refuses $($refuse:literal but $but:tt),+;)?
        $(ignores $($ignore:literal),+;)?
    ) => {
        impl $crate::nn::config::Configured for $t {
            const CLASS: &'static str = $class;
            $(const OWN: bool = $crate::nn::config::$own;)?
            fn plain() -> Self {
                $plain
            }
            fn fields(&mut self, _f: &mut $crate::nn::config::Fields<'_>) -> $crate::base::Result<()> {
                $($(_f.needs(stringify!($need), $crate::nn::config::place!(self $need $($($need_at).+)?))?;)+)?
                $($(_f.takes(stringify!($take), $crate::nn::config::place!(self $take $($($take_at).+)?))?;)+)?
                $($(self.$weight.fields(
                    [concat!($called, "_initializer"), concat!($called, "_regularizer"), concat!($called, "_constraint")],
                    _f,
                )?;)+)?
                $(self.$within.fields(_f)?;)?
                $($(_f.lists(stringify!($list), $crate::nn::config::place!(self $list $($($list_at).+)?))?;)+)?
                $($(_f.only($only, &serde_json::json!($value))?;)+)?
                $($(_f.refuses($refuse, &serde_json::json!($but))?;)+)?
                $(_f.ignores(&[$($ignore),+]);)?
                Ok(())
            }
        }
    };
}
pub(crate) use config;

/// The place of a field.
macro_rules! place {
    ($it:ident $name:ident) => {
        &mut $it.$name
    };
    ($it:ident $name:ident $($at:tt).+) => {
        &mut $it.$($at).+
    };
}
pub(crate) use place;

#[cfg(test)]
mod tests;

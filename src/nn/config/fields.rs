//! The walk over the fields of a class, to write them or to read them.

use super::{Field, Json, Map, Node};
use crate::base::{Error, Result};

/// Fields on their way into a file or out of it.
pub struct Fields<'a>(Way<'a>);

enum Way<'a> {
    Read { place: &'a str, given: &'a Map<String, Json>, known: Vec<&'static str> },
    Write(Map<String, Json>),
    List(Vec<Listed>),
}

/// A field of a class, for those who ask what it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be given.
    pub needed: bool,
    /// Which values there are, as JSON Schema.
    pub schema: Json,
    /// What it is where it is not given; null where that is nothing a file can say.
    pub default: Json,
}

impl<'a> Fields<'a> {
    /// Reads what is `given` at `place`.
    pub fn reading(place: &'a str, given: &'a Map<String, Json>) -> Self {
        Self(Way::Read { place, given, known: Vec::new() })
    }

    /// Writes.
    pub fn writing() -> Self {
        Self(Way::Write(Map::new()))
    }

    /// Lists them.
    pub fn listing() -> Self {
        Self(Way::List(Vec::new()))
    }

    /// Whether fields are being read.
    pub fn reads(&self) -> bool {
        matches!(self.0, Way::Read { .. })
    }

    /// A field that keeps its default where it is not given.
    ///
    /// # Errors
    /// A value of another kind.
    pub fn takes<T: Field>(&mut self, name: &'static str, at: &mut T) -> Result<()> {
        self.either(&[name], at).map(drop)
    }

    /// A field that must be given.
    ///
    /// # Errors
    /// No value, or one of another kind.
    pub fn needs<T: Field>(&mut self, name: &'static str, at: &mut T) -> Result<()> {
        let given = self.either(&[name], at)?;
        match &mut self.0 {
            Way::Read { place, .. } if !given => {
                Err(Error::request(format!("{place}: {name}"), "a value", "nothing", "give this field"))
            }
            Way::List(all) => {
                all.iter_mut().filter(|field| field.name == name).for_each(|field| field.needed = true);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A field of one value or several: one is written as itself, none as null.
    ///
    /// # Errors
    /// A value of another kind.
    pub fn lists<T: Field>(&mut self, name: &'static str, at: &mut Vec<T>) -> Result<()> {
        if let (Way::Write(fields), [] | [_]) = (&mut self.0, at.as_slice()) {
            let one = at.first().map_or(Ok(Json::Null), Field::write)?;
            fields.insert(name.to_owned(), one);
            return Ok(());
        }
        let mut given: Option<Vec<T>> = None;
        if !self.reads() {
            return self.takes(name, at);
        }
        if self.either(&[name], &mut given)? {
            *at = given.unwrap_or_default();
        }
        Ok(())
    }

    /// A field of several names, of which the first is written; whether it was there.
    ///
    /// # Errors
    /// A value of another kind.
    pub fn either<T: Field>(&mut self, names: &[&'static str], at: &mut T) -> Result<bool> {
        match &mut self.0 {
            Way::Write(fields) => {
                for name in names.iter().take(1) {
                    fields.insert((*name).to_owned(), at.write()?);
                }
                Ok(true)
            }
            Way::Read { place, given, known } => {
                known.extend(names);
                let Some((name, value)) = names.iter().find_map(|n| Some((n, given.get(*n)?))) else {
                    return Ok(false);
                };
                *at = T::read(&Node::new(format!("{place}: {name}"), value))?;
                Ok(true)
            }
            Way::List(all) => {
                let default = at.write().unwrap_or_default();
                all.extend(names.iter().take(1).map(|name| Listed {
                    name,
                    needed: false,
                    schema: T::schema(),
                    default: default.clone(),
                }));
                Ok(true)
            }
        }
    }

    /// An option of Keras's that has one value here.
    ///
    /// # Errors
    /// Another value.
    pub fn only(&mut self, name: &'static str, value: &Json) -> Result<()> {
        match &mut self.0 {
            Way::Write(fields) => {
                fields.insert(name.to_owned(), value.clone());
                Ok(())
            }
            Way::Read { place, given, known } => {
                known.push(name);
                match given.get(name) {
                    Some(other) if other != value && !other.is_null() => Err(Error::request(
                        format!("{place}: {name}"),
                        value,
                        Node::new(*place, other).shown(),
                        "there is no such option here: build the model without it",
                    )),
                    _ => Ok(()),
                }
            }
            Way::List(_) => Ok(()),
        }
    }

    /// An option that Keras once had, of which one value means nothing.
    ///
    /// # Errors
    /// Another value.
    pub fn refuses(&mut self, name: &'static str, but: &Json) -> Result<()> {
        if self.reads() { self.only(name, but) } else { Ok(()) }
    }

    /// Fields of Keras's that mean nothing here, such as the seed of a layer.
    pub fn ignores(&mut self, names: &[&'static str]) {
        if let Way::Read { known, .. } = &mut self.0 {
            known.extend(names);
        }
    }

    /// Ends reading.
    ///
    /// # Errors
    /// A field nobody asked for, with the nearest one that is known. One that is null says nothing, and is let through.
    pub fn finish(self) -> Result<()> {
        let Way::Read { place, given, known } = self.0 else { return Ok(()) };
        match given.iter().find(|(name, value)| !value.is_null() && !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Error::unknown(format!("{place}: field"), name, &known)),
            None => Ok(()),
        }
    }

    /// What was written.
    pub fn written(self) -> Map<String, Json> {
        match self.0 {
            Way::Write(fields) => fields,
            Way::Read { .. } | Way::List(_) => Map::new(),
        }
    }

    /// What was listed.
    pub fn listed(self) -> Vec<Listed> {
        match self.0 {
            Way::List(all) => all,
            Way::Read { .. } | Way::Write(_) => Vec::new(),
        }
    }
}

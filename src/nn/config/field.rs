//! The kinds of values a field may have.

use super::{Json, Node};
use crate::base::{Error, Result};
use serde_json::json;

/// A value of a field.
pub trait Field: Sized {
    /// As a file gives it.
    ///
    /// # Errors
    /// A value of another kind.
    fn read(node: &Node<'_>) -> Result<Self>;

    /// As a file holds it.
    ///
    /// # Errors
    /// Something of the user's own making.
    fn write(&self) -> Result<Json>;

    /// Which values there are, as JSON Schema; families are `#/$defs/` and what one of them is called.
    fn schema() -> Json;
}

/// Whole numbers; Python may write them as floats.
macro_rules! whole {
    ($($t:ty, $expected:literal, $schema:tt;)*) => {
        $(impl Field for $t {
            fn read(node: &Node<'_>) -> Result<Self> {
                // Keras 2 writes some axes as a list of one.
                let value = match node.value {
                    Json::Array(one) if one.len() == 1 => &one[0],
                    value => value,
                };
                let float = || value.as_f64().filter(|v| v.fract() == 0.0 && v.abs() <= 2.0_f64.powi(53));
                let whole = value.as_i64().or_else(|| float().map(|v| v as i64));
                whole.and_then(|v| Self::try_from(v).ok()).ok_or_else(|| node.wrong($expected))
            }
            fn write(&self) -> Result<Json> {
                Ok((*self).into())
            }
            fn schema() -> Json {
                json!($schema)
            }
        })*
    };
}

whole! {
    usize, "a whole number, at least 0", { "type": "integer", "minimum": 0 };
    u32, "a whole number, at least 0", { "type": "integer", "minimum": 0 };
    u64, "a whole number, at least 0", { "type": "integer", "minimum": 0 };
    i32, "a whole number", { "type": "integer" };
    i64, "a whole number", { "type": "integer" };
    isize, "a whole number", { "type": "integer" };
}

impl Field for f64 {
    fn read(node: &Node<'_>) -> Result<Self> {
        node.value.as_f64().ok_or_else(|| node.wrong("a number"))
    }
    fn write(&self) -> Result<Json> {
        let number = serde_json::Number::from_f64(*self).map(Json::Number);
        number.ok_or_else(|| Error::request("a field of a file", "a finite number", self, "choose a finite number"))
    }
    fn schema() -> Json {
        json!({ "type": "number" })
    }
}

impl Field for bool {
    fn read(node: &Node<'_>) -> Result<Self> {
        node.value.as_bool().ok_or_else(|| node.wrong("true or false"))
    }
    fn write(&self) -> Result<Json> {
        Ok((*self).into())
    }
    fn schema() -> Json {
        json!({ "type": "boolean" })
    }
}

impl Field for String {
    fn read(node: &Node<'_>) -> Result<Self> {
        node.value.as_str().map(str::to_owned).ok_or_else(|| node.wrong("text"))
    }
    fn write(&self) -> Result<Json> {
        Ok(self.as_str().into())
    }
    fn schema() -> Json {
        json!({ "type": "string" })
    }
}

/// So many values.
impl<T: Field + Clone, const N: usize> Field for [T; N] {
    fn read(node: &Node<'_>) -> Result<Self> {
        Self::try_from(Vec::<T>::read(node)?).map_err(|_| node.wrong(&format!("a list of {N} values")))
    }
    fn write(&self) -> Result<Json> {
        self.iter().map(Field::write).collect::<Result<Vec<_>>>().map(Json::Array)
    }
    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema(), "minItems": N, "maxItems": N })
    }
}

/// A value that is looked at later.
impl Field for Json {
    fn read(node: &Node<'_>) -> Result<Self> {
        Ok(node.value.clone())
    }
    fn write(&self) -> Result<Json> {
        Ok(self.clone())
    }
    fn schema() -> Json {
        json!({})
    }
}

impl<T: Field> Field for Option<T> {
    fn read(node: &Node<'_>) -> Result<Self> {
        if node.value.is_null() { Ok(None) } else { T::read(node).map(Some) }
    }
    fn write(&self) -> Result<Json> {
        self.as_ref().map_or(Ok(Json::Null), Field::write)
    }
    fn schema() -> Json {
        T::schema()
    }
}

/// A list, however it is nested, or one value; Keras writes arrays as `{"class_name": "__numpy__", "config": {"value": …}}`.
impl<T: Field> Field for Vec<T> {
    fn read(node: &Node<'_>) -> Result<Self> {
        let array = node.value.get("config").and_then(|c| c.get("value"));
        let value = match node.value.get("class_name").and_then(Json::as_str) {
            Some("__numpy__" | "__tensor__" | "__tuple__") => array.unwrap_or(node.value),
            _ => node.value,
        };
        let mut all = Vec::new();
        // Lists within lists are as deep as the reader of the file lets them be.
        let mut left = vec![value];
        while let Some(value) = left.pop() {
            match value {
                Json::Array(values) => left.extend(values.iter().rev()),
                // No list at all.
                Json::Null if std::ptr::eq(value, node.value) => {}
                one => all.push(T::read(&Node::new(node.place.as_str(), one))?),
            }
        }
        Ok(all)
    }
    fn write(&self) -> Result<Json> {
        self.iter().map(Field::write).collect::<Result<Vec<_>>>().map(Json::Array)
    }
    fn schema() -> Json {
        json!({ "anyOf": [{ "type": "array" }, T::schema()] })
    }
}

/// An enum whose variants have Keras's words; of several words of one, the first is written.
macro_rules! words {
    ($t:ident: $($word:literal $(| $other:literal)* = $variant:ident),+ $(; null = $none:ident)? $(,)?) => {
        impl $crate::nn::config::Field for $t {
            fn read(node: &$crate::nn::config::Node<'_>) -> $crate::base::Result<Self> {
                match node.value.as_str() {
                    $(None if node.value.is_null() => Ok(Self::$none),)?
                    $(Some($word $(| $other)*) => Ok(Self::$variant),)+
                    Some(other) => Err($crate::base::Error::unknown(&node.place, other, &[$($word),+])),
                    None => Err(node.wrong(concat!("one of " $(, $word, " ")+))),
                }
            }
            fn write(&self) -> $crate::base::Result<$crate::nn::config::Json> {
                Ok(match self {
                    $(Self::$variant => $word.into(),)+
                    $(Self::$none => $crate::nn::config::Json::Null,)?
                })
            }
            fn schema() -> $crate::nn::config::Json {
                serde_json::json!({ "enum": [$($word),+] })
            }
        }
    };
}
pub(crate) use words;

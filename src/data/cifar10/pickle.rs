//! A closed part of Python's pickle format: what Python 2 wrote for the batches of CIFAR-10, and nothing else.
//!
//! A pickle is a program for a stack machine (PEP 307; CPython's `Lib/pickletools.py` tells each opcode). This machine
//! knows the opcodes below and three names of numpy; it calls nothing, and refuses all else by name.

use super::super::DataError;
use super::opcodes;
use super::value::{Array, Kind, Name, Value, What, many};
use std::collections::HashMap;
use std::path::Path;

pub const DAMAGED: &str = "the file is damaged or was cut off; fetch it again";
pub const OTHER: &str = "the file is of another kind; use the batches of cifar-10-python.tar.gz as they come";

/// Opcodes run at most: a batch of 10,000 images has some 35,000.
const MOST_STEPS: usize = 1 << 20;

/// Containers in containers at most; a batch has tuples of tuples, in a dictionary.
const DEEPEST: u8 = 4;

/// The one value of the pickle `bytes`; `path` names it in messages.
pub fn read(path: &Path, bytes: &[u8]) -> Result<Value, DataError> {
    let mut machine = Machine { path, bytes, at: 0, stack: Vec::new(), marks: Vec::new(), memo: HashMap::new() };
    for _ in 0..MOST_STEPS {
        if let Some(value) = machine.step()? {
            return Ok(value);
        }
    }
    Err(wrong(path, machine.at, format!("at most {MOST_STEPS} opcodes"), "more".to_string(), OTHER))
}

pub fn wrong(path: &Path, at: usize, expected: impl Into<String>, got: String, help: &'static str) -> DataError {
    DataError::Format { path: path.to_path_buf(), offset: at as u64, expected: expected.into(), got, help }
}

struct Machine<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Value>,
    /// Heights of the stack.
    marks: Vec<usize>,
    /// Values put aside; containers and arrays, which may change afterwards, as `None`.
    memo: HashMap<usize, Option<What>>,
}

impl<'a> Machine<'a> {
    /// One opcode; the result, if it was the last.
    fn step(&mut self) -> Result<Option<Value>, DataError> {
        let at = self.at;
        let opcode = self.take(1, "an opcode")?[0];
        match opcode {
            opcodes::PROTO => {
                let version = self.number(1, "the protocol")?;
                if version != 2 {
                    return Err(self.wrong(at + 1, "protocol 2", version.to_string(), OTHER));
                }
            }
            opcodes::STOP => return self.end(at).map(Some),
            opcodes::MARK => self.marks.push(self.stack.len()),
            opcodes::NONE => self.push(at, What::None),
            opcodes::NEWFALSE => self.push(at, What::Bool(false)),
            opcodes::NEWTRUE => self.push(at, What::Bool(true)),
            opcodes::BININT1 => self.integer(at, 1)?,
            opcodes::BININT2 => self.integer(at, 2)?,
            opcodes::BININT => self.integer(at, 4)?,
            opcodes::SHORT_BINSTRING => self.text(at, 1)?,
            opcodes::BINSTRING => self.text(at, 4)?,
            opcodes::EMPTY_LIST => self.push(at, many(Kind::List)),
            opcodes::EMPTY_DICT => self.push(at, many(Kind::Dictionary)),
            opcodes::EMPTY_TUPLE => self.push(at, many(Kind::Tuple)),
            opcodes::TUPLE1 | opcodes::TUPLE2 | opcodes::TUPLE3 => {
                let count = usize::from(opcode - opcodes::TUPLE1) + 1;
                let items = self.pop_many(at, count)?;
                self.push(at, many(Kind::Tuple));
                self.extend(at, Kind::Tuple, items)?;
            }
            opcodes::TUPLE => {
                let items = self.pop_to_mark(at)?;
                self.push(at, many(Kind::Tuple));
                self.extend(at, Kind::Tuple, items)?;
            }
            opcodes::APPEND => {
                let items = self.pop_many(at, 1)?;
                self.extend(at, Kind::List, items)?;
            }
            opcodes::APPENDS => {
                let items = self.pop_to_mark(at)?;
                self.extend(at, Kind::List, items)?;
            }
            opcodes::SETITEM => {
                let items = self.pop_many(at, 2)?;
                self.extend(at, Kind::Dictionary, items)?;
            }
            opcodes::SETITEMS => {
                let items = self.pop_to_mark(at)?;
                self.extend(at, Kind::Dictionary, items)?;
            }
            opcodes::BINPUT => self.put(at, 1)?,
            opcodes::LONG_BINPUT => self.put(at, 4)?,
            opcodes::BINGET => self.get(at, 1)?,
            opcodes::LONG_BINGET => self.get(at, 4)?,
            opcodes::GLOBAL => self.global(at)?,
            opcodes::REDUCE => self.reduce(at)?,
            opcodes::BUILD => self.build(at)?,
            other => {
                let got = opcodes::told(other);
                return Err(self.wrong(at, "an opcode of CIFAR-10's own files", got, OTHER));
            }
        }
        Ok(None)
    }

    fn end(&mut self, at: usize) -> Result<Value, DataError> {
        if self.at < self.bytes.len() {
            let got = format!("{} more bytes", self.bytes.len() - self.at);
            return Err(self.wrong(self.at, "the end after STOP", got, DAMAGED));
        }
        match (self.stack.pop(), self.stack.is_empty() && self.marks.is_empty()) {
            (Some(value), true) => Ok(value),
            (value, _) => {
                let got = format!("{} and {} marks", self.stack.len() + usize::from(value.is_some()), self.marks.len());
                Err(self.wrong(at, "one value on the stack at STOP", got, DAMAGED))
            }
        }
    }

    /// The next `count` bytes.
    fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], DataError> {
        let rest = &self.bytes[self.at..];
        let Some(taken) = rest.get(..count) else {
            let expected = format!("{count} bytes of {what}");
            return Err(self.wrong(self.at, expected, format!("the end after {}", rest.len()), DAMAGED));
        };
        self.at += count;
        Ok(taken)
    }

    /// A little-endian number of `width` bytes, at most 4.
    fn number(&mut self, width: usize, what: &str) -> Result<usize, DataError> {
        Ok(self.take(width, what)?.iter().rev().fold(0, |n, byte| n << 8 | usize::from(*byte)))
    }

    /// Of four bytes with a sign, of fewer without.
    fn integer(&mut self, at: usize, width: usize) -> Result<(), DataError> {
        let number = self.number(width, "an integer")? as u32;
        self.push(at, What::Int(if width == 4 { i64::from(number as i32) } else { i64::from(number) }));
        Ok(())
    }

    fn text(&mut self, at: usize, width: usize) -> Result<(), DataError> {
        let length = self.number(width, "a string's length")?;
        let start = self.at;
        self.take(length, "a string")?;
        self.push(at, What::Text(start..self.at));
        Ok(())
    }

    fn push(&mut self, at: usize, what: What) {
        self.stack.push(Value { at, what });
    }

    /// The topmost `count` values above the last mark, in their order.
    fn pop_many(&mut self, at: usize, count: usize) -> Result<Vec<Value>, DataError> {
        let there = self.stack.len() - self.marks.last().copied().unwrap_or(0);
        if there < count {
            return Err(self.wrong(at, format!("{count} values on the stack"), there.to_string(), DAMAGED));
        }
        Ok(self.stack.split_off(self.stack.len() - count))
    }

    fn pop_to_mark(&mut self, at: usize) -> Result<Vec<Value>, DataError> {
        match self.marks.pop() {
            Some(height) => Ok(self.stack.split_off(height)),
            None => Err(self.wrong(at, "a mark on the stack", "none".to_string(), DAMAGED)),
        }
    }

    /// Adds `more` to the container on top, which is to be a `wanted`.
    fn extend(&mut self, at: usize, wanted: Kind, more: Vec<Value>) -> Result<(), DataError> {
        let deepest = more.iter().map(|item| item.what.depth()).max().unwrap_or(0);
        if deepest >= DEEPEST {
            return Err(self.wrong(at, format!("containers {DEEPEST} deep at most"), "deeper".to_string(), OTHER));
        }
        if wanted == Kind::Dictionary && more.len() % 2 == 1 {
            let got = format!("{} values", more.len());
            return Err(self.wrong(at, "a value for each key", got, DAMAGED));
        }
        let mut target = self.pop_many(at, 1)?;
        match &mut target[0].what {
            What::Many { kind, items, depth } if *kind == wanted => {
                items.extend(more);
                *depth = (*depth).max(deepest + 1);
            }
            other => {
                let (expected, got) = (format!("a {wanted:?} to add to").to_lowercase(), other.told());
                return Err(self.wrong(at, expected, got, DAMAGED));
            }
        }
        self.stack.append(&mut target);
        Ok(())
    }

    fn put(&mut self, at: usize, width: usize) -> Result<(), DataError> {
        let slot = self.number(width, "a number of the memo")?;
        let mut top = self.pop_many(at, 1)?;
        let kept = match &top[0].what {
            What::Many { .. } | What::Unfilled | What::Array(_) => None,
            simple => Some(simple.clone()),
        };
        self.memo.insert(slot, kept);
        self.stack.append(&mut top);
        Ok(())
    }

    fn get(&mut self, at: usize, width: usize) -> Result<(), DataError> {
        let slot = self.number(width, "a number of the memo")?;
        let got = match self.memo.get(&slot) {
            Some(Some(what)) => {
                let what = what.clone();
                self.push(at, what);
                return Ok(());
            }
            Some(None) => "a container or an array".to_string(),
            None => "nothing".to_string(),
        };
        Err(self.wrong(at, format!("a string, number or name in slot {slot} of the memo"), got, OTHER))
    }

    /// Two lines: a module and a name in it.
    fn global(&mut self, at: usize) -> Result<(), DataError> {
        let (module, name) = (self.line()?, self.line()?);
        let known = match (module, name) {
            (b"numpy.core.multiarray", b"_reconstruct") => Name::Reconstruct,
            (b"numpy", b"ndarray") => Name::NdArray,
            (b"numpy", b"dtype") => Name::DType,
            _ => {
                let got = format!("{}.{}", module.escape_ascii(), name.escape_ascii());
                let expected = "numpy.core.multiarray._reconstruct, numpy.ndarray or numpy.dtype";
                return Err(self.wrong(at, expected, got, OTHER));
            }
        };
        self.push(at, What::Name(known));
        Ok(())
    }

    fn line(&mut self) -> Result<&'a [u8], DataError> {
        const LONGEST: usize = 64;
        let rest = &self.bytes[self.at..];
        let Some(end) = rest.iter().take(LONGEST).position(|byte| *byte == b'\n') else {
            let got = format!("none in {} bytes", rest.len().min(LONGEST));
            return Err(self.wrong(self.at, "a name and the end of its line", got, DAMAGED));
        };
        self.at += end + 1;
        Ok(&rest[..end])
    }

    /// A call, of which there are two: an array to be filled, and the element type.
    fn reduce(&mut self, at: usize) -> Result<(), DataError> {
        let call = self.pop_many(at, 2)?;
        let arguments = call[1].what.items(Kind::Tuple);
        let made = match (&call[0].what, arguments) {
            (What::Name(Name::Reconstruct), Some([Value { what: What::Name(Name::NdArray), .. }, ..])) => {
                What::Unfilled
            }
            (What::Name(Name::DType), Some([Value { what: What::Text(text), .. }, ..])) => {
                let text = &self.bytes[text.clone()];
                if text != b"u1" {
                    let got = text.escape_ascii().to_string();
                    return Err(self.wrong(at, "the element type u1, unsigned bytes", got, OTHER));
                }
                What::UnsignedBytes
            }
            (function, _) => {
                let got = format!("{} called with {}", function.told(), call[1].what.told());
                return Err(self.wrong(at, "a call that makes an array or its element type", got, OTHER));
            }
        };
        self.push(at, made);
        Ok(())
    }

    /// Fills an array; what there is to say of bytes' order is passed over, for unsigned bytes have none.
    fn build(&mut self, at: usize) -> Result<(), DataError> {
        let pair = self.pop_many(at, 2)?;
        let made = match (&pair[0].what, pair[1].what.items(Kind::Tuple)) {
            (What::UnsignedBytes, Some(_)) => What::UnsignedBytes,
            (What::Unfilled, Some([_, shape, element, by_columns, contents])) => {
                What::Array(self.array([shape, element, by_columns, contents])?)
            }
            (target, _) => {
                let got = format!("{} for {}", pair[1].what.told(), target.told());
                return Err(self.wrong(at, "the five parts of an array's state, for an array", got, OTHER));
            }
        };
        self.push(at, made);
        Ok(())
    }

    fn array(&self, [shape, element, by_columns, contents]: [&Value; 4]) -> Result<Array, DataError> {
        let odd = |value: &Value, expected: &str| self.wrong(value.at, expected, value.what.told(), OTHER);
        let Some([Value { what: What::Int(rows), .. }, Value { what: What::Int(columns), .. }]) =
            shape.what.items(Kind::Tuple)
        else {
            return Err(odd(shape, "a shape of two numbers"));
        };
        if element.what != What::UnsignedBytes {
            return Err(odd(element, "the element type u1, unsigned bytes"));
        }
        let What::Bool(by_columns) = by_columns.what else {
            return Err(odd(by_columns, "True or False, whether the array is stored column by column"));
        };
        let What::Text(bytes) = &contents.what else { return Err(odd(contents, "the array's bytes")) };
        let (rows, columns) = (usize::try_from(*rows).unwrap_or(0), usize::try_from(*columns).unwrap_or(0));
        if rows == 0 || rows.checked_mul(columns) != Some(bytes.len()) {
            let expected = format!("a shape of {} numbers, as many as there are bytes", bytes.len());
            return Err(self.wrong(shape.at, expected, format!("{rows} × {columns}"), DAMAGED));
        }
        Ok(Array { rows, columns, by_columns, bytes: bytes.clone() })
    }

    fn wrong(&self, at: usize, expected: impl Into<String>, got: String, help: &'static str) -> DataError {
        wrong(self.path, at, expected, got, help)
    }
}

//! Changes to inputs, the same for the same seed: to bytes, and to JSON as values, so that it stays JSON.

use crate::targets::{Layout, join, parted};
use serde_json::{Value, json};

/// SplitMix64 (Steele, Lea & Flood 2014).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `end`, 0 where that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// An input changed in a few places; `other` is a second one, parts of which may be taken.
pub fn mutated(random: &mut Random, layout: Layout, input: &[u8], other: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..1 + random.below(3) {
        let structured = random.below(4) > 0;
        bytes = match layout {
            Layout::Json if structured => text(random, &bytes, other),
            Layout::Parted if structured => match (parted(&bytes), parted(other)) {
                (Some((own, rest, sign)), Some((others, ..))) => join(&text(random, own, others), rest, sign),
                _ => raw(random, bytes, other),
            },
            Layout::Words if structured => spoken(random, &bytes, other),
            _ => raw(random, bytes, other),
        };
    }
    bytes
}

/// Numbers at the ends of their ranges.
const EXTREME: [u64; 16] = [
    0,
    1,
    2,
    7,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    1 << 53,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

fn raw(random: &mut Random, mut bytes: Vec<u8>, other: &[u8]) -> Vec<u8> {
    let at = random.below(bytes.len());
    let scale = random.below(8);
    let length = 1 + random.below(1 << scale);
    let end = (at + length).min(bytes.len());
    match random.below(9) {
        0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << random.below(8),
        2 if !bytes.is_empty() => bytes[at] = random.next() as u8,
        3 => bytes.truncate(at),
        4 => drop(bytes.drain(at..end)),
        5 => {
            let part = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, part));
        }
        6 => {
            let from = random.below(other.len());
            let part = other[from..(from + length).min(other.len())].to_vec();
            drop(bytes.splice(at..end, part));
        }
        _ => {
            // A number of 1, 2, 4 or 8 bytes, or as text.
            let width = 1 << random.below(4);
            let number = random.of(&EXTREME).wrapping_add(random.below(3) as u64).wrapping_sub(1);
            let (small, large) = (number.to_le_bytes(), number.to_be_bytes());
            if let (Some(digits), true) = (digits(&bytes, at), random.below(2) == 0) {
                drop(bytes.splice(digits, number.to_string().into_bytes()));
            } else if let Some(place) = bytes.get_mut(at..at + width) {
                place.copy_from_slice(if random.below(2) == 0 { &small[..width] } else { &large[8 - width..] });
            }
        }
    }
    bytes
}

/// The next run of digits behind `at`, within a few bytes.
fn digits(bytes: &[u8], at: usize) -> Option<std::ops::Range<usize>> {
    let start = at + bytes.get(at..)?.iter().take(64).position(u8::is_ascii_digit)?;
    let length = bytes[start..].iter().take_while(|b| b.is_ascii_digit()).count();
    Some(start..start + length)
}

/// Words with a part put in place of another, or a number made extreme.
fn spoken(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let signs = |b: &u8| b":,=".contains(b);
    let parts: Vec<&[u8]> = bytes.split(signs).collect();
    let others: Vec<&[u8]> = other.split(signs).collect();
    let number = random.of(&["-1", "0", "1e308", "-1e-320", "nan", "inf", "18446744073709551616", "true", ""]);
    let part = if random.below(2) == 0 { number.as_bytes() } else { random.of(&others) };
    let chosen = random.below(parts.len());
    let mut all = Vec::new();
    for (i, own) in parts.iter().enumerate() {
        all.extend(if i == chosen { part } else { own });
        all.push(*random.of(if i == 0 { b":::," } else { b"=,=:" }));
    }
    all.pop();
    all
}

/// JSON with values changed; bytes that are none are changed as bytes.
fn text(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return raw(random, bytes.to_vec(), other) };
    let other = serde_json::from_slice::<Value>(other).unwrap_or_default();
    for _ in 0..1 + random.below(2) {
        let donor = if random.below(2) == 0 { any(random, &value) } else { any(random, &other) };
        let steps = 1 + random.below(12);
        change(random, &mut value, &donor, steps);
    }
    value.to_string().into_bytes()
}

/// Any value within a value.
fn any(random: &mut Random, value: &Value) -> Value {
    let mut at = value;
    for _ in 0..random.below(12) {
        let next = match at {
            Value::Array(all) if !all.is_empty() => random.of(all),
            Value::Object(all) if !all.is_empty() => match all.values().nth(random.below(all.len())) {
                Some(next) => next,
                None => break,
            },
            _ => break,
        };
        at = next;
    }
    at.clone()
}

/// Goes at most `steps` down and changes what is there.
fn change(random: &mut Random, value: &mut Value, donor: &Value, steps: usize) {
    match value {
        Value::Array(all) if steps > 0 && !all.is_empty() => {
            let at = random.below(all.len());
            match random.below(24) {
                0 => drop(all.remove(at)),
                1 => {
                    let copy = all[at].clone();
                    all.insert(at, copy);
                }
                2 => all.push(donor.clone()),
                3 => {
                    let to = random.below(all.len());
                    all.swap(at, to);
                }
                _ => change(random, &mut all[at], donor, steps - 1),
            }
        }
        Value::Object(all) if steps > 0 && !all.is_empty() => {
            let at = random.below(all.len());
            let Some(key) = all.keys().nth(at).cloned() else { return };
            match random.below(24) {
                0 => drop(all.remove(&key)),
                1 => drop(all.insert(key + "_", donor.clone())),
                _ => all.values_mut().nth(at).into_iter().for_each(|inner| change(random, inner, donor, steps - 1)),
            }
        }
        // Text may be JSON itself.
        Value::String(text) if text.starts_with('{') && steps > 0 => {
            if let Ok(mut inner) = serde_json::from_str::<Value>(text) {
                change(random, &mut inner, donor, steps - 1);
                *text = inner.to_string();
            }
        }
        leaf => *leaf = replaced(random, leaf, donor),
    }
}

fn replaced(random: &mut Random, value: &Value, donor: &Value) -> Value {
    match random.below(4) {
        0 => donor.clone(),
        1 => match value.as_f64() {
            Some(v) => {
                let near = [v + 1.0, v - 1.0, -v, 2.0 * v, v / 2.0, v * 1e9];
                let near = *random.of(&near);
                if near.fract() == 0.0 && near.abs() < 9e15 { json!(near as i64) } else { json!(near) }
            }
            None => json!(random.of(&EXTREME)),
        },
        2 => json!(random.of(&EXTREME)),
        _ => random
            .of(&[
                Value::Null,
                json!(true),
                json!(false),
                json!(-1),
                json!(0.5),
                json!(1e308),
                json!(-1e-320),
                json!(""),
                json!("/"),
                json!([]),
                json!({}),
                json!([[]]),
                json!([null]),
                json!([-1]),
                json!([1, 1]),
                json!({"class_name": "Dense", "config": {}}),
            ])
            .clone(),
    }
}

//! HDF5 files: arrays by path, text in attributes. A file is read in memory; links to other files are never followed.

use super::archive::damaged;
use crate::base::{Error, Result};
use hdf5_pure::{AttrValue, Dataset, File, FileBuilder, FinishedGroup};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file that is read.
pub(super) struct Reader {
    file: File,
    place: String,
    /// Bytes of the file on the disk, of the archive where it is in one.
    on_disk: u64,
    /// Bytes of numbers that may still be handed out.
    left: AtomicU64,
}

/// Most bytes of all numbers: this many times those on the disk, and never less than [`LEAST`].
const MOST_TIMES: u64 = 100;
const LEAST: u64 = 64 << 20;

impl Reader {
    /// Opens a file, which is, or is in one that is, `on_disk` bytes long; `place` names it in errors.
    pub fn open(place: &str, bytes: Vec<u8>, on_disk: usize) -> Result<Self> {
        let length = bytes.len() as u64;
        let file = File::from_bytes(bytes).map_err(|e| damaged(place, &format!("no HDF5 file ({e})")))?;
        if file.superblock().eof_address > length {
            return Err(damaged(place, "an HDF5 file that was longer once"));
        }
        let reader = Self { file, place: place.to_owned(), on_disk: on_disk as u64, left: AtomicU64::new(0) };
        reader.begin();
        Ok(reader)
    }

    /// Counts anew what is handed out: for each model that is built from the file.
    pub fn begin(&self) {
        self.left.store(self.on_disk.saturating_mul(MOST_TIMES).max(LEAST), Ordering::Relaxed);
    }

    /// The name of the file in errors.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether there is a group at `path`.
    pub fn has_group(&self, path: &str) -> bool {
        self.file.group(path).is_ok()
    }

    /// The shape of the array at `path`, if there is one.
    pub fn shape(&self, path: &str) -> Option<Vec<usize>> {
        let shape = self.file.dataset(path).ok()?.shape().ok()?;
        shape.into_iter().map(|n| usize::try_from(n).ok()).collect()
    }

    /// The numbers of the array at `path`, which must be of this shape: nothing is allocated for another.
    ///
    /// # Errors
    /// No such array, one of another shape or of something else than numbers, a damaged one.
    pub fn numbers(&self, path: &str, what: &str, shape: &[usize]) -> Result<Vec<f64>> {
        let place = format!("{}: {what} (`{path}`)", self.place);
        let unlike = |got: String| {
            let help = "the file's arrays are not those of its layers: save the model again";
            Error::Data(Error::request(&place, format!("an array of shape {shape:?}"), got, help).to_string())
        };
        let data = self.file.dataset(path).map_err(|_| unlike("none".to_owned()))?;
        match self.shape(path) {
            Some(found) if found == shape => {}
            found => {
                return Err(unlike(found.map_or("one of an unknown shape".to_owned(), |s| format!("shape {s:?}"))));
            }
        }
        let wanted = shape.iter().product::<usize>() as u64;
        self.take(&data, &place, wanted)?;
        let read =
            data.read_f64().map_err(|e| damaged(&self.place, &format!("{what} (`{path}`) cannot be read ({e})")))?;
        if read.len() as u64 == wanted { Ok(read) } else { Err(unlike(format!("{} numbers", read.len()))) }
    }

    /// Fails where all arrays so far are far larger than the file, as compressed ones may be.
    fn take(&self, data: &Dataset, place: &str, numbers: u64) -> Result<()> {
        // In memory a number has 8 bytes, and what is in the file is read beside it.
        let bytes = data.element_size().map_or(8, |size| size.max(8)).saturating_mul(numbers);
        let took = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        let refuse = |left: u64| {
            Error::Data(format!(
                "{place}: {bytes} bytes, where {left} are left of what a file of {} may hold; nothing Keras writes is like \
                 this: do not trust the file",
                self.on_disk
            ))
        };
        took.map(drop).map_err(refuse)
    }

    /// The text of an attribute of the group at `path`, the root being empty.
    pub fn text(&self, path: &str, name: &str) -> Option<String> {
        match self.attribute(path, name)? {
            AttrValue::String(s)
            | AttrValue::AsciiString(s)
            | AttrValue::VarLenString(s)
            | AttrValue::VarLenAsciiString(s)
            | AttrValue::StringSized { value: s, .. }
            | AttrValue::AsciiStringSized { value: s, .. } => Some(s),
            _ => None,
        }
    }

    /// The texts of an attribute; of one that was too long for one attribute, the texts of its parts `name0`, `name1`, ….
    pub fn texts(&self, path: &str, name: &str) -> Option<Vec<String>> {
        if let Some(all) = self.attribute(path, name) {
            return texts_of(all);
        }
        let parts: Vec<Vec<String>> =
            (0..).map_while(|i| texts_of(self.attribute(path, &format!("{name}{i}"))?)).collect();
        (!parts.is_empty()).then(|| parts.concat())
    }

    fn attribute(&self, path: &str, name: &str) -> Option<AttrValue> {
        let group = if path.is_empty() { self.file.root() } else { self.file.group(path).ok()? };
        group.attrs().ok()?.remove(name)
    }
}

fn texts_of(value: AttrValue) -> Option<Vec<String>> {
    match value {
        AttrValue::StringArray(all)
        | AttrValue::AsciiStringArray(all)
        | AttrValue::VarLenStringArray(all)
        | AttrValue::VarLenAsciiStringArray(all)
        | AttrValue::StringArraySized { values: all, .. }
        | AttrValue::AsciiStringArraySized { values: all, .. } => Some(all),
        AttrValue::String(one) | AttrValue::AsciiString(one) | AttrValue::VarLenString(one) => Some(vec![one]),
        // Python writes an empty list as numbers.
        AttrValue::F64Array(none) if none.is_empty() => Some(Vec::new()),
        _ => None,
    }
}

/// An array to be written.
pub(super) enum Array {
    /// Numbers as the file keeps them: f32, or f64.
    Floats(Vec<usize>, Vec<f64>),
    /// A number that is kept as f64 in any file: rounded, training would go on otherwise.
    Exact(f64),
    /// A counter.
    Count(i64),
}

/// A tree to be written: groups with attributes, and arrays.
#[derive(Default)]
pub(super) struct Tree {
    groups: BTreeMap<String, Tree>,
    arrays: BTreeMap<String, Array>,
    texts: Vec<(String, AttrValue)>,
}

impl Tree {
    /// The group at `path`, made with those around it where there is none.
    pub fn group(&mut self, path: &str) -> &mut Self {
        path.split('/')
            .filter(|p| !p.is_empty())
            .fold(self, |tree, part| tree.groups.entry(part.to_owned()).or_default())
    }

    /// Puts an array at `path`.
    pub fn put(&mut self, path: &str, array: Array) {
        let (group, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.group(group).arrays.insert(name.to_owned(), array);
    }

    /// Gives the group a text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.texts.push((name.to_owned(), AttrValue::VarLenString(text.to_owned())));
    }

    /// Gives the group a list of texts.
    pub fn texts(&mut self, name: &str, all: &[String]) {
        let value =
            if all.is_empty() { AttrValue::F64Array(Vec::new()) } else { AttrValue::VarLenStringArray(all.to_vec()) };
        self.texts.push((name.to_owned(), value));
    }

    /// The bytes of the file; floats are f64 where `double`, else f32.
    ///
    /// # Errors
    /// What the format has no room for, such as a text of more than 64 KiB.
    pub fn bytes(self, double: bool) -> Result<Vec<u8>> {
        let mut file = FileBuilder::new();
        for (name, array) in self.arrays {
            array.write(file.create_dataset(&name), double);
        }
        for (name, tree) in self.groups {
            let group = tree.finished(file.create_group(&name), double);
            file.add_group(group);
        }
        self.texts.into_iter().for_each(|(name, value)| file.set_attr(&name, value));
        file.finish().map_err(|e| Error::Data(format!("the weights cannot be written as HDF5: {e}")))
    }

    fn finished(self, mut group: hdf5_pure::GroupBuilder, double: bool) -> FinishedGroup {
        for (name, array) in self.arrays {
            array.write(group.create_dataset(&name), double);
        }
        for (name, tree) in self.groups {
            let inner = tree.finished(group.create_group(&name), double);
            group.add_group(inner);
        }
        self.texts.into_iter().for_each(|(name, value)| group.set_attr(&name, value));
        group.finish()
    }
}

impl Array {
    fn write(self, data: &mut hdf5_pure::DatasetBuilder, double: bool) {
        match self {
            Self::Floats(shape, numbers) => {
                let shape: Vec<u64> = shape.into_iter().map(|n| n as u64).collect();
                if double {
                    data.with_f64_data(&numbers).with_shape(&shape);
                } else {
                    let short: Vec<f32> = numbers.iter().map(|v| *v as f32).collect();
                    data.with_f32_data(&short).with_shape(&shape);
                }
            }
            Self::Exact(v) => {
                data.with_f64_data(&[v]).with_shape(&[]);
            }
            Self::Count(n) => {
                // As Keras on JAX; on TensorFlow it is i64, and either is taken.
                match i32::try_from(n) {
                    Ok(n) => data.with_i32_data(&[n]).with_shape(&[]),
                    Err(_) => data.with_i64_data(&[n]).with_shape(&[]),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileBuilder, Reader};

    /// Each array was compared with the file alone: a few of them, each within bounds, filled the memory.
    #[test]
    fn all_arrays_share_one_budget() {
        const NUMBERS: usize = 3 << 20;
        let mut file = FileBuilder::new();
        let zeros = vec![0.0_f32; NUMBERS];
        for name in ["a", "b", "c"] {
            let data = file.create_dataset(name);
            data.with_f32_data(&zeros).with_shape(&[NUMBERS as u64]).with_chunks(&[1 << 20]).with_deflate(6);
        }
        let bytes = file.finish().expect("a file");
        let on_disk = bytes.len();
        assert!(on_disk < 100_000, "{on_disk}");
        let reader = Reader::open("bomb.h5", bytes, on_disk).expect("a file");
        let numbers = |name: &str| reader.numbers(name, name, &[NUMBERS]).map(|v| v.len());
        // 24 MiB each, of 64.
        assert_eq!((numbers("a").ok(), numbers("b").ok()), (Some(NUMBERS), Some(NUMBERS)));
        let said = numbers("c").expect_err("too much").to_string();
        assert!(said.contains("bomb.h5") && said.contains("do not trust the file"), "{said}");
        reader.begin();
        assert_eq!(numbers("c").ok(), Some(NUMBERS));
    }
}

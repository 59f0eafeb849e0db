//! NumPy's arrays: `.npz` archives and `.npy` files.

use super::options::SourceOptions;
use super::raw::{Input, Raw, Target, TargetKind, bytes, wrong};
use crate::base::{Error, Result, RowData, Rows};
use crate::data::Samples;
use crate::data::npy::{self, Stored};
use std::io::{Cursor, Read};
use std::path::Path;
use zip::ZipArchive;

/// Bytes of one array at most, 8 GiB: what more there is does not fit this machine's memory twice.
const MOST: u64 = 1 << 33;

/// The endings of keys that name a part: training, validation, test.
const ENDINGS: [&[&str]; 3] = [&["", "_train"], &["_val", "_valid", "_validation"], &["_test"]];

/// The arrays of an archive.
struct Archive<'a> {
    place: String,
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    fn open(place: String, bytes: &'a [u8]) -> Result<Self> {
        let damaged = |e| wrong(&place, format!("no .npz archive ({e})"), "write it with numpy.savez");
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
        Ok(Self { place, zip })
    }

    fn keys(&self) -> Vec<String> {
        let plain = |name: &str| name.strip_suffix(".npy").unwrap_or(name).to_owned();
        self.zip.file_names().filter_map(|name| name.ok().map(|name| plain(&name))).collect()
    }

    /// The first of these keys that is there.
    fn find(&self, name: &str, endings: &[&str]) -> Option<String> {
        let keys = self.keys();
        endings.iter().map(|ending| format!("{name}{ending}")).find(|key| keys.contains(key))
    }

    fn array(&mut self, key: &str) -> Result<Stored> {
        let place = format!("{}: {key}", self.place);
        let damaged = |e: &dyn std::fmt::Display| {
            wrong(&place, format!("cannot be read ({e})"), "the file is damaged or was cut off; write it again")
        };
        let mut file = self.zip.by_name(&format!("{key}.npy")).map_err(|e| damaged(&e))?;
        if file.size() > MOST {
            let help = "save fewer samples a file, or a narrower type";
            return Err(wrong(&place, format!("an array of {} bytes, at most {MOST} are read", file.size()), help));
        }
        let mut bytes = Vec::new();
        file.by_ref().take(MOST).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
        npy::stored(&place, &bytes)
    }
}

/// Reads an archive: `x` and `y`, or the keys in the options, each alone or with `_train`, `_val` and `_test` behind it.
///
/// # Errors
/// Keys that are not there, arrays that are damaged or of something else than numbers.
pub fn archive(path: &Path, options: &SourceOptions) -> Result<Raw> {
    let place = path.display().to_string();
    let all = bytes(path)?;
    let mut archive = Archive::open(place.clone(), &all)?;
    let names = |given: &[String], usual: &str| if given.is_empty() { vec![usual.to_owned()] } else { given.to_vec() };
    let (x, y) = (names(&options.x, "x"), names(&options.y, "y"));
    let mut parts = Vec::new();
    for endings in ENDINGS {
        let needed = parts.is_empty();
        parts.push(part(&mut archive, endings, &x, &y, options, needed)?);
    }
    let [Some(train), validation, test] = <[Option<Found>; 3]>::try_from(parts).unwrap_or([None, None, None]) else {
        return Err(wrong(&place, "no arrays", "write it with numpy.savez"));
    };
    let own = |found: Option<Found>| found.map(|found| found.fitting(&train)).transpose();
    let (validation, test) = (own(validation)?, own(test)?);
    let left: Vec<String> =
        archive.keys().into_iter().filter(|key| !used(key, &[&x[..], &y[..]].concat(), options)).collect();
    let mut raw = train.raw(place)?;
    if !left.is_empty() {
        raw.notes.push(format!("arrays left out: {}", left.join(", ")));
    }
    (raw.validation, raw.test) = (validation, test);
    Ok(raw)
}

fn used(key: &str, names: &[String], options: &SourceOptions) -> bool {
    let all = names.iter().chain(&options.weights);
    let mut keys = all.flat_map(|name| ENDINGS.iter().copied().flatten().map(move |ending| format!("{name}{ending}")));
    keys.any(|known| known == key)
}

/// The arrays of one part, if it is there.
fn part(
    archive: &mut Archive<'_>,
    endings: &[&str],
    x: &[String],
    y: &[String],
    options: &SourceOptions,
    needed: bool,
) -> Result<Option<Found>> {
    let keys = archive.keys();
    let known: Vec<&str> = keys.iter().map(String::as_str).collect();
    let absent = |option: &str, name: &str| {
        let help = match Error::unknown("", name, &known) {
            Error::Request { help, .. } if help.starts_with("did") => format!("; {help}"),
            _ => String::new(),
        };
        let ending = endings.last().copied().unwrap_or_default();
        let what = format!("no array `{name}` or `{name}{ending}` among {}", keys.join(", "));
        wrong(&archive.place, what, format!("name the arrays with {option}{help}"))
    };
    let Some(name) = x.first() else { return Ok(None) };
    let place = match archive.find(name, endings) {
        Some(_) => format!("{}{}", archive.place, endings.first().copied().unwrap_or_default()),
        None if needed => return Err(absent("x", name)),
        None => return Ok(None),
    };
    let mut found = Found { place, inputs: Vec::new(), labels: Vec::new(), weights: None };
    let x: Vec<_> =
        x.iter().map(|name| archive.find(name, endings).ok_or_else(|| absent("x", name))).collect::<Result<_>>()?;
    // Labels that nobody asked for may be absent.
    let y: Vec<_> = match (options.y.is_empty(), archive.find(y.first().map_or("y", String::as_str), endings)) {
        (true, None) => Vec::new(),
        _ => {
            y.iter().map(|name| archive.find(name, endings).ok_or_else(|| absent("y", name))).collect::<Result<_>>()?
        }
    };
    let weights = match &options.weights {
        Some(name) => Some(archive.find(name, endings).ok_or_else(|| absent("weights", name))?),
        None => None,
    };
    for key in x {
        found.inputs.push((key.clone(), archive.array(&key)?));
    }
    for key in y {
        found.labels.push((key.clone(), archive.array(&key)?));
    }
    found.weights = weights.map(|key| archive.array(&key)).transpose()?;
    Ok(Some(found))
}

/// Reads `.npy` files: inputs, labels (none, or an output each).
///
/// # Errors
/// Files that are missing, damaged or of something else than numbers.
pub fn files(inputs: &[String], labels: &[String], weights: Option<&str>) -> Result<Raw> {
    let read = |path: &String| Ok((stem(path), npy::stored(path, &bytes(Path::new(path))?)?));
    let place = [inputs, labels].concat().join(",");
    let weights = weights.map(|path| read(&path.to_owned()).map(|(_, array)| array)).transpose()?;
    let all = |paths: &[String]| paths.iter().map(read).collect::<Result<Vec<_>>>();
    let found = Found { place: place.clone(), inputs: all(inputs)?, labels: all(labels)?, weights };
    found.raw(place)
}

fn stem(path: &str) -> String {
    Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The arrays of one part.
struct Found {
    place: String,
    inputs: Vec<(String, Stored)>,
    labels: Vec<(String, Stored)>,
    weights: Option<Stored>,
}

impl Found {
    /// As samples, if the shapes are those of the training part.
    fn fitting(self, train: &Self) -> Result<Samples> {
        let shapes = |arrays: &[(String, Stored)]| arrays.iter().map(|(_, a)| shape(a)).collect::<Vec<_>>();
        let (own, other) = (shapes(&self.inputs), shapes(&train.inputs));
        if own != other {
            let found = format!("samples of shapes {own:?}, those of training are {other:?}");
            return Err(wrong(&self.place, found, "give arrays of one form"));
        }
        self.samples()
    }

    fn samples(&self) -> Result<Samples> {
        let rows = |(key, array): &(String, Stored)| rows(&format!("{}: {key}", self.place), array);
        let inputs: Vec<Rows> = self.inputs.iter().map(rows).collect::<Result<_>>()?;
        let labels: Vec<Rows> = self.labels.iter().map(rows).map(|r| r.map(floats)).collect::<Result<_>>()?;
        let mut samples = Samples::new(&inputs).labels(&labels).named(&self.place);
        if let Some(weights) = &self.weights {
            samples.weights = Some(floats(self::rows(&format!("{}: weights", self.place), weights)?));
        }
        Ok(samples)
    }

    fn raw(self, name: String) -> Result<Raw> {
        let train = self.samples()?;
        let single = self.inputs.len() == 1;
        let input = |(key, array): &(String, Stored)| Input {
            name: if single { "x".to_owned() } else { base(key) },
            shape: shape(array),
        };
        let target = |(key, array): &(String, Stored)| Target {
            names: vec![base(key)],
            shape: shape(array),
            kind: TargetKind::Array,
        };
        let notes = self.inputs.iter().filter(|(_, a)| is_images(a)).map(|(key, _)| {
            format!("`{}` are bytes of images: scaled to 0..1, unless `scale` says otherwise", base(key))
        });
        Ok(Raw {
            name,
            inputs: self.inputs.iter().map(input).collect(),
            targets: self.labels.iter().map(target).collect(),
            notes: notes.collect(),
            train,
            validation: None,
            test: None,
            columns: Vec::new(),
        })
    }
}

/// A key without the ending of its part.
fn base(key: &str) -> String {
    let endings = ENDINGS.iter().copied().flatten().filter(|ending| !ending.is_empty());
    endings.copied().find_map(|ending| key.strip_suffix(ending)).unwrap_or(key).to_owned()
}

/// The shape of one sample; single numbers have one axis.
fn shape(array: &Stored) -> Vec<usize> {
    match array.shape.get(1..) {
        None | Some([]) => vec![1],
        Some(axes) => axes.to_vec(),
    }
}

fn is_images(array: &Stored) -> bool {
    matches!(array.data, RowData::Bytes { .. }) && shape(array).len() >= 2
}

fn rows(place: &str, array: &Stored) -> Result<Rows> {
    let width: usize = shape(array).iter().product();
    if array.shape.is_empty() || width == 0 {
        let help = "its first axis counts samples, none of the others is 0";
        return Err(wrong(place, format!("an array of shape {:?}", array.shape), help));
    }
    // A row of a table of bytes that is an image is one by its shape.
    let data = match &array.data {
        RowData::Bytes { data, .. } if is_images(array) => {
            RowData::Bytes { data: data.clone(), scale: 1.0 / 255.0, shift: 0.0 }
        }
        other => other.clone(),
    };
    Ok(Rows { width, data })
}

/// Labels are numbers as they stand.
fn floats(rows: Rows) -> Rows {
    match rows.data {
        RowData::Bytes { data, .. } => Rows::floats(rows.width, data.iter().map(|byte| f32::from(*byte)).collect()),
        RowData::Floats(_) => rows,
    }
}

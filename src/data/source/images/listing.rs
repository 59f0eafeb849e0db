//! Which images there are, and of which class.

use crate::base::{Error, Result};
use crate::data::source::options::SourceOptions;
use crate::data::source::raw::wrong;
use crate::data::source::words::Task;
use std::path::{Path, PathBuf};

/// Endings of images.
const ENDINGS: [&str; 3] = ["png", "jpg", "jpeg"];
/// Folders that are parts: of training, validation and test.
const PARTS: [&[&str]; 3] = [&["train", "training"], &["validation", "valid", "val"], &["test", "testing"]];

/// The images of a source.
#[cfg_attr(not(feature = "images"), allow(dead_code, reason = "images are not read"))]
pub struct Found {
    /// The classes; none of images without.
    pub classes: Option<Vec<String>>,
    /// The images that train.
    pub train: Part,
    /// Those that validate.
    pub validation: Option<Part>,
    /// Those that test.
    pub test: Option<Part>,
    /// What was left out.
    pub notes: Vec<String>,
}

/// The images of one part.
#[cfg_attr(not(feature = "images"), allow(dead_code, reason = "images are not read"))]
pub struct Part {
    /// The folder.
    pub place: String,
    /// Each file and the number of its class.
    pub files: Vec<(PathBuf, usize)>,
}

/// What is in a folder, by name; what begins with a dot is not looked at.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let told = |e: std::io::Error| {
        wrong(folder.display(), format!("cannot be read ({e})"), "check the path and its permissions")
    };
    let all = std::fs::read_dir(folder).map_err(told)?;
    let mut paths =
        all.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>().map_err(told)?;
    paths.retain(|path| !name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_image(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    path.is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// Lists the images below a folder; `known` are the classes of the training data, where these are other data.
///
/// # Errors
/// No images, or none of a class.
pub fn list(folder: &Path, options: &SourceOptions, known: Option<Vec<String>>) -> Result<Found> {
    let part = |names: &[&str]| names.iter().map(|name| folder.join(name)).find(|path| path.is_dir());
    let mut notes = Vec::new();
    let Some(train) = part(PARTS[0]) else {
        let (train, classes) = listed(folder, options, known, &mut notes)?;
        return Ok(Found { classes, train, validation: None, test: None, notes });
    };
    let (train, classes) = listed(&train, options, known, &mut notes)?;
    let mut other = |names: &[&str]| match part(names) {
        None => Ok(None),
        Some(path) => listed(&path, options, classes.clone(), &mut notes).map(|(part, _)| Some(part)),
    };
    let (validation, test) = (other(PARTS[1])?, other(PARTS[2])?);
    Ok(Found { classes, train, validation, test, notes })
}

/// The images of one part, and its classes.
fn listed(
    folder: &Path,
    options: &SourceOptions,
    known: Option<Vec<String>>,
    notes: &mut Vec<String>,
) -> Result<(Part, Option<Vec<String>>)> {
    let place = folder.display().to_string();
    let (folders, files): (Vec<_>, Vec<_>) = entries(folder)?.into_iter().partition(|path| path.is_dir());
    let named =
        |known: &Option<Vec<String>>| known.clone().or((!options.classes.is_empty()).then(|| options.classes.clone()));
    let images: Vec<PathBuf> = files.iter().filter(|path| is_image(path)).cloned().collect();
    if folders.is_empty() && !images.is_empty() && (known.is_some() || options.task == Task::Reconstruction) {
        let files = images.into_iter().map(|path| (path, 0)).collect();
        return Ok((Part { place, files }, None));
    }
    if folders.is_empty() {
        let got = match (images.len(), files.len()) {
            (0, 0) => "an empty folder".to_owned(),
            (0, other) => format!("{other} files, none of them .png or .jpg"),
            (images, _) => format!("{images} images in no class"),
        };
        let what = format!("expected a folder of images for each class, got {got}");
        return Err(wrong(&place, what, "put the images of each class in a folder of its name"));
    }
    if !files.is_empty() {
        notes.push(format!(
            "{place}: {} files beside the folders are left out, as {}",
            files.len(),
            files.first().map(|p| name(p)).unwrap_or_default()
        ));
    }
    let there: Vec<String> = folders.iter().map(|path| name(path)).collect();
    let classes = named(&known).unwrap_or_else(|| there.clone());
    if let Some(absent) = classes.iter().find(|class| !there.contains(class)).filter(|_| known.is_none()) {
        let names: Vec<&str> = there.iter().map(String::as_str).collect();
        return Err(Error::unknown(format!("classes: folder of {place}"), absent, &names));
    }
    let mut part = Part { place: place.clone(), files: Vec::new() };
    for (path, class) in folders.iter().zip(&there) {
        let Some(number) = classes.iter().position(|known| known == class) else {
            if known.is_some() {
                let what = format!("class `{class}`, expected one of {}", classes.join(", "));
                return Err(wrong(path.display(), what, "give other data the classes of the training data"));
            }
            notes.push(format!("{}: left out, for `classes` does not name it", path.display()));
            continue;
        };
        let before = part.files.len();
        let (mut strange, mut first) = (0, String::new());
        for file in entries(path)? {
            if is_image(&file) {
                part.files.push((file, number));
            } else {
                strange += 1;
                first = if first.is_empty() { name(&file) } else { first };
            }
        }
        if strange > 0 {
            notes.push(format!(
                "{}: {strange} entries that are no .png or .jpg are left out, as {first}",
                path.display()
            ));
        }
        if part.files.len() == before {
            let what = "expected images, got an empty folder";
            return Err(wrong(path.display(), what, "put .png or .jpg files of the class there, or remove the folder"));
        }
    }
    Ok((part, Some(classes)))
}

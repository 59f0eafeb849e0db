//! Where the files of a data set may be.

use super::DataError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where Debian's `dataset-*` packages install.
const DEBIAN: &str = "/usr/share/datasets";

/// A form a data set comes in: a folder's usual name and the files in it.
pub struct Form<const N: usize> {
    /// The usual name of the folder.
    pub folder: &'static str,
    /// The files, without `.gz`.
    pub files: [&'static str; N],
    /// Whether the usual files end in `.gz`; those without are found too.
    pub gzipped: bool,
}

/// The first folder that holds every file of one of `forms`, as that form's number and the paths in their order.
///
/// A `data_dir` named by hand is the only one looked in; else $WGRAD_DATA, the user's data folder
/// ($XDG_DATA_HOME/wgrad, ~/.local/share/wgrad) and Debian's packages, in that order.
pub fn find<const N: usize>(
    data_dir: Option<&Path>,
    what: &str,
    forms: &[Form<N>],
    help: &str,
) -> Result<(usize, [PathBuf; N]), DataError> {
    let mut looked: Vec<(PathBuf, Vec<String>)> = Vec::new();
    let places: Vec<_> =
        forms.iter().map(|form| candidates(data_dir, form.folder, |name| std::env::var_os(name))).collect();
    // Place by place, in each of them form by form: candidates are as many for every form.
    for rank in 0..places.first().map_or(0, Vec::len) {
        for (number, (form, place)) in forms.iter().zip(places.iter().map(|places| &places[rank])).enumerate() {
            let found = form.files.map(|file| present(place, file, form.gzipped));
            let ending = if form.gzipped { ".gz" } else { "" };
            let absent = form.files.iter().zip(&found).filter(|(_, path)| path.is_none());
            let absent: Vec<String> = absent.map(|(file, _)| format!("{file}{ending}")).collect();
            if absent.is_empty() {
                return Ok((number, found.map(Option::unwrap_or_default)));
            }
            // A folder with nothing of it is named alone, and once.
            let absent = if absent.len() < N { absent } else { Vec::new() };
            if !absent.is_empty() || looked.iter().all(|(named, _)| named != place) {
                looked.push((place.clone(), absent));
            }
        }
    }
    Err(DataError::Missing { what: what.to_string(), looked, help: help.to_string() })
}

/// `file` in `folder`; compressed, where the usual one is.
fn present(folder: &Path, file: &str, gzipped: bool) -> Option<PathBuf> {
    let names = gzipped.then(|| format!("{file}.gz")).into_iter().chain([file.to_string()]);
    names.map(|name| folder.join(name)).find(|path| path.is_file())
}

/// Where a data set that is fetched goes: the first of the usual places that is the user's own.
#[cfg(feature = "fetch")]
pub fn home(folder: &str) -> Option<PathBuf> {
    candidates(None, folder, |name| std::env::var_os(name)).into_iter().find(|place| !place.starts_with(DEBIAN))
}

/// The folders to look in, `folder` being the data set's own name for its folder.
fn candidates(data_dir: Option<&Path>, folder: &str, env: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let named = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let both = |root: PathBuf| [root.join(folder), root];
    if let Some(root) = data_dir {
        return both(root.to_path_buf()).into();
    }
    let mut places: Vec<PathBuf> = named("WGRAD_DATA").into_iter().flat_map(both).collect();
    let home = || named("HOME").map(|home| home.join(".local/share"));
    places.extend(named("XDG_DATA_HOME").or_else(home).map(|root| root.join("wgrad").join(folder)));
    places.push(Path::new(DEBIAN).join(folder));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_named_by_hand_is_the_only_one() {
        let places = candidates(Some(Path::new("/data")), "set", |_| Some("/elsewhere".into()));
        assert_eq!(places, [PathBuf::from("/data/set"), PathBuf::from("/data")]);
    }

    #[test]
    fn the_usual_places_in_order() {
        let env = |name: &str| match name {
            "WGRAD_DATA" => Some("/w".into()),
            "XDG_DATA_HOME" => Some("".into()),
            "HOME" => Some("/home/me".into()),
            _ => None,
        };
        let want = ["/w/set", "/w", "/home/me/.local/share/wgrad/set", "/usr/share/datasets/set"];
        assert_eq!(candidates(None, "set", env), want.map(PathBuf::from));
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = std::env::temp_dir().join(format!("wgrad-locate-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("one"), []).unwrap();
        let gz = Form { folder: "set", files: ["one", "two"], gzipped: true };
        let plain = Form { folder: "other", files: ["three", "four"], gzipped: false };
        let one = find(Some(&folder), "set", &[gz], "get it").unwrap_err().to_string();
        let gz = Form { folder: "set", files: ["one", "two"], gzipped: true };
        let forms = [gz, plain];
        let two = find(Some(&folder), "sets", &forms, "get it").unwrap_err().to_string();
        std::fs::write(folder.join("three"), []).unwrap();
        std::fs::write(folder.join("four"), []).unwrap();
        let found = find(Some(&folder), "sets", &forms, "get it").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let place = folder.display();
        let want = format!("set not found; looked in {place}/set, {place} (there, but without two.gz); get it");
        assert_eq!(one, want);
        let want = format!(
            "sets not found; looked in {place}/set, {place}/other, {place} (there, but without two.gz); get it"
        );
        assert_eq!(two, want);
        assert_eq!(found, (1, [folder.join("three"), folder.join("four")]));
    }

    #[test]
    fn a_nearer_place_goes_before_a_form() {
        let folder = std::env::temp_dir().join(format!("wgrad-locate-forms-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("second")).unwrap();
        std::fs::write(folder.join("a"), []).unwrap();
        std::fs::write(folder.join("second/b"), []).unwrap();
        let forms =
            [("first", "a"), ("second", "b")].map(|(folder, file)| Form { folder, files: [file], gzipped: false });
        let found = find(Some(&folder), "set", &forms, "get it").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, (1, [folder.join("second/b")]));
    }
}

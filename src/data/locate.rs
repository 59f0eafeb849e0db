//! Where the files of a data set may be.

use super::DataError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where Debian's `dataset-*` packages install.
const DEBIAN: &str = "/usr/share/datasets";

/// The folder that holds every one of `files` (or `file.gz`), as paths in their order.
///
/// A `data_dir` named by hand is the only one looked in; else $WGRAD_DATA, the user's data folder
/// ($XDG_DATA_HOME/wgrad, ~/.local/share/wgrad) and Debian's packages, in that order.
pub fn find<const N: usize>(
    data_dir: Option<&Path>,
    folder: &str,
    files: [&str; N],
    help: &str,
) -> Result<[PathBuf; N], DataError> {
    let mut looked = Vec::new();
    for place in candidates(data_dir, folder, |name| std::env::var_os(name)) {
        let found = files.map(|file| present(&place, file));
        let absent: Vec<String> =
            files.iter().zip(&found).filter(|(_, path)| path.is_none()).map(|(file, _)| format!("{file}.gz")).collect();
        if absent.is_empty() {
            return Ok(found.map(Option::unwrap_or_default));
        }
        // A folder with nothing of it is named alone.
        looked.push((place, if absent.len() < N { absent } else { Vec::new() }));
    }
    Err(DataError::Missing { what: folder.to_string(), looked, help: help.to_string() })
}

/// `file`, compressed or not, in `folder`.
fn present(folder: &Path, file: &str) -> Option<PathBuf> {
    [format!("{file}.gz"), file.to_string()].into_iter().map(|name| folder.join(name)).find(|path| path.is_file())
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
        let error = find(Some(&folder), "set", ["one", "two"], "get it").unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        let place = folder.display();
        let want = format!("set not found; looked in {place}/set, {place} (there, but without two.gz); get it");
        assert_eq!(error, want);
    }
}

//! Runs read back for the commands that look at them, and pictures written where people say.

use crate::base::{Error, Result};
use crate::report::plot::Picture;
use crate::report::run::RunRecord;
use crate::train::save::save;
use std::path::{Path, PathBuf};

/// The runs of these paths, each under a name of its own.
///
/// # Errors
/// One of them is no run, or damaged.
pub fn open(paths: &[PathBuf]) -> Result<Vec<RunRecord>> {
    let mut all = paths.iter().map(RunRecord::open).collect::<Result<Vec<_>>>()?;
    // Folders of one name are told apart by their paths.
    let names: Vec<String> = all.iter().map(|run| run.name.clone()).collect();
    for run in &mut all {
        if names.iter().filter(|name| **name == run.name).count() > 1 {
            run.name = run.path.display().to_string();
        }
    }
    Ok(all)
}

/// Writes a picture as what the path ends in, and says so; `-` is SVG to stdout.
///
/// # Errors
/// Another ending than .svg and .png; it cannot be written.
pub fn write(picture: &impl Picture, path: &Path) -> Result<()> {
    if path == Path::new("-") {
        println!("{}", picture.svg().trim_end());
        return Ok(());
    }
    draw(picture, path)?;
    println!("Saved: {}", path.display());
    Ok(())
}

/// Writes a picture as what the path ends in.
///
/// # Errors
/// As [`write`].
pub fn draw(picture: &impl Picture, path: &Path) -> Result<()> {
    match path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
        Some("svg") => save(path, picture.svg().as_bytes()),
        Some("png") => save(path, &png(picture)?),
        _ => {
            let help = "give a path that ends so, or - for SVG to stdout";
            Err(Error::request("picture", "a file that ends in .svg or .png", path.display(), help))
        }
    }
}

#[cfg(feature = "png")]
fn png(picture: &impl Picture) -> Result<Vec<u8>> {
    crate::report::plot::to_png(picture)
}

#[cfg(not(feature = "png"))]
fn png(_: &impl Picture) -> Result<Vec<u8>> {
    let got = "a program built without the feature `png`";
    Err(Error::request("picture", "a file that ends in .svg", got, "write an .svg, or build with the feature"))
}

/// The settings of a run file, flat and by name: points between the parts of names, and values as the file has them.
///
/// # Errors
/// What is no TOML.
pub fn settings(text: &str) -> Result<Vec<(String, String)>, String> {
    fn add(prefix: &str, value: &toml::Value, all: &mut Vec<(String, String)>) {
        let name = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(table) if !table.is_empty() => {
                table.iter().for_each(|(key, value)| add(&name(key), value, all));
            }
            toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
                list.iter().enumerate().for_each(|(at, value)| add(&name(&at.to_string()), value, all));
            }
            toml::Value::String(text) => all.push((prefix.to_owned(), text.clone())),
            value => all.push((prefix.to_owned(), value.to_string())),
        }
    }
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut all = Vec::new();
    add("", &toml::Value::Table(table), &mut all);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_flat() {
        let text = "seed = 1\n[train]\noptimizer = { sgd = { learning_rate = 0.1 } }\nmetrics = [\"accuracy\"]\n\
                    [[model.layers]]\n[model.layers.dense]\nunits = 3\n[data]\n";
        let told: Vec<String> = settings(text).expect("TOML").iter().map(|(name, v)| format!("{name}={v}")).collect();
        assert_eq!(
            told,
            [
                "data={}",
                "model.layers.0.dense.units=3",
                "seed=1",
                "train.metrics=[\"accuracy\"]",
                "train.optimizer.sgd.learning_rate=0.1"
            ]
        );
        assert!(settings("a = ").is_err());
    }
}

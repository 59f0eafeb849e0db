//! Data for a model that a run has left: read, and made ready, as the run's was.

use super::file::RunFile;
use crate::base::{Error, Result};
use crate::data::{self, Loaded, MissingValues, Part, Prepared, Samples, SourceOptions};
use crate::report::run::RunFolder;
use std::path::{Path, PathBuf};

/// The model a path means: a file, or the last model in the folder of a run.
///
/// # Errors
/// There is nothing of this name.
pub fn model_at(path: &Path) -> Result<PathBuf> {
    if !path.exists() && path.extension().is_none() {
        return Err(Error::Data(format!("{}: no model file and no folder of a run; check the path", path.display())));
    }
    let known = [path.join(RunFolder::MODEL), path.join(RunFolder::MODEL).with_extension("safetensors")];
    Ok(known.into_iter().find(|last| last.is_file()).unwrap_or_else(|| path.to_owned()))
}

/// Reads data for a model in a file: `source`, or, without, what the run that has left the model had. Where the model lies in
/// the folder of a run, other data is read by the run's options and made ready by what its training data decided: columns,
/// categories, classes, scaling. `whole` takes all samples of a source, not the part the run tested on.
///
/// # Errors
/// No source; a run file or data that cannot be read, or is of another form.
pub fn data_for(model: &Path, source: Option<&str>, data_dir: Option<&Path>, whole: bool) -> Result<Loaded> {
    let folder = model.parent().unwrap_or(Path::new(""));
    let (run, decided) = (folder.join(RunFolder::RUN_FILE), folder.join(RunFolder::DATA));
    // A run file without it is another's.
    let file = if run.is_file() && decided.is_file() { Some(RunFile::open(&run, &[] as &[&str])?) } else { None };
    let seed = file.as_ref().map_or(0, RunFile::seed);
    let mut options = file.map_or_else(SourceOptions::default, |file| file.data.options);
    match source {
        Some(source) if whole => {
            // Every row has its answer, whatever part the run made of them.
            options.test = Part::OfSource;
            (options.limit, options.validation) = (None, Part::None);
            if options.source.is_empty() {
                (options.x, options.y, options.weights) = (Vec::new(), Vec::new(), None);
            }
            source.clone_into(&mut options.source);
        }
        Some(source) => {
            let other = options.source != source;
            if options.source.is_empty() {
                // Without a source, arrays are named in full.
                (options.x, options.y, options.weights) = (Vec::new(), Vec::new(), None);
            }
            source.clone_into(&mut options.source);
            options.validation = Part::None;
            if other {
                // Another file than the run's is taken whole.
                (options.test, options.limit) = (Part::OfSource, None);
            }
        }
        None if options.source.is_empty() && options.x.is_empty() => {
            let got = format!("{}, which is not in the folder of a run", model.display());
            return Err(Error::request("data", "what the model is asked about", got, "add --data DATA"));
        }
        None => {}
    }
    if options.missing == MissingValues::Drop && source.is_some() {
        // Every row has its answer.
        options.missing = MissingValues::Refuse;
    }
    if let Some(folder) = data_dir {
        options.data_dir = Some(folder.to_string_lossy().into_owned());
    }
    if decided.is_file() {
        let damaged = |what: String| Error::Data(format!("{}: {what}; train again, or remove it", decided.display()));
        let text = std::fs::read_to_string(&decided).map_err(|error| damaged(error.to_string()))?;
        let json = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        options.prepared = Some(Prepared::of_json(&decided.display().to_string(), &json)?);
    }
    let mut data = data::open(&options, seed)?;
    if options.prepared.is_none() {
        let told = format!(
            "nothing beside {} says how its data was made ready (data.json): scaling is measured anew",
            model.display()
        );
        data.notes.push(told);
    }
    Ok(data)
}

/// The samples a model is tested on: those for tests, else those that validate, else all; and which these are.
pub fn tested(data: &Loaded) -> (&'static str, &Samples) {
    match (&data.test, &data.validation) {
        (Some(test), _) => ("test", test),
        (None, Some(validation)) => ("validation", validation),
        (None, None) => ("all", &data.train),
    }
}

//! Where a run leaves its files: `--out`, or a free name under `runs`.

use super::asked::Asked;
use super::train::Options;
use crate::base::Result;
use crate::report::run::RunFolder;
use std::path::{Path, PathBuf};

/// The folder of all runs that were given none.
const RUNS: &str = "runs";

/// The folder of the run asked for; none where it is to leave nothing.
pub fn of(options: &Options) -> Result<Option<RunFolder>> {
    let resume = options.checkpoint.resumes() && options.checkpoint.folder().is_none();
    let path = match &options.out {
        Some(path) => path.clone(),
        // The run file of a run that goes on.
        None if resume && Path::new(&options.asked.run).with_file_name(RunFolder::DATA).is_file() => {
            Path::new(&options.asked.run).parent().unwrap_or(Path::new("")).to_owned()
        }
        None if options.asked.is_file() => {
            let stem = Path::new(&options.asked.run).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            free(Path::new(RUNS), &stem, resume)
        }
        None => return Ok(None),
    };
    if resume { RunFolder::resume(path).map(Some) } else { RunFolder::create(path).map(Some) }
}

/// `runs/name`, `runs/name-2`, …: the first that is not there, or, for a run that goes on, the last that is.
fn free(runs: &Path, name: &str, resume: bool) -> PathBuf {
    let numbered = |i: usize| runs.join(if i == 1 { name.to_owned() } else { format!("{name}-{i}") });
    let taken = (1..).take_while(|i| numbered(*i).exists()).last().unwrap_or(0);
    numbered(if resume { taken.max(1) } else { taken + 1 })
}

/// A free folder for what is asked, its name followed by `kind`.
pub fn free_for(asked: &Asked, kind: &str) -> PathBuf {
    let stem = Path::new(&asked.run).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    free(Path::new(RUNS), &format!("{stem}{kind}"), false)
}

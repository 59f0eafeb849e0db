//! Writes what fuzzing starts from: `seeds FOLDER` makes `FOLDER/TARGET/…` for every target.

use wgrad_fuzz::{seeds::seeds, targets::TARGETS};

fn main() -> std::io::Result<()> {
    let folder = std::path::PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "corpus".to_owned()));
    for target in TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder)?;
        for seed in seeds(target.name) {
            std::fs::write(folder.join(format!("seed-{:08x}", crc32fast::hash(&seed))), seed)?;
        }
    }
    Ok(())
}

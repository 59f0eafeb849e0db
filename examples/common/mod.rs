//! What the examples share: their options, their tables, and where their pictures go.
#![allow(dead_code, reason = "each example uses the part it needs")]

pub mod few;
pub mod rates;
pub mod samples;

use std::path::PathBuf;
use std::time::Instant;
use wgrad::prelude::*;

/// Options of every example: `--quick` (a small part on the built-in digits, for tests), `--device NAME`, `--out FOLDER`
/// (where the table and the picture are put; default `target/examples`), `--seed N`.
pub struct Options {
    pub quick: bool,
    pub device: Device,
    pub seed: Seed,
    out: PathBuf,
    name: &'static str,
    started: Instant,
}

impl Options {
    /// Reads the command line for the example `name`, as in `01_fashion_mnist`.
    pub fn read(name: &'static str) -> anyhow::Result<Self> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let value = |key: &str| arguments.iter().position(|a| a == key).and_then(|i| arguments.get(i + 1));
        let device = match value("--device") {
            Some(device) => Device::named(device)?,
            None => Device::best(),
        };
        let seed = value("--seed").map_or(Ok(42), |seed| seed.parse())?;
        let out = value("--out").map_or_else(|| PathBuf::from("target/examples"), PathBuf::from);
        std::fs::create_dir_all(&out)?;
        let quick = arguments.iter().any(|a| a == "--quick");
        eprintln!("{name} on {device}");
        Ok(Self { quick, device, seed: Seed(seed), out, name, started: Instant::now() })
    }

    /// `full` of an ordinary run, `quick` of a quick one.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// Fashion-MNIST, or in a quick run the digits: training and test set.
    pub fn images(&self) -> anyhow::Result<(Dataset, Dataset)> {
        Ok(if self.quick { datasets::digits()? } else { datasets::fashion_mnist(None)? })
    }

    /// Where a file of this example goes: `NAME.ending`, or `NAME_part.ending`.
    pub fn path(&self, part: &str, ending: &str) -> PathBuf {
        let part = if part.is_empty() { String::new() } else { format!("_{part}") };
        self.out.join(format!("{}{part}.{ending}", self.name))
    }

    /// Prints the table and writes it as `NAME.md`.
    pub fn table(&self, table: &Table) -> anyhow::Result<()> {
        print!("{table}");
        std::fs::write(self.path("", "md"), table.to_string())?;
        eprintln!("{:.0} s; files in {}", self.started.elapsed().as_secs_f64(), self.out.display());
        Ok(())
    }
}

/// A table in Markdown.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns.
    pub fn new<const N: usize>(head: [&str; N]) -> Self {
        Self { head: head.map(str::to_owned).into(), rows: Vec::new() }
    }

    /// Adds a row, and prints it to standard error as it comes.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        eprintln!("  {}", cells.join(" | "));
        self.rows.push(cells.into());
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = || [&self.head].into_iter().chain(&self.rows);
        let width = |i: usize| all().map(|r| r[i].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |r: &Vec<String>| {
            let cells = r.iter().zip(&widths).map(|(c, w)| format!("{c}{}", " ".repeat(w - c.chars().count())));
            format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
        };
        writeln!(f, "{}", line(&self.head))?;
        writeln!(f, "|{}|", widths.iter().map(|w| "-".repeat(w + 2)).collect::<Vec<_>>().join("|"))?;
        self.rows.iter().try_for_each(|r| writeln!(f, "{}", line(r)))
    }
}

/// A share in percent.
pub fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

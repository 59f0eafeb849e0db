//! `wgrad data fetch`: data sets from where they are published.

use crate::data::fetch;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Options of `wgrad data fetch`.
#[derive(Args)]
pub struct Options {
    /// fashion-mnist, mnist, cifar10 or cifar100
    #[arg(value_name = "NAME")]
    name: String,
    /// Where its folder is made [default: $WGRAD_DATA, or the XDG data folder's wgrad]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// A mirror: the address of a folder with the same files; they are checked all the same
    #[arg(long, value_name = "URL")]
    from: Option<String>,
}

/// Runs the command.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let shown = std::io::stderr().is_terminal();
    let mut bar: Option<(String, ProgressBar)> = None;
    let mut progress = |name: &str, got: u64, all: u64| {
        if bar.as_ref().is_none_or(|(known, _)| known != name) {
            if !shown {
                eprintln!("{name}: {all} bytes");
            }
            let style = ProgressStyle::with_template("{prefix} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
            let next = if shown { ProgressBar::new(all) } else { ProgressBar::hidden() };
            bar = Some((name.to_owned(), next.with_prefix(name.to_owned())));
            if let (Ok(style), Some((_, bar))) = (style, &bar) {
                bar.set_style(style);
            }
        }
        if let Some((_, bar)) = &bar {
            bar.set_position(got);
            if got == all {
                bar.finish();
            }
        }
    };
    let fetched = fetch(&options.name, options.to.as_deref(), options.from.as_deref(), &mut progress)?;
    if fetched.new == 0 {
        eprintln!("{}: all {} files are there already", options.name, fetched.kept);
    } else {
        eprintln!("{}: {} files, SHA-256 as published", options.name, fetched.new);
    }
    println!("{}", fetched.folder.display());
    match &options.to {
        Some(to) => eprintln!("Next: wgrad data {} --data-dir {}", options.name, to.display()),
        None => eprintln!("Next: wgrad data {}", options.name),
    }
    Ok(())
}

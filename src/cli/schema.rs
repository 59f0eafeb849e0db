//! `wgrad schema`: the words of run files, for editors.

use clap::Args;

/// Options of `wgrad schema`.
#[derive(Args)]
pub struct Options {}

/// Runs the command.
pub fn run(_: &Options) -> anyhow::Result<()> {
    println!("{:#}", crate::run::schema());
    Ok(())
}

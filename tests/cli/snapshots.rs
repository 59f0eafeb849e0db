//! What the program says, kept word for word in `tests/cli/cmd`: help, results, refusals with their exit codes.
//!
//! A page there is Markdown; `$ wgrad …` in a `console` block is run, `? 2` is its exit code, `[..]` stands for what differs from
//! run to run. `cargo xtask bless`, or `TRYCMD=overwrite cargo test --test cli snapshots`, writes the pages anew.

use std::path::Path;

#[test]
fn everything_said_is_as_it_was() {
    let cases = trycmd::TestCases::new();
    cases
        .register_bin("wgrad", Path::new(env!("CARGO_BIN_EXE_wgrad")))
        // Help tells what variables hold.
        .env("WGRAD_DEVICE", "")
        .env("WGRAD_DATA", "/nonexistent")
        .env("XDG_DATA_HOME", "/nonexistent")
        .case("tests/cli/cmd/*.md");
    cases.insert_var("[VERSION]", env!("CARGO_PKG_VERSION")).expect("a word for what changes");
}

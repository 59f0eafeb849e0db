//! Files written by tests and compared with what is kept: listings, texts and tables.
//!
//! `WGRAD_BLESS=1 cargo test --test walkers` writes them anew.

use std::path::Path;

/// Asserts that the file at `path`, from the repository's root, is `now`; writes it where `WGRAD_BLESS` is 1.
pub fn same(path: &str, now: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("WGRAD_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(&file, now).unwrap_or_else(|e| panic!("{path}: {e}"));
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{path}: {e}"));
    if let Some(found) = difference(&kept, now) {
        panic!("{path} changed; if that is meant, run with WGRAD_BLESS=1\n{found}");
    }
}

/// The first line in which two texts differ.
fn difference(kept: &str, now: &str) -> Option<String> {
    if kept == now {
        return None;
    }
    let mut lines = (kept.lines(), now.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (lines.0.next(), lines.1.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return Some("  other line ends".to_owned()),
            (was, is) => {
                let told = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
                return Some(format!("  line {number} was {}\n  line {number} is  {}", told(was), told(is)));
            }
        }
    }
}

#[test]
fn differences_are_found() {
    assert_eq!(difference("a\nb\n", "a\nb\n"), None);
    for (kept, now, words) in [
        ("a\nb\n", "a\nc\n", "line 2 was b\n  line 2 is  c"),
        ("a\n", "a\nb\n", "line 2 was (the end)"),
        ("a\nb\n", "a\n", "line 2 is  (the end)"),
        ("a\r\n", "a\n", "other line ends"),
    ] {
        let found = difference(kept, now).expect("they differ");
        assert!(found.contains(words), "{found}");
    }
}

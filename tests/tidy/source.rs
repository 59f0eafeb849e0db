//! Reading the source tree: files, their code without comments and literals, the modules they name.

use std::path::Path;

/// A source file.
pub struct File {
    /// Its path below the repository, with `/` between the parts.
    pub path: String,
    /// All of its text.
    pub text: String,
    /// Its text with comments, strings and characters blanked, line for line.
    pub code: String,
}

impl File {
    /// A file of a path and a text.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: code_only(text) }
    }

    /// The module path below `src`: `src/exec/gpu/mod.rs` and `src/exec/gpu.rs` are `[exec, gpu]`.
    pub fn modules(&self) -> Option<Vec<&str>> {
        let path = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let mut parts: Vec<&str> = path.split('/').collect();
        if matches!(parts[..], [.., "mod"] | ["lib" | "main"]) {
            parts.pop();
        }
        Some(parts)
    }

    /// Lines, counted from 1, whose code has `word` as a whole word.
    pub fn lines_with(&self, word: &str) -> Vec<usize> {
        let has = |line: &str| words(line).any(|(_, found)| found == word);
        let lines = self.code.lines().enumerate();
        lines.filter(|(_, line)| has(line)).map(|(at, _)| at + 1).collect()
    }
}

/// All files of the repository with an ending, build outputs and hidden folders left out.
pub fn files(ending: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                let below = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(File::new(&below, &std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no .{ending} file below {}: the rules read nothing", root.display());
    found
}

/// The text with comments and literals replaced by spaces; line breaks stay.
pub fn code_only(text: &str) -> String {
    let source: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < source.len() {
        let end = skipped(&source, at);
        if end == at {
            code.push(source[at]);
            at += 1;
        } else {
            code.extend(source[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

/// Where the comment or literal beginning at `at` ends, or `at` where none begins.
fn skipped(source: &[char], at: usize) -> usize {
    let here = |offset: usize| source.get(at + offset).copied().unwrap_or('\0');
    let find = |from: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        let starts = (from..source.len()).find(|start| source[*start..].starts_with(&end));
        starts.map_or(source.len(), |start| start + end.len())
    };
    match (here(0), here(1)) {
        ('/', '/') => find(at, "\n"),
        ('/', '*') => {
            let (mut depth, mut next) = (1, at + 2);
            while depth > 0 && next < source.len() {
                match source[next..] {
                    ['/', '*', ..] => (depth, next) = (depth + 1, next + 2),
                    ['*', '/', ..] => (depth, next) = (depth - 1, next + 2),
                    _ => next += 1,
                }
            }
            next
        }
        ('r', '"' | '#') if at == 0 || !is_word(source[at - 1]) || source[at - 1] == 'b' => {
            let hashes = source[at + 1..].iter().take_while(|c| **c == '#').count();
            if here(1 + hashes) != '"' {
                return at;
            }
            find(at + hashes + 2, &format!("\"{}", "#".repeat(hashes)))
        }
        ('"', _) => {
            let mut next = at + 1;
            while next < source.len() && source[next] != '"' {
                next += if source[next] == '\\' { 2 } else { 1 };
            }
            (next + 1).min(source.len())
        }
        // A character, not a lifetime: the escaped one, or the one with a quote right behind.
        ('\'', '\\') => find(at + 3, "'"),
        ('\'', _) if here(2) == '\'' => at + 3,
        _ => at,
    }
}

/// The modules below the crate's root that a file names, with their lines: the `nn` of
/// `crate::nn::act`, of `crate::{base, nn::act}`, and of `super::super::nn` where that may reach it.
///
/// Inside an inline module `super` reaches one module less far, so what follows it counts only if
/// it is a floor by name.
pub fn named(file: &File, is_floor: impl Fn(&str) -> bool) -> Vec<(usize, String)> {
    let depth = file.modules().map_or(0, |modules| modules.len());
    let mut found = Vec::new();
    let mut supers = 0;
    for (start, word) in words(&file.code) {
        let after = &file.code[start + word.len()..];
        let Some(rest) = after.trim_start().strip_prefix("::") else {
            supers = 0;
            continue;
        };
        supers = if word == "super" { supers + 1 } else { 0 };
        if word == "crate" || (supers > 0 && supers >= depth) {
            let line = file.code[..start].matches('\n').count() + 1;
            let mut heads = heads(rest.trim_start());
            heads.retain(|head| word == "crate" || is_floor(head));
            found.extend(heads.into_iter().map(|head| (line, head)));
        }
    }
    found
}

/// The first names of a path, or of each path in a group.
fn heads(rest: &str) -> Vec<String> {
    let Some(group) = rest.strip_prefix('{') else {
        let first = words(rest).next().filter(|(start, _)| *start == 0);
        return first.map(|(_, word)| word.to_owned()).into_iter().collect();
    };
    let (mut depth, mut fresh, mut found) = (1, true, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => fresh = true,
            _ if fresh && is_word(c) => {
                found.extend(words(&group[at..]).next().map(|(_, word)| word.to_owned()));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

/// Identifiers, keywords and numbers of a text, each with its place.
pub fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(is_word)?;
        let length = text[start..].find(|c| !is_word(c)).unwrap_or(text.len() - start);
        from = start + length;
        Some((start, &text[start..from]))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

//! The house rules, read off the source tree.
//!
//! Each rule is a function from files to what is wrong with them, so that the last tests can show
//! it a file that breaks the rule: a test that cannot fail proves nothing.

mod source;

use std::path::{Component, Path, PathBuf};

use source::{File, code_only, files, named, words};

/// The floors of the crate, and the floors each may name.
const FLOORS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("kernel", &["base"]),
    ("plan", &["base", "kernel"]),
    ("exec", &["base", "kernel", "plan"]),
    ("nn", &["base", "kernel", "plan"]),
    ("data", &["base"]),
    ("train", &["base", "kernel", "plan", "exec", "nn", "data"]),
    ("judge", &["base", "kernel", "plan", "exec", "nn", "train"]),
    ("formats", &["base", "kernel", "plan", "exec", "nn", "data", "train"]),
    ("report", &["base", "nn", "data", "train"]),
    ("prelude", &["base", "nn", "data", "train", "formats", "report"]),
    ("cli", &["base", "kernel", "plan", "exec", "nn", "data", "train", "judge", "formats", "report"]),
];

/// The files that may be unsafe, and why.
const UNSAFE: &[(&str, &str)] = &[
    ("src/base/product.rs", "the gemm crate takes pointers, and threads write disjoint blocks"),
    ("src/exec/gpu/shader.rs", "kernels run without wgpu's bounds checks, as trusted shaders"),
    ("tests/allocations.rs", "an allocator is an unsafe trait; this one counts"),
    ("tests/random_models/memory.rs", "an allocator is an unsafe trait; this one counts"),
];

/// The floors that are the engine, and how many lines of code (blank lines, comments and tests aside) they may have
/// together.
const ENGINE: (&[&str], usize) = (&["base", "kernel", "plan", "exec"], 4000);

/// What reads files of other programs: it is given bytes, and reaches for nothing outside them.
const READERS: &[&str] =
    &["src/formats/config/", "src/formats/keras/", "src/formats/onnx/", "src/formats/arrays.rs", "src/nn/config/"];

/// Names of what is outside.
const OUTSIDE: &[&str] = &["fs", "net", "process", "env", "File", "TcpStream", "UdpSocket", "Command"];

/// How many lines a source file may have.
const LINES: usize = 400;

fn floor_rule(files: &[File]) -> Vec<String> {
    let macros = exported_macros(files);
    let mut wrong = Vec::new();
    for file in files {
        let Some(own) = file.modules().and_then(|modules| modules.first().copied()) else {
            continue;
        };
        let Some((_, below)) = FLOORS.iter().find(|(name, _)| *name == own) else {
            wrong.push(format!("{}: `{own}` is no floor; move it, or give it a row in FLOORS", file.path));
            continue;
        };
        for (line, name) in named(file, |name| FLOORS.iter().any(|(floor, _)| *floor == name)) {
            // A macro lives at the crate's root whatever floor wrote it.
            let home = macros.iter().find(|(found, _)| *found == name).map(|(_, home)| home);
            let target = home.unwrap_or(&name);
            if target != own && !below.contains(&target.as_str()) {
                wrong.push(format!(
                    "{}:{line}: {own} names crate::{name}, and may name only {below:?} (and macros of \
                     these); move what both need to a floor below, or pass it in as an argument",
                    file.path
                ));
            }
        }
    }
    wrong
}

/// Macros exported at the crate's root, each with the floor that writes it.
fn exported_macros(files: &[File]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in files {
        let Some(floor) = file.modules().and_then(|modules| modules.first().map(ToString::to_string)) else {
            continue;
        };
        for part in file.code.split("#[macro_export]").skip(1) {
            let name = words(part).skip_while(|(_, word)| *word != "macro_rules").nth(1);
            found.extend(name.map(|(_, name)| (name.to_owned(), floor.clone())));
        }
    }
    found
}

fn wgpu_rule(files: &[File]) -> Vec<String> {
    let home = |path: &str| path == "src/exec/gpu.rs" || path.starts_with("src/exec/gpu/");
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !home(&file.path)) {
        wrong.extend(
            file.lines_with("wgpu")
                .into_iter()
                .map(|line| format!("{}:{line}: only src/exec/gpu names wgpu; ask exec for what is needed", file.path)),
        );
    }
    wrong
}

fn length_rule(files: &[File]) -> Vec<String> {
    let long = files.iter().filter(|file| file.text.lines().count() > LINES);
    let told = |file: &File| {
        let lines = file.text.lines().count();
        format!("{}: {lines} lines, {LINES} are allowed; split it by idea", file.path)
    };
    long.map(told).collect()
}

/// Lines that are code: not blank, not comment, not the tests at the end of the file.
fn code_lines(text: &str) -> usize {
    let own = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    own.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

fn engine_rule(files: &[File]) -> Vec<String> {
    let (floors, allowed) = ENGINE;
    let lines_of = |floor: &str| -> usize {
        let own = files.iter().filter(|file| file.modules().is_some_and(|parts| parts.first() == Some(&floor)));
        own.map(|file| code_lines(&file.text)).sum()
    };
    let counts: Vec<(&str, usize)> = floors.iter().map(|floor| (*floor, lines_of(floor))).collect();
    let total: usize = counts.iter().map(|(_, lines)| lines).sum();
    if total <= allowed {
        return Vec::new();
    }
    vec![format!("the engine has {total} lines of code {counts:?}, {allowed} are allowed; take something out")]
}

fn formula_rule(shaders: &[File]) -> Vec<String> {
    let bare = shaders.iter().filter(|file| {
        let first = file.text.lines().next().unwrap_or_default();
        first.strip_prefix("// ").is_none_or(|formula| formula.trim().is_empty())
    });
    bare.map(|file| format!("{}:1: the first line is to be `// formula with shapes`", file.path)).collect()
}

fn included_rule(shaders: &[File], files: &[File]) -> Vec<String> {
    let mut included = Vec::new();
    for file in files.iter().filter(|file| file.path.starts_with("src/")) {
        let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
        for part in file.text.split("include_str!(").skip(1) {
            included.extend(part.split('"').nth(1).map(|path| normal(&folder.join(path))));
        }
    }
    let orphans = shaders.iter().filter(|shader| !included.contains(&PathBuf::from(&shader.path)));
    orphans.map(|shader| format!("{}: no page in src includes it; include or delete it", shader.path)).collect()
}

/// The path without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

fn unsafe_rule(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let lines = file.lines_with("unsafe");
        let listed = UNSAFE.iter().any(|(path, _)| *path == file.path);
        match lines.first() {
            Some(line) if !listed => wrong.push(format!(
                "{}:{line}: unsafe; write it safely, or list the file in UNSAFE with its reason",
                file.path
            )),
            None if listed => wrong.push(format!("{}: no longer unsafe; unlist it in UNSAFE", file.path)),
            _ => {}
        }
        let text: Vec<&str> = file.text.lines().collect();
        for line in lines {
            let above = &text[line.saturating_sub(8)..line];
            if !above.iter().any(|text| text.contains("SAFETY:") || text.contains("# Safety")) {
                wrong.push(format!("{}:{line}: unsafe without a `SAFETY:` line above it", file.path));
            }
        }
    }
    wrong
}

fn reader_rule(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files.iter().filter(|f| READERS.iter().any(|r| f.path.starts_with(r))) {
        for (at, line) in file.code.lines().enumerate() {
            let reaches = |(from, word): (usize, &str)| {
                let behind = &line[from + word.len()..];
                OUTSIDE.contains(&word) && (line[..from].ends_with("std::") || behind.starts_with("::open"))
            };
            if words(line).any(reaches) {
                wrong.push(format!("{}:{}: a reader reaches outside; give it the bytes", file.path, at + 1));
            }
        }
    }
    wrong
}

fn unfinished_rule(files: &[File]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        for (at, line) in file.code.lines().enumerate() {
            for name in ["todo", "unimplemented"] {
                let calls = words(line).any(|(from, word)| word == name && line[from + word.len()..].starts_with('!'));
                if calls {
                    wrong.push(format!("{}:{}: {name}!; finish it, or leave it out", file.path, at + 1));
                }
            }
        }
    }
    wrong
}

fn twice_rule(files: &[File]) -> Vec<String> {
    let plea = ["keep", "in", "sync"].join(" ");
    let mut wrong = Vec::new();
    for file in files {
        let lines = file.text.lines().enumerate().filter(|(_, line)| line.to_lowercase().contains(&plea));
        wrong.extend(lines.map(|(at, _)| {
            format!("{}:{}: `{plea}`: derive one from the other, or test that they agree", file.path, at + 1)
        }));
    }
    wrong
}

/// Fails with everything that is wrong, a line each.
fn check(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn each_floor_names_only_floors_below() {
    check(&floor_rule(&files("rs")));
}

#[test]
fn only_the_gpu_executor_names_wgpu() {
    check(&wgpu_rule(&files("rs")));
}

#[test]
fn no_file_is_too_long() {
    check(&length_rule(&files("rs")));
    check(&length_rule(&files("wgsl")));
}

#[test]
fn the_engine_stays_small() {
    check(&engine_rule(&files("rs")));
}

#[test]
fn each_shader_begins_with_its_formula() {
    check(&formula_rule(&files("wgsl")));
}

#[test]
fn each_shader_is_included() {
    check(&included_rule(&files("wgsl"), &files("rs")));
}

#[test]
fn unsafe_stays_in_named_files_and_is_argued() {
    check(&unsafe_rule(&files("rs")));
}

#[test]
fn readers_are_given_bytes_and_reach_for_nothing() {
    check(&reader_rule(&files("rs")));
}

#[test]
fn nothing_is_left_unfinished() {
    check(&unfinished_rule(&files("rs")));
}

#[test]
fn nobody_is_asked_to_repeat_an_edit() {
    check(&[twice_rule(&files("rs")), twice_rule(&files("wgsl"))].concat());
}

/// How many complaints a rule has about one file.
fn wrongs(rule: fn(&[File]) -> Vec<String>, path: &str, text: &str) -> usize {
    rule(&[File::new(path, text)]).len()
}

#[test]
fn floor_rule_sees_each_way_up() {
    let nn = |text: &str| wrongs(floor_rule, "src/nn/layer/dense.rs", text);
    assert_eq!(nn("use crate::exec::Executor;"), 1);
    assert_eq!(nn("use crate::{base::Error, exec::{cpu, gpu}, plan};"), 1);
    assert_eq!(nn("fn f() { super::super::super::exec::run() }"), 1);
    assert_eq!(nn("fn f() { crate::train::fit() }"), 1);
    assert_eq!(nn("use crate::Error;"), 1, "a name at the root hides its floor");
    assert_eq!(nn("use crate::{base, kernel::Map};\nuse super::Layer;\nuse super::super::act;"), 0);
    assert_eq!(wrongs(floor_rule, "src/nn/mod.rs", "mod tests { use super::*; use super::Page; }"), 0);
    assert_eq!(nn("/// See [`crate::exec`].\nconst A: &str = \"crate::exec::B\";"), 0);
    assert_eq!(wrongs(floor_rule, "src/exec/cpu/mod.rs", "use crate::nn::act;"), 1);
    assert_eq!(wrongs(floor_rule, "src/base/mod.rs", "use crate::kernel::Map;"), 1);
    assert_eq!(wrongs(floor_rule, "src/misc/mod.rs", ""), 1);
    assert_eq!(wrongs(floor_rule, "src/lib.rs", "pub use crate::nn::act;"), 0);
}

#[test]
fn floor_rule_knows_where_macros_live() {
    let write = |path: &str| {
        let page = File::new(path, "/// Doc.\n#[macro_export]\nmacro_rules! dims { () => {} }");
        floor_rule(&[page, File::new("src/nn/mod.rs", "use crate::dims;")]).len()
    };
    assert_eq!(write("src/kernel/dims.rs"), 0);
    assert_eq!(write("src/exec/dims.rs"), 1);
}

#[test]
fn other_rules_see_what_they_forbid() {
    assert_eq!(wrongs(wgpu_rule, "src/train/fit.rs", "use wgpu::Device;"), 1);
    assert_eq!(wrongs(wgpu_rule, "src/exec/gpu/mod.rs", "use wgpu::Device;"), 0);
    assert_eq!(wrongs(length_rule, "src/a.rs", &"\n".repeat(LINES + 1)), 1);
    assert_eq!(wrongs(length_rule, "src/a.rs", &"\n".repeat(LINES)), 0);
    assert_eq!(wrongs(engine_rule, "src/plan/a.rs", &";\n".repeat(ENGINE.1 + 1)), 1);
    assert_eq!(wrongs(engine_rule, "src/plan/a.rs", &"\n// why\n".repeat(ENGINE.1 + 1)), 0);
    assert_eq!(wrongs(engine_rule, "src/nn/a.rs", &";\n".repeat(ENGINE.1 + 1)), 0);
    assert_eq!(wrongs(formula_rule, "shaders/a.wgsl", "fn main() {}"), 1);
    assert_eq!(wrongs(formula_rule, "shaders/a.wgsl", "// \nfn main() {}"), 1);
    assert_eq!(wrongs(unsafe_rule, "src/nn/a.rs", "// SAFETY: none\nunsafe { f() }"), 1);
    assert_eq!(wrongs(unsafe_rule, UNSAFE[0].0, "unsafe { f() }"), 1);
    assert_eq!(wrongs(unsafe_rule, UNSAFE[0].0, "// SAFETY: f asks nothing\nunsafe { f() }"), 0);
    assert_eq!(wrongs(unsafe_rule, UNSAFE[0].0, "fn f() {}"), 1);
    assert_eq!(wrongs(reader_rule, "src/formats/keras/h5.rs", "let f = std::fs::read(name);"), 1);
    assert_eq!(wrongs(reader_rule, "src/formats/onnx/read.rs", "use std::net::TcpStream;"), 1);
    assert_eq!(wrongs(reader_rule, "src/formats/onnx/read.rs", "File::open(name)"), 1);
    assert_eq!(wrongs(reader_rule, "src/formats/keras/h5.rs", "File::from_bytes(bytes)"), 0);
    assert_eq!(wrongs(reader_rule, "src/formats/weights.rs", "std::fs::read(name)"), 0);
    assert_eq!(wrongs(unfinished_rule, "src/a.rs", "fn f() { todo!() }"), 1);
    assert_eq!(wrongs(unfinished_rule, "src/a.rs", "// todo!\nlet todo = 1;"), 0);
    assert_eq!(wrongs(twice_rule, "src/a.rs", &format!("// Keep in {} with b.rs", "sync")), 1);
}

#[test]
fn included_rule_follows_paths() {
    let shaders = [File::new("shaders/act/elu.wgsl", ""), File::new("shaders/act/relu.wgsl", "")];
    let page = File::new("src/nn/act/elu.rs", "include_str!(\"../../../shaders/act/elu.wgsl\")");
    let wrong = included_rule(&shaders, &[page]);
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].starts_with("shaders/act/relu.wgsl"), "{wrong:?}");
}

#[test]
fn code_is_what_remains_without_comments_and_literals() {
    let blank = |text: &str| code_only(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(blank("a /* x /* y */ z */ b // c\nd"), "a b d");
    assert_eq!(blank(r##"f("a\"b", r#"c"d"#, b"e") g"##), "f( , , b ) g");
    assert_eq!(blank("let q: &'a str = '\\''; let r = '\"'; s"), "let q: &'a str = ; let r = ; s");
    assert_eq!(code_only("\"a\nb\"").lines().count(), 2);
}

//! The vocabulary, row by row: what computes it, what judges it. `docs/vocabulary.md` is this table.
//!
//! Every tick is found, not written: names in the registries, kernels in the table, goldens in their files, gradients by
//! checking them here. `WGRAD_BLESS=1 cargo test --test vocabulary` writes the page anew.

mod rows;

use rows::{GROUPS, Group, Kind, samples};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use wgrad::judge::gradcheck::{self, BOUND, Checked};
use wgrad::nn::act::{self, Activation};
use wgrad::nn::{constraint, init, kernels, loss, metric, optim, regularizer, schedule};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// How many golden cases there are of each name, and of each optimizer option, in a family.
fn goldens(family: &str) -> BTreeMap<String, usize> {
    let cases: serde_json::Value = serde_json::from_str(&text(&format!("tests/golden/{family}.json"))).expect("JSON");
    let mut counts = BTreeMap::new();
    for case in cases.as_array().expect("an array of cases") {
        let mut count = |name: &str| *counts.entry(name.to_owned()).or_insert(0) += 1;
        count(case["name"].as_str().expect("a name"));
        if family == "optimizers" {
            case["config"].as_object().expect("a config").keys().for_each(|key| count(key));
        }
    }
    counts
}

/// Whether the registry of this kind knows the name.
fn registered(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Activation => Activation::named(name).is_ok() || Kind::Layer.has(name),
        Kind::Layer => samples().iter().any(|(kind, ..)| *kind == name),
        Kind::Initializer => init::names().any(|(n, _)| n == name),
        Kind::Optimizer => optim::names().any(|n| n == name),
        Kind::Option => optim::named(&format!("adam:{name}={}", rows::value_of(name)), None, None).is_ok(),
        Kind::Schedule => schedule::names().any(|(n, _)| n == name) || rows::BETWEEN_EPOCHS.contains(&name),
        Kind::Regularizer => regularizer::names().any(|(n, _)| n == name),
        Kind::Constraint => constraint::names().any(|(n, _)| n == name),
        Kind::Loss => loss::all().iter().any(|l| l.name() == name) || rows::WEIGHTS.contains(&name),
        Kind::Metric => metric::all().iter().any(|m| m.name() == name),
    }
}

impl Kind {
    fn has(self, name: &str) -> bool {
        registered(self, name)
    }
}

/// Where it is computed: a kernel named after it, kernels it is made of, or the host.
fn computed(kind: Kind, name: &str) -> String {
    let all: Vec<&str> = kernels().map(|k| k.name()).collect();
    let owns: Vec<&str> = all.iter().copied().filter(|k| *k == name || k.starts_with(&format!("{name}_"))).collect();
    match kind {
        Kind::Initializer | Kind::Schedule => "host".to_owned(),
        Kind::Activation if act::ALL.iter().any(|m| m.keras == name) => "stage".to_owned(),
        _ if owns.is_empty() => rows::MADE_OF.iter().find(|(n, _)| *n == name).map_or_else(
            || "–".to_owned(),
            |(_, of)| {
                assert!(of.is_empty() || all.contains(of) || rows::STAGES.contains(of), "no kernel `{of}`");
                if of.is_empty() { "no work".to_owned() } else { (*of).to_owned() }
            },
        ),
        _ => owns[0].to_owned(),
    }
}

fn right(checked: &[Checked]) -> bool {
    !checked.is_empty() && checked.iter().all(|c| c.worst <= BOUND && c.numbers > 0)
}

/// Whether its gradient is right; `None` where it has none.
fn gradient(kind: Kind, name: &str) -> Option<bool> {
    let layer = |name: &str| {
        let (_, layer, shapes, has) = samples().into_iter().find(|(kind, ..)| *kind == name)?;
        let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
        let rows = shapes[0][0];
        has.then(|| right(&gradcheck::layer(&*layer, &shapes, rows, true).unwrap_or_else(|e| panic!("{name}: {e}"))))
    };
    match kind {
        Kind::Activation => match Activation::named(name) {
            Ok(a) => Some(right(&gradcheck::layer(&a, &[&[5, 4]], 5, true).expect("an activation"))),
            Err(_) => layer(name),
        },
        Kind::Layer => layer(name),
        Kind::Loss => {
            let loss = loss::all().into_iter().find(|l| l.name() == name)?;
            let checked = gradcheck::loss(&*loss, &[7, 6], 7, false);
            Some(right(&checked.unwrap_or_else(|e| panic!("{name}: {e}"))))
        }
        _ => None,
    }
}

/// A row of the page, and whether something about it is open.
fn row(group: &Group, name: &str, goldens: &BTreeMap<String, usize>) -> (String, Option<String>) {
    let kind = group.kind;
    let known = registered(kind, name);
    let computed = computed(kind, name);
    let cases = goldens.get(name).or_else(|| goldens.get(rows::alias(name))).copied().unwrap_or(0);
    let witness = rows::WITNESSES.iter().find(|(n, ..)| *n == name);
    if let Some((_, file, word)) = witness {
        assert!(text(file).contains(word), "{file} says nothing of {word}");
    }
    let judged = match (cases, witness) {
        (0, None) => "–".to_owned(),
        (0, Some((_, file, _))) => format!("`{file}`"),
        (n, _) => format!("{n} cases"),
    };
    let gradient = gradient(kind, name);
    let told = gradient.map_or("–", |right| if right { "✓" } else { "✗" });
    let tick = if known { "✓" } else { "✗" };
    let open = (!known || computed == "–" || judged == "–" || gradient == Some(false)).then(|| {
        format!(
            "{} `{name}`: known {known}, computed by {computed}, judged by {judged}, gradient {gradient:?}",
            group.title
        )
    });
    (format!("| `{name}` | {tick} | {computed} | {judged} | {told} |"), open)
}

fn page() -> (String, Vec<String>) {
    let mut out = String::from(HEAD);
    let mut open = Vec::new();
    for group in GROUPS {
        let goldens = goldens(group.golden);
        let _ =
            write!(out, "\n## {}\n\n| name | CPU | GPU | golden | gradient |\n|---|---|---|---|---|\n", group.title);
        for name in group.names.split_whitespace() {
            let (line, missing) = row(group, name, &goldens);
            let _ = writeln!(out, "{line}");
            open.extend(missing);
        }
    }
    (out, open)
}

const HEAD: &str = "# Vocabulary

Generated by `tests/vocabulary`; `cargo xtask bless` writes it anew. Names are Keras's.

CPU: the registry knows the name, and its twin runs in float32 and float64. GPU: the kernel it is, or is made of, compared
with the f64 twin on every device by the parity walker; a *stage* fuses into the kernel before it; *host*: nothing is
computed on a device. Golden: cases of Keras's (or the named source's) in `tests/golden`, met to 1e-9 in float64, or the
test that judges it where Keras has no such thing. Gradient: checked against differences in f64 to 1e-6.
";

#[test]
fn nothing_is_open_and_the_page_is_current() {
    let (now, open) = page();
    assert!(open.is_empty(), "open:\n{}", open.join("\n"));
    let path: &Path = &root().join("docs/vocabulary.md");
    if std::env::var_os("WGRAD_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(path, now).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let differ = kept.lines().zip(now.lines()).find(|(a, b)| a != b);
    assert!(kept == now, "docs/vocabulary.md is stale; `cargo xtask bless` writes it anew: {differ:?}");
}

#[test]
fn a_missing_row_is_open() {
    let group = Group { title: "Losses", kind: Kind::Loss, golden: "losses", names: "" };
    let (line, open) = row(&group, "no_such_loss", &BTreeMap::new());
    assert!(line.contains('✗') && open.is_some(), "{line}");
}

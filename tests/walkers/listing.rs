//! The listings of reference models as snapshots, and what they are held to.
//!
//! `WGRAD_BLESS=1 cargo test --test walkers` writes the snapshots anew.

use crate::nets;
use std::path::Path;
use wgrad::kernel::Schedule;
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Nadam;
use wgrad::plan::{Plan, Program};

fn snapshot(name: &str, plan: &Plan) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(name);
    let now = plan.listing(Schedule::Tiles);
    if std::env::var_os("WGRAD_BLESS").is_some_and(|v| v == "1") {
        std::fs::write(&path, now).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let differ = kept.lines().zip(now.lines()).find(|(a, b)| a != b);
    if let Some((kept, now)) = differ {
        panic!("{name} changed; if that is meant, run with WGRAD_BLESS=1\n  was {kept}\n  is  {now}");
    }
    assert_eq!(kept.lines().count(), now.lines().count(), "{name} changed its length; WGRAD_BLESS=1 if that is meant");
}

#[test]
fn a_plain_net_takes_three_dispatches_a_layer_and_one() {
    for layers in [1, 2, 3, 5] {
        let model = nets::plain_compiled(layers);
        let dispatches = model.plan.program(Program::Train).len();
        assert!(dispatches <= 3 * layers + 1, "{layers} layers take {dispatches}:\n{}", model.plan);
    }
    snapshot("plain_3.txt", &nets::plain_compiled(3).plan);
}

#[test]
fn the_books_net() {
    snapshot("book.txt", &nets::book_compiled().plan);
    let (moved, kept) = nets::book()
        .parameters(Nadam::new(1e-3), SparseCategoricalCrossentropy::new())
        .expect("the book's net can be built");
    assert_eq!((moved + kept, moved), (271_346, 268_978), "parameters, trainable ones");
}

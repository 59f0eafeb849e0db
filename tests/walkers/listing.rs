//! The listings of reference models as snapshots, and what they are held to.

use crate::{nets, snapshot};
use wgrad::kernel::Schedule;
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Nadam;
use wgrad::plan::Program;

#[test]
fn a_plain_net_takes_three_dispatches_a_layer_and_one() {
    for layers in [1, 2, 3, 5] {
        let model = nets::plain_compiled(layers);
        let dispatches = model.plan.program(Program::Train).len();
        assert!(dispatches <= 3 * layers + 1, "{layers} layers take {dispatches}:\n{}", model.plan);
    }
    snapshot::same("tests/plans/plain_3.txt", &nets::plain_compiled(3).plan.listing(Schedule::Tiles));
}

#[test]
fn the_books_net() {
    snapshot::same("tests/plans/book.txt", &nets::book_compiled().plan.listing(Schedule::Tiles));
    let (moved, kept) = nets::book()
        .parameters(Nadam::new(1e-3), SparseCategoricalCrossentropy::new())
        .expect("the book's net can be built");
    assert_eq!((moved + kept, moved), (271_346, 268_978), "parameters, trainable ones");
}

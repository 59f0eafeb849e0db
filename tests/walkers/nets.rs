//! The nets the walkers go over.

use std::sync::Arc;
use wgrad::base::Seed;
use wgrad::nn::act::Activation;
use wgrad::nn::init::HeNormal;
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Flatten};
use wgrad::nn::loss::{Loss, SparseCategoricalCrossentropy};
use wgrad::nn::optim::{Nadam, Sgd};
use wgrad::train::{Compiled, Sequential};

/// L dense layers, ReLU between, softmax at the end.
pub fn plain(layers: usize) -> Sequential {
    let mut net = Sequential::new(&[20]);
    for _ in 1..layers {
        net = net.add(Dense::new(16).activation(Activation::RELU));
    }
    net.add(Dense::new(10).activation(Activation::Softmax))
}

pub fn plain_compiled(layers: usize) -> Compiled {
    plain(layers).compile(Sgd::new(0.01), SparseCategoricalCrossentropy::new(), 32, Seed(1)).expect("a plain net")
}

/// The book's net (Géron, chapter 11): 784 → BN → 300 → BN → 100 → BN → 10, ELU, He.
pub fn book() -> Sequential {
    book_of(|dense| dense)
}

/// The book's net with every dense layer as `change` makes it.
pub fn book_of(change: impl Fn(Dense) -> Dense) -> Sequential {
    let hidden = |units| change(Dense::new(units).activation(Activation::ELU).kernel_initializer(HeNormal));
    Sequential::new(&[28, 28])
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(hidden(300))
        .add(BatchNormalization::new())
        .add(hidden(100))
        .add(BatchNormalization::new())
        .add(change(Dense::new(10).activation(Activation::Softmax)))
}

pub fn book_compiled() -> Compiled {
    let loss = SparseCategoricalCrossentropy::new();
    book().compile(Nadam::new(1e-3), loss, 32, Seed(1)).expect("the book's net")
}

/// A small net with everything in it: batch normalisation, dropout, ELU, tanh, a view, no bias.
pub fn mixed(loss: Arc<dyn Loss>, batch: usize) -> Compiled {
    let end = if loss.fuses_with(&Activation::Softmax) { Activation::Softmax } else { Activation::SIGMOID };
    Sequential::new(&[2, 3])
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(Dense::new(7).activation(Activation::ELU))
        .add(Dropout::new(0.3))
        .add(BatchNormalization::new())
        .add(Dense::new(5).use_bias(false).activation(Activation::TANH))
        .add(Dense::new(4).activation(end))
        .compile(Sgd::new(0.0), loss, batch, Seed(9))
        .expect("the mixed net")
}

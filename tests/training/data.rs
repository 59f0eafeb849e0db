//! Pictures made of noise around a prototype for each class, and the nets that learn them.

use std::sync::Arc;
use wgrad::base::rng::Stream;
use wgrad::base::{RowData, Rows, Seed};
use wgrad::nn::act::Activation;
use wgrad::nn::init::HeNormal;
use wgrad::nn::layer::{BatchNormalization, Dense, Dropout, Flatten};
use wgrad::nn::loss::SparseCategoricalCrossentropy;
use wgrad::nn::optim::Nadam;
use wgrad::train::{Compiled, Sequential};

const SIDE: usize = 28;

/// `n` grey pictures of 28×28 and their classes 0..10: mostly dark, bright where the class has its strokes. A fifth
/// of the labels are wrong, so that the loss stays where real data leave it.
pub fn digits(n: usize) -> (Rows, Rows) {
    let (strokes, noise) = (Stream { seed: 1, stream: 0 }, Stream { seed: 2, stream: 0 });
    let mut pixels = vec![0_u8; n * SIDE * SIDE];
    for (i, picture) in pixels.chunks_mut(SIDE * SIDE).enumerate() {
        for (at, pixel) in picture.iter_mut().enumerate() {
            // Strokes are blobs of 4×4 pixels; the border stays dark, as real digits leave it.
            let (row, column) = (at / SIDE, at % SIDE);
            let inside = (3..25).contains(&row) && (3..25).contains(&column);
            let lit = strokes.uniform((i % 10) as u32, (row / 4 * 7 + column / 4) as u32) > 0.7;
            if inside {
                let level = if lit { 200.0 } else { 20.0 };
                *pixel = (level + 40.0 * noise.normal(i as u32, at as u32)).clamp(0.0, 255.0) as u8;
            }
        }
    }
    let label = |i: usize| {
        let draw = noise.uniform(i as u32, 1_000_000);
        if draw < 0.2 { (draw * 50.0).floor() as f32 } else { (i % 10) as f32 }
    };
    let labels: Arc<[f32]> = (0..n).map(label).collect();
    let x = Rows { width: SIDE * SIDE, data: RowData::Bytes { data: pixels.into(), scale: 1.0 / 255.0, shift: 0.0 } };
    (x, Rows { width: 1, data: RowData::Floats(labels) })
}

/// The book's net with dropout behind both hidden layers.
pub fn book(batch: usize) -> Compiled {
    let hidden = |units| Dense::new(units).activation(Activation::ELU).kernel_initializer(HeNormal);
    Sequential::new(&[SIDE, SIDE])
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(hidden(300))
        .add(Dropout::new(0.2))
        .add(BatchNormalization::new())
        .add(hidden(100))
        .add(Dropout::new(0.2))
        .add(BatchNormalization::new())
        .add(Dense::new(10).activation(Activation::Softmax))
        .compile(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), batch, Seed(42))
        .expect("the book's net can be built")
}

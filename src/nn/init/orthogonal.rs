//! orthogonal: w\[m×n\] = gain · q, with qᵀ · q = 1 for m ≥ n and q · qᵀ = 1 else; every such q equally likely
//!
//! Saxe, McClelland & Ganguli 2014 (arXiv:1312.6120); uniform in the sense of Haar, Mezzadri 2007 (arXiv:math-ph/0609050).

use super::{Initializer, Named, number};
use crate::base::product::{Form, product};
use crate::base::rng::Stream;
use crate::base::{Allowed, Error, Result};
use crate::nn::config::{Config, config};
use crate::nn::words::Entry;
use std::sync::Arc;

/// Keras's `Orthogonal`: all axes but the last are taken together as m.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orthogonal {
    gain: f64,
}

impl Orthogonal {
    /// An orthogonal matrix times `gain`. Keras's default, in [`Default`]: 1.
    pub fn new(gain: f64) -> Self {
        Self { gain }
    }
}

impl Default for Orthogonal {
    fn default() -> Self {
        Self::new(1.0)
    }
}

/// Vectors made orthogonal among themselves before the next ones are made orthogonal to all of them at once.
const PANEL: usize = 32;

/// Makes the rows of `a` orthonormal, each keeping its direction as far as those before it leave it: the q of the
/// QR decomposition whose r has a positive diagonal, which is what Keras's change of signs gives.
///
/// Gram–Schmidt, everything projected out twice: once leaves errors of the size of the condition number
/// (Giraud et al. 2005).
fn orthonormalize(a: &mut [f64], rows: usize, length: usize) {
    for first in (0..rows).step_by(PANEL) {
        let (before, rest) = a.split_at_mut(first * length);
        let here = PANEL.min(rows - first);
        let panel = &mut rest[..here * length];
        let mut shares = vec![0.0; here * first];
        let mut projection = vec![0.0; here * length];
        for _ in 0..2 {
            if first > 0 {
                product(Form::NT, here, length, first, panel, before, &mut shares);
                product(Form::NN, here, first, length, &shares, before, &mut projection);
                panel.iter_mut().zip(&projection).for_each(|(v, p)| *v -= p);
            }
            for i in 0..here {
                let (done, row) = panel.split_at_mut(i * length);
                let row = &mut row[..length];
                for q in done.chunks(length) {
                    let share: f64 = q.iter().zip(row.iter()).map(|(q, v)| q * v).sum();
                    row.iter_mut().zip(q).for_each(|(v, q)| *v -= share * q);
                }
                let norm = row.iter().map(|v| v * v).sum::<f64>().sqrt();
                row.iter_mut().for_each(|v| *v /= norm);
            }
        }
    }
}

impl Initializer for Orthogonal {
    fn name(&self) -> &'static str {
        "orthogonal"
    }
    fn check(&self, what: &str) -> Result<()> {
        number(what, self.name(), "gain", Allowed::Finite, self.gain)
    }
    fn fits(&self, what: &str, shape: &[usize]) -> Result<()> {
        if shape.len() >= 2 {
            return Ok(());
        }
        let what = format!("{what} {}", self.name());
        Err(Error::request(what, "a shape of at least two axes", format!("{shape:?}"), "choose another initializer"))
    }
    fn values(&self, shape: &[usize], random: Stream) -> Vec<f64> {
        let n = shape.last().copied().unwrap_or(1);
        let m = shape.iter().product::<usize>() / n.max(1);
        let (rows, length) = (m.min(n), m.max(n));
        let mut q: Vec<f64> = (0..rows * length).map(|i| random.normal(0, i as u32)).collect();
        orthonormalize(&mut q, rows, length);
        // The rows of q are those of w if w is wide, its columns if it is tall.
        let at = |i: usize, j: usize| if m < n { q[i * length + j] } else { q[j * length + i] };
        let all = (0..m).flat_map(|i| (0..n).map(move |j| (i, j)));
        all.map(|(i, j)| f64::from((self.gain * at(i, j)) as f32)).collect()
    }
    fn config(&self) -> Result<Config> {
        Config::of(self)
    }
}

pub(super) const WORDS: &[Named] = &[Entry {
    name: "orthogonal",
    keys: &["gain"],
    make: |words| Ok(Arc::new(Orthogonal::new(words.number("gain")?.unwrap_or(1.0)))),
}];

config! {
    Orthogonal = "Orthogonal", Self::default();
    takes gain;
    ignores "seed";
}

//! Class weights: samples weigh what their class does.

use crate::base::{Error, Result, RowData, Rows};

/// The weight of each sample by its class, as [`Trainer::load_weighted`](super::Trainer::load_weighted) takes them: one a
/// row. `weights` are (class, weight); a class that is not among them weighs 1. Labels are a class each, or rows of which
/// the largest number is the class.
///
/// # Errors
/// A weight that is negative or no number, a class named twice.
pub fn class_weights(labels: &Rows, weights: &[(u32, f64)]) -> Result<Rows> {
    for (i, (class, weight)) in weights.iter().enumerate() {
        let what = format!("weight of class {class}");
        if !(weight.is_finite() && *weight >= 0.0) {
            return Err(Error::request(what, "a number ≥ 0", weight, "choose a weight in this range"));
        }
        if weights[..i].iter().any(|(other, _)| other == class) {
            return Err(Error::request(what, "one weight a class", "two", "leave one of them out"));
        }
    }
    let mut label = vec![0.0_f64; labels.width];
    let mut all = Vec::with_capacity(labels.len());
    for i in 0..labels.len() {
        labels.gather(i, &mut label);
        let class = match label[..] {
            [class] => class.round(),
            _ => crate::nn::loss::frame::argmax(&label) as f64,
        };
        let known = weights.iter().find(|(c, _)| f64::from(*c) == class);
        all.push(known.map_or(1.0, |(_, weight)| *weight as f32));
    }
    Ok(Rows { width: 1, data: RowData::Floats(all.into()) })
}

#[cfg(test)]
mod tests {
    use super::class_weights;
    use crate::base::{RowData, Rows};

    fn rows(width: usize, numbers: &[f32]) -> Rows {
        Rows { width, data: RowData::Floats(numbers.into()) }
    }

    #[test]
    fn samples_weigh_what_their_class_does() {
        let weights = [(0, 0.5), (2, 2.0)];
        let want = vec![2.0, 0.5, 1.0];
        for labels in [rows(1, &[2.0, 0.0, 1.0]), rows(3, &[0.0, 0.0, 1.0, 0.9, 0.1, 0.0, 0.0, 1.0, 0.0])] {
            let got = class_weights(&labels, &weights).expect("weights");
            match got.data {
                RowData::Floats(got) => assert_eq!(got.to_vec(), want),
                RowData::Bytes { .. } => panic!("weights are no bytes"),
            }
        }
        for bad in [&[(0, -1.0)][..], &[(0, f64::NAN)], &[(1, 1.0), (1, 2.0)]] {
            assert!(class_weights(&rows(1, &[0.0]), bad).is_err(), "{bad:?}");
        }
    }
}

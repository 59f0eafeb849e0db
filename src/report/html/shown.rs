//! Samples as a page shows them: images, or their numbers.

use super::Samples;
use crate::report::plot::Image;

/// A sample as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Shown {
    /// There is nothing to show.
    #[default]
    Nothing,
    /// A picture, as the address of a PNG within the page: `data:image/png;base64,…`.
    Picture(String),
    /// Names and numbers.
    Row(Vec<(String, f64)>),
}

/// Shows samples of a set.
pub(super) struct Shower<'a> {
    samples: Option<&'a Samples>,
}

/// Sides an image may have to be shown, in pixels.
const SIDES: std::ops::RangeInclusive<usize> = 4..=512;
/// Features of a row that are shown.
const FEATURES: usize = 16;

impl<'a> Shower<'a> {
    pub fn of(samples: Option<&'a Samples>) -> Self {
        let numbers = |s: &Samples| s.shape.iter().try_fold(1_usize, |all, axis| all.checked_mul(*axis));
        Self { samples: samples.filter(|s| numbers(s) == Some(s.rows.width)) }
    }

    /// Height and width where samples are images: one or three channels, or none written.
    fn sides(&self) -> Option<(usize, usize)> {
        match self.samples?.shape.as_slice() {
            [h, w] | [h, w, 1 | 3] if SIDES.contains(h) && SIDES.contains(w) => Some((*h, *w)),
            _ => None,
        }
    }

    /// The samples of these numbers; images between the smallest and the largest number of all that are shown.
    pub fn show(&self, indices: &[usize]) -> Vec<Shown> {
        let Some(samples) = self.samples else { return vec![Shown::Nothing; indices.len()] };
        let row = |index: &usize| {
            let mut numbers = vec![0.0_f32; samples.rows.width];
            let there = *index < samples.rows.len();
            there.then(|| samples.rows.gather(*index, &mut numbers)).map(|()| numbers)
        };
        let rows: Vec<Option<Vec<f32>>> = indices.iter().map(row).collect();
        let Some((height, width)) = self.sides() else {
            let name = |at: usize| samples.features.get(at).cloned().unwrap_or_else(|| format!("x{at}"));
            let named =
                |row: Vec<f32>| row.into_iter().take(FEATURES).enumerate().map(|(at, v)| (name(at), f64::from(v)));
            let shown = |row: Option<Vec<f32>>| row.map_or(Shown::Nothing, |row| Shown::Row(named(row).collect()));
            return rows.into_iter().map(shown).collect();
        };
        let finite = rows.iter().flatten().flatten().copied().filter(|v| v.is_finite());
        let (low, high) = finite.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let image = |row: Option<Vec<f32>>| Image::floats(width, height, &row?, low, high).ok();
        rows.into_iter().map(|row| image(row).map_or(Shown::Nothing, |image| Shown::Picture(image.address()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Rows;

    fn show(shape: &[usize], numbers: Vec<f32>, indices: &[usize]) -> Vec<Shown> {
        let rows = Rows::floats(shape.iter().product(), numbers);
        let samples = Samples { rows, shape: shape.to_vec(), features: vec!["age".to_owned()] };
        Shower::of(Some(&samples)).show(indices)
    }

    #[test]
    fn images_are_pictures_and_the_rest_are_rows() {
        let pictures = show(&[4, 4, 3], vec![0.5; 48 * 2], &[1, 7]);
        assert!(matches!(&pictures[0], Shown::Picture(address) if address.starts_with("data:image/png;base64,iVBOR")));
        assert_eq!(pictures[1], Shown::Nothing);
        let rows = show(&[2], vec![1.0, 2.0, 3.0, 4.0], &[1]);
        assert_eq!(rows, [Shown::Row(vec![("age".to_owned(), 3.0), ("x1".to_owned(), 4.0)])]);
        assert_eq!(Shower::of(None).show(&[3]), [Shown::Nothing]);
    }
}

//! Parts of data sets, their images, and what several seeds came to.

use super::percent;
use wgrad::base::rng::permutation;
use wgrad::prelude::*;
use wgrad::report::plot::{Image, Line};

/// The samples of these numbers, in this order.
pub fn select(data: &Dataset, samples: &[usize]) -> anyhow::Result<Dataset> {
    let labels = samples.iter().map(|i| data.labels[*i]).collect();
    Ok(Dataset::new(data.name.clone(), data.x().select(samples).data, labels, data.classes, &data.sample_shape)?)
}

/// `count` samples drawn with `seed`, as many of each class.
pub fn draw(data: &Dataset, count: usize, seed: Seed) -> anyhow::Result<Dataset> {
    let mut wanted = vec![count / data.classes; data.classes];
    let order = permutation(data.len(), seed.0, 0);
    let taken = order.into_iter().map(|i| i as usize).filter(|i| {
        let left = &mut wanted[data.labels[*i] as usize];
        let take = *left > 0;
        *left -= usize::from(take);
        take
    });
    select(data, &taken.collect::<Vec<_>>())
}

/// The samples of these classes alone, labelled 0, 1, … in this order.
pub fn only(data: &Dataset, classes: &[u32]) -> anyhow::Result<Dataset> {
    let place = |label: u32| classes.iter().position(|c| *c == label);
    let samples: Vec<usize> = (0..data.len()).filter(|i| place(data.labels[*i]).is_some()).collect();
    let mut part = select(data, &samples)?;
    part.labels.iter_mut().for_each(|label| *label = place(*label).unwrap_or_default() as u32);
    part.classes = classes.len();
    Ok(part)
}

/// A layer that gives the numbers of these samples a mean of 0 and a variance of 1, all alike.
pub fn standardize(data: &Dataset) -> Rescaling {
    let (mut row, mut sum, mut square) = (vec![0.0_f64; data.width()], 0.0, 0.0);
    for i in 0..data.len() {
        data.x().gather(i, &mut row);
        sum += row.iter().sum::<f64>();
        square += row.iter().map(|v| v * v).sum::<f64>();
    }
    let n = (data.len() * data.width()) as f64;
    let mean = sum / n;
    let deviation = (square / n - mean * mean).sqrt();
    Rescaling::new(1.0 / deviation).offset(-mean / deviation)
}

/// What a class of Fashion-MNIST is called; of other data its number.
pub fn class_name(data: &Dataset, class: usize) -> String {
    const FASHION: [&str; 10] =
        ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];
    if data.name.contains("fashion") { FASHION[class].to_owned() } else { class.to_string() }
}

/// Numbers from 0 to 1 as an image of gray.
pub fn image(shape: &[usize], numbers: &[f32]) -> anyhow::Result<Image> {
    Ok(Image::floats(shape[1], shape[0], numbers, 0.0, 1.0)?)
}

/// Mean and standard deviation (divided by the number).
pub fn mean_and_deviation(numbers: &[f64]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    (mean, (numbers.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
}

/// Mean ± standard deviation, in percent.
pub fn spread(shares: &[f64]) -> String {
    let (mean, deviation) = mean_and_deviation(shares);
    format!("{} ± {:.2}", percent(mean).trim_end_matches(" %"), deviation * 100.0)
}

/// A line of means in a band of one standard deviation: for each x what the seeds came to.
pub fn line(name: &str, x: &[usize], seeds: &[Vec<f64>]) -> Line {
    let points: Vec<(f64, f64)> = seeds.iter().map(|s| mean_and_deviation(s)).collect();
    Line::points(name, x.iter().zip(&points).map(|(x, (mean, _))| (*x as f64, *mean)))
        .spread(points.iter().map(|(_, deviation)| *deviation))
        .markers()
}

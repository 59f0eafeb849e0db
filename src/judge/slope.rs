//! Each map's slope against five-point differences of the map itself, away from its kinks.

use super::relative;
use crate::kernel::SlopeFrom;
use crate::kernel::map::{Map, Mapped};

/// How far a slope may be from the differences: ten times what the stencil's own rounding leaves.
pub const BOUND: f64 = 1e-9;

const H: f64 = 1e-3;

/// Largest relative error of `map`'s slope over [−9, 9] but for its `kinks`, and the x it is found at.
pub fn worst(map: &Map, p: &[f64; 4], kinks: &[f64]) -> (f64, f64) {
    let f = |x: f64| {
        let mut v = [x];
        f64::apply(map, &mut v, p);
        v[0]
    };
    let mut worst = (0.0, 0.0);
    for i in 0..=3600 {
        let x = f64::from(i) * 0.005 - 9.0025;
        if kinks.iter().any(|k| (x - k).abs() <= 2.0 * H) {
            continue;
        }
        let difference = (8.0 * (f(x + H) - f(x - H)) - (f(x + 2.0 * H) - f(x - 2.0 * H))) / (12.0 * H);
        let at = if map.slope_from == SlopeFrom::Input { x } else { f(x) };
        let mut slope = [1.0];
        f64::apply_slope(map, &mut slope, &[at], p);
        let error = relative(slope[0], difference, 1e-2);
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

/// Largest relative distance of the f32 instance of `map` and its slope from the f64 one over [−9, 9].
pub fn precision(map: &Map, p: &[f64; 4]) -> f64 {
    let xs: Vec<f32> = (0..=3600).map(|i| i as f32 * 0.005 - 9.0025).collect();
    let wide = |v: &[f32]| v.iter().map(|v| f64::from(*v)).collect::<Vec<f64>>();
    let (mut y, mut judge) = (xs.clone(), wide(&xs));
    f32::apply(map, &mut y, p);
    f64::apply(map, &mut judge, p);
    let far =
        |a: &[f32], b: &[f64]| a.iter().zip(b).map(|(a, b)| relative(f64::from(*a), *b, 1e-2)).fold(0.0, f64::max);
    let values = far(&y, &judge);
    let at = if map.slope_from == SlopeFrom::Input { xs } else { y };
    let (mut slope, mut slope_judge) = (vec![1.0; at.len()], vec![1.0; at.len()]);
    f32::apply_slope(map, &mut slope, &at, p);
    f64::apply_slope(map, &mut slope_judge, &wide(&at), p);
    values.max(far(&slope, &slope_judge))
}

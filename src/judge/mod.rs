//! The walkers: they go through the kernel table, the layers and the losses, and compare what each computes
//! with a second witness. Tests run them, and so does `wgrad parity` on the user's own device.

pub mod cases;
pub mod gradcheck;
pub mod lockstep;
pub mod parity;
pub mod peak;
pub mod slope;
#[cfg(feature = "gpu")]
pub mod texts;
pub mod ulp;
pub mod updates;

/// |a − b| / max(|b|, floor): relative where b is large, absolute below `floor`.
pub(crate) fn relative(a: f64, b: f64, floor: f64) -> f64 {
    let error = (a - b).abs() / b.abs().max(floor);
    // max and > let NaN slip by; infinity does not.
    if error.is_nan() { f64::INFINITY } else { error }
}

/// ‖a − b‖₂ / ‖b‖₂ as f64, 0 where both are zero.
pub fn norm_error(a: &[f64], b: &[f64]) -> f64 {
    let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    let size: f64 = b.iter().map(|b| b * b).sum();
    match (apart == 0.0, size == 0.0) {
        (true, _) => 0.0,
        (false, true) => f64::INFINITY,
        _ => {
            let error = (apart / size).sqrt();
            if error.is_nan() { f64::INFINITY } else { error }
        }
    }
}

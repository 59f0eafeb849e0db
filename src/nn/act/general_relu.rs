//! relu(x) = x if x > threshold, at most max_value, else (x − threshold) · negative_slope
//!
//! p = max_value (or [`UNLIMITED`]), negative_slope, threshold, and the slope where the clip to 0..max_value ends: Keras
//! clips by minimum and maximum, which share the slope of a tie, ½ each; for max_value = 6 without a threshold it takes
//! relu6 instead, whose slope there is 0. Its slope at the threshold is 0.

use crate::base::{Allowed, Real};
use crate::kernel::{Bounds, Map, Parameter, Pointwise, Sample, SlopeFrom};

/// Stands for no max_value: the largest f32.
pub const UNLIMITED: f64 = f32::MAX as f64;

struct GeneralRelu;

impl Pointwise for GeneralRelu {
    const NAME: &'static str = "general_relu";
    const KERAS: &'static str = "relu";
    const WGSL: &'static str = include_str!("../../../shaders/act/general_relu.wgsl");
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;
    const DEFAULTS: [f64; 4] = [UNLIMITED, 0.0, 0.0, 0.5];
    const PARAMETERS: &'static [Parameter] = &[
        ("max_value", Allowed::NotNegative),
        ("negative_slope", Allowed::NotNegative),
        ("threshold", Allowed::Finite),
        ("slope at the ends", Allowed::NotNegative),
    ];
    const KINKS: &'static [f64] = &[0.0];
    const SAMPLES: &'static [Sample] = &[
        ([6.0, 0.25, 0.0, 0.0], &[0.0, 6.0]),
        ([UNLIMITED, 0.25, 1.0, 0.5], &[1.0]),
        ([5.0, 0.0, 1.5, 0.5], &[1.5, 5.0]),
        ([5.0, 0.125, -1.0, 0.5], &[-1.0, 0.0, 5.0]),
    ];

    fn bounds([max, slope, threshold, _]: &[f64; 4]) -> Bounds {
        let limited = *max < UNLIMITED;
        // Without a limit, numbers between a threshold below 0 and 0 go through.
        let low = *slope == 0.0 && (limited || *threshold >= 0.0);
        [low.then_some(0.0), limited.then_some(*max)]
    }

    #[inline(always)]
    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        let above = if x <= p[2] { T::ZERO } else { x };
        let above = if p[0] < T::of(UNLIMITED) {
            let above = if above > p[0] { p[0] } else { above };
            if above < T::ZERO { T::ZERO } else { above }
        } else {
            above
        };
        if x < p[2] { above + (x - p[2]) * p[1] } else { above }
    }

    #[inline(always)]
    fn slope<T: Real>(x: T, p: &[T; 4]) -> T {
        if x < p[2] {
            return p[1];
        }
        let limited = p[0] < T::of(UNLIMITED);
        if x == p[2] || (limited && (x < T::ZERO || x > p[0])) {
            T::ZERO
        } else if limited && (x == T::ZERO || x == p[0]) {
            p[3]
        } else {
            T::ONE
        }
    }
}

/// relu(x) = x if x > threshold, at most max_value, else (x − threshold) · negative_slope
pub static MAP: Map = Map::of::<GeneralRelu>();

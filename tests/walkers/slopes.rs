//! Slope: each map's derivative equals differences of the map, and its f32 instance follows the f64 one.

use wgrad::base::Real;
use wgrad::judge::slope;
use wgrad::kernel::{Map, Pointwise, SlopeFrom};
use wgrad::nn::act;

#[test]
fn every_slope_is_the_derivative() {
    for map in act::ALL.iter().chain(&[&SOFTPLUS]) {
        for alpha in [map.defaults[0], 0.3] {
            let mut p = map.defaults;
            p[0] = alpha;
            let (worst, x) = slope::worst(map, &p);
            assert!(worst <= slope::BOUND, "{}′ at {x} with p = {p:?}: {worst:.2e}", map.name);
        }
    }
}

#[test]
fn f32_maps_follow_f64() {
    for map in act::ALL {
        let worst = slope::precision(map, &map.defaults);
        assert!(worst <= 2e-5, "{}: {worst:.2e}", map.name);
    }
}

/// ln(1 + eˣ): an activation from outside the crate whose slope takes its input.
pub struct Softplus;

impl Pointwise for Softplus {
    const NAME: &'static str = "softplus";
    const WGSL: &'static str = "fn softplus(x: f32, p: vec4<f32>) -> f32 { return log1p_(exp_(x)); }
fn softplus_slope(x: f32, p: vec4<f32>) -> f32 { return sigmoid_(x); }";
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;

    fn f<T: Real>(x: T, _: &[T; 4]) -> T {
        (T::ONE + x.exp()).ln()
    }

    fn slope<T: Real>(x: T, _: &[T; 4]) -> T {
        x.sigmoid()
    }
}

pub static SOFTPLUS: Map = Map::of::<Softplus>();

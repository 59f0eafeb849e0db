//! Slope: each map's derivative equals differences of the map, and its f32 instance follows the f64 one.

use wgrad::base::Real;
use wgrad::judge::slope;
use wgrad::kernel::{Map, Pointwise, SlopeFrom};
use wgrad::nn::act;

#[test]
fn every_slope_is_the_derivative() {
    for map in act::ALL.iter().chain(&[&SQUARE]) {
        for (p, kinks) in map.cases() {
            let (worst, x) = slope::worst(map, &p, kinks);
            assert!(worst <= slope::BOUND, "{}′ at {x} with p = {p:?}: {worst:.2e}", map.name);
        }
    }
}

#[test]
fn f32_maps_follow_f64() {
    for map in act::ALL {
        for (p, _) in map.cases() {
            let worst = slope::precision(map, &p);
            assert!(worst <= 2e-5, "{} with p = {p:?}: {worst:.2e}", map.name);
        }
    }
}

/// w x²: an activation from outside the crate whose slope takes its input.
pub struct Square;

impl Pointwise for Square {
    const NAME: &'static str = "square";
    const WGSL: &'static str = "fn square(x: f32, p: vec4<f32>) -> f32 { return p.x * x * x; }
fn square_slope(x: f32, p: vec4<f32>) -> f32 { return 2.0 * p.x * x; }";
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;
    const DEFAULTS: [f64; 4] = [0.25, 0.0, 0.0, 0.0];

    fn f<T: Real>(x: T, p: &[T; 4]) -> T {
        p[0] * x * x
    }

    fn slope<T: Real>(x: T, p: &[T; 4]) -> T {
        T::of(2.0) * p[0] * x
    }
}

pub static SQUARE: Map = Map::of::<Square>();

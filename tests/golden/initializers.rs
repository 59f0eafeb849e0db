//! Initializers: fans, variances and limits by Keras's formulas, and what is not random. The distributions themselves
//! are judged in `tests/statistics`.

use crate::read::{Array, Case, family, near};
use wgrad::base::Seed;
use wgrad::nn::init::{
    Constant, Distribution, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, Initializer, LecunNormal,
    LecunUniform, Mode, Ones, Orthogonal, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Zeros, fans,
};

/// Draws are checked on this many numbers.
const DRAWN: usize = 60_000;

fn draw(initializer: &dyn Initializer, shape: &[usize]) -> Vec<f64> {
    initializer.check("initializer").unwrap_or_else(|e| panic!("{e}"));
    initializer.fits("initializer", shape).unwrap_or_else(|e| panic!("{e}"));
    initializer.values(shape, Seed(1).stream(0x8000_0000))
}

/// Fans, variance and parameter of the distribution, for every shape of the case.
fn scaling(case: &Case, scaling: &VarianceScaling, distribution: Distribution) {
    let word = match distribution {
        Distribution::TruncatedNormal => "truncated_normal",
        Distribution::UntruncatedNormal => "untruncated_normal",
        Distribution::Uniform => "uniform",
    };
    for of in case.get("shapes").list() {
        let shape = of.get("shape").sizes();
        let expected = (of.get("fan_in").number(), of.get("fan_out").number());
        assert_eq!(fans(&shape), expected, "{}", of.place);
        assert_eq!(of.get("distribution").text(), word, "{}", of.place);
        let variance = scaling.variance(&shape);
        let spread = of.get(if word == "uniform" { "limit" } else { "stddev" }).number();
        near(&format!("{} spread", of.place), &[scaling.spread(&shape) / spread], &[1.0], 1e-12);
        near(&format!("{} variance", of.place), &[variance / of.get("variance").number()], &[1.0], 1e-12);
        near(&format!("{} deviation", of.place), &[variance.sqrt() / of.get("draw_stddev").number()], &[1.0], 1e-12);
    }
}

/// A name for a scaling draws what the scaling draws.
fn named(case: &Case, initializer: &dyn Initializer, of: &VarianceScaling, distribution: Distribution) {
    case.config().done();
    assert_eq!(initializer.name(), case.name);
    assert_eq!(draw(initializer, &[30, 20]), draw(of, &[30, 20]), "{}", case.place);
    scaling(case, of, distribution);
}

fn variance_scaling(case: &Case) {
    let mut c = case.config();
    let mode = match c.text("mode", "fan_in").as_str() {
        "fan_in" => Mode::FanIn,
        "fan_out" => Mode::FanOut,
        "fan_avg" => Mode::FanAvg,
        other => panic!("{}: no mode `{other}`", case.place),
    };
    let distribution = match c.text("distribution", "truncated_normal").as_str() {
        "normal" | "truncated_normal" => Distribution::TruncatedNormal,
        "untruncated_normal" => Distribution::UntruncatedNormal,
        "uniform" => Distribution::Uniform,
        other => panic!("{}: no distribution `{other}`", case.place),
    };
    let of = VarianceScaling::new(c.number("scale", 1.0), mode, distribution);
    c.done();
    scaling(case, &of, distribution);
}

fn fixed(case: &Case, initializer: &dyn Initializer) {
    let w = Array { shape: case.get("shape").sizes(), data: draw(initializer, &case.get("shape").sizes()) };
    assert_eq!(w, case.get("w").array(), "{}", case.place);
}

/// Mean and deviation within 2 % of the deviation (7 standard errors), and the bounds where there are some.
fn drawn(case: &Case, initializer: &dyn Initializer) {
    let (w, n) = (draw(initializer, &[DRAWN]), DRAWN as f64);
    let (mean, deviation) = (case.get("mean").number(), case.get("draw_stddev").number());
    let m = w.iter().sum::<f64>() / n;
    let d = (w.iter().map(|x| (x - m).powi(2)).sum::<f64>() / n).sqrt();
    assert!((m - mean).abs() < 0.02 * deviation && (d / deviation - 1.0).abs() < 0.02, "{}: {m} ± {d}", case.place);
    if let (Some(low), Some(high)) = (case.find("low"), case.find("high")) {
        let (low, high) = (low.number(), high.number());
        let reach = (high - low) * 1e-3;
        let [least, most] = [f64::min, f64::max].map(|pick| w.iter().copied().reduce(pick).expect("numbers"));
        // One rounding to f32 may go past a bound that f32 does not have.
        let ulp = 1e-7 * high.abs().max(low.abs());
        assert!((low - ulp..low + reach).contains(&least), "{}: least {least}, not {low}", case.place);
        assert!((high - reach..=high + ulp).contains(&most), "{}: most {most}, not {high}", case.place);
    }
}

/// w · wᵀ or wᵀ · w is gain² on the diagonal.
fn orthogonal(case: &Case) {
    let mut c = case.config();
    let gain = c.number("gain", 1.0);
    c.done();
    let (shape, square) = (case.get("shape").sizes(), case.get("square").array());
    let [rows, columns] = case.get("matrix").sizes()[..] else { panic!("{}: a matrix", case.place) };
    let w = draw(&Orthogonal::new(gain), &shape);
    assert_eq!(w.len(), rows * columns, "{}", case.place);
    let (count, length) = (square.shape[0], rows * columns / square.shape[0]);
    let at = |v: usize, i: usize| match case.get("orthogonal").text().as_str() {
        "rows" => w[v * columns + i],
        "columns" => w[i * columns + v],
        other => panic!("{}: {other} are orthogonal?", case.place),
    };
    let product = |a: usize, b: usize| (0..length).map(|i| at(a, i) * at(b, i)).sum::<f64>();
    let products: Vec<f64> = (0..count * count).map(|i| product(i / count, i % count)).collect();
    near(&case.place, &products, &square.data, 1.2e-7);
}

#[test]
fn initializers() {
    use Distribution::{TruncatedNormal as Cut, Uniform};
    for case in family("initializers") {
        assert_eq!(case.get("precision").text(), "float64", "{}", case.place);
        let mut c = case.config();
        match case.name.as_str() {
            "glorot_normal" => named(&case, &GlorotNormal, &GlorotNormal::SCALING, Cut),
            "glorot_uniform" => named(&case, &GlorotUniform, &GlorotUniform::SCALING, Uniform),
            "he_normal" => named(&case, &HeNormal, &HeNormal::SCALING, Cut),
            "he_uniform" => named(&case, &HeUniform, &HeUniform::SCALING, Uniform),
            "lecun_normal" => named(&case, &LecunNormal, &LecunNormal::SCALING, Cut),
            "lecun_uniform" => named(&case, &LecunUniform, &LecunUniform::SCALING, Uniform),
            "variance_scaling" => variance_scaling(&case),
            "zeros" => fixed(&case, &Zeros),
            "ones" => fixed(&case, &Ones),
            "constant" => fixed(&case, &Constant::new(c.number("value", 0.0))),
            "identity" => fixed(&case, &Identity::new(c.number("gain", 1.0))),
            "random_normal" => drawn(&case, &RandomNormal::new(c.number("mean", 0.0), c.number("stddev", 0.05))),
            "truncated_normal" => drawn(&case, &TruncatedNormal::new(c.number("mean", 0.0), c.number("stddev", 0.05))),
            "random_uniform" => drawn(&case, &RandomUniform::new(c.number("minval", -0.05), c.number("maxval", 0.05))),
            "orthogonal" => orthogonal(&case),
            other => panic!("{}: no initializer `{other}`", case.place),
        }
        if !["variance_scaling", "orthogonal"].contains(&case.name.as_str()) {
            c.done();
        }
    }
}

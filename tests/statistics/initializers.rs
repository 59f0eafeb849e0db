//! Each random initializer has its law, whatever the shape.

use crate::laws::Law;
use wgrad::base::Seed;
use wgrad::nn::init::{
    Constant, Distribution, Fixup, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Identity, Initializer,
    LecunNormal, LecunUniform, Mode, Ones, RandomNormal, RandomUniform, TruncatedNormal, VarianceScaling, Zeros, names,
};

/// Numbers a law is held against.
const NUMBERS: usize = 60_000;

const SHAPES: [&[usize]; 6] = [&[784, 300], &[64, 10], &[5, 5], &[7], &[3, 3, 16, 32], &[]];

/// At least [`NUMBERS`] numbers: as many variables of this shape as it takes, each with a stream of its own.
fn sample(initializer: &dyn Initializer, shape: &[usize]) -> Vec<f64> {
    let each = shape.iter().product::<usize>();
    let streams = NUMBERS.div_ceil(each) as u32;
    (0..streams).flat_map(|s| initializer.values(shape, Seed(2026).stream(0x8000_0000 | s))).collect()
}

fn holds(initializer: &dyn Initializer, shape: &[usize], law: &Law) {
    let name = initializer.name();
    initializer.check(name).unwrap_or_else(|e| panic!("{e}"));
    let numbers = sample(initializer, shape);
    assert_eq!(numbers.len() % shape.iter().product::<usize>(), 0);
    assert!(numbers.iter().all(|x| f64::from(*x as f32) == *x), "{name}: numbers are f32's");
    if let Some(why) = law.refusal(&numbers) {
        panic!("{name} of shape {shape:?}: {why}");
    }
}

/// σ² by Keras's formulas, written out.
fn variance(scale: f64, mode: Mode, shape: &[usize]) -> f64 {
    let (inputs, outputs) = match *shape {
        [] => (1, 1),
        [n] => (n, n),
        [i, o] => (i, o),
        [h, w, i, o] => (h * w * i, h * w * o),
        _ => panic!("no formula for {shape:?}"),
    };
    let fan = match mode {
        Mode::FanIn => inputs as f64,
        Mode::FanOut => outputs as f64,
        Mode::FanAvg => (inputs + outputs) as f64 / 2.0,
    };
    scale / fan
}

fn law(variance: f64, distribution: Distribution) -> Law {
    let deviation = variance.sqrt();
    match distribution {
        Distribution::UntruncatedNormal => Law::normal(0.0, deviation),
        Distribution::TruncatedNormal => Law::truncated(0.0, deviation / Law::truncated(0.0, 1.0).variance.sqrt()),
        Distribution::Uniform => Law::uniform(-(3.0 * variance).sqrt(), (3.0 * variance).sqrt()),
    }
}

#[test]
fn named_scalings() {
    use Distribution::{TruncatedNormal as Cut, Uniform};
    use Mode::{FanAvg, FanIn};
    let all: [(&dyn Initializer, f64, Mode, Distribution); 6] = [
        (&GlorotNormal, 1.0, FanAvg, Cut),
        (&GlorotUniform, 1.0, FanAvg, Uniform),
        (&HeNormal, 2.0, FanIn, Cut),
        (&HeUniform, 2.0, FanIn, Uniform),
        (&LecunNormal, 1.0, FanIn, Cut),
        (&LecunUniform, 1.0, FanIn, Uniform),
    ];
    for (initializer, scale, mode, distribution) in all {
        for shape in SHAPES {
            holds(initializer, shape, &law(variance(scale, mode, shape), distribution));
        }
    }
}

#[test]
fn variance_scaling() {
    for mode in [Mode::FanIn, Mode::FanOut, Mode::FanAvg] {
        for distribution in [Distribution::TruncatedNormal, Distribution::UntruncatedNormal, Distribution::Uniform] {
            for shape in [SHAPES[1], SHAPES[4]] {
                let scaling = VarianceScaling::new(1.5, mode, distribution);
                holds(&scaling, shape, &law(variance(1.5, mode, shape), distribution));
            }
        }
    }
}

#[test]
fn plain_draws() {
    for shape in [SHAPES[0], SHAPES[2]] {
        holds(&RandomNormal::default(), shape, &Law::normal(0.0, 0.05));
        holds(&RandomNormal::new(-3.0, 2.0), shape, &Law::normal(-3.0, 2.0));
        holds(&TruncatedNormal::default(), shape, &Law::truncated(0.0, 0.05));
        holds(&TruncatedNormal::new(1.0, 0.5), shape, &Law::truncated(1.0, 0.5));
        holds(&RandomUniform::default(), shape, &Law::uniform(-0.05, 0.05));
        holds(&RandomUniform::new(1.0, 3.0), shape, &Law::uniform(1.0, 3.0));
    }
}

/// Eight branches of three layers: L^(−1/(2m−2)) = 8^(−1/4), so the variance is 2/fan_in · 8^(−1/2).
#[test]
fn fixup() {
    for shape in [SHAPES[1], SHAPES[4]] {
        let expected = variance(2.0, Mode::FanIn, shape) / 8.0_f64.sqrt();
        holds(&Fixup::new(8, 3), shape, &law(expected, Distribution::TruncatedNormal));
        assert!(Fixup::new(8, 3).last(true).values(shape, Seed(1).stream(0)).iter().all(|x| *x == 0.0));
    }
}

#[test]
fn what_is_not_random() {
    let values = |i: &dyn Initializer, shape: &[usize]| i.values(shape, Seed(1).stream(0));
    assert_eq!(values(&Zeros, &[2, 2]), [0.0; 4]);
    assert_eq!(values(&Ones, &[3]), [1.0; 3]);
    assert_eq!(values(&Constant::new(0.25), &[]), [0.25]);
    assert_eq!(values(&Identity::default(), &[2, 3]), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(values(&Identity::new(2.0), &[3, 2]), [2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
}

/// No initializer is left out above or in `orthogonal.rs`.
#[test]
fn every_name_is_tested() {
    let tested = [include_str!("initializers.rs"), include_str!("orthogonal.rs")].concat();
    for (name, _) in names() {
        let kind: String = name.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
        assert!(tested.contains(&format!("&{kind}")) || tested.contains(&format!("{kind}::")), "{kind} is not tested");
    }
}

#[test]
fn another_stream_or_seed_is_another_draw() {
    let draw = |seed, stream| HeNormal.values(&[50, 50], Seed(seed).stream(stream));
    assert_eq!(draw(1, 2), draw(1, 2));
    assert_ne!(draw(1, 2), draw(1, 3));
    assert_ne!(draw(1, 2), draw(2, 2));
}

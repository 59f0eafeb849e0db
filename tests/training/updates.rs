//! Optimizers over many steps: f32 beside f64, frozen variables, hyper-parameters that follow schedules.

use std::sync::Arc;
use wgrad::base::rng::Stream;
use wgrad::judge::norm_error;
use wgrad::judge::updates::Updates;
use wgrad::nn::optim::{self, Adam, Lamb, Optimizer, Sgd};
use wgrad::nn::schedule::Schedule;

const SHAPES: [(&str, &[usize]); 2] = [("kernel", &[16, 12]), ("bias", &[12])];

fn start() -> Vec<(&'static str, &'static [usize], Vec<f64>)> {
    let fill = |len: usize, salt: u32| {
        let random = Stream { seed: 7, stream: salt };
        (0..len).map(|i| f64::from(random.normal(0, i as u32) as f32)).collect()
    };
    let len = |shape: &[usize]| shape.iter().product();
    SHAPES.iter().enumerate().map(|(v, (name, shape))| (*name, *shape, fill(len(shape), v as u32))).collect()
}

/// Gradients whose numbers differ in size by six decades, from number to number and from step to step.
fn gradients(step: u32) -> Vec<Vec<f64>> {
    let one = |(v, (_, shape)): (usize, &(&str, &[usize]))| {
        let random = Stream { seed: 9, stream: v as u32 };
        let number = |i: usize| {
            let decade = -3.0 + 6.0 * random.uniform(step, 100_000 + i as u32);
            f64::from((random.normal(step, i as u32) * 10_f64.powf(decade)) as f32)
        };
        (0..shape.iter().product()).map(number).collect()
    };
    SHAPES.iter().enumerate().map(one).collect()
}

/// The same 10,000 gradients in f32 and f64: every variable within 1e-5 at the end.
///
/// Lion moves every number by ±η, always the same: of 10⁻³ storing θ in f32 rounds off the same part at each move, and
/// 1.5e-5 are off at the end. Its η is 2⁻¹⁰, of which nothing is rounded off.
#[test]
fn ten_thousand_gradients_in_f32_beside_f64() {
    for name in optim::names() {
        let rate = (name == "lion").then(|| Arc::new(2_f64.powi(-10)) as Arc<dyn Schedule>);
        let optimizer = || optim::named(name, rate.clone(), None).expect("a name of the list");
        let mut judge = Updates::<f64>::new(optimizer(), &start()).expect("an optimizer");
        let mut other = Updates::<f32>::new(optimizer(), &start()).expect("an optimizer");
        for step in 0..10_000 {
            let g = gradients(step);
            judge.step(&g).expect("two gradients");
            other.step(&g).expect("two gradients");
        }
        for (v, (variable, ..)) in start().iter().enumerate() {
            let error = norm_error(&other.variable(v), &judge.variable(v));
            println!("{name:<10} {variable:<6} {error:.2e}");
            assert!(error <= 1e-5, "{name}: {variable} is {error:.2e} off after 10,000 steps");
        }
    }
}

fn after(optimizer: impl Optimizer + 'static, steps: u32) -> Vec<Vec<f64>> {
    let mut updates = Updates::<f64>::new(Arc::new(optimizer), &start()).expect("an optimizer");
    (0..steps).for_each(|step| updates.step(&gradients(step)).expect("two gradients"));
    (0..SHAPES.len()).map(|v| updates.variable(v)).collect()
}

#[test]
fn frozen_variables_do_not_move() {
    let still = &start()[1].2;
    for moved in [
        after(Sgd::new(0.1).momentum(0.9).weight_decay(0.1).learning_rate_multiplier("bias", 0.0), 5),
        after(Adam::new(0.1).global_clipnorm(1.0).learning_rate_multiplier("bias", 0.0), 5),
        after(Lamb::new(0.1).learning_rate_multiplier("bias", 0.0), 5),
    ] {
        assert_eq!(moved[1], *still, "a multiplier of 0 freezes");
        assert_ne!(moved[0], start()[0].2, "the others move");
    }
}

#[test]
fn multipliers_multiply_the_rate() {
    let (half, whole) = (after(Sgd::new(0.5).learning_rate_multiplier("kernel", 0.5), 1), after(Sgd::new(0.25), 1));
    assert_eq!(half[0], whole[0]);
    assert_ne!(half[1], whole[1]);
}

#[test]
fn hyper_parameters_follow_schedules() {
    let constant = after(Sgd::new(0.1).momentum(0.5), 4);
    assert_eq!(after(Sgd::new(0.1).momentum(0.9).schedule("momentum", 0.5), 4), constant);
    let falling = |step: u64| if step < 2 { 0.5 } else { 0.25 };
    assert_ne!(after(Sgd::new(0.1).momentum(0.5).schedule("momentum", falling), 4), constant);
    // A momentum of 0 at first may grow.
    let growing = |step: u64| if step < 2 { 0.0 } else { 0.5 };
    assert_ne!(after(Sgd::new(0.1).schedule("momentum", growing), 4), after(Sgd::new(0.1), 4));
    let told = Updates::<f64>::new(Arc::new(Sgd::new(0.1).schedule("beta_1", 0.5)), &start()).map(|_| ());
    let told = told.expect_err("sgd has no beta_1").to_string();
    assert!(told.contains("one of momentum") && told.contains("beta_1"), "{told}");
}

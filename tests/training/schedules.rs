//! Learning-rate schedules: what Keras has no numbers for, names, and refusals.

use crate::input::refused;
use std::sync::Arc;
use wgrad::nn::schedule::{
    Anneal, CosineDecay, CosineDecayRestarts, ExponentialDecay, LearningRateScheduler, Mode, OneCycle, OneCycleLr,
    PiecewiseConstantDecay, PolynomialDecay, Power, ReduceLrOnPlateau, Run, Schedule, named, names,
};

/// The numbers at these steps, to 12 places.
fn at(schedule: &dyn Schedule, steps: &[u64], values: &[f64]) {
    schedule.check().expect("a schedule in range");
    for (step, value) in steps.iter().zip(values) {
        let got = schedule.at(*step);
        assert!(
            (got - value).abs() <= 1e-12 * value.abs().max(1e-3),
            "{} at {step}: {got}, not {value}",
            schedule.name()
        );
    }
}

#[test]
fn numbers_closures_and_shared_schedules_are_schedules() {
    at(&0.3, &[0, 9], &[0.3, 0.3]);
    at(&|step: u64| 1.0 / (1.0 + step as f64), &[0, 3], &[1.0, 0.25]);
    let shared: Arc<dyn Schedule> = Arc::new(ExponentialDecay::new(0.1, 100.0, 0.96));
    at(&shared.clone(), &[150], &[0.1 * 0.96_f64.powf(1.5)]);
    let boxed: Box<dyn Schedule> = Box::new(shared);
    at(&boxed, &[0], &[0.1]);
    assert_eq!((boxed.name(), 0.1.name(), (|_| 0.0).name()), ("exponential_decay", "constant", "custom"));
}

#[test]
fn power_is_one_formula() {
    at(&Power::new(0.1, 10.0), &[0, 10, 20], &[0.1, 0.05, 0.1 / 3.0]);
    at(&Power::new(0.1, 10.0).power(0.5), &[30], &[0.05]);
    at(&Power::new(0.1, 10.0).staircase(true), &[9, 19], &[0.1, 0.05]);
    at(&Power::inverse_time_decay(0.1, 10.0, 0.5), &[20], &[0.05]);
}

/// Up over the first half, down over the second, orders of magnitude down in the last tenth; momentum the other way.
#[test]
fn one_cycle_is_the_textbook_s() {
    let cycle = OneCycle::new(0.05, 1000.0);
    at(&cycle, &[0, 225, 450, 675, 900, 950], &[0.005, 0.0275, 0.05, 0.0275, 0.005, 0.0025025]);
    at(&cycle, &[1000, 5000], &[5e-6, 5e-6]);
    at(&cycle.momentum(), &[0, 225, 450, 900, 950, 1000], &[0.95, 0.9, 0.85, 0.95, 0.95, 0.95]);
    let own = cycle.start_learning_rate(0.01).last_share(0.5).last_learning_rate(0.0);
    at(&own, &[0, 250, 500, 750, 1000], &[0.01, 0.05, 0.01, 0.005, 0.0]);
    at(&own.momentum().between(0.5, 0.9), &[0, 250, 500], &[0.9, 0.5, 0.9]);
}

/// The figures of torch.optim.lr_scheduler.OneCycleLR's formulas, worked out by hand.
#[test]
fn one_cycle_lr_is_pytorch_s() {
    let cycle = OneCycleLr::new(1.0, 101.0).pct_start(31.0 / 101.0);
    at(&cycle, &[0, 15, 30, 65, 100], &[0.04, 0.52, 1.0, (1.0 + 4e-6) / 2.0, 4e-6]);
    at(&cycle.momentum(), &[0, 30, 65, 100], &[0.95, 0.85, 0.9, 0.95]);
    let straight = OneCycleLr::new(1.0, 100.0).pct_start(0.31).anneal_strategy(Anneal::Linear).three_phase(true);
    at(&straight, &[0, 15, 30, 45, 60, 99, 300], &[0.04, 0.52, 1.0, 0.52, 0.04, 4e-6, 4e-6]);
    at(&straight.momentum(), &[30, 60, 80, 99], &[0.85, 0.95, 0.95, 0.95]);
}

/// A restart is at the step it is due, where a quotient of rounded logarithms would miss it: 3⁵ = 243.
#[test]
fn restarts_are_on_time() {
    let restarts = CosineDecayRestarts::new(0.1, 2.0).t_mul(3.0).m_mul(0.5);
    let mut begin = 0;
    for i in 0..12 {
        at(&restarts, &[begin], &[0.1 * 0.5_f64.powi(i)]);
        begin += 2 * 3_u64.pow(i as u32);
    }
    at(&CosineDecayRestarts::new(0.1, 4.0).t_mul(1.0).alpha(0.5), &[0, 2, 4, 6], &[0.1, 0.075, 0.1, 0.075]);
}

#[test]
fn every_name_makes_its_schedule() {
    let run = Run { learning_rate: 0.01, total_steps: 500.0 };
    for (name, keys) in names() {
        let given: Vec<&str> = match name {
            "exponential_decay" | "inverse_time_decay" => vec!["decay_rate=0.5"],
            "power" => vec!["decay_steps=100"],
            "cosine_decay_restarts" => vec!["first_decay_steps=50"],
            "piecewise_constant_decay" => vec!["boundaries=100,200", "values=0.1,0.05,0.01"],
            _ => vec![],
        };
        assert!(given.iter().all(|g| keys.contains(&g.split('=').next().unwrap_or(""))), "{name}: {keys:?}");
        let made = named(&format!("{name}:{}", given.join(",")), &run).unwrap_or_else(|e| panic!("{name}: {e}"));
        let wanted = if name == "inverse_time_decay" { "power" } else { name };
        assert_eq!(made.name(), wanted);
        assert!((0..600).all(|t| made.at(t).is_finite() && made.at(t) >= 0.0), "{name}");
        if !given.is_empty() && name != "power" {
            let bare = named(name, &run).err().unwrap_or_else(|| panic!("{name} without {given:?}"));
            assert!(bare.to_string().contains("expected a value, got nothing"), "{bare}");
        }
    }
    at(&named("one_cycle:max_learning_rate=5e-3", &run).expect("a name"), &[225], &[5e-3]);
    at(&named("one_cycle", &run).expect("a name"), &[225, 500], &[0.01, 1e-6]);
    at(
        &named("cosine_decay:warmup_target=0.1,warmup_steps=100", &run).expect("a name"),
        &[0, 50, 300],
        &[0.0, 0.05, 0.05],
    );
    refused(named("one_cycel", &run), "schedule", "one_cycle", "one_cycel");
    refused(named("one_cycle:max_learning_rat=1", &run), "schedule `one_cycle`: parameter", "total_steps", "rat");
    refused(named("cosine_decay:alpha=2", &run), "schedule cosine_decay: alpha", "≤ 1", "2");
    refused(named("one_cycle_lr:anneal_strategy=cosine", &run), "anneal_strategy", "cos, linear", "cosine");
}

#[test]
fn numbers_out_of_range_are_refused() {
    let wrong: [(&dyn Schedule, &str, &str, &str); 24] = [
        (&-0.1, "constant: learning_rate", "≥ 0", "-0.1"),
        (&ExponentialDecay::new(0.1, 0.0, 0.9), "exponential_decay: decay_steps", "> 0", "0"),
        (&ExponentialDecay::new(0.1, 1.0, -0.9), "decay_rate", "> 0", "-0.9"),
        (&ExponentialDecay::new(f64::NAN, 1.0, 0.9), "initial_learning_rate", "≥ 0", "NaN"),
        (&Power::new(0.1, -1.0), "power: decay_steps", "> 0", "-1"),
        (&Power::new(0.1, 1.0).power(-1.0), "power: power", "≥ 0", "-1"),
        (&Power::inverse_time_decay(0.1, 1.0, -1.0), "decay_rate", "≥ 0", "-1"),
        (&PiecewiseConstantDecay::new(&[], &[1.0]), "boundaries", "at least one", "[]"),
        (&PiecewiseConstantDecay::new(&[2.0, 2.0], &[1.0, 1.0, 1.0]), "boundaries", "above", "[2.0, 2.0]"),
        (&PiecewiseConstantDecay::new(&[2.0], &[1.0]), "values", "2 numbers", "[1.0]"),
        (&PiecewiseConstantDecay::new(&[2.0], &[1.0, -1.0]), "values", "≥ 0", "-1"),
        (&PolynomialDecay::new(0.1, 0.0), "polynomial_decay: decay_steps", "> 0", "0"),
        (&PolynomialDecay::new(0.1, 1.0).power(-0.5), "power", "≥ 0", "-0.5"),
        (&PolynomialDecay::new(0.1, 1.0).end_learning_rate(-0.5), "end_learning_rate", "≥ 0", "-0.5"),
        (&CosineDecay::new(0.1, 0.0), "cosine_decay: decay_steps", "> 0", "0"),
        (&CosineDecay::new(0.1, 1.0).alpha(1.1), "alpha", "≤ 1", "1.1"),
        (&CosineDecay::new(0.1, 1.0).warmup(1.0, -2.0), "warmup_steps", "≥ 0", "-2"),
        (&CosineDecayRestarts::new(0.1, 1.0).t_mul(0.5), "cosine_decay_restarts: t_mul", "≥ 1", "0.5"),
        (&CosineDecayRestarts::new(0.1, 1.0).m_mul(-1.0), "m_mul", "≥ 0", "-1"),
        (&OneCycle::new(0.1, 10.0).start_learning_rate(0.2), "start_learning_rate", "= 0.1]", "0.2"),
        (&OneCycle::new(0.1, 10.0).last_share(1.0), "last_share", "< 1", "1"),
        (&OneCycle::new(0.1, 0.0).momentum(), "one_cycle_momentum: total_steps", "> 0", "0"),
        (&OneCycleLr::new(0.1, 10.0).div_factor(0.0), "one_cycle_lr: div_factor", "> 0", "0"),
        (&OneCycle::new(0.1, 10.0).momentum().between(0.8, 1.0), "max_momentum", "< 1", "1"),
    ];
    for (schedule, what, expected, got) in wrong {
        refused(schedule.check(), what, expected, got);
    }
}

#[test]
fn plateau_counts_epochs_as_keras_does() {
    let mut plateau = ReduceLrOnPlateau { patience: 2, cooldown: 1, factor: 0.5, ..ReduceLrOnPlateau::default() };
    plateau.check().expect("in range");
    let mut rate = 1.0;
    let losses = [1.0, 0.5, 0.5, 0.49995, 0.6, 0.6, 0.6, 0.4, f64::NAN, 0.4];
    let rates: Vec<f64> = losses
        .iter()
        .map(|loss| {
            rate = plateau.epoch_end(*loss, rate);
            rate
        })
        .collect();
    assert_eq!(rates, [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125]);
    plateau.reset();
    assert_eq!(plateau.epoch_end(9.0, 1.0), 1.0, "the first number is the best so far");
    plateau.min_lr = 1.0;
    plateau.epoch_end(9.0, 1.0);
    assert_eq!(plateau.epoch_end(9.0, 1.0), 1.0, "not below the lowest rate");
}

#[test]
fn plateau_refuses_what_cannot_work() {
    let with = |change: fn(&mut ReduceLrOnPlateau)| {
        let mut plateau = ReduceLrOnPlateau::default();
        change(&mut plateau);
        plateau.check()
    };
    refused(with(|p| p.factor = 1.0), "reduce_lr_on_plateau: factor", "< 1", "1");
    refused(with(|p| p.patience = 0), "patience", "at least 1", "0");
    refused(with(|p| p.min_lr = -1.0), "min_lr", "≥ 0", "-1");
    refused(with(|p| p.min_delta = f64::NAN), "min_delta", "finite", "NaN");
    refused(with(|p| p.monitor = "val_acuracy".to_owned()), "monitor", "known", "val_acuracy");
    with(|p| (p.monitor, p.mode) = ("my_score".to_owned(), Mode::Max)).expect("the mode says it");
    assert_eq!(Mode::Auto.upwards("val_accuracy"), Some(true));
    assert_eq!(Mode::Auto.upwards("val_loss"), Some(false));
}

#[test]
fn a_function_of_the_epoch_sets_the_rate() {
    let mut scheduler = LearningRateScheduler::new(|epoch, rate| if epoch < 2 { rate } else { rate * 0.5 });
    let rates: Vec<f64> =
        (0..4).scan(1.0, |rate, epoch| scheduler.epoch_begin(epoch, *rate).inspect(|r| *rate = *r).ok()).collect();
    assert_eq!(rates, [1.0, 1.0, 0.5, 0.25]);
    let mut bad = LearningRateScheduler::new(|_, _| f64::NAN);
    refused(bad.epoch_begin(0, 1.0), "learning_rate_scheduler: result", "≥ 0", "NaN");
}

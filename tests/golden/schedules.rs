//! Learning-rate schedules, step by step, against Keras's and PyTorch's formulas in float64.

use crate::read::{Case, Config, family};
use wgrad::nn::schedule::{
    Anneal, CosineDecay, CosineDecayRestarts, ExponentialDecay, OneCycleLr, PiecewiseConstantDecay, PolynomialDecay,
    Power, Schedule,
};

/// The numbers under `key` at the case's steps: within 10⁻⁹ of each, with a floor of 10⁻¹⁵ where a cosine comes to 0.
fn same(case: &Case, schedule: &dyn Schedule, key: &str) {
    schedule.check().unwrap_or_else(|e| panic!("{}: {e}", case.place));
    let (steps, values) = (case.get("step").array().data, case.get(key).array().data);
    assert!(steps.len() == values.len() && steps.len() > 10, "{}: {} steps", case.place, steps.len());
    for (step, want) in steps.iter().zip(values) {
        let got = schedule.at(*step as u64);
        let allowed = 1e-9 * want.abs() + 1e-15;
        assert!((got - want).abs() <= allowed, "{} {key} at step {step}: {got:e}, Keras has {want:e}", case.place);
    }
}

fn rate(config: &mut Config, key: &str) -> f64 {
    config.number(key, f64::NAN)
}

#[test]
fn schedules() {
    for case in family("schedules") {
        assert_eq!(case.get("precision").text(), "float64", "{}", case.place);
        let mut config = case.config();
        let c = &mut config;
        let initial = |c: &mut Config| rate(c, "initial_learning_rate");
        let schedule: Box<dyn Schedule> = match case.name.as_str() {
            "exponential_decay" => Box::new(
                ExponentialDecay::new(initial(c), rate(c, "decay_steps"), rate(c, "decay_rate"))
                    .staircase(c.flag("staircase", false)),
            ),
            "inverse_time_decay" => Box::new(
                Power::inverse_time_decay(initial(c), rate(c, "decay_steps"), rate(c, "decay_rate"))
                    .staircase(c.flag("staircase", false)),
            ),
            "piecewise_constant_decay" => {
                let list = |key| case.get("config").get(key).numbers();
                assert!(c.take("boundaries").is_some() && c.take("values").is_some());
                Box::new(PiecewiseConstantDecay::new(&list("boundaries"), &list("values")))
            }
            "polynomial_decay" => {
                let mut schedule = PolynomialDecay::new(initial(c), rate(c, "decay_steps"));
                if let Some(end) = c.optional("end_learning_rate") {
                    schedule = schedule.end_learning_rate(end);
                }
                Box::new(schedule.power(c.number("power", 1.0)).cycle(c.flag("cycle", false)))
            }
            "cosine_decay" => {
                let mut schedule = CosineDecay::new(initial(c), rate(c, "decay_steps")).alpha(c.number("alpha", 0.0));
                let steps = c.number("warmup_steps", 0.0);
                if let Some(target) = c.optional("warmup_target") {
                    schedule = schedule.warmup(target, steps);
                }
                Box::new(schedule)
            }
            "cosine_decay_restarts" => {
                let mut schedule = CosineDecayRestarts::new(initial(c), rate(c, "first_decay_steps"));
                if let Some(longer) = c.optional("t_mul") {
                    schedule = schedule.t_mul(longer);
                }
                Box::new(schedule.m_mul(c.number("m_mul", 1.0)).alpha(c.number("alpha", 0.0)))
            }
            "one_cycle_lr" => Box::new(one_cycle_lr(&case, c)),
            other => panic!("{}: no schedule `{other}`", case.place),
        };
        config.done();
        same(&case, &schedule, "learning_rate");
    }
}

/// With its momentum, where the case has one.
fn one_cycle_lr(case: &Case, c: &mut Config) -> OneCycleLr {
    let mut schedule =
        OneCycleLr::new(rate(c, "max_lr"), rate(c, "total_steps")).three_phase(c.flag("three_phase", false));
    if let Some(share) = c.optional("pct_start") {
        schedule = schedule.pct_start(share);
    }
    if let Some(d) = c.optional("div_factor") {
        schedule = schedule.div_factor(d);
    }
    if let Some(f) = c.optional("final_div_factor") {
        schedule = schedule.final_div_factor(f);
    }
    let anneal = match c.text("anneal_strategy", "cos").as_str() {
        "cos" => Anneal::Cos,
        "linear" => Anneal::Linear,
        other => panic!("{}: no anneal strategy `{other}`", case.place),
    };
    schedule = schedule.anneal_strategy(anneal);
    let mut momentum = schedule.momentum();
    if let (Some(base), Some(max)) = (c.optional("base_momentum"), c.optional("max_momentum")) {
        momentum = momentum.between(base, max);
    }
    let cycles = c.flag("cycle_momentum", true);
    assert_eq!(cycles, case.find("momentum").is_some(), "{}", case.place);
    if cycles {
        same(case, &momentum, "momentum");
    }
    schedule
}

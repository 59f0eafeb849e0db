//! Callbacks, epoch by epoch, on given values of what they watch.

use crate::read::{Case, family, near};
use wgrad::nn::schedule::{Mode, ReduceLrOnPlateau};

/// The names of the family. Those without a test here are tested where they live.
const NAMES: [&str; 2] = ["reduce_lr_on_plateau", "early_stopping"];

fn plateau(case: &Case) -> ReduceLrOnPlateau {
    let (mut c, keras) = (case.config(), ReduceLrOnPlateau::default());
    let mode = match c.text("mode", "auto").as_str() {
        "min" => Mode::Min,
        "max" => Mode::Max,
        "auto" => Mode::Auto,
        other => panic!("{}: no mode `{other}`", case.place),
    };
    let count = |n: i64| u64::try_from(n).expect("a number of epochs");
    let made = ReduceLrOnPlateau {
        monitor: c.text("monitor", &keras.monitor),
        mode,
        factor: c.number("factor", keras.factor),
        patience: count(c.integer("patience", 10)),
        min_delta: c.number("min_delta", keras.min_delta),
        cooldown: count(c.integer("cooldown", 0)),
        min_lr: c.number("min_lr", keras.min_lr),
        state: keras.state,
    };
    c.done();
    made
}

#[test]
fn reduce_lr_on_plateau() {
    let mut cases = 0;
    for case in family("callbacks") {
        assert!(NAMES.contains(&case.name.as_str()), "{}: no callback `{}`", case.place, case.name);
        if case.name != NAMES[0] {
            continue;
        }
        cases += 1;
        let mut callback = plateau(&case);
        // Keras takes a patience of 0 for 1; here it is refused, and does the same where nobody asked.
        assert_eq!(callback.check().is_err(), callback.patience == 0, "{}", case.place);
        let mut rate = case.get("initial_learning_rate").number();
        let (mut rates, mut waits, mut cooldowns) = (Vec::new(), Vec::new(), Vec::new());
        for value in case.get("values").array().data {
            rate = callback.epoch_end(value, rate);
            rates.push(rate);
            waits.push(callback.state.wait as f64);
            cooldowns.push(callback.state.cooldown_counter as f64);
        }
        near(&format!("{} rates", case.place), &rates, &case.get("learning_rate").array().data, case.bound() / 1e3);
        assert_eq!(waits, case.get("wait").array().data, "{} waits", case.place);
        assert_eq!(cooldowns, case.get("cooldown_counter").array().data, "{} cooldowns", case.place);
    }
    assert!(cases > 10, "{cases} cases");
}

//! Callbacks, epoch by epoch, on given values of what they watch.

use crate::read::{Case, Config, Node, family, near};
use wgrad::nn::schedule::{Mode, ReduceLrOnPlateau};
use wgrad::train::callback::EarlyStopping;

/// The names of the family.
const NAMES: [&str; 2] = ["reduce_lr_on_plateau", "early_stopping"];

fn mode(c: &mut Config) -> Mode {
    match c.text("mode", "auto").as_str() {
        "min" => Mode::Min,
        "max" => Mode::Max,
        "auto" => Mode::Auto,
        other => panic!("no mode `{other}`"),
    }
}

/// The callback of this `{"name", "config"}`.
pub fn plateau(node: &Node) -> ReduceLrOnPlateau {
    let (mut c, keras) = (node.config(), ReduceLrOnPlateau::default());
    let count = |n: i64| u64::try_from(n).expect("a number of epochs");
    let made = ReduceLrOnPlateau {
        monitor: c.text("monitor", &keras.monitor),
        mode: mode(&mut c),
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

/// The callback of this `{"name", "config"}`.
pub fn early_stopping(node: &Node) -> EarlyStopping {
    let mut c = node.config();
    let mut count = |key| usize::try_from(c.integer(key, 0)).expect("a number of epochs");
    let (patience, start) = (count("patience"), count("start_from_epoch"));
    let made = EarlyStopping::on(&c.text("monitor", "val_loss"))
        .min_delta(c.number("min_delta", 0.0))
        .patience(patience)
        .mode(mode(&mut c))
        .restore_best_weights(c.flag("restore_best_weights", false))
        .start_from_epoch(start);
    let baseline = c.optional("baseline");
    c.done();
    baseline.map_or(made.clone(), |baseline| made.baseline(baseline))
}

/// The cases of this name; every case of the family must have a name known here.
fn cases(name: &str) -> Vec<Case> {
    let mut cases = family("callbacks");
    for case in &cases {
        assert!(NAMES.contains(&case.name.as_str()), "{}: no callback `{}`", case.place, case.name);
    }
    cases.retain(|c| c.name == name);
    assert!(cases.len() > 10, "{} cases of {name}", cases.len());
    cases
}

#[test]
fn reduce_lr_on_plateau() {
    for case in cases(NAMES[0]) {
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
}

#[test]
fn early_stopping_ends_where_keras_ends() {
    for case in cases(NAMES[1]) {
        let mut callback = early_stopping(&case);
        let (mut waits, mut stopped, mut kept) = (Vec::new(), false, None);
        for (epoch, value) in case.get("values").array().data.into_iter().enumerate() {
            let keep = || {
                kept = Some(epoch);
                Ok(Vec::new())
            };
            stopped = callback.observe(epoch, value, keep).expect("nothing that fails");
            waits.push(callback.wait() as f64);
            if stopped {
                break;
            }
        }
        assert_eq!(waits.len(), case.get("epochs_run").size(), "{} epochs", case.place);
        assert_eq!(waits, case.get("wait").array().data, "{} waits", case.place);
        assert_eq!(stopped, case.get("stopped").flag(), "{} stopped", case.place);
        // Keras's epoch is 0 where it did not stop.
        assert_eq!(callback.stopped_epoch().is_some(), stopped, "{} stopped epoch", case.place);
        assert_eq!(callback.stopped_epoch().unwrap_or(0), case.get("stopped_epoch").size(), "{}", case.place);
        assert_eq!(callback.best_epoch(), case.get("best_epoch").size(), "{} best epoch", case.place);
        let number = |key| Some(case.get(key)).filter(|n| !n.is_none());
        let (got, want) = (callback.best(), number("best").map(|n| n.number()));
        let same = got == want || got.zip(want).is_some_and(|(g, w)| g.is_nan() && w.is_nan());
        assert!(same, "{}: best {got:?}, Keras has {want:?}", case.place);
        assert_eq!(kept, number("restored_epoch").map(|n| n.size()), "{} weights kept", case.place);
    }
}

//! Optimizers, step by step over varied gradients, against Keras's in float64.

use crate::read::{Case, Node, family};
use std::sync::Arc;
use wgrad::judge::updates::Updates;
use wgrad::nn::optim::{self, Optimizer};
use wgrad::nn::schedule::{self, Run, Schedule};

const SHAPES: [(&str, &[usize]); 3] = [("kernel", &[3, 4]), ("bias", &[5]), ("embeddings", &[2, 3])];

/// The start of variable `v`, by the formula of README.md.
fn initial(v: usize, len: usize) -> Vec<f64> {
    (0..len).map(|i| ((31_337 * v + 7919 * i + 271) % 401) as f64 - 200.0).map(|n| n / 128.0).collect()
}

/// The gradient of variable `v` in step `t` (from 1), by the formula of README.md.
fn gradient(t: usize, v: usize, len: usize) -> Vec<f64> {
    let number = |i: usize| {
        let k = ((7919 * t + 104_729 * v + 1_299_709 * i + 12_345) % 2001) as f64 - 1000.0;
        k * f64::exp2([0.0, -3.0, 2.0, -7.0, -1.0, 3.0, -5.0][(t + i + v) % 7] - 10.0)
    };
    (0..len).map(number).collect()
}

fn len(v: usize) -> usize {
    SHAPES[v].1.iter().product()
}

/// A config as the words of the command line.
fn words(name: &str, config: &Node) -> String {
    let value = |node: &Node| {
        if node.is_list() && node.list()[0].is_text() {
            return node.list().iter().map(Node::text).collect::<Vec<_>>().join(",");
        }
        if node.is_list() {
            return node.numbers().iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        }
        node.try_flag().map_or_else(|| node.number().to_string(), |flag| flag.to_string())
    };
    let keys = config.keys().into_iter().filter(|key| key != "learning_rate");
    let pairs = keys.map(|key| format!("{key}={}", value(&config.get(&key))));
    [name.to_owned(), pairs.collect::<Vec<_>>().join(",")].join(":")
}

fn learning_rate(config: &Node) -> Option<Arc<dyn Schedule>> {
    let rate = config.find("learning_rate")?;
    let Some(name) = rate.try_find("name") else { return Some(Arc::new(rate.number())) };
    let words = words(&name.text(), &rate.get("config"));
    let run = Run { learning_rate: f64::NAN, total_steps: f64::NAN };
    Some(schedule::named(&words, &run).unwrap_or_else(|e| panic!("{}: {e}", rate.place)))
}

/// The optimizer of this `{"name", "config"}`.
pub fn optimizer(node: &Node) -> Arc<dyn Optimizer> {
    let config = node.get("config");
    let made = optim::named(&words(&node.get("name").text(), &config), learning_rate(&config), None);
    made.unwrap_or_else(|e| panic!("{}: {e}", node.place))
}

fn same(case: &Case) {
    let optimizer = optimizer(case);
    let start: Vec<_> =
        SHAPES.iter().enumerate().map(|(v, (name, shape))| (*name, *shape, initial(v, len(v)))).collect();
    let mut updates = Updates::<f64>::new(optimizer, &start).unwrap_or_else(|e| panic!("{}: {e}", case.place));
    let snapshots = case.get("snapshots").list();
    assert!(!snapshots.is_empty(), "{}", case.place);
    let mut t = 0;
    for snapshot in snapshots {
        while t < snapshot.get("step").size() {
            t += 1;
            updates.step(&[0, 1, 2].map(|v| gradient(t, v, len(v)))).expect("three gradients");
        }
        for (v, (name, _)) in SHAPES.iter().enumerate() {
            let title = format!("{} step {t} {name}", case.place);
            let want = snapshot.get("variables").get(name).array().data;
            crate::read::near(&title, &updates.variable(v), &want, case.bound());
            if let Some(ema) = snapshot.find("ema") {
                let kept = updates.slot("average", v).unwrap_or_else(|| panic!("{title}: no average is kept"));
                crate::read::near(&format!("{title} ema"), &kept, &ema.get(name).array().data, case.bound());
            }
        }
    }
}

fn formula(case: &Case) {
    for (v, (name, _)) in SHAPES.iter().enumerate() {
        assert_eq!(initial(v, len(v)), case.get("initial").get(name).array().data, "{}", case.place);
        for step in case.get("gradients").list() {
            let want = step.get("variables").get(name).array().data;
            assert_eq!(gradient(step.get("step").size(), v, len(v)), want, "{}", step.place);
        }
    }
}

#[test]
fn optimizers() {
    let cases = family("optimizers");
    for case in &cases {
        if case.name == "formula" { formula(case) } else { same(case) }
    }
    for name in optim::names() {
        let count = cases.iter().filter(|c| c.name == name).count();
        assert!(count >= 4, "{name}: {count} cases of Keras's");
    }
}

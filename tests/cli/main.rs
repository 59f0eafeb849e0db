//! The program, run as people run it: every word it takes, every refusal.

mod data;
mod files;
mod run_files;
mod runs;
mod shells;
mod snapshots;
mod sweeps;
mod wrong;

use std::process::{Command, Output};
use wgrad::nn::{act, constraint, init, metric, optim, regularizer, schedule};

fn wgrad(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wgrad")).args(arguments).output().expect("the program starts")
}

/// Two steps on the built-in digits.
fn train(arguments: &[&str]) -> Output {
    let first = ["train", "digits", "--device", "cpu", "--epochs", "1", "--steps-per-epoch", "2", "--hidden", "5,4"];
    wgrad(&[&first[..], arguments].concat())
}

fn trains(arguments: &[&str]) {
    let out = train(arguments);
    let told = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{arguments:?} ended with {:?}: {told}", out.status.code());
    let lines = String::from_utf8_lossy(&out.stdout);
    assert!(lines.contains("Test: accuracy"), "{arguments:?}: {lines}");
}

fn refused(arguments: &[&str], words: &[&str]) {
    let out = train(arguments);
    let told = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(2), "{arguments:?}: {told}");
    for word in words {
        assert!(told.contains(word), "{arguments:?} says nothing of `{word}`: {told}");
    }
}

#[test]
fn every_optimizer_trains() {
    for name in optim::names() {
        trains(&["--optimizer", name]);
    }
    trains(&["--optimizer", "sgd:momentum=0.9,nesterov=true,clipnorm=1,weight_decay=0.01,use_ema=true"]);
    trains(&["--optimizer", "adam:gradient_accumulation_steps=2,global_clipnorm=1,exclude_from_weight_decay=bias"]);
}

#[test]
fn every_schedule_trains() {
    for (name, _) in schedule::names() {
        let words = match name {
            "piecewise_constant_decay" => "piecewise_constant_decay:boundaries=1,values=0.01,0.001",
            "cosine_decay_restarts" => "cosine_decay_restarts:first_decay_steps=1",
            "exponential_decay" => "exponential_decay:decay_rate=0.5",
            "power" => "power:decay_steps=10",
            "inverse_time_decay" => "inverse_time_decay:decay_rate=0.5,decay_steps=10",
            other => other,
        };
        trains(&["--schedule", words]);
    }
    trains(&["--schedule", "one_cycle:max_learning_rate=5e-3", "--cycle-momentum", "--optimizer", "sgd"]);
    trains(&["--reduce-lr-on-plateau", "factor=0.5,patience=1"]);
}

#[test]
fn every_activation_initializer_and_metric_trains() {
    for map in act::ALL.iter().filter(|m| m.name == m.keras) {
        trains(&["--activation", map.keras]);
    }
    for (name, _) in init::names().filter(|(name, _)| *name != "identity") {
        trains(&["--initializer", if name == "fixup" { "fixup:branches=2,layers=2" } else { name }]);
    }
    // Labels are one number a sample here: metrics of such labels, and of any.
    for name in ["sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy", "mean"] {
        assert!(metric::named(name).is_ok());
        trains(&["--metric", name]);
    }
}

#[test]
fn every_penalty_constraint_and_normalisation_trains() {
    for (name, _) in regularizer::names() {
        trains(&["--regularizer", name]);
    }
    for (name, _) in constraint::names() {
        trains(&["--constraint", name]);
    }
    for kind in ["batch", "layer", "none"] {
        trains(&["--normalization", kind]);
    }
    for kind in ["dropout", "alpha-dropout", "gaussian-dropout"] {
        trains(&["--dropout", "0.2", "--dropout-kind", kind]);
    }
}

#[test]
fn mistyped_words_are_answered_with_the_nearest() {
    refused(&["--optimizer", "naddam"], &["did you mean `nadam`?"]);
    refused(&["--optimizer", "adam:beta1=0.9"], &["did you mean `beta_1`?"]);
    refused(&["--schedule", "one_cycel"], &["did you mean `one_cycle`?"]);
    refused(&["--activation", "sellu"], &["did you mean `selu`?"]);
    refused(&["--initializer", "he_norml"], &["did you mean `he_normal`?"]);
    refused(&["--regularizer", "l1_12"], &["did you mean"]);
    refused(&["--constraint", "max_nrm"], &["did you mean `max_norm`?"]);
    refused(&["--metric", "sparse_categorical_accurracy"], &["did you mean `sparse_categorical_accuracy`?"]);
    refused(&["--reduce-lr-on-plateau", "patients=2"], &["did you mean `patience`?"]);
}

#[test]
fn numbers_out_of_range_are_answered_with_the_range() {
    refused(&["--learning-rate", "-1"], &["learning_rate", "≥ 0"]);
    refused(&["--dropout", "-1"], &["0 ≤ rate < 1"]);
    refused(&["--reduce-lr-on-plateau", "monitor=val_foo,mode=min"], &["one of loss, accuracy", "foo"]);
    refused(&["--schedule", "cosine_decay", "--cycle-momentum"], &["one_cycle or one_cycle_lr", "cosine_decay"]);
    refused(&["--optimizer", "adam:beta_1=1"], &["optimizer adam: beta_1", "0 ≤ beta_1 < 1"]);
    refused(&["--optimizer", "sgd:clipnorm=0"], &["clipnorm > 0"]);
    refused(&["--optimizer", "sgd:clipnorm=1,clipvalue=1"], &["clipnorm and clipvalue"]);
    refused(&["--optimizer", "sgd:gradient_accumulation_steps=1"], &["at least 2"]);
    refused(&["--optimizer", "sgd:gradient_accumulation_steps=2.5"], &["a whole number"]);
    refused(&["--optimizer", "adam:use_ema=true,ema_overwrite_frequency=-3"], &["a whole number"]);
    refused(&["--constraint", "max_norm:axis=0.5"], &["whole number"]);
    refused(&["--optimizer", "adam:exclude_from_weight_decay=gammma"], &["a part of"]);
    refused(&["--optimizer", "lamb:use_ema=true,ema_momentum=2"], &["0 ≤ ema_momentum ≤ 1"]);
    refused(&["--dropout", "1"], &["0 ≤ rate < 1"]);
    refused(&["--constraint", "max_norm:max_value=0"], &["max_value > 0"]);
    refused(&["--constraint", "max_norm:axis=7"], &["axis", "side by side"]);
    refused(&["--regularizer", "l2:l2=-1"], &["l2 ≥ 0"]);
    refused(&["--initializer", "random_normal:stddev=-1"], &["stddev", "≥ 0"]);
    refused(&["--reduce-lr-on-plateau", "patience=0"], &["patience", "at least 1"]);
    refused(&["--reduce-lr-on-plateau", "factor=1"], &["factor", "< 1"]);
    refused(&["--schedule", "one_cycle", "--cycle-momentum", "--optimizer", "adagrad"], &["momentum or beta_1"]);
    refused(&["--hidden", "0"], &["units"]);
    refused(&["--batch-size", "0"], &["batch_size"]);
}

/// Without a rate each optimizer takes Keras's: 0.01 for sgd, 0.001 for adam.
#[test]
fn the_learning_rate_is_the_optimizer_s() {
    let outcome = |arguments: &[&str]| {
        let told = String::from_utf8_lossy(&train(arguments).stdout).into_owned();
        told.lines().last().map(str::to_owned)
    };
    for (optimizer, rate, other) in [("sgd", "0.01", "0.001"), ("adam", "0.001", "0.01")] {
        let silent = outcome(&["--optimizer", optimizer]);
        assert!(silent.is_some());
        assert_eq!(silent, outcome(&["--optimizer", optimizer, "--learning-rate", rate]), "{optimizer}");
        assert_ne!(silent, outcome(&["--optimizer", optimizer, "--learning-rate", other]), "{optimizer}");
    }
}

/// The default run learns the digits.
#[test]
fn the_default_run_learns_the_digits() {
    let out = wgrad(&["train", "--device", "cpu"]);
    let told = String::from_utf8_lossy(&out.stdout);
    let accuracy = told.lines().find_map(|l| l.strip_prefix("Test: accuracy ")?.split(',').next()?.parse::<f64>().ok());
    assert!(accuracy.is_some_and(|a| a > 0.9), "{told}");
}

//! Small files of Keras's, each with something that once was read wrongly.

use wgrad::base::Rows;
use wgrad::formats::keras::{KerasFile, read_weights, write, write_h5, write_weights};
use wgrad::formats::model_file::ModelFile;
use wgrad::prelude::*;

macro_rules! file {
    ($name:literal) => {
        ($name, include_bytes!(concat!("keras/", $name)).to_vec())
    };
}

fn opened((name, bytes): (&str, Vec<u8>)) -> Model {
    let file = KerasFile::read(name, bytes).unwrap_or_else(|e| panic!("{e}"));
    file.build_compiled(&Device::Cpu, Seed(1)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn told((name, bytes): (&str, Vec<u8>)) -> String {
    let file = KerasFile::read(name, bytes).and_then(|f| f.build_compiled(&Device::Cpu, Seed(1)).map(drop));
    file.map_or_else(|e| e.to_string(), |()| "opened".to_owned())
}

/// Keras 3 records `training=False`, the default of such layers, for every call.
#[test]
fn dropout_in_a_graph_is_read() {
    let model = opened(file!("dropout_in_a_graph.keras"));
    assert!(model.layers().iter().any(|l| l.kind() == "dropout"));
    let words = told(file!("gaussian_dropout_in_training.keras"));
    assert!(words.contains("training=True") && words.contains("gaussian_dropout"), "{words}");
}

/// A model's flag is not that of its layers, which say it themselves: fine-tuning.
#[test]
fn a_partly_frozen_model_learns_in_part() {
    let model = opened(file!("partly_frozen.keras"));
    let learning = |m: &Model| m.plan(4).expect("a plan").of_role(wgrad::plan::Role::Param).count();
    assert_eq!(learning(&model), 4);
    let again = KerasFile::read("again.keras", write(&model).expect("bytes")).expect("a model");
    assert_eq!(learning(&again.build_compiled(&Device::Cpu, Seed(1)).expect("a model")), 4);
}

/// The optimizer within one that scales the loss has its arrays behind those of the scale.
#[test]
fn a_scaled_loss_is_that_of_the_optimizer_within() {
    let model = opened(file!("scaled_loss.keras"));
    assert!(model.learning_rate().expect("compiled") > 1e-4 && model.steps_done() > 0, "{:?}", model.progress());
    let model = opened(file!("scaled_loss_of_adam.keras"));
    assert!(model.remembered().expect("slots").iter().any(|r| r.values.iter().any(|v| *v != 0.0)));
}

#[test]
fn the_class_accuracy_is_the_exact_one() {
    let mut model = opened(file!("exact_accuracy.keras"));
    let width = model.graph().ends().inputs[0].1.iter().product();
    let x = Rows::floats(width, vec![0.5; 4 * width]);
    let outputs = model.predict(&x).expect("predictions");
    let off: Vec<f32> = outputs.data.iter().map(|v| if *v > 0.5 { 1.0 } else { 0.0 }).collect();
    let logs = model.evaluate((&x, &Rows::floats(outputs.width(), off))).expect("an evaluation");
    assert_eq!(logs.get("accuracy"), Some(0.0), "{logs}");
    let again = KerasFile::read("again.keras", write(&model).expect("bytes")).expect("a model");
    let mut again = again.build_compiled(&Device::Cpu, Seed(1)).expect("a model");
    let y = Rows::floats(outputs.width(), outputs.data.iter().map(|v| *v as f32).collect::<Vec<f32>>());
    assert_eq!(again.evaluate((&x, &y)).expect("an evaluation").get("accuracy"), Some(1.0));
}

#[test]
fn settings_are_found_by_the_keys_of_outputs() {
    assert!(opened(file!("dictionary_of_outputs.keras")).optimizer().is_some());
}

/// Keras 2 tells a list of metrics of every output.
#[test]
fn flat_metrics_of_keras_2_are_told_of_every_output() {
    let mut model = opened(file!("flat_metrics215.keras"));
    let ends = model.graph().ends();
    let x = Rows::floats(ends.inputs[0].1.iter().product(), vec![0.5; 4 * ends.inputs[0].1.iter().product::<usize>()]);
    let answers = model.predict_all(&x).expect("predictions");
    let labels: Vec<Rows> = answers.iter().map(|a| Rows::floats(a.width(), vec![0.0_f32; a.data.len()])).collect();
    let logs = model.evaluate(Samples::new([&x]).labels(&labels)).expect("an evaluation");
    let names: Vec<&str> = logs.iter().map(|(name, _)| name).collect();
    for output in &ends.outputs {
        for metric in ["mae", "mse"] {
            assert!(names.contains(&format!("{output}_{metric}").as_str()), "{names:?}");
        }
    }
}

#[test]
fn a_loss_without_reduction_is_refused() {
    let words = told(file!("reduction_none.keras"));
    assert!(words.contains("reduction") && words.contains("null"), "{words}");
}

/// Layers of one name in two models of a model: one lost its array to the other.
#[test]
fn layers_of_one_name_keep_their_arrays() {
    let mut model = opened(file!("layers_of_one_name.keras"));
    let mut again = opened(("again.h5", write_h5(&model).expect("bytes")));
    let width = model.graph().ends().inputs[0].1.iter().product();
    let x = Rows::floats(width, (0..3 * width).map(|i| i as f32 / 4.0).collect::<Vec<f32>>());
    assert_eq!(again.predict(&x).expect("predictions"), model.predict(&x).expect("predictions"));
}

/// What another optimizer remembers is not taken, whatever shapes it has; and an error changes nothing.
#[test]
fn slots_of_another_optimizer_begin_anew() {
    let (train, _) = datasets::digits().expect("inside the program");
    let build = |seed: u64| {
        let net = Sequential::new(&[8, 8]).add(Flatten).add(Dense::new(10).use_bias(false));
        net.build(&Device::Cpu, Seed(seed)).expect("a model")
    };
    let loss = || SparseCategoricalCrossentropy::new().from_logits(true);
    let once = || Fit::epochs(1).steps_per_epoch(3);
    let mut of_adam = build(1);
    of_adam.compile(Adam::new(1e-3), loss(), ()).expect("settings");
    of_adam.fit(&train, once()).expect("a training");
    let bytes = write_weights(&of_adam).expect("bytes");

    let mut of_rms = build(2);
    of_rms.compile(RmsProp::new(1e-3), loss(), ()).expect("settings");
    of_rms.fit(&train, once()).expect("a training");
    read_weights("adam.weights.h5", bytes.clone(), &mut of_rms).expect("weights");
    assert_eq!(of_rms.get_weights().expect("weights"), of_adam.get_weights().expect("weights"));
    assert_eq!(of_rms.steps_done(), 0);
    of_rms.fit(&train, once()).expect("a training that does not diverge");

    let mut again = build(3);
    again.compile(Adam::new(1e-3), loss(), ()).expect("settings");
    read_weights("adam.weights.h5", bytes, &mut again).expect("weights");
    assert_eq!((again.steps_done(), again.remembered().expect("slots").len()), (3, 2));

    let mut wider = Sequential::new(&[8, 8]).add(Flatten).add(Dense::new(11).use_bias(false));
    wider = wider.add(Dense::new(10));
    let mut wider = wider.build(&Device::Cpu, Seed(4)).expect("a model");
    let before = wider.get_weights().expect("weights");
    read_weights("a.weights.h5", write_weights(&of_adam).expect("bytes"), &mut wider).expect_err("another layer");
    assert_eq!(wider.get_weights().expect("weights"), before);
}

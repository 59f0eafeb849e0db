//! Graphs whose sizes or names are out of the ordinary.

use wgrad::prelude::*;

fn refused<T>(asked: Result<T>, parts: &[&str]) {
    let Err(e) = asked else { panic!("was taken; expected an error with {parts:?}") };
    let text = e.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{text}\nlacks some of {parts:?}");
}

fn built(inputs: Vec<Tensor>, output: &Tensor) -> Result<Model> {
    Graph::new(inputs, output)?.build(&Device::Cpu, Seed(0))
}

fn inputs(count: usize, shape: &[usize]) -> Vec<Tensor> {
    (0..count).map(|_| Tensor::input(shape)).collect()
}

/// The product of the sizes overflowed.
#[test]
fn inputs_repeated_beyond_all_bounds_are_refused() {
    for n in [1 << 10, 1 << 22] {
        let three = inputs(3, &[n]);
        let n = n as i64;
        let sides = [[n, 1, 1], [1, n, 1], [1, 1, n]];
        let turned = three.iter().zip(sides).map(|(x, side)| Reshape::new(&side).on(x)).collect::<Vec<_>>();
        refused(built(three, &Add.on(turned)), &["layer `add`: output", "at most 536870912 numbers"]);
    }
}

/// The sum of the widths overflowed 32 bits.
#[test]
fn what_is_put_side_by_side_beyond_all_bounds_is_refused() {
    let one = Tensor::input(&[1 << 29]);
    refused(built(vec![one.clone()], &Concatenate::new().on(vec![one; 9])), &["layer `concatenate`: output"]);
}

/// It was taken, and terabytes asked for when the model was.
#[test]
fn products_of_all_pairs_beyond_all_bounds_are_refused() {
    let two = inputs(2, &[1, 1 << 24]);
    refused(built(two.clone(), &Dot::new([1, 1]).on(two)), &["layer `dot`: output"]);
}

/// 68 GB were asked for.
#[test]
fn more_passes_than_a_value_holds_are_refused() {
    let net = Sequential::new(&[3]).add(Dense::new(4096)).add(Dropout::new(0.5));
    let mut model = net.build(&Device::Cpu, Seed(0)).expect("sound");
    refused(model.predict_mc(&Rows::floats(3, vec![1.0; 3]), 1 << 22), &["at most 536870912"]);
}

/// Two inputs of one name were one input, and one called `y` was the labels.
#[test]
fn inputs_have_names_of_their_own() {
    let model = |left: &str, right: &str| {
        let pair = [left, right].map(|name| Tensor::named_input(name, &[3]));
        let sum = Dense::new(3).on(&Add.on([&pair[0], &pair[1]]));
        Graph::new([&pair[0], &pair[1]], &sum)?.build(&Device::Cpu, Seed(0))
    };
    refused(model("age", "age"), &["name of a model input", "`age`", "of its own"]);
    for wrong in ["", "a/b"] {
        refused(model("age", wrong), &["name of a model input", "without `/`"]);
    }
    // Whatever a plan calls its own.
    let mut sound = model("age", "size").expect("sound");
    let how = Compile::new(Adam::new(0.1).clipnorm(1.0).use_ema(0.9, Some(2)).gradient_accumulation_steps(2));
    sound.compile_with(how.loss(MeanSquaredError::new()).metrics(["mse", "auc"])).expect("compiles");
    let (x, w) = (Rows::floats(3, vec![0.5; 6]), vec![1.0; 2]);
    let samples = Samples::new([&x, &x]).labels([&x]);
    for samples in [samples.clone(), samples.weights(w)] {
        sound.train_on_batch(&samples).expect("trains");
        let plan = sound.plan(2).expect("recorded");
        let own = |name: &&str| !name.is_empty() && !name.contains(['/', ' ']) && !["age", "size"].contains(name);
        let names: Vec<&str> = plan.values.iter().map(|v| v.name.as_str()).filter(own).collect();
        assert!(names.contains(&"y"), "{names:?}");
        names.iter().for_each(|name| refused(model("age", name), &["name of a model input", name]));
    }
}

/// Letting go of it overflowed the stack.
#[test]
fn a_graph_as_deep_as_it_is_long_is_let_go() {
    let input = Tensor::input(&[3]);
    let last = (0..100_000).fold(input.clone(), |x, _| Identity.on(&x));
    let graph = Graph::new(&input, &last).expect("a graph");
    drop((graph, input, last));
}

/// A row of weights that is not there was read.
#[test]
fn class_weights_ask_for_as_many_labels_and_weights_as_samples() {
    let mut model = Sequential::new(&[2]).add(Dense::new(1)).build(&Device::Cpu, Seed(0)).expect("sound");
    model.compile(Sgd::new(0.1), MeanSquaredError::new(), ()).expect("compiles");
    let (x, y) = (Rows::floats(2, vec![0.0; 8]), Rows::floats(1, vec![0.0; 4]));
    let fit = || Fit::epochs(1).batch(2).class_weight(&[(0, 2.0)]);
    let samples = Samples::new([&x]).labels([&y]);
    refused(model.fit(samples.clone().weights(vec![1.0; 3]), fit()), &["sample weights of data", "4 samples", "got 3"]);
    let labels = Rows::floats(1, vec![0.0; 8]);
    refused(model.fit(samples.clone().labels([&labels]), fit()), &["labels of data", "4 samples", "got 8"]);
    model.fit(samples.weights(vec![1.0; 4]), fit()).expect("trains");
}

/// Models within models, each applied twice, doubled the layers with every one until memory ended.
#[test]
fn models_that_double_are_refused() {
    let double = |inner: &SharedLayer| {
        let x = Tensor::input(&[1]);
        Graph::new(&x, &inner.on(&inner.on(&x))).expect("a graph").into_layer()
    };
    let all = (0..40).fold(Identity.into_layer(), |inner, _| double(&inner));
    let x = Tensor::input(&[1]);
    let told =
        Graph::new(&x, &all.on(&x)).expect("a graph").build(&Device::Cpu, Seed(1)).expect_err("too many").to_string();
    assert!(told.contains("at most 16384 calls of layers") && told.contains("apply models fewer times"), "{told}");
}

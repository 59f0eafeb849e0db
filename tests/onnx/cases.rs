//! Models of every family of operators, with variables that are no round numbers.

use wgrad::nn::act::ALL;
use wgrad::prelude::*;

/// A model, by name.
pub type Case = (String, Model);

/// Numbers between −2 and 2, another sequence for each `seed`.
pub fn numbers(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / (1_u64 << 31) as f64) * 4.0 - 2.0
    };
    (0..count).map(|_| f64::from(next() as f32)).collect()
}

/// Gives every variable numbers of its own; variances positive ones.
fn stirred(mut model: Model) -> Model {
    let variables = model.variables();
    let values = variables.iter().enumerate().map(|(i, v)| {
        let scale = if v.shape().len() > 1 { 0.4 } else { 0.7 };
        let all = numbers(i as u64 + 7, v.len()).into_iter().map(|x| x * scale);
        let all = if v.name().contains("variance") { all.map(|x| x.abs() + 0.1).collect() } else { all.collect() };
        round(all)
    });
    let values: Vec<Vec<f64>> = values.collect();
    model.set_weights(&values).expect("as many");
    model
}

/// What f32 holds.
fn round(all: Vec<f64>) -> Vec<f64> {
    all.into_iter().map(|v| f64::from(v as f32)).collect()
}

/// One layer between others on samples of `shape`.
fn one(name: &str, shape: &[usize], layer: impl IntoLayer) -> Case {
    let model = Sequential::new(shape).add(layer.into_layer()).build(&Device::Cpu, Seed(3));
    (format!("{name}_{}", shape.len() + 1), stirred(model.unwrap_or_else(|e| panic!("{name}: {e}"))))
}

fn graph(name: &str, inputs: &[Tensor], outputs: &[Tensor]) -> Case {
    let model = Graph::new(inputs, outputs).and_then(|g| g.build(&Device::Cpu, Seed(3)));
    (name.to_owned(), stirred(model.unwrap_or_else(|e| panic!("{name}: {e}"))))
}

/// Every activation with every set of parameters the walkers try.
pub fn activations() -> Vec<Case> {
    let mut all = Vec::new();
    for map in ALL {
        for (i, (p, _)) in map.cases().enumerate() {
            let layer = Dense::new(5).activation(Activation::Map(map, p));
            all.push(one(&format!("{}_{i}", map.name), &[4, 3], layer));
        }
    }
    for activation in [Activation::Linear, Activation::Softmax, Activation::LogSoftmax] {
        all.push(one(activation.name(), &[4], Dense::new(5).use_bias(false).activation(activation)));
        all.push(one(&format!("{}_alone", activation.name()), &[3, 4], activation));
    }
    all
}

/// Every layer of one input, on ranks 2 to 4.
pub fn layers() -> Vec<Case> {
    let mut all = Vec::new();
    for shape in [&[6][..], &[3, 6], &[2, 4, 6]] {
        let rank = shape.len() as isize;
        let mut put = |name: &str, layer: SharedLayer| all.push(one(name, shape, layer));
        put("dense", Dense::new(3).into_layer());
        put("batch_normalization", BatchNormalization::new().into_layer());
        put("batch_normalization_bare", BatchNormalization::new().scale(false).center(false).into_layer());
        put("batch_normalization_first", BatchNormalization::new().axis(1).epsilon(1e-5).into_layer());
        put("layer_normalization", LayerNormalization::new().into_layer());
        put("layer_normalization_bare", LayerNormalization::new().axis(&[1]).scale(false).center(false).into_layer());
        put("group_normalization", GroupNormalization::new(3).into_layer());
        put("instance_normalization", GroupNormalization::new(-1).axis(1).scale(false).into_layer());
        put("rms_normalization", RmsNormalization::new().into_layer());
        put("rms_normalization_first", RmsNormalization::new().axis(&[1]).epsilon(0.01).into_layer());
        put("softmax_first", Softmax::new().axis(1).into_layer());
        put("log_softmax_first", LogSoftmax::new().axis(1).into_layer());
        put("prelu", Prelu::new().into_layer());
        put("prelu_shared", Prelu::new().shared_axes(&[1]).into_layer());
        put("relu", Relu::new().max_value(1.5).negative_slope(0.25).threshold(0.5).into_layer());
        put("relu_low", Relu::new().negative_slope(0.25).threshold(-0.5).into_layer());
        put("leaky_relu", LeakyRelu::default().into_layer());
        put("elu", Elu::new(0.5).into_layer());
        put("rrelu", Rrelu::new().into_layer());
        put("rescaling", Rescaling::new(1.0 / 255.0).offset(-0.25).into_layer());
        put("rescaling_each", Rescaling::each(&numbers(5, 6)).offset_each(&numbers(6, 6)).into_layer());
        put(
            "normalization",
            Normalization::new().statistics(&numbers(8, 6), &[0.3, 2.0, 0.0, 1.0, 5.0, 0.1]).into_layer(),
        );
        put("normalization_one", Normalization::new().axis(&[]).statistics(&[0.5], &[4.0]).invert(true).into_layer());
        put("normalization_first", {
            let count = shape[0];
            let variance: Vec<f64> = numbers(9, count).iter().map(|v| v.abs() + 0.1).collect();
            Normalization::new().axis(&[1]).statistics(&numbers(8, count), &variance).into_layer()
        });
        put("normalization_adapted", {
            let samples =
                Rows::floats(shape.iter().product(), round_f32(numbers(4, 9 * shape.iter().product::<usize>())));
            let axes = if rank == 3 { vec![1, 3] } else { vec![-1] };
            Normalization::new().axis(&axes).adapt(&samples, shape).expect("fits").into_layer()
        });
        put("flatten", Flatten.into_layer());
        put("reshape", Reshape::new(&[2, -1]).into_layer());
        put("permute", Permute::new(&(1..=rank as usize).rev().collect::<Vec<_>>()).into_layer());
        put("identity", Identity.into_layer());
        put("dropout", Dropout::new(0.5).into_layer());
        put("activity_regularization", ActivityRegularization::new(0.1, 0.1).into_layer());
    }
    all.push(one("layer_normalization_two", &[2, 4, 6], LayerNormalization::new().axis(&[2, 3])));
    all.push(one("layer_normalization_apart", &[2, 4, 6], LayerNormalization::new().axis(&[1, 3]).epsilon(1e-6)));
    all.push(one("rms_normalization_apart", &[2, 4, 6], RmsNormalization::new().axis(&[1, 3])));
    all.push(one("batch_normalization_middle", &[2, 4, 6], BatchNormalization::new().axis(2)));
    all.push(one("prelu_pixels", &[2, 4, 6], Prelu::new().shared_axes(&[1, 2])));
    all.push(one("prelu_channels_first", &[2, 4, 6], Prelu::new().shared_axes(&[2, 3])));
    let noises = Sequential::new(&[5])
        .add(GaussianNoise::new(0.1))
        .add(Dense::new(4).activation(Activation::SELU))
        .add(AlphaDropout::new(0.1))
        .add(GaussianDropout::new(0.1));
    all.push(one("noises", &[5], &noises));
    all
}

/// Layers of several inputs.
pub fn merges() -> Vec<Case> {
    let mut all = Vec::new();
    let kinds = || -> Vec<(&str, SharedLayer)> {
        vec![
            ("add", Add.into_layer()),
            ("multiply", Multiply.into_layer()),
            ("average", Average.into_layer()),
            ("maximum", Maximum.into_layer()),
            ("minimum", Minimum.into_layer()),
        ]
    };
    for (name, layer) in kinds() {
        let xs =
            [Tensor::named_input("a", &[3, 4]), Tensor::named_input("b", &[3, 4]), Tensor::named_input("c", &[3, 4])];
        all.push(graph(&format!("{name}_of_three"), &xs, &[layer.on(&xs[..])]));
    }
    for (name, layer) in kinds() {
        let xs = [Tensor::named_input("a", &[3, 1]), Tensor::named_input("b", &[4])];
        all.push(graph(&format!("{name}_repeated"), &xs, &[layer.on(&xs[..])]));
    }
    let pair = |a: &[usize], b: &[usize]| [Tensor::named_input("a", a), Tensor::named_input("b", b)];
    let xs = pair(&[4], &[4]);
    all.push(graph("subtract", &xs, &[Subtract.on(&xs[..])]));
    let xs = pair(&[2, 3], &[2, 5]);
    all.push(graph("concatenate", &xs, &[Concatenate::new().on(&xs[..])]));
    let xs = pair(&[2, 3], &[4, 3]);
    all.push(graph("concatenate_first", &xs, &[Concatenate::new().axis(1).on(&xs[..])]));
    for normalize in [false, true] {
        for (name, a, b, axes) in [
            ("rows", &[4][..], &[4][..], [1, 1]),
            ("matrices", &[3, 4], &[4, 5], [2, 1]),
            ("others", &[4, 3], &[5, 4], [1, 2]),
            ("cubes", &[2, 4, 3], &[5, 4], [2, -1]),
        ] {
            let xs = pair(a, b);
            let name = format!("dot_{name}{}", if normalize { "_normalized" } else { "" });
            all.push(graph(&name, &xs, &[Dot::new(axes).normalize(normalize).on(&xs[..])]));
        }
    }
    all
}

/// Nets: shared layers, models in models, several inputs and outputs, embeddings.
pub fn nets() -> Vec<Case> {
    let mut all = Vec::new();
    let stack = Sequential::new(&[8])
        .add(Dense::new(7).activation(Activation::RELU))
        .add(BatchNormalization::new())
        .add(Dropout::new(0.3))
        .add(Dense::new(3).activation(Activation::Softmax));
    all.push(one("stack", &[8], &stack));

    let (left, right) = (Tensor::named_input("left", &[6]), Tensor::named_input("right", &[6]));
    let tower = Sequential::new(&[6]).add(Dense::new(5).activation(Activation::TANH)).add(LayerNormalization::new());
    let tower = tower.named("tower");
    let [l, r] = [tower.on(&left), tower.on(&right)];
    let score = Dot::new([1, 1]).normalize(true).on([&l, &r]);
    let more = Dense::new(2).named("more").on(&Concatenate::new().on([&l, &r]));
    all.push(graph("siamese", &[left, right], &[score, more, l.clone(), l]));

    let norm = RmsNormalization::new().into_layer();
    let x = Tensor::named_input("dense", &[4]);
    let y = norm.on(&Dense::new(4).on(&norm.on(&x)));
    all.push(graph("names_twice", &[x], &[y]));

    let (words, extra) = (Tensor::named_input("words", &[5]), Tensor::named_input("extra", &[2]));
    let embedded = Embedding::new(11, 3).on(&words);
    let y = Dense::new(4).activation(Activation::GELU).on(&Flatten.on(&embedded));
    let y = Concatenate::new().on([&y, &extra]);
    all.push(graph("words", &[words, extra], &[Dense::new(1).on(&y), embedded]));

    let x = Tensor::input(&[4]);
    all.push(graph("untouched", std::slice::from_ref(&x), &[Identity.on(&x), Dense::new(2).on(&x)]));
    all
}

fn round_f32(all: Vec<f64>) -> Vec<f32> {
    all.into_iter().map(|v| v as f32).collect()
}

/// All of them.
pub fn all() -> Vec<Case> {
    [activations(), layers(), merges(), nets()].into_iter().flatten().collect()
}

/// Samples for each input of a model: (shape of a sample, numbers), indices where the model has words.
pub fn samples(name: &str, model: &Model, rows: usize) -> Vec<(Vec<usize>, Vec<f32>)> {
    let outline = model.outline().expect("a model");
    let inputs = outline.nodes.iter().take(outline.inputs.len()).zip(&outline.inputs).enumerate();
    let of = |(i, (node, input)): (usize, (&wgrad::train::OutlineNode, &String))| {
        let count = rows * node.shape.iter().product::<usize>();
        let drawn = numbers(100 + i as u64 + name.len() as u64, count);
        let words = input == "words";
        let all = drawn.into_iter().map(|v| if words { ((v + 2.0) * 2.7).floor() } else { v });
        (node.shape.clone(), round_f32(all.collect()))
    };
    inputs.map(of).collect()
}

/// The outputs of a model for them.
pub fn outputs(model: &mut Model, samples: &[(Vec<usize>, Vec<f32>)]) -> wgrad::Result<Vec<Array>> {
    let rows: Vec<Rows> =
        samples.iter().map(|(shape, all)| Rows::floats(shape.iter().product(), all.clone())).collect();
    model.predict_all(Samples::new(&rows))
}

//! What a model consists of, and the memory it takes.

use wgrad::prelude::*;

fn book() -> Model {
    let hidden = |n| Dense::new(n).kernel_initializer(HeNormal).use_bias(true);
    let net = Sequential::new(&[28, 28])
        .add(Flatten)
        .add(BatchNormalization::new())
        .add(hidden(300).activation(Activation::ELU))
        .add(BatchNormalization::new())
        .add(hidden(100).activation(Activation::ELU))
        .add(BatchNormalization::new())
        .add(Dense::new(10).activation(Activation::Softmax));
    net.build(&Device::Cpu, Seed(1)).expect("sound")
}

#[test]
fn the_books_net_counts_as_in_keras() {
    let mut model = book();
    let summary = model.summary();
    assert_eq!(summary.parameters, [271_346, 268_978, 2_368]);
    let rows: Vec<(&str, usize)> = summary.rows.iter().map(|r| (r.name.as_str(), r.parameters)).collect();
    assert_eq!(
        rows,
        [
            ("flatten", 0),
            ("batch_normalization", 3136),
            ("dense", 235_500),
            ("batch_normalization_1", 1200),
            ("dense_1", 30_100),
            ("batch_normalization_2", 400),
            ("dense_2", 1010)
        ]
    );
    assert!(summary.memory.is_none(), "nothing is known before compile");
    model.compile(Nadam::new(1e-3), SparseCategoricalCrossentropy::new(), ()).expect("compiles");
    let text = model.summary().to_string();
    for part in [
        "│ batch_normalization (BatchNormalization)   │ (None, 784)  │   3,136 │",
        "Total params: 271,346 (1.04 MB)",
        "Non-trainable params: 2,368 (9.25 KB)",
        "Device memory for training, batches of 32",
    ] {
        assert!(text.contains(part), "{text}");
    }
    model.layer("dense").expect("there").set_trainable(false);
    assert_eq!(model.parameters(), [271_346, 268_978 - 235_500, 2_368 + 235_500]);
}

#[test]
fn memory_is_what_is_allocated() {
    let mut model = book();
    model.compile(Adam::new(1e-3), SparseCategoricalCrossentropy::new(), ()).expect("compiles");
    let known = model.memory(32).expect("compiled");
    let plan = model.plan(32).expect("compiled");
    // The CPU's executor has a vector for each buffer, and nothing else that grows with the model.
    let vectors: u64 = plan.buffers.iter().map(|b| b.len as u64 * 4).sum();
    assert_eq!(known.allocated, vectors);
    assert_eq!(known.parts.iter().map(|(_, n)| n).sum::<u64>(), vectors);
    let of = |what: &str| known.parts.iter().find(|(w, _)| *w == what).expect("a part").1;
    assert_eq!(of("gradients"), of("variables"));
    assert_eq!(of("optimizer"), 2 * of("variables"), "Adam's two moments");
    assert!(model.memory(64).expect("compiled").allocated > known.allocated);
}

#[test]
fn graphs_say_what_layers_are_connected_to() {
    let (a, b) = (Tensor::named_input("wide", &[5]), Tensor::named_input("deep", &[6]));
    let tower = Sequential::new(&[6]).add(Dense::new(30)).add(Dense::new(20));
    let joined = Concatenate::new().on([&a, &(&tower).on(&b)]);
    let graph = Graph::new([&a, &b], [&Dense::new(1).named("price").on(&joined)]).expect("a graph");
    let model = graph.build(&Device::Cpu, Seed(1)).expect("sound");
    let summary = model.summary();
    let rows: Vec<(&str, &[usize], usize)> =
        summary.rows.iter().map(|r| (r.name.as_str(), r.shape.as_slice(), r.parameters)).collect();
    let expected: [(&str, &[usize], usize); 3] =
        [("sequential", &[20], 6 * 30 + 30 + 30 * 20 + 20), ("concatenate", &[25], 0), ("price", &[1], 26)];
    assert_eq!(rows, expected);
    assert_eq!(summary.rows[1].connected, ["wide", "sequential"]);
    assert!(summary.to_string().contains("Connected to"));
}

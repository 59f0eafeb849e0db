//! What cannot be written or read is refused by name, with what to do.

use crate::hand::{File, Message, float, floats, info, int, integers, node};
use wgrad::formats::model_file::ModelFile;
use wgrad::formats::onnx;
use wgrad::prelude::*;

fn told(file: &File) -> String {
    match onnx::read(&file.bytes()) {
        Ok(_) => "read".to_owned(),
        Err(e) => e.to_string(),
    }
}

fn relu() -> File {
    File::new(&[4]).node("Relu", &["x"], "y", &[])
}

/// x · w, w of four rows and two columns.
fn product(w: Message) -> File {
    File::new(&[4]).node("MatMul", &["x", "w"], "y", &[]).initializer(w)
}

#[test]
fn sound_files_made_by_hand_are_read() {
    let w = floats("w", &[4, 2], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let mut model = onnx::read(&product(w).bytes()).expect("sound").build(&Device::Cpu, Seed(1)).expect("builds");
    let x = Rows::floats(4, vec![1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, -1.0]);
    assert_eq!(model.predict(Samples::new([&x])).expect("runs").data, [16.0, 20.0, -6.0, -6.0]);
    let mut other = onnx::read(&relu().bytes()).expect("sound").build(&Device::Cpu, Seed(1)).expect("builds");
    assert_eq!(other.predict(Samples::new([&x])).expect("runs").data[7], 0.0);
}

#[test]
fn layers_without_operators_are_refused_by_name() {
    struct Mine;
    impl Layer for Mine {
        fn kind(&self) -> &'static str {
            "mine"
        }
        fn call(&self, t: &mut wgrad::plan::Tape, x: &[wgrad::plan::Value]) -> wgrad::Result<wgrad::plan::Value> {
            wgrad::nn::layer::one(t, x)
        }
    }
    let told = |layer: SharedLayer| {
        let model = Sequential::new(&[3]).add(layer).build(&Device::Cpu, Seed(1)).expect("builds");
        onnx::write(&model).expect_err("refused").to_string()
    };
    let text = told(McDropout::new(0.5).named("draws"));
    assert!(text.contains("layer `draws`") && text.contains("with Dropout"), "{text}");
    let text = told(McAlphaDropout::new(0.5).into_layer());
    assert!(text.contains("layer `mc_alpha_dropout`"), "{text}");
    let text = told(Mine.named("own"));
    assert!(text.contains("layer `own`") && text.contains("one of your own"), "{text}");
}

#[test]
fn every_class_but_those_is_written() {
    use wgrad::nn::config::Family;
    let refused = ["MCDropout", "MCAlphaDropout"];
    // Models of every class are in `cases`; here a class that is added and forgotten is noticed.
    let written: Vec<String> = crate::cases::all()
        .iter()
        .flat_map(|(_, model)| model.outline().expect("a model").nodes)
        .filter_map(|node| node.call)
        .map(|call| call.config().expect("a class").class.to_owned())
        .collect();
    let all = <dyn Layer as Family>::classes().iter().map(|c| c.name);
    let missing: Vec<&str> = all.filter(|c| !refused.contains(c) && !written.iter().any(|w| w == c)).collect();
    assert_eq!(missing, ["SpatialDropout1D", "SpatialDropout2D"], "they are tried below");
    for layer in [SpatialDropout1D::new(0.5).into_layer(), SpatialDropout2D::new(0.5).into_layer()] {
        let shape = if layer.kind().ends_with("1d") { &[3, 4][..] } else { &[2, 3, 4] };
        let model = Sequential::new(shape).add(layer).build(&Device::Cpu, Seed(1)).expect("builds");
        let read = onnx::read(&onnx::write(&model).expect("writes")).expect("reads");
        assert_eq!(read.graph.layers().len(), 1, "an output that is an input");
    }
}

#[test]
fn operators_and_attributes_no_layer_has_are_named() {
    let one = |op: &str, attributes: &[Message]| told(&File::new(&[4]).node(op, &["x"], "y", attributes));
    let text = one("Loop", &[]);
    assert!(
        text.contains("`the Loop` (Loop)") && text.contains("MatMul") && text.contains("leave this part"),
        "{text}"
    );
    assert!(one("Relu", &[int("axis", 1)]).contains("`the Relu` (Relu): attribute: expected nothing, got axis"));
    assert!(one("LeakyRelu", &[int("alpha", 1)]).contains("(LeakyRelu): alpha: expected a number"));
    assert!(one("LeakyRelu", &[float("alpha", -1.0)]).contains("negative_slope"));
    assert!(one("Softmax", &[int("axis", 0)]).contains("an axis other than the batch"));
    assert!(one("Softmax", &[int("axis", i64::MIN)]).contains("an axis other than the batch"));
    assert!(one("Sqrt", &[]).contains("`the Sqrt` (Sqrt): expected an operator that is a layer"));
    assert!(one("Gemm", &[int("transA", 1)]).contains("transA = 1"));
    assert!(one("BatchNormalization", &[int("training_mode", 1)]).contains("export the model for inference"));
    let mut foreign = relu();
    foreign.nodes = vec![node("Relu", &["x"], "y", &[]).text(7, "com.microsoft")];
    assert!(told(&foreign).contains("`com.microsoft`"));
}

#[test]
fn graphs_that_hold_no_water_are_refused() {
    assert!(told(&relu().opset(3)).contains("opset 7 to"));
    assert!(told(&relu().opset(1000)).contains("opset 7 to"));
    let cycle = File::new(&[4]).node("Add", &["x", "y"], "z", &[]).node("Relu", &["z"], "y", &[]);
    assert!(told(&cycle).contains("`the Add` (Add)") && told(&cycle).contains("got `y`"), "{}", told(&cycle));
    let own = File::new(&[4]).node("Relu", &["y"], "y", &[]);
    assert!(told(&own).contains("got `y`"));
    assert!(told(&relu().node("Tanh", &["x"], "y", &[])).contains("`y` a second time"));
    assert!(told(&File::new(&[4]).node("Relu", &[], "y", &[])).contains("1 inputs at least"));
    assert!(told(&File::new(&[4]).node("Relu", &["x"], "z", &[])).contains("ONNX output `y`"));
    assert!(told(&File::new(&[4])).contains("ONNX output `y`"));
    let constant = File::new(&[4]).initializer(floats("y", &[1], &[1.0]));
    assert!(told(&constant).contains("a constant"));
    let mut empty = relu();
    empty.outputs.clear();
    assert!(told(&empty).contains("0 outputs"));
    let mut ends = relu();
    ends.outputs = vec![Message::default().text(1, "y"); 300];
    assert!(told(&ends).contains("at most 256 outputs"));
    assert!(onnx::read(&[]).is_err());
    assert!(onnx::read(b"\x89PNG\r\n").is_err());
}

#[test]
fn inputs_need_a_batch_and_fixed_sizes() {
    let with = |info: Message| {
        let mut file = relu();
        file.inputs = vec![info];
        told(&file)
    };
    assert_eq!(with(info("x", 1, &[1, 4])), "read", "a fixed batch");
    assert!(with(info("x", 1, &[0])).contains("ONNX input `x`: expected a batch axis"));
    assert!(with(info("x", 1, &[4, 0])).contains("got [4, `N`]"));
    assert!(with(info("x", 8, &[0, 4])).contains("data type 8"));
    assert!(with(Message::default().text(1, "x")).contains("expected a tensor"));
    assert!(with(info("x", 1, &[0, i64::MAX, i64::MAX])).contains("samples of 1 to"));
    let mut two = File::new(&[4]).node("Add", &["x", "z"], "y", &[]);
    two.inputs = vec![info("x", 1, &[2, 4]), info("z", 1, &[3, 4])];
    assert!(told(&two).contains("ONNX input `z`"), "{}", told(&two));
}

#[test]
fn inputs_get_names_that_models_may_have() {
    let mut file = File::new(&[4]).node("Sum", &["y/in", "totals", "b"], "y", &[]);
    file.inputs = ["y/in", "totals", "b"].map(|name| info(name, 1, &[0, 4])).to_vec();
    let model = onnx::read(&file.bytes()).expect("sound").build(&Device::Cpu, Seed(1)).expect("builds");
    assert_eq!(model.outline().expect("built").inputs, ["y_in", "totals_1", "b"]);
}

#[test]
fn tensors_are_what_they_say_or_refused() {
    let w = |w: Message| told(&product(w));
    let eight = [0.5; 8];
    assert_eq!(w(floats("w", &[4, 2], &eight)), "read");
    assert!(w(floats("w", &[4, 3], &eight)).contains("initializer `w`: expected 12 numbers"));
    assert!(w(floats("w", &[i64::MAX, i64::MAX], &eight)).contains("initializer `w`"));
    assert!(w(floats("w", &[-4, -2], &eight)).contains("expected a shape"));
    assert!(w(floats("w", &[1 << 40, 1 << 20], &eight)).contains("initializer `w`: expected 1152921504606846976"));
    assert!(w(floats("w", &[5, 2], &[0.5; 10])).contains("5 numbers along the last axis"));
    assert!(w(floats("w", &[4, 0], &[])).contains("none of them 0"));
    assert!(w(floats("w", &[8], &eight)).contains("a kernel of two axes"));
    assert!(w(floats("w", &[4, 2], &eight).int(14, 1)).contains("external data"));
    assert!(w(floats("w", &[4, 2], &eight).message(3, &Message::default())).contains("segment"));
    assert!(w(floats("w", &[4, 2], &eight).int(2, 8)).contains("data type 8"));
    let cut = Message::default().int(1, 1).int(2, 1).text(8, "w").bytes(9, &[0; 3]);
    assert!(w(cut).contains("numbers of 4 bytes"));
    let mut sparse = relu();
    sparse.more = Message::default().message(15, &Message::default());
    assert!(told(&sparse).contains("sparse"));
    let twice = product(floats("w", &[4, 2], &eight)).initializer(floats("w", &[4, 2], &eight));
    assert!(told(&twice).contains("`w` a second time"));
}

#[test]
fn the_batch_stays_where_it_is() {
    let shaped = |target: &[i64]| {
        let file = File::new(&[2, 3]).node("Reshape", &["x", "s"], "y", &[]);
        told(&file.initializer(integers("s", target)))
    };
    for sound in [&[0, 6][..], &[-1, 6], &[0, -1], &[0, 0, -1], &[-1, 3, 2]] {
        assert_eq!(shaped(sound), "read", "{sound:?}");
    }
    for wrong in
        [&[][..], &[6], &[6, -1], &[-1], &[-1, 4], &[-1, -1], &[0, 5], &[0, -2], &[0, i64::MIN, -1], &[0, 0, 0, 0]]
    {
        assert!(shaped(wrong).contains("`the Reshape` (Reshape)"), "{wrong:?}: {}", shaped(wrong));
    }
    let one = |op: &str, attributes: &[Message]| told(&File::new(&[2, 3]).node(op, &["x"], "y", attributes));
    assert!(one("Transpose", &[]).contains("the batch in front"));
    assert!(one("Flatten", &[int("axis", 2)]).contains("axis 1"));
    let more = File::new(&[2, 3]).node("Add", &["x", "c"], "y", &[]).initializer(floats("c", &[2, 1, 1], &[1.0, 2.0]));
    assert!(told(&more).contains("a constant that is repeated"), "{}", told(&more));
    let mut fewer = File::new(&[2, 3]).node("Add", &["x", "z"], "y", &[]);
    fewer.inputs.push(info("z", 1, &[0, 3]));
    assert!(told(&fewer).contains("as many axes"), "{}", told(&fewer));
}

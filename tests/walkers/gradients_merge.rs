//! Gradcheck of the merging layers, of the small elementwise ones, and of layers with a table or slopes.

use crate::gradients::{MATRICES, check, check_inputs};
use wgrad::base::{Result, RowData, Rows, Seed};
use wgrad::exec::{Executor, cpu::CpuExecutor};
use wgrad::nn::init::Constant;
use wgrad::nn::layer::{
    Add, Average, Concatenate, Dot, Embedding, Identity, Layer, Maximum, Minimum, Multiply, Normalization, Prelu,
    Rescaling, Rrelu, Subtract,
};
use wgrad::plan::{Tape, Value};

#[test]
fn elementwise_merging() {
    let layers: [&dyn Layer; 5] = [&Add, &Average, &Multiply, &Maximum, &Minimum];
    for layer in layers {
        for inputs in 1..5 {
            check_inputs(layer.kind(), layer, &vec![&[4, 3][..]; inputs], true);
        }
        check_inputs(layer.kind(), layer, &[&[3, 2, 2], &[3, 2, 2]], false);
    }
    check_inputs("subtract", &Subtract, &[&[5, 4], &[5, 4]], true);
    let shapes: [&[&[usize]]; 4] = [
        &[&[4, 3, 2], &[4, 1, 2]],
        &[&[4, 1, 2], &[4, 3, 1]],
        &[&[4, 2], &[4, 3, 2]],
        &[&[4, 3, 2], &[4, 3, 1], &[4, 2]],
    ];
    for shapes in shapes {
        for layer in layers {
            check_inputs(layer.kind(), layer, shapes, true);
        }
    }
}

#[test]
fn one_input_twice() {
    struct Twice<L>(L);
    impl<L: Layer> Layer for Twice<L> {
        fn kind(&self) -> &'static str {
            "twice"
        }
        fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
            self.0.call(tape, &[inputs[0], inputs[0]])
        }
    }
    check("add", &Twice(Add), &[&[4, 3]], true);
    check("multiply", &Twice(Multiply), &[&[4, 3]], true);
    check("subtract", &Twice(Subtract), &[&[4, 3]], true);
    check("concatenate", &Twice(Concatenate::new()), &[&[4, 3]], true);
    check("dot", &Twice(Dot::new([1, 1])), &[&[4, 3]], true);
}

#[test]
fn concatenate() {
    check_inputs("concatenate", &Concatenate::new(), &[&[4, 3], &[4, 1], &[4, 2]], true);
    check_inputs("concatenate", &Concatenate::new(), &[&[4, 2, 3]], true);
    check_inputs("concatenate(1)", &Concatenate::new().axis(1), &[&[4, 3, 2], &[4, 1, 2]], true);
    check_inputs("concatenate(-2)", &Concatenate::new().axis(-2), &[&[4, 2, 1, 3], &[4, 2, 2, 3]], true);
}

#[test]
fn dot() {
    for normalize in [false, true] {
        let dot = |a, b| Dot::new([a, b]).normalize(normalize);
        check_inputs("dot", &dot(1, 1), &[&[4, 3], &[4, 3]], true);
        check_inputs("dot", &dot(1, 2), &[&[4, 3, 5], &[4, 2, 3]], true);
        check_inputs("dot", &dot(2, 1), &[&[4, 5, 3], &[4, 3, 2]], true);
        check_inputs("dot", &dot(-1, -1), &[&[4, 3], &[4, 2, 3]], true);
        check_inputs("dot", &dot(2, 1), &[&[3, 2, 3, 2], &[3, 3, 2]], false);
    }
}

#[test]
fn elementwise() {
    check("identity", &Identity, MATRICES, true);
    check("rescaling", &Rescaling::new(0.25).offset(-1.0), MATRICES, true);
    let layers = [
        Normalization::new(),
        Normalization::new().statistics(&[0.5], &[4.0]),
        Normalization::new().axis(&[1]).statistics(&[0.5, 1.0, -1.0], &[4.0, 1.0, 0.25]),
        Normalization::new().axis(&[]).statistics(&[0.5], &[4.0]).invert(true),
        Normalization::new().axis(&[1, 3]).statistics(&[0.5, -0.5], &[4.0, 0.5]),
    ];
    for layer in layers {
        check("normalization", &layer, &[&[4, 3, 5, 2]], true);
    }
    check("rrelu", &Rrelu::new(), &[&[5, 4], &[3, 2, 5]], true);
    check("rrelu", &Rrelu::new().slopes(0.5, 0.5), &[&[5, 4]], true);
}

#[test]
fn prelu() {
    for axes in [&[][..], &[1], &[2], &[3], &[1, 2], &[-1, 1], &[1, 2, 3]] {
        let layer = Prelu::new().shared_axes(axes).alpha_initializer(Constant::new(0.25));
        check(&format!("prelu({axes:?})"), &layer, &[&[4, 3, 2, 3]], true);
    }
    check("prelu", &Prelu::new(), &[&[1, 1], &[5, 4]], true);
}

#[test]
fn embedding() {
    // The input's gradient is 0, as its differences are: a number stands for the row below it.
    check("embedding", &Embedding::new(3, 2), &[&[4, 3], &[5, 2, 2]], true);
}

#[test]
fn indices_are_checked_when_data_is_loaded() {
    let mut tape = Tape::new(2, Seed(1));
    let x = tape.input("x", &[2, 3]);
    tape.enter("embedding");
    let flat = tape.reshape(x, &[6, 1]).expect("a shape");
    Embedding::new(4, 2).call(&mut tape, &[flat]).expect("a layer");
    let mut executor = CpuExecutor::<f32>::new(tape.finish());
    let mut load = |numbers: [f32; 6]| {
        let rows = Rows { width: 3, data: RowData::Floats(numbers.to_vec().into()) };
        executor.load(&[(x, rows)]).map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(load([0.0, 1.0, 2.0, 3.0, 0.0, 1.0]), Ok(()));
    for bad in [4.0, -1.0, 0.5, f32::NAN, f32::INFINITY] {
        let error = load([0.0, 1.0, 2.0, 3.0, bad, 1.0]).expect_err("no index");
        assert!(error.contains("input `x`, sample 1") && error.contains("from 0 to 3"), "{error}");
    }
}

#[test]
fn normalization_adapts_to_data() {
    let numbers: Vec<f32> = (0..24).map(|i| (i * i % 17) as f32 / 4.0).collect();
    let rows = Rows { width: 6, data: RowData::Floats(numbers.clone().into()) };
    let layer = Normalization::new().axis(&[2]).adapt(&rows, &[3, 2]).expect("statistics");
    let mut tape = Tape::new(4, Seed(1));
    let x = tape.input("x", &[4, 3, 2]);
    tape.enter("n");
    layer.call(&mut tape, &[x]).expect("a layer");
    let plan = tape.finish();
    let mut executor = CpuExecutor::<f64>::new(plan.clone());
    for (name, of) in [("n/mean", 1), ("n/variance", 2)] {
        let found = executor.read(plan.find(name).expect("a variable")).expect("numbers");
        for (c, found) in found.into_iter().enumerate() {
            let of_channel: Vec<f64> = numbers.iter().skip(c).step_by(2).map(|v| f64::from(*v)).collect();
            let mean = of_channel.iter().sum::<f64>() / 12.0;
            let variance = of_channel.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / 12.0;
            let want = if of == 1 { mean } else { variance };
            assert!((found - want).abs() < 1e-12, "{name}[{c}]: {found}, not {want}");
        }
    }
    let wrong = Normalization::new().adapt(&rows, &[5]).expect_err("another shape");
    assert!(wrong.to_string().contains("normalization"), "{wrong}");
}

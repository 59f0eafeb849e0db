//! Gradcheck: every layer and loss, and whole models, against differences in f64.

use crate::nets;
use crate::slopes::SQUARE;
use std::sync::Arc;
use wgrad::base::{Real, Result, Seed};
use wgrad::judge::gradcheck::{self, BOUND, Checked};
use wgrad::kernel::{Map, Pointwise, SlopeFrom};
use wgrad::nn::act::{self, Activation};
use wgrad::nn::layer::{Dense, Flatten, Layer, LogSoftmax, Softmax};
use wgrad::nn::loss::{CategoricalCrossentropy, Loss, MeanSquaredError, SparseCategoricalCrossentropy};
use wgrad::nn::optim::Sgd;
use wgrad::nn::regularizer::{ActivityRegularization, L1L2, L2, OrthogonalMode, OrthogonalRegularizer};
use wgrad::plan::{Tape, Value};
use wgrad::train::Sequential;

pub fn right(title: &str, checked: &[Checked]) {
    assert!(!checked.is_empty(), "{title}: nothing was compared");
    for c in checked {
        assert!(c.numbers > 0, "{title}: `{}` is empty", c.variable);
        assert!(c.worst <= BOUND, "{title}: d {}[{}] is {:.2e} off", c.variable, c.at, c.worst);
    }
}

/// Pointwise with a slope a hundred thousandth too large: what a gradcheck is for.
struct Tilted;

impl Pointwise for Tilted {
    const NAME: &'static str = "tilted";
    const WGSL: &'static str = "";
    const SLOPE_FROM: SlopeFrom = SlopeFrom::Input;
    fn f<T: Real>(x: T, _: &[T; 4]) -> T {
        x * x
    }
    fn slope<T: Real>(x: T, _: &[T; 4]) -> T {
        x * T::of(2.0 + 2e-5)
    }
}

#[test]
fn a_planted_error_is_found() {
    static TILTED: Map = Map::of::<Tilted>();
    let checked = gradcheck::layer(&Activation::Map(&TILTED, [0.0; 4]), &[&[5, 4]], 5, true).expect("a layer");
    assert!(checked.iter().any(|c| c.worst > BOUND), "a slope 1e-5 too large passed: {checked:?}");
}

/// Checks `layer` on some shapes of its one input, with full and with short batches, fused and not.
pub fn check(title: &str, layer: &dyn Layer, shapes: &[&[usize]], short: bool) {
    for shape in shapes {
        check_inputs(title, layer, &[shape], short);
    }
}

/// Checks `layer` on inputs of `shapes`, with full and with short batches, fused and not.
pub fn check_inputs(title: &str, layer: &dyn Layer, shapes: &[&[usize]], short: bool) {
    let batch = shapes[0][0];
    let mut live = vec![batch];
    if short && batch > 3 {
        live.extend([3, batch - 1]);
    }
    for rows in live {
        for fused in [true, false] {
            let title = format!("{title} on {shapes:?}, {rows} rows, fused: {fused}");
            let checked = gradcheck::layer(layer, shapes, rows, fused).unwrap_or_else(|e| panic!("{title}: {e}"));
            right(&title, &checked);
        }
    }
}

pub const MATRICES: &[&[usize]] = &[&[1, 1], &[1, 6], &[2, 3], &[5, 4], &[8, 7], &[3, 17]];

#[test]
fn dense() {
    // Each kind of activation there is behind a product: a slope from the output, one from the input, a kernel.
    let square = Activation::Map(&SQUARE, SQUARE.defaults);
    for a in [Activation::Linear, Activation::ELU, Activation::MISH, Activation::Softmax, square] {
        for bias in [true, false] {
            for units in [1, 5] {
                let layer = Dense::new(units).use_bias(bias).activation(a);
                check(&format!("Dense({units}, {}, bias {bias})", a.name()), &layer, MATRICES, true);
            }
        }
    }
}

#[test]
fn dense_on_the_last_axis() {
    for bias in [true, false] {
        let layer = Dense::new(3).use_bias(bias).activation(Activation::TANH);
        check("Dense on more axes", &layer, &[&[1, 2, 3], &[4, 3, 2], &[5, 2, 2, 3]], true);
    }
    check("softmax on more axes", &Activation::Softmax, &[&[4, 3, 2]], true);
}

#[test]
fn activations() {
    for map in act::ALL.iter().chain(&[&SQUARE]) {
        for (p, _) in map.cases() {
            check(&format!("{} {p:?}", map.name), &Activation::Map(map, p), MATRICES, true);
        }
    }
    check("linear", &Activation::Linear, MATRICES, true);
}

#[test]
fn softmax() {
    check("softmax", &Activation::Softmax, MATRICES, true);
    check("log_softmax", &Activation::LogSoftmax, MATRICES, true);
    for (shape, axes) in [(&[2, 3, 4][..], &[1, 2, -1, -2][..]), (&[4, 3, 1, 5], &[1, 2, -1, -3])] {
        for axis in axes {
            check(&format!("Softmax({axis})"), &Softmax::new().axis(*axis), &[shape], true);
            check(&format!("LogSoftmax({axis})"), &LogSoftmax::new().axis(*axis), &[shape], true);
        }
    }
    for (shape, axis) in
        [(&[3, 4][..], 0), (&[3, 4], 2), (&[3, 4], -2), (&[3], -1), (&[3, 0], -1), (&[3, 4], isize::MIN)]
    {
        let error = gradcheck::layer(&Softmax::new().axis(axis), &[shape], 1, true).expect_err("no such axis");
        assert!(error.to_string().contains("layer `softmax`"), "{error}");
    }
}

#[test]
fn flatten() {
    check("Flatten", &Flatten, &[&[1, 1], &[2, 3, 4], &[5, 2, 1, 3]], true);
}

/// Penalties of every form are part of the loss whose gradient is checked.
#[test]
fn penalised_models() {
    let columns = OrthogonalRegularizer { factor: 0.5, mode: OrthogonalMode::Columns };
    for (batch, rows) in [(6, 6), (6, 4)] {
        let model = Sequential::new(&[5])
            .add(
                Dense::new(4)
                    .kernel_regularizer(L1L2 { l1: 0.1, l2: 0.2 })
                    .bias_regularizer(L2(0.3))
                    .activity_regularizer(L1L2 { l1: 0.2, l2: 0.1 })
                    .activation(Activation::TANH),
            )
            .add(Dense::new(4).kernel_regularizer(OrthogonalRegularizer::default()).activation(Activation::TANH))
            .add(ActivityRegularization::new(0.1, 0.2))
            .add(Dense::new(3).kernel_regularizer(columns).activation(Activation::Softmax))
            .compile(Sgd::new(0.0), SparseCategoricalCrossentropy::new(), batch, Seed(4))
            .expect("a model");
        let title = format!("a penalised model, {rows} of {batch} rows");
        right(&title, &gradcheck::model(&model, rows).unwrap_or_else(|e| panic!("{title}: {e}")));
    }
}

#[test]
fn whole_models() {
    let losses: [Arc<dyn Loss>; 3] = [
        Arc::new(SparseCategoricalCrossentropy::new()),
        Arc::new(CategoricalCrossentropy::new()),
        Arc::new(MeanSquaredError::new()),
    ];
    for loss in losses {
        for (batch, rows) in [(6, 6), (6, 4)] {
            let model = nets::mixed(loss.clone(), batch);
            let title = format!("a model with {}, {rows} of {batch} rows", loss.name());
            right(&title, &gradcheck::model(&model, rows).unwrap_or_else(|e| panic!("{title}: {e}")));
        }
    }
}

#[test]
fn a_value_read_twice_gets_both_contributions() {
    // y = tanh(x) + … is not a layer; dense twice over one input is: its gradient is a sum.
    struct Twice;
    impl Layer for Twice {
        fn kind(&self) -> &'static str {
            "twice"
        }
        fn call(&self, tape: &mut Tape, inputs: &[Value]) -> Result<Value> {
            let h = Dense::new(4).activation(Activation::TANH).call(tape, inputs)?;
            tape.enter("left");
            let left = Dense::new(3).call(tape, &[h])?;
            tape.enter("right");
            let right = Dense::new(3).activation(Activation::SIGMOID).call(tape, &[h])?;
            // left + right, by the bias of nothing: accumulate right into left's gradient path.
            tape.enter("sum");
            let shape = tape.shape(left).to_vec();
            let sum = tape.temp("sum", &shape);
            tape.copy(left, sum)?;
            let n = tape.len(left) as u32;
            tape.run(&wgrad::plan::kernels::ACCUMULATE, wgrad::plan::kernels::Elements { n }, [right], [sum])?;
            tape.backward(move |t| {
                let Some(d) = t.gradient(sum) else { return Ok(()) };
                t.contribute(left, |t, place| t.copy(d, place))?;
                t.contribute(right, |t, place| t.copy(d, place))
            });
            Ok(sum)
        }
    }
    check("two readers", &Twice, &[&[2, 3], &[5, 4]], true);
}

//! Activations against Keras: outputs and gradients, at their kinks too.

use crate::read::{Case, family};
use crate::run;
use wgrad::nn::act::Activation;
use wgrad::nn::layer::{Layer, LogSoftmax, Softmax};

/// The activation a case is about, with the case's options.
fn layer(case: &Case) -> Box<dyn Layer> {
    let mut c = case.config();
    let as_layer = case.find("form").is_some_and(|f| f.text() == "layer");
    let activation = match case.name.as_str() {
        "relu" => {
            let max_value = c.optional("max_value");
            Activation::relu(max_value, c.number("negative_slope", 0.0), c.number("threshold", 0.0))
        }
        "leaky_relu" => match c.optional("negative_slope") {
            Some(slope) => Activation::leaky_relu(slope),
            None if as_layer => Activation::LEAKY_RELU,
            None => Activation::named("leaky_relu").expect("Keras's name"),
        },
        "elu" => Activation::elu(c.number("alpha", 1.0)),
        "celu" => Activation::celu(c.number("alpha", 1.0)),
        "gelu" => Activation::gelu(c.flag("approximate", false)),
        "softmax" | "log_softmax" if case.get("config").find("axis").is_some() => {
            let axis = c.integer("axis", -1) as isize;
            c.done();
            if case.name == "log_softmax" {
                return Box::new(LogSoftmax::new().axis(axis));
            }
            return Box::new(Softmax::new().axis(axis));
        }
        name => Activation::named(name).unwrap_or_else(|e| panic!("{}: {e}", case.place)),
    };
    c.done();
    Box::new(activation)
}

#[test]
fn activations_are_kerass() {
    let cases = family("activations");
    for case in &cases {
        // A flat array is a batch of one.
        let batch = |key| {
            let mut array = case.get(key).array();
            if array.shape.len() == 1 {
                array.shape.insert(0, 1);
            }
            array
        };
        let (y, dx) =
            run::layer(&*layer(case), &[batch("x")], &batch("dy")).unwrap_or_else(|e| panic!("{}: {e}", case.place));
        case.compare("y", &y.data);
        case.compare("dx", &dx[0].data);
    }
    println!("{} cases", cases.len());
}

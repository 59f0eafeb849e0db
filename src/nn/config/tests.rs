use super::{Config, Family, Field, Json, Map, Node};
use crate::nn::constraint::Constraint;
use crate::nn::init::Initializer;
use crate::nn::layer::Layer;
use crate::nn::loss::Loss;
use crate::nn::metric::Metric;
use crate::nn::optim::Optimizer;
use crate::nn::regularizer::Regularizer;
use crate::nn::schedule::Schedule;
use serde_json::json;
use std::sync::Arc;

/// Fields that have no default, for the classes that need them.
fn needed(class: &str) -> Json {
    match class {
        "Activation" => json!({ "activation": "elu" }),
        "Dense" => json!({ "units": 3 }),
        "Embedding" => json!({ "input_dim": 3, "output_dim": 2 }),
        "Permute" => json!({ "dims": [2, 1] }),
        "Reshape" => json!({ "target_shape": [2, -1] }),
        "Dot" => json!({ "axes": [1, 2] }),
        "GaussianNoise" => json!({ "stddev": 0.25 }),
        "CosineDecay" | "PolynomialDecay" | "Power" | "InverseTimeDecay" => {
            json!({ "initial_learning_rate": 0.5, "decay_steps": 10.0 })
        }
        "CosineDecayRestarts" => json!({ "initial_learning_rate": 0.5, "first_decay_steps": 10.0 }),
        "ExponentialDecay" => json!({ "initial_learning_rate": 0.5, "decay_steps": 10.0, "decay_rate": 0.5 }),
        "PiecewiseConstantDecay" => json!({ "boundaries": [10.0], "values": [0.5, 0.25] }),
        "OneCycle" => json!({ "max_learning_rate": 0.5, "total_steps": 10.0 }),
        "OneCycleMomentum" => json!({ "total_steps": 10.0, "ends": [4.0, 8.0, 10.0] }),
        "OneCycleLR" => json!({ "max_lr": 0.5, "total_steps": 10.0 }),
        "RangeTest" => json!({ "min_learning_rate": 0.1, "max_learning_rate": 0.5, "steps": 10.0 }),
        c if c.contains("Dropout") => json!({ "rate": 0.5 }),
        _ => json!({}),
    }
}

fn fields(json: &Json) -> Map<String, Json> {
    json.as_object().cloned().unwrap_or_default()
}

/// What is written is read again as what it was; fields no class has are refused; those it needs are asked for.
fn round<T: Family + ?Sized>() {
    for class in T::classes() {
        let given = fields(&needed(class.name));
        let made = (class.read)(T::WHAT, &given).unwrap_or_else(|e| panic!("{}: {e}", class.name));
        let written: Config = made.describe().unwrap_or_else(|e| panic!("{}: {e}", class.name));
        for (name, value) in &given {
            let same = written.fields[name] == *value;
            assert!(same, "{}: {name} was {value} and became {}", class.name, written.fields[name]);
        }
        let whole = made.write().expect("as before");
        let again = Arc::<T>::read(&Node::new(T::WHAT, &whole)).unwrap_or_else(|e| panic!("{whole}: {e}"));
        assert_eq!(again.describe().expect("as before"), written, "{}", class.name);

        let mut strange = given.clone();
        strange.insert("strangest".to_owned(), json!(1));
        let told = (class.read)("here", &strange).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(told.contains("here: field") && told.contains("strangest"), "{}: {told}", class.name);
        for name in given.keys() {
            let mut lacking = given.clone();
            lacking.remove(name);
            let told = (class.read)("here", &lacking).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(told.contains(&format!("here: {name}: expected a value")), "{}: {told}", class.name);
        }
    }
}

#[test]
fn what_is_written_is_read_again() {
    round::<dyn Layer>();
    round::<dyn Initializer>();
    round::<dyn Regularizer>();
    round::<dyn Constraint>();
    round::<dyn Loss>();
    round::<dyn Metric>();
    round::<dyn Optimizer>();
    round::<dyn Schedule>();
}

#[test]
fn names_are_found_however_they_are_written() {
    let read = |value: Json| Arc::<dyn Initializer>::read(&Node::new("kernel_initializer", &value)).map(|i| i.name());
    for value in [
        json!("he_normal"),
        json!("HeNormal"),
        json!({ "class_name": "HeNormal", "config": { "seed": 7 } }),
        json!({ "module": "keras.initializers", "class_name": "HeNormal", "config": {}, "registered_name": null }),
        json!({ "he_normal": {} }),
    ] {
        assert_eq!(read(value).expect("a name"), "he_normal");
    }
    let told = |value: Json| read(value).expect_err("no such initializer").to_string();
    assert!(told(json!("he_norml")).contains("did you mean `he_normal`?"));
    assert!(told(json!(3)).contains("kernel_initializer: expected a name"));
    let strange =
        json!({ "module": "mine", "class_name": "HeNormal", "config": {}, "registered_name": "Custom>HeNormal" });
    assert!(told(strange).contains("one of `Custom>HeNormal`"));
}

#[test]
fn activations_keep_their_parameters() {
    use crate::nn::act::Activation;
    let same = |a: Activation| {
        let written = a.write().expect("an activation");
        let read = Activation::read(&Node::new("activation", &written)).unwrap_or_else(|e| panic!("{written}: {e}"));
        match (a, read) {
            (Activation::Map(m, p), Activation::Map(n, q)) => assert!(m.name == n.name && p == q, "{written}: {q:?}"),
            (a, b) => assert_eq!(a.name(), b.name()),
        }
        written
    };
    assert_eq!(same(Activation::RELU), json!("relu"));
    assert_eq!(same(Activation::Linear), json!("linear"));
    assert_eq!(same(Activation::elu(0.5))["class_name"], "ELU");
    assert_eq!(same(Activation::LEAKY_RELU)["config"]["negative_slope"], 0.3);
    assert_eq!(same(Activation::leaky_relu(0.2)), json!("leaky_relu"));
    assert_eq!(same(Activation::relu(Some(2.0), 0.25, 0.5))["config"]["max_value"], 2.0);
    assert_eq!(same(Activation::relu(None, 0.25, 0.5))["config"]["max_value"], Json::Null);
    assert_eq!(same(Activation::gelu(true))["module"], "wgrad");
    assert_eq!(same(Activation::celu(0.5))["config"]["alpha"], 0.5);
}

#[test]
fn a_custom_layer_has_no_word() {
    struct Mine;
    impl Layer for Mine {
        fn kind(&self) -> &'static str {
            "mine"
        }
        fn call(&self, t: &mut crate::plan::Tape, x: &[crate::plan::Value]) -> crate::base::Result<crate::plan::Value> {
            crate::nn::layer::one(t, x)
        }
    }
    let told = Mine.config().expect_err("no word for it").to_string();
    assert!(told.contains("layer `mine`") && told.contains("save_weights"), "{told}");
}

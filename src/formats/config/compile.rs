//! How a model is compiled, as Keras's files say it: optimizer, losses and metrics of each output.

use super::Structure;
use super::write::{Writer, refuse_own};
use crate::base::{Error, Result};
use crate::nn::config::{self, Field, Json, Map, Node};
use crate::nn::loss::{self, Loss};
use crate::nn::metric::{self, Accuracy, CHOSEN, Metric};
use crate::nn::optim::Optimizer;
use crate::nn::schedule::{Power, Schedule};
use crate::train::{Compile, Model, Objective};
use serde_json::json;
use std::sync::Arc;

/// Reads a `compile_config` (or an .h5 file's `training_config`) for a model of these outputs; `None` of one that was not
/// compiled.
///
/// # Errors
/// An optimizer, loss or metric that is not in the vocabulary.
pub(in crate::formats) fn read(json: &Json, structure: &Structure, keras_2: bool) -> Result<Option<Compile>> {
    settings(json, &structure.output_names(), &structure.output_keys, keras_2)
}

/// As [`read`], of outputs of these names, which may be called by these keys.
///
/// # Errors
/// As [`read`].
pub(crate) fn settings(json: &Json, outputs: &[String], keys: &[String], keras_2: bool) -> Result<Option<Compile>> {
    let of = |key: &str| json.get(key).filter(|v| !v.is_null());
    let Some(optimizer) = of("optimizer").or_else(|| of("optimizer_config")) else { return Ok(None) };
    let Some(losses) = of("loss") else { return Ok(None) };
    let mut compile = Compile::new(optimizer_of(optimizer)?);
    let losses = spread("loss", Some(losses), outputs, keys)?;
    let weights = spread("loss_weights", of("loss_weights"), outputs, keys)?;
    let listed = |key: &str| of(key).filter(|m| !(keras_2 && is_flat(m)));
    let metrics = spread("metrics", listed("metrics"), outputs, keys)?;
    let weighted = spread("weighted_metrics", listed("weighted_metrics"), outputs, keys)?;
    // Keras 2 tells a list without lists of every output.
    let [metrics, weighted] = [("metrics", metrics), ("weighted_metrics", weighted)].map(|(key, own)| match of(key) {
        Some(all) if keras_2 && is_flat(all) => vec![Some(all); outputs.len()],
        _ => own,
    });
    for (i, output) in outputs.iter().enumerate() {
        let before = (keras_2 && outputs.len() > 1).then_some(output.as_str());
        let place = |what: &str| if outputs.len() > 1 { format!("{what} of `{output}`") } else { what.to_owned() };
        let Some(loss) = losses[i] else {
            let help = "give every output a loss";
            return Err(Error::request(place("loss"), "a loss", "none", help));
        };
        let loss = loss_of(&place("loss"), loss)?;
        compile = compile.loss(loss);
        if let Some(weight) = weights[i] {
            compile = compile.loss_weight(f64::read(&Node::new(place("loss_weights"), weight))?);
        }
        for (all, weighted) in [(metrics[i], false), (weighted[i], true)] {
            let place = place(if weighted { "weighted_metrics" } else { "metrics" });
            for one in flat(all) {
                compile = match metric_of(&place, one, before)? {
                    Told::Accuracy("accuracy") if !weighted => compile.metrics("accuracy"),
                    Told::Accuracy(name) => compile.metric_as(name, Accuracy::new(), weighted),
                    Told::Metric(name, metric) => compile.metric_as(&name, metric, weighted),
                };
            }
        }
    }
    Ok(Some(compile))
}

/// What each output has of something given for all: one thing, a list in their order, a dictionary by name, or nothing.
fn spread<'a>(
    what: &str,
    json: Option<&'a Json>,
    outputs: &[String],
    keys: &[String],
) -> Result<Vec<Option<&'a Json>>> {
    let some = |v: &'a Json| (!v.is_null()).then_some(v);
    match json {
        None => Ok(vec![None; outputs.len()]),
        Some(Json::Object(by_name)) if !by_name.contains_key("class_name") => {
            if let Some(strange) = by_name.keys().find(|k| !outputs.contains(k) && !keys.contains(k)) {
                let known: Vec<&str> = outputs.iter().map(String::as_str).collect();
                return Err(Error::unknown(format!("{what}: output"), strange, &known));
            }
            let key = |i: usize| keys.get(i).and_then(|k| by_name.get(k));
            let of = |(i, o): (usize, &String)| by_name.get(o).or_else(|| key(i)).and_then(some);
            Ok(outputs.iter().enumerate().map(of).collect())
        }
        Some(Json::Array(all)) if outputs.len() > 1 && all.len() == outputs.len() => Ok(all.iter().map(some).collect()),
        Some(Json::Array(all)) if outputs.len() == 1 && all.len() == 1 && !what.contains("metric") => {
            Ok(vec![all.first().and_then(some)])
        }
        Some(one) if outputs.len() == 1 || !one.is_array() => Ok(vec![Some(one); outputs.len()]),
        Some(other) => Err(Node::new(what, other).wrong(&format!("one for each of the {} outputs", outputs.len()))),
    }
}

/// Whether a list holds no list.
fn is_flat(json: &Json) -> bool {
    json.as_array().is_some_and(|all| !all.iter().any(Json::is_array))
}

/// The things in lists within lists.
fn flat(json: Option<&Json>) -> Vec<&Json> {
    match json {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Array(all)) => all.iter().flat_map(|one| flat(Some(one))).collect(),
        Some(one) => vec![one],
    }
}

/// The name of a function or of a wrapped one, if it is one.
fn function(json: &Json) -> Option<&str> {
    let config = json.get("config");
    match json.get("class_name").and_then(Json::as_str) {
        None => json.as_str(),
        Some("function") => config?.as_str(),
        Some("MeanMetricWrapper" | "SumOverBatchSizeMetricWrapper" | "LossFunctionWrapper") => {
            function(config?.get("fn")?)
        }
        Some(_) => None,
    }
}

fn placed(place: &str, error: Error) -> Error {
    match error {
        Error::Request { what, expected, got, help } => Error::request(format!("{place}: {what}"), expected, got, help),
        other => other,
    }
}

/// The class and fields of an object, without what only names it.
fn object<'a>(place: &str, json: &'a Json) -> Result<(&'a str, Map<String, Json>)> {
    let (class, fields) = Node::new(place, json).object()?;
    let mut fields = fields.into_owned();
    ["name", "dtype"].iter().for_each(|key| drop(fields.remove(*key)));
    Ok((class, fields))
}

fn loss_of(place: &str, json: &Json) -> Result<Arc<dyn Loss>> {
    if let Some(name) = function(json) {
        return loss::named(name).map_err(|e| placed(place, e));
    }
    let (class, mut fields) = object(place, json)?;
    if fields.get("reduction").is_some_and(Json::is_null) {
        let help = "train with sum_over_batch_size";
        return Err(Error::request(format!("{place} {class}: reduction"), "sum_over_batch_size", "null", help));
    }
    // Other words for the mean over the batch.
    if ["auto", "mean"].iter().any(|word| fields.get("reduction").and_then(Json::as_str) == Some(word)) {
        fields.remove("reduction");
    }
    config::named(place, class, &fields)
}

/// What is told of an output.
enum Told {
    /// The accuracy that is chosen by shapes, under this word.
    Accuracy(&'static str),
    /// Another metric, under a name.
    Metric(String, Arc<dyn Metric>),
}

/// A metric: a name, by which it is told as well, or an object with a name of its own, before which TF-Keras puts its
/// `output`, where there are several.
fn metric_of(place: &str, json: &Json, output: Option<&str>) -> Result<Told> {
    let name = json.get("config").and_then(|c| c.get("name")).and_then(Json::as_str);
    let given = name.map(|n| output.and_then(|o| n.strip_prefix(o)?.strip_prefix('_')).unwrap_or(n));
    // TF-Keras wraps the function that `accuracy` came to; of a model that has not been trained it takes the outputs for
    // labels, and writes `categorical_accuracy` whatever the labels will be.
    let wrapped = json.get("class_name").and_then(Json::as_str) == Some("MeanMetricWrapper");
    let word = given.filter(|n| wrapped && ["accuracy", "acc"].contains(n));
    match word.or_else(|| function(json)) {
        Some("accuracy") => Ok(Told::Accuracy("accuracy")),
        Some("acc") => Ok(Told::Accuracy("acc")),
        Some(name) => {
            let metric = metric::named(name).map_err(|e| placed(place, e))?;
            Ok(Told::Metric(given.unwrap_or(name).to_owned(), metric))
        }
        None => {
            let (class, fields) = object(place, json)?;
            let metric: Arc<dyn Metric> = config::named(place, class, &fields)?;
            Ok(Told::Metric(given.unwrap_or(metric.name()).to_owned(), metric))
        }
    }
}

fn optimizer_of(json: &Json) -> Result<Arc<dyn Optimizer>> {
    // TF-Keras registers its own optimizers as if they were custom.
    let own = |class: &str| class.strip_prefix("Custom>").unwrap_or(class).to_owned();
    let mut json = json.clone();
    if let Json::Object(object) = &mut json {
        let class = object.get("class_name").and_then(Json::as_str).map(own);
        let registered = object.get("registered_name").and_then(Json::as_str).map(own);
        if registered == class {
            object.remove("registered_name");
        }
        if let Some(class) = class {
            object.insert("class_name".to_owned(), class.into());
        }
    }
    let legacy = json.get("module").and_then(Json::as_str).is_some_and(|m| m.contains("legacy"))
        || json["config"].get("decay").is_some();
    let (class, mut fields) = object("optimizer", &json)?;
    if class == "Nadam" && legacy {
        let help = "compile the model with Keras 3's";
        return Err(Error::request(
            "optimizer",
            "Nadam of Keras 3",
            "Keras 2's legacy one, whose momentum grows otherwise",
            help,
        ));
    }
    if let ("LossScaleOptimizer", Some(inner)) = (class, fields.get("inner_optimizer")) {
        return optimizer_of(inner);
    }
    let still = fields.get("momentum").and_then(Json::as_f64).unwrap_or(0.0) == 0.0;
    if legacy && (class == "Adagrad" || class == "RMSprop" && still) {
        let help = "compile the model with Keras 3's";
        let got = "Keras 2's legacy one, which adds epsilon outside the root";
        return Err(Error::request("optimizer", format!("{class} of Keras 3"), got, help));
    }
    match fields.remove("decay").as_ref().map(|d| f64::read(&Node::new("optimizer: decay", d))).transpose()? {
        None | Some(0.0) => {}
        Some(decay) => {
            // Keras 2's legacy optimizers: η / (1 + decay · step).
            let key = if fields.contains_key("learning_rate") { "learning_rate" } else { "lr" };
            let none = Json::Null;
            let rate = f64::read(&Node::new(format!("optimizer: {key}"), fields.get(key).unwrap_or(&none)))?;
            let schedule: Arc<dyn Schedule> = Arc::new(Power::inverse_time_decay(rate, 1.0, decay));
            fields.insert("learning_rate".to_owned(), schedule.write()?);
            fields.remove("lr");
        }
    }
    config::named("optimizer", class, &fields)
}

impl Writer {
    /// The `compile_config` of a model, if it is compiled.
    ///
    /// # Errors
    /// Something of one's own, or that Keras does not have where only Keras's may be written.
    pub fn compile(self, model: &Model) -> Result<Option<Json>> {
        let Some(optimizer) = model.optimizer() else { return Ok(None) };
        let mut optimizer = optimizer.write()?;
        if let Some(rate) = model.progress().learning_rate {
            optimizer["config"]["learning_rate"] = rate.write()?;
        }
        let all = model.objectives();
        let losses = all.iter().map(|o| o.loss.write()).collect::<Result<Vec<_>>>()?;
        let weights: Vec<Json> = all.iter().map(|o| o.weight.into()).collect();
        let plain = all.iter().all(|o| o.weight == 1.0);
        let metrics = all.iter().map(|o| metrics_of(o, false)).collect::<Result<Vec<_>>>()?;
        let weighted = all.iter().map(|o| metrics_of(o, true)).collect::<Result<Vec<_>>>()?;
        let json = json!({
            "optimizer": optimizer,
            "loss": for_outputs(losses),
            "loss_weights": if plain { Json::Null } else { weights.into() },
            "metrics": for_outputs(metrics),
            "weighted_metrics": for_outputs(weighted),
            "run_eagerly": false,
            "steps_per_execution": 1,
            "jit_compile": "auto",
        });
        if self.keras {
            refuse_own("compile settings", &json)?;
        }
        Ok(Some(json))
    }
}

/// A list for several outputs, the thing itself for one.
fn for_outputs(mut all: Vec<Json>) -> Json {
    if all.len() == 1 { all.swap_remove(0) } else { all.into() }
}

fn metrics_of(o: &Objective, weighted: bool) -> Result<Json> {
    let accuracy = (o.accuracy && !weighted).then(|| Ok("accuracy".into()));
    let others = o.metrics.iter().filter(|(.., w)| *w == weighted).map(|(name, metric, _)| {
        if metric.config()?.fields.contains_key(CHOSEN) {
            return Ok(if name == "acc" { "acc" } else { "accuracy" }.into());
        }
        let mut json = metric.write()?;
        json["config"]["name"] = name.into();
        Ok(json)
    });
    let all = accuracy.into_iter().chain(others).collect::<Result<Vec<Json>>>()?;
    Ok(if all.is_empty() { Json::Null } else { all.into() })
}

#[cfg(test)]
mod tests {
    use super::super::read::Reader;
    use super::{Writer, read};
    use crate::base::Seed;
    use crate::train::Device;
    use serde_json::json;

    /// As TF-Keras 2.15 writes a model of two outputs that has not been trained: names with the output before them, and
    /// `categorical_accuracy` for `accuracy`, which labels of class numbers do not fit.
    #[test]
    fn the_accuracy_tf_keras_guessed_is_chosen_anew() {
        let dense = |name: &str, units: usize| {
            let config = json!({ "name": name, "units": units, "activation": "linear" });
            json!({ "class_name": "Dense", "name": name, "config": config, "inbound_nodes": [[["in", 0, 0, {}]]] })
        };
        let input = json!({ "class_name": "InputLayer", "name": "in", "inbound_nodes": [],
                            "config": { "name": "in", "batch_input_shape": [null, 2] } });
        let layers = json!([input, dense("kind", 3), dense("value", 1)]);
        let outputs = json!([["kind", 0, 0], ["value", 0, 0]]);
        let model = json!({ "class_name": "Functional", "config": {
            "name": "m", "layers": layers, "input_layers": [["in", 0, 0]], "output_layers": outputs } });
        let structure = Reader::of_version(Some("2.15.0")).model(&model).expect("a model");
        let metric = |name: &str, function: &str| json!([{ "class_name": "MeanMetricWrapper", "config": { "name": name, "dtype": "float32", "fn": function } }]);
        let settings = json!({
            "optimizer_config": { "class_name": "Custom>Adam", "config": { "learning_rate": 0.01 } },
            "loss": { "kind": "sparse_categorical_crossentropy", "value": "mse" },
            "metrics": [metric("kind_accuracy", "categorical_accuracy"), metric("value_mae", "mean_absolute_error")],
        });
        let how = read(&settings, &structure, true).expect("settings").expect("compiled");
        let mut model = structure.graph.build(&Device::Cpu, Seed(1)).expect("a model");
        model.compile_with(how).expect("settings that fit");
        let written = Writer { dtype: "float32", keras: true }.compile(&model).expect("JSON").expect("compiled");
        assert_eq!(written["metrics"][0], json!(["accuracy"]));
        assert_eq!(written["metrics"][1][0]["config"]["name"], "mae");
    }
}

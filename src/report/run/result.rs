//! What came of a run, as its `result.json` tells it.

use super::{Best, Ended};
use serde_json::{Map, Value, json};

/// What came of a run. What is not known is none or empty, so that a file of any age is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunResult {
    /// wgrad's version.
    pub version: String,
    /// The device, as it is told when training begins.
    pub device: String,
    /// `float32`, `float64`, ….
    pub precision: String,
    /// What everything random was repeated by.
    pub seed: Option<u64>,
    /// Numbers in all variables.
    pub parameters: Option<u64>,
    /// Numbers in those that were trained.
    pub trainable: Option<u64>,
    /// Bytes on the device for training, data sets not counted.
    pub memory: Option<u64>,
    /// Epochs trained.
    pub epochs: Option<u64>,
    /// Steps trained.
    pub steps: Option<u64>,
    /// Seconds of training, validation within it.
    pub seconds: Option<f64>,
    /// Training samples a second.
    pub samples_per_second: Option<f64>,
    /// How it ended.
    pub ended: Option<Ended>,
    /// Why, in words, where there is more to say.
    pub why: String,
    /// The best epoch.
    pub best: Option<Best>,
    /// Loss and metrics of the test, by name.
    pub test: Vec<(String, f64)>,
    /// When it began, in UTC ([`utc`](super::utc)).
    pub started_at: String,
    /// What it ran on, in names and words: [`environment`](super::environment).
    pub environment: Vec<(String, String)>,
    /// Fields of a file that are none of these; they are written again.
    pub others: Map<String, Value>,
}

/// JSON has no NaN and no infinity: these are texts, in Python's words.
fn number(value: f64) -> Value {
    match value {
        v if v.is_nan() => json!("NaN"),
        v if v.is_infinite() => json!(if v > 0.0 { "Infinity" } else { "-Infinity" }),
        v => json!(v),
    }
}

fn to_number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

fn numbers(all: &[(String, f64)]) -> Value {
    Value::Object(all.iter().map(|(name, v)| (name.clone(), number(*v))).collect())
}

/// Names and numbers, the loss first.
fn to_numbers(value: &Value) -> Vec<(String, f64)> {
    let all = value.as_object().into_iter().flatten();
    let mut all: Vec<_> = all.filter_map(|(name, v)| Some((name.clone(), to_number(v)?))).collect();
    all.sort_by_key(|(name, _)| name != "loss");
    all
}

impl RunResult {
    /// The text of the file.
    pub fn to_json(&self) -> String {
        let mut file = self.others.clone();
        let mut put = |name: &str, value: Option<Value>| drop(value.map(|value| file.insert(name.to_owned(), value)));
        let text = |text: &str| (!text.is_empty()).then(|| json!(text));
        put("wgrad", text(&self.version));
        put("device", text(&self.device));
        put("precision", text(&self.precision));
        put("seed", self.seed.map(|v| json!(v)));
        put("parameters", self.parameters.map(|v| json!(v)));
        put("trainable_parameters", self.trainable.map(|v| json!(v)));
        put("memory_bytes", self.memory.map(|v| json!(v)));
        put("epochs", self.epochs.map(|v| json!(v)));
        put("steps", self.steps.map(|v| json!(v)));
        put("seconds", self.seconds.map(number));
        put("samples_per_second", self.samples_per_second.map(number));
        put("ended", self.ended.map(|ended| json!(ended.words())));
        put("why", text(&self.why));
        let best = |best: &Best| json!({"monitor": best.monitor, "epoch": best.epoch, "numbers": numbers(&best.numbers)});
        put("best", self.best.as_ref().map(best));
        put("test", (!self.test.is_empty()).then(|| numbers(&self.test)));
        put("started_at", text(&self.started_at));
        let environment = self.environment.iter().map(|(name, words)| (name.clone(), json!(words))).collect();
        put("environment", (!self.environment.is_empty()).then_some(Value::Object(environment)));
        format!("{:#}\n", Value::Object(file))
    }

    /// What the text of a file tells; a field of another kind than expected is let be, as is one that is not known.
    ///
    /// # Errors
    /// What is not an object in JSON, in words.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let file: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let Value::Object(mut others) = file else { return Err("expected an object".to_owned()) };
        let mut take = |name: &str, fits: fn(&Value) -> bool| {
            if others.get(name).is_some_and(fits) { others.remove(name).unwrap_or_default() } else { Value::Null }
        };
        let words = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let known: fn(&Value) -> bool = |value| value.as_str().and_then(Ended::from_words).is_some();
        let best = |value: &Value| {
            Some(Best {
                monitor: value.get("monitor")?.as_str()?.to_owned(),
                epoch: usize::try_from(value.get("epoch")?.as_u64()?).ok()?,
                numbers: value.get("numbers").map(to_numbers).unwrap_or_default(),
            })
        };
        let environment = take("environment", Value::is_object);
        let environment = environment.as_object().into_iter().flatten();
        let mut result = Self {
            version: words(take("wgrad", Value::is_string)),
            device: words(take("device", Value::is_string)),
            precision: words(take("precision", Value::is_string)),
            seed: take("seed", Value::is_u64).as_u64(),
            parameters: take("parameters", Value::is_u64).as_u64(),
            trainable: take("trainable_parameters", Value::is_u64).as_u64(),
            memory: take("memory_bytes", Value::is_u64).as_u64(),
            epochs: take("epochs", Value::is_u64).as_u64(),
            steps: take("steps", Value::is_u64).as_u64(),
            seconds: to_number(&take("seconds", |v| to_number(v).is_some())),
            samples_per_second: to_number(&take("samples_per_second", |v| to_number(v).is_some())),
            ended: take("ended", known).as_str().and_then(Ended::from_words),
            why: words(take("why", Value::is_string)),
            best: best(&take("best", Value::is_object)),
            test: to_numbers(&take("test", Value::is_object)),
            started_at: words(take("started_at", Value::is_string)),
            environment: environment.map(|(name, v)| (name.clone(), words(v.clone()))).collect(),
            others: Map::new(),
        };
        result.others = others;
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> RunResult {
        let numbers = vec![("loss".to_owned(), 0.1 + 0.2), ("accuracy".to_owned(), f64::NAN)];
        RunResult {
            version: "0.1.0".into(),
            device: "cpu \"8\" threads".into(),
            precision: "float32".into(),
            seed: Some(u64::MAX),
            parameters: Some(7),
            trainable: Some(5),
            memory: Some(1 << 40),
            epochs: Some(3),
            steps: Some(300),
            seconds: Some(1.25),
            samples_per_second: Some(f64::INFINITY),
            ended: Some(Ended::StoppedEarly),
            why: "val_loss did not improve".into(),
            best: Some(Best { monitor: "val_loss".into(), epoch: 1, numbers: numbers.clone() }),
            test: numbers,
            started_at: "2025-11-26T18:00:00Z".into(),
            environment: vec![("system".into(), "linux".into()), ("threads".into(), "2".into())],
            others: [("sweep".to_owned(), json!({"index": 3}))].into_iter().collect(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let again = RunResult::from_json(&full().to_json()).expect("our own file");
        // NaN is not equal to itself, so texts are compared.
        assert_eq!(format!("{again:?}"), format!("{:?}", full()));
        assert_eq!(again.to_json(), full().to_json());
        assert_eq!(RunResult::from_json(&RunResult::default().to_json()), Ok(RunResult::default()));
    }

    #[test]
    fn what_does_not_fit_is_let_be() {
        let strange = r#"{"seed": -3, "ended": "exploded", "best": {"monitor": 7}, "test": {"loss": "low", "mae": 2},
            "environment": {"threads": 4}, "device": null}"#;
        let result = RunResult::from_json(strange).expect("an object");
        assert_eq!((result.seed, result.ended, &result.best, result.device.as_str()), (None, None, &None, ""));
        assert_eq!(result.test, [("mae".to_owned(), 2.0)]);
        assert_eq!((&result.others["seed"], &result.others["ended"]), (&json!(-3), &json!("exploded")));
        for wrong in ["", "[]", "7", "{\"a\":", "\u{0}"] {
            assert!(RunResult::from_json(wrong).is_err(), "{wrong}");
        }
    }
}

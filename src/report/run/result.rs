//! What came of a run, as its `result.json` tells it.

use super::json::{number, numbers, texts, to_number, to_numbers, to_texts};
use super::{Best, Ended};
use crate::train::History;
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// What came of a run. What is not known is none or empty, so that a file of any age is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunResult {
    /// What the run is called: the name of its folder.
    pub name: String,
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
    /// All numbers of the last epoch.
    pub last: Vec<(String, f64)>,
    /// Loss and metrics of the test, by name.
    pub test: Vec<(String, f64)>,
    /// When it began, in UTC ([`utc`](super::utc)).
    pub started_at: String,
    /// What it ran on, in names and words: [`environment`](super::environment).
    pub environment: Vec<(String, String)>,
    /// What the reader should know before the numbers are believed, a sentence each.
    pub warnings: Vec<String>,
    /// The name of the run file it was made from; empty where there was none.
    pub run_file: String,
    /// Fields of a file that are none of these; they are written again.
    pub others: Map<String, Value>,
}

impl RunResult {
    /// Of a run that began at `started`: its epochs, the best of them by `monitor` (default: [`Best::monitor_of`]), the last,
    /// this version and machine, and how it ended where `wanted` epochs were asked for. The rest is for the caller to fill in.
    ///
    /// ```
    /// use wgrad::report::run::{Ended, RunResult};
    /// use wgrad::train::History;
    /// let history = History::of(vec![0, 1], vec![("loss".to_owned(), vec![0.5, 0.3])]).unwrap();
    /// let result = RunResult::of(&history, 5, None, std::time::SystemTime::now());
    /// assert_eq!((result.epochs, result.ended), (Some(2), Some(Ended::StoppedEarly)));
    /// assert_eq!(result.best.unwrap().epoch, 1);
    /// ```
    pub fn of(history: &History, wanted: usize, monitor: Option<&str>, started: SystemTime) -> Self {
        let told = monitor.filter(|name| history.get(name).is_some()).map(str::to_owned);
        let monitor = told.or_else(|| Best::monitor_of(history));
        let last = history.iter().filter_map(|(name, all)| Some((name.to_owned(), *all.last()?))).collect::<Vec<_>>();
        let finite = last.iter().find(|(name, _)| name == "loss").is_none_or(|(_, loss)| loss.is_finite());
        let reached = history.epochs.last().map_or(0, |epoch| epoch + 1);
        let ended = match history.interrupted {
            Some(_) => Ended::Interrupted,
            None if !finite => Ended::Diverged,
            None if reached < wanted => Ended::StoppedEarly,
            None => Ended::Done,
        };
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            epochs: Some(history.epochs.len() as u64),
            ended: Some(ended),
            best: monitor.and_then(|name| Best::of(history, &name)),
            last,
            started_at: super::utc(started),
            environment: super::environment(),
            ..Self::default()
        }
    }

    /// The text of the file.
    pub fn to_json(&self) -> String {
        let mut file = self.others.clone();
        let mut put = |name: &str, value: Option<Value>| drop(value.map(|value| file.insert(name.to_owned(), value)));
        let text = |text: &str| (!text.is_empty()).then(|| json!(text));
        put("name", text(&self.name));
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
        let best =
            |best: &Best| json!({"monitor": best.monitor, "epoch": best.epoch, "numbers": numbers(&best.numbers)});
        put("best", self.best.as_ref().map(best));
        put("last", (!self.last.is_empty()).then(|| numbers(&self.last)));
        put("test", (!self.test.is_empty()).then(|| numbers(&self.test)));
        put("started_at", text(&self.started_at));
        put("environment", (!self.environment.is_empty()).then(|| texts(&self.environment)));
        put("warnings", (!self.warnings.is_empty()).then(|| json!(self.warnings)));
        put("run_file", text(&self.run_file));
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
        let sentences = |value: Value| {
            let all = value.as_array().into_iter().flatten();
            all.filter_map(|text| text.as_str().map(str::to_owned)).collect()
        };
        let mut result = Self {
            name: words(take("name", Value::is_string)),
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
            last: to_numbers(&take("last", Value::is_object)),
            test: to_numbers(&take("test", Value::is_object)),
            started_at: words(take("started_at", Value::is_string)),
            environment: to_texts(&take("environment", Value::is_object)),
            warnings: sentences(take("warnings", Value::is_array)),
            run_file: words(take("run_file", Value::is_string)),
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
            name: "a \"run\"".into(),
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
            last: numbers.clone(),
            test: numbers,
            started_at: "2025-11-26T18:00:00Z".into(),
            environment: vec![("system".into(), "linux".into()), ("threads".into(), "2".into())],
            warnings: vec!["3 samples were left out".into()],
            run_file: "digits.toml".into(),
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

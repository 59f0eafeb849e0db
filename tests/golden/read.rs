//! Reading goldens: `tests/golden/FAMILY.json` is an array of cases, each one call of Keras with what went in and what
//! came out. Whatever a test asks for and does not find, or leaves unread in a config, is a failure that names its place.
#![allow(dead_code, reason = "each family reads the kinds of field it has")]

use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt::Display;

/// An array of numbers with its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

/// A place in a golden file: some JSON, and where it stands, for messages.
#[derive(Clone, Debug)]
pub struct Node {
    pub place: String,
    value: Value,
}

impl Node {
    fn fail(&self, wanted: &str) -> ! {
        let text: String = self.value.to_string().chars().take(80).collect();
        panic!("{}: expected {wanted}, found {text}", self.place)
    }

    fn object(&self) -> &Map<String, Value> {
        self.value.as_object().unwrap_or_else(|| self.fail("an object"))
    }

    fn child(&self, key: impl Display, value: &Value) -> Self {
        Self { place: format!("{}.{key}", self.place), value: value.clone() }
    }

    /// What stands under `key`, if anything does.
    pub fn find(&self, key: &str) -> Option<Self> {
        self.object().get(key).map(|v| self.child(key, v))
    }

    /// What stands under `key`, if this is an object that has it.
    pub fn try_find(&self, key: &str) -> Option<Self> {
        self.value.is_object().then(|| self.find(key)).flatten()
    }

    /// The truth value, if this is one.
    pub fn try_flag(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// What stands under `key`.
    pub fn get(&self, key: &str) -> Self {
        self.find(key).unwrap_or_else(|| panic!("{}: there is no `{key}`", self.place))
    }

    /// The keys, in order.
    pub fn keys(&self) -> Vec<String> {
        self.object().keys().cloned().collect()
    }

    /// The options the thing was made with.
    pub fn config(&self) -> Config {
        let node = self.get("config");
        Config { left: node.keys().into_iter().collect(), node }
    }

    /// The members of a list.
    pub fn list(&self) -> Vec<Self> {
        let all = self.value.as_array().unwrap_or_else(|| self.fail("a list"));
        all.iter().enumerate().map(|(i, v)| self.child(i, v)).collect()
    }

    /// A number; "nan", "inf" and "-inf" are those JSON has no word for.
    pub fn number(&self) -> f64 {
        match &self.value {
            Value::Number(n) => n.as_f64().unwrap_or_else(|| self.fail("a number")),
            Value::String(s) if s == "nan" => f64::NAN,
            Value::String(s) if s == "inf" => f64::INFINITY,
            Value::String(s) if s == "-inf" => f64::NEG_INFINITY,
            _ => self.fail("a number"),
        }
    }

    /// A whole number.
    pub fn integer(&self) -> i64 {
        self.value.as_i64().unwrap_or_else(|| self.fail("a whole number"))
    }

    /// A count or size.
    pub fn size(&self) -> usize {
        self.value.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_else(|| self.fail("a size"))
    }

    /// True or false.
    pub fn flag(&self) -> bool {
        self.value.as_bool().unwrap_or_else(|| self.fail("true or false"))
    }

    /// A text.
    pub fn text(&self) -> String {
        self.value.as_str().unwrap_or_else(|| self.fail("a text")).to_owned()
    }

    /// Whether it is null: Keras's None.
    pub fn is_none(&self) -> bool {
        self.value.is_null()
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// Whether it is a text.
    pub fn is_text(&self) -> bool {
        self.value.is_string()
    }

    /// The numbers of a list.
    pub fn numbers(&self) -> Vec<f64> {
        self.list().iter().map(Self::number).collect()
    }

    /// The sizes of a list.
    pub fn sizes(&self) -> Vec<usize> {
        self.list().iter().map(Self::size).collect()
    }

    /// An array: `{"shape": […], "data": […]}`, row after row.
    pub fn array(&self) -> Array {
        let array = Array { shape: self.get("shape").sizes(), data: self.get("data").numbers() };
        let product: usize = array.shape.iter().product();
        assert_eq!(array.data.len(), product, "{}: numbers of shape {:?}", self.place, array.shape);
        array
    }

    /// The arrays of a list.
    pub fn arrays(&self) -> Vec<Array> {
        self.list().iter().map(Self::array).collect()
    }
}

/// A config: every key must be taken before [`Config::done`], so that no option of Keras's goes unheard.
#[derive(Debug)]
pub struct Config {
    node: Node,
    left: HashSet<String>,
}

impl Config {
    /// What stands under `key`, if anything does.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        self.left.remove(key);
        self.node.find(key)
    }

    /// A number, or `default` where the config leaves it out.
    pub fn number(&mut self, key: &str, default: f64) -> f64 {
        self.take(key).map_or(default, |n| n.number())
    }

    /// A number that may be None; left out it is None too.
    pub fn optional(&mut self, key: &str) -> Option<f64> {
        self.take(key).filter(|n| !n.is_none()).map(|n| n.number())
    }

    /// A whole number, or `default`.
    pub fn integer(&mut self, key: &str, default: i64) -> i64 {
        self.take(key).map_or(default, |n| n.integer())
    }

    /// True or false, or `default`.
    pub fn flag(&mut self, key: &str, default: bool) -> bool {
        self.take(key).map_or(default, |n| n.flag())
    }

    /// A text, or `default`.
    pub fn text(&mut self, key: &str, default: &str) -> String {
        self.take(key).map_or_else(|| default.to_owned(), |n| n.text())
    }

    /// Fails if an option was not asked for.
    pub fn done(self) {
        assert!(self.left.is_empty(), "{}: the test does not know {:?}", self.node.place, self.left);
    }
}

/// One case: the fields every family has; the others through [`Node`], which it is one of.
#[derive(Clone, Debug)]
pub struct Case {
    node: Node,
    /// Keras's word: `relu`, `adam`, ….
    pub name: String,
    /// `name/number`.
    pub id: String,
}

impl std::ops::Deref for Case {
    type Target = Node;
    fn deref(&self) -> &Node {
        &self.node
    }
}

impl Case {
    /// How near to Keras the f64 twin must come, relative with a floor of 1: where Keras itself went through f32, f32's.
    pub fn bound(&self) -> f64 {
        match self.get("precision").text().as_str() {
            "float64" => 1e-9,
            "float32" => 2e-6,
            other => panic!("{}: precision `{other}` is neither float64 nor float32", self.place),
        }
    }

    /// Fails unless `got` is within the case's bound of what stands under `key`.
    pub fn compare(&self, key: &str, got: &[f64]) {
        near(&format!("{} {key}", self.place), got, &self.get(key).array().data, self.bound());
    }
}

/// Fails unless |got − want| ≤ bound · max(1, |want|) everywhere; infinities and NaN must be the same.
pub fn near(title: &str, got: &[f64], want: &[f64], bound: f64) {
    assert_eq!(got.len(), want.len(), "{title}: how many numbers");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        let same = g == w || (g.is_nan() && w.is_nan());
        let error = (g - w).abs() / w.abs().max(1.0);
        assert!(same || error <= bound, "{title}[{i}]: {g:e}, Keras has {w:e}: {error:.1e} off, allowed {bound:.0e}");
    }
}

/// The cases of `tests/golden/FAMILY.json`: at least one, each of the family, each id once.
pub fn family(family: &str) -> Vec<Case> {
    let path = format!("{}/tests/golden/{family}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    let file = Node { place: family.to_owned(), value };
    let mut seen = HashSet::new();
    let cases: Vec<Case> = file
        .list()
        .into_iter()
        .map(|node| {
            let (name, id) = (node.get("name").text(), node.get("id").text());
            assert_eq!(node.get("family").text(), family, "{id}: its family");
            assert!(seen.insert(id.clone()), "{family}: `{id}` stands there twice");
            Case { node: Node { place: format!("{family} {id}"), ..node }, name, id }
        })
        .collect();
    assert!(!cases.is_empty(), "{path} has no case");
    cases
}

#[test]
fn differences_and_unheard_options_are_found() {
    let fails = |f: &dyn Fn()| std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).is_err();
    near("equal", &[1.0, f64::NAN, f64::INFINITY], &[1.0 + 1e-10, f64::NAN, f64::INFINITY], 1e-9);
    assert!(fails(&|| near("far", &[1.0], &[1.0 + 1e-8], 1e-9)));
    assert!(fails(&|| near("NaN", &[f64::NAN], &[1.0], 1e-9)));
    assert!(fails(&|| near("infinite", &[f64::INFINITY], &[f64::NEG_INFINITY], 1e-9)));
    assert!(fails(&|| near("short", &[], &[1.0], 1e-9)));
    let value =
        serde_json::json!({"config": {"alpha": 1.5, "most": null}, "y": {"shape": [2], "data": ["nan", "-inf"]}});
    let case = Case { node: Node { place: "case".into(), value }, name: "elu".into(), id: "elu/0".into() };
    let y = case.get("y").array();
    assert!(y.shape == [2] && y.data[0].is_nan() && y.data[1] == f64::NEG_INFINITY);
    let mut config = case.config();
    assert_eq!((config.number("alpha", 1.0), config.optional("most"), config.number("beta", 2.0)), (1.5, None, 2.0));
    config.done();
    assert!(fails(&|| case.config().done()), "options nobody asked for");
    assert!(fails(&|| drop(case.get("x"))));
}

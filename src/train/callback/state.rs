//! What a callback remembers, as a checkpoint holds it.

/// What a callback remembers: named numbers, arrays of them, and texts. A checkpoint holds it to the bit.
///
/// ```
/// use wgrad::train::callback::State;
///
/// let state = State::new("patient").number("best", 0.5).number("wait", 2.0).maybe("stopped", None);
/// assert_eq!((state.get("best"), state.count("wait"), state.get("stopped")), (Some(0.5), 2, None));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The kind of callback; a second one of a kind is told apart by its place among them.
    pub name: String,
    /// Numbers by name.
    pub arrays: Vec<(String, Vec<f64>)>,
    /// Texts by name.
    pub texts: Vec<(String, String)>,
}

impl State {
    /// Of a callback of this kind, nothing yet.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// With this number.
    pub fn number(self, name: &str, number: f64) -> Self {
        self.array(name, vec![number])
    }

    /// With this number, if there is one.
    pub fn maybe(self, name: &str, number: Option<f64>) -> Self {
        match number {
            Some(number) => self.number(name, number),
            None => self,
        }
    }

    /// With these numbers.
    pub fn array(mut self, name: &str, numbers: Vec<f64>) -> Self {
        self.arrays.push((name.to_owned(), numbers));
        self
    }

    /// With this text.
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.texts.push((name.to_owned(), text.to_owned()));
        self
    }

    /// The number of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.numbers(name).and_then(|numbers| numbers.first().copied())
    }

    /// The number of this name as a count; 0 without.
    pub fn count(&self, name: &str) -> usize {
        self.get(name).unwrap_or_default() as usize
    }

    /// The numbers of this name.
    pub fn numbers(&self, name: &str) -> Option<&[f64]> {
        self.arrays.iter().find(|(n, _)| n == name).map(|(_, numbers)| numbers.as_slice())
    }

    /// The text of this name.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }
}

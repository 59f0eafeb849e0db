//! `class_weight`: how much the samples of each class count.

use crate::base::{Error, Result, Rows};
use crate::nn::config::{Field, Json, Node};

/// Weights of classes, by number.
///
/// # Errors
/// A class there is not, a weight that is no number.
pub(super) fn read(json: &Json, labels: Option<&Rows>, names: &[String]) -> Result<Vec<(u32, f64)>> {
    let place = "train.class_weight";
    let labelled = || {
        let help = "leave it out, or give sample weights";
        labels.ok_or_else(|| Error::request(place, "labels that are classes", "other labels", help))
    };
    match json {
        Json::Null => Ok(Vec::new()),
        Json::String(word) if word == "balanced" => Ok(balanced(labelled()?, names.len())),
        Json::Object(table) => {
            labelled()?;
            let one = |(key, value): (&String, &Json)| {
                // A number is a name where classes are called by numbers.
                let numbered = names.iter().any(|name| name.parse::<usize>().is_ok());
                let number = names.iter().position(|name| name == key);
                let number = number.or_else(|| if numbered { None } else { key.parse().ok() });
                let number = number.filter(|n| *n < names.len()).ok_or_else(|| {
                    let known: Vec<&str> = names.iter().map(String::as_str).collect();
                    Error::unknown(format!("{place}: class"), key, &known)
                })?;
                Ok((number as u32, f64::read(&Node::new(format!("{place}: {key}"), value))?))
            };
            table.iter().map(one).collect()
        }
        other => Err(Node::new(place, other).wrong("\"balanced\", or a table of classes and weights")),
    }
}

/// n / (classes · samples of the class), as scikit-learn's `balanced` has it.
fn balanced(labels: &Rows, classes: usize) -> Vec<(u32, f64)> {
    let mut counts = vec![0_usize; classes];
    for row in 0..labels.len() {
        let mut label = [0.0_f32];
        labels.gather(row, &mut label);
        if let Some(count) = counts.get_mut(label[0] as usize) {
            *count += 1;
        }
    }
    let present = counts.iter().filter(|count| **count > 0).count();
    let weight = |count: usize| labels.len() as f64 / (present * count) as f64;
    counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(i, count)| (i as u32, weight(*count))).collect()
}

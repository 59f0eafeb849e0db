//! How many layers a text has, before any of it becomes objects: a small file can hold a text of millions.

use super::read::too_many_layers;
use crate::base::Result;

/// Most layers of a file, inputs and models among them.
pub(super) const MOST_LAYERS: usize = 1 << 14;

/// Fails where the lists `"layers"` of a text of JSON have more objects than a file may have layers. What is no JSON, or
/// spells its keys otherwise, is for its reader to tell.
///
/// # Errors
/// Too many layers.
pub(in crate::formats) fn check_layers(text: &[u8]) -> Result<()> {
    let mut count = 0;
    // Of each list or object that is open, whether it is a list of layers.
    let mut open: Vec<bool> = Vec::new();
    let (mut word, mut of_layers) = (&text[..0], false);
    let mut rest = text;
    while let Some((byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'"' => (word, rest) = string(behind),
            b':' => of_layers = word == b"layers",
            b',' => of_layers = false,
            b'[' => open.push(std::mem::take(&mut of_layers)),
            b'{' => {
                count += usize::from(open.last() == Some(&true));
                open.push(false);
                of_layers = false;
            }
            b']' | b'}' => {
                open.pop();
            }
            _ => {}
        }
        if count > MOST_LAYERS {
            return Err(too_many_layers());
        }
    }
    Ok(())
}

/// A string, whose opening quote has been read, as it is spelled, and what is behind its closing one.
fn string(text: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let ends = |byte: &u8| {
        let end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        end
    };
    match text.iter().position(ends) {
        Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_LAYERS, check_layers};

    /// A model of `count` objects in a list under `key`, with things that look like more.
    fn text(key: &str, count: usize) -> String {
        let layer = r#"{"name": "\"layers\": [{", "config": {"units": [{}, {}], "layers": 1}}"#;
        format!(
            r#"{{"a": [{{}}, "layers"], "config": {{"{key}" : [{}], "b": [{{}}]}}}}"#,
            vec![layer; count].join(", ")
        )
    }

    #[test]
    fn layers_are_counted_and_nothing_else() {
        check_layers(text("layers", MOST_LAYERS).as_bytes()).expect("as many as may be");
        check_layers(text("others", MOST_LAYERS + 1).as_bytes()).expect("a list of something else");
        let told = check_layers(text("layers", MOST_LAYERS + 1).as_bytes()).expect_err("one more");
        assert!(told.to_string().contains("at most 16384 layers"), "{told}");
    }

    #[test]
    fn what_is_no_json_is_left_to_its_reader() {
        for text in ["", "\"", "\"layers", "\"layers\\", "]]}}", "\"layers\": [[[", "{\"layers\"", ":[{"] {
            check_layers(text.as_bytes()).expect(text);
        }
    }
}

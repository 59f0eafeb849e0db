//! The known word a mistyped one was most likely meant to be.

/// How alike two words must be for one to be suggested for the other (Jaro similarity, 0 to 1).
const ALIKE: f64 = 0.7;

/// The known word most like `word`, if one is like it at all.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let scored = known.into_iter().map(|k| (strsim::jaro(&word, &k.to_lowercase()), k));
    scored.filter(|(score, _)| *score > ALIKE).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_is_silent_about_strangers() {
        assert_eq!(nearest("he_norml", ["he_normal", "he_uniform"]), Some("he_normal"));
        assert_eq!(nearest("zzz", ["he_normal", "he_uniform"]), None);
    }
}

//! Names of classes.

/// Keras's `naming.to_snake_case`: `PReLU` is `p_re_lu`, `SpatialDropout1D` is `spatial_dropout1d`.
pub fn snake_case(class: &str) -> String {
    let letters: Vec<char> = class.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    // "(.)([A-Z][a-z]+)" becomes "\1_\2": a capital before small letters begins a word, unless it is the first letter.
    let mut words = String::new();
    for (i, c) in letters.iter().enumerate() {
        let begins = c.is_ascii_uppercase() && letters.get(i + 1).is_some_and(char::is_ascii_lowercase);
        if begins && i > 0 {
            words.push('_');
        }
        words.push(*c);
    }
    // "([a-z])([A-Z])" becomes "\1_\2".
    let mut snake = String::new();
    let mut before = ' ';
    for c in words.chars() {
        if before.is_ascii_lowercase() && c.is_ascii_uppercase() {
            snake.push('_');
        }
        before = c;
        snake.push(c);
    }
    snake.to_lowercase()
}

/// Whether two names of a class are the same: `he_normal` and `HeNormal`.
pub fn alike(a: &str, b: &str) -> bool {
    let letters = |name: &str| name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect::<Vec<_>>();
    letters(a) == letters(b)
}

/// The name of a class as run files have it: as [`snake_case`], but words that are one stay one.
pub fn word(class: &str) -> String {
    const WHOLE: [(&str, &str); 8] = [
        ("TensorBoard", "Tensorboard"),
        ("PReLU", "Prelu"),
        ("ReLU", "Relu"),
        ("RMSprop", "Rmsprop"),
        ("AdamW", "Adamw"),
        ("L1L2", "L1_L2"),
        ("NaN", "Nan"),
        ("AUC", "Auc"),
    ];
    snake_case(&WHOLE.iter().fold(class.to_owned(), |class, (from, to)| class.replace(from, to)))
}

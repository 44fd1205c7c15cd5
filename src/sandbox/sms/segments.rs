//! How many messages of the network a text takes.

/// The network's own letters, the escape apart.
const BASIC: &str = "@\u{a3}$\u{a5}\u{e8}\u{e9}\u{f9}\u{ec}\u{f2}\u{c7}\n\u{d8}\u{f8}\r\u{c5}\u{e5}\
    \u{394}_\u{3a6}\u{393}\u{39b}\u{3a9}\u{3a0}\u{3a8}\u{3a3}\u{398}\u{39e}\u{c6}\u{e6}\u{df}\u{c9} \
    !\"#\u{a4}%&'()*+,-./0123456789:;<=>?\u{a1}ABCDEFGHIJKLMNOPQRSTUVWXYZ\u{c4}\u{d6}\u{d1}\u{dc}\
    \u{a7}\u{bf}abcdefghijklmnopqrstuvwxyz\u{e4}\u{f6}\u{f1}\u{fc}\u{e0}";
/// Letters that take two places.
const EXTENDED: &str = "\u{c}^{}\\[~]|\u{20ac}";

/// Whether a text can be written in the network's own letters.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.chars()
        .all(|letter| BASIC.contains(letter) || EXTENDED.contains(letter))
}

/// The parts a text is sent in.
#[must_use]
pub fn parts(text: &str) -> Vec<String> {
    let plain = is_plain(text);
    let cost = |letter: char| match (plain, EXTENDED.contains(letter)) {
        (true, true) => 2,
        (true, false) => 1,
        (false, _) => letter.len_utf16(),
    };
    let whole: usize = text.chars().map(cost).sum();
    let (single, several) = if plain { (160, 153) } else { (70, 67) };
    if whole <= single {
        return vec![text.to_owned()];
    }
    let mut parts = vec![String::new()];
    let mut used = 0;
    for letter in text.chars() {
        if used + cost(letter) > several {
            parts.push(String::new());
            used = 0;
        }
        used += cost(letter);
        if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_take_as_many_parts_as_the_table_says() {
        let e = "\u{20ac}";
        let smile = "\u{1f600}";
        let a = |count: usize| "a".repeat(count);
        for (text, plain, count) in [
            (a(160), true, 1),
            (a(161), true, 2),
            (a(306), true, 2),
            (a(307), true, 3),
            (e.repeat(80), true, 1),
            (e.repeat(81), true, 2),
            ("]".repeat(153), true, 3),
            ("Ol\u{e1}".to_owned(), false, 1),
            ("\u{e0} la carte".to_owned(), true, 1),
            (smile.repeat(35), false, 1),
            (smile.repeat(36), false, 2),
            (format!("{}{smile}{}", a(66), a(66)), false, 3),
            (format!("{}{smile}{}", a(65), a(67)), false, 2),
        ] {
            assert_eq!(
                (is_plain(&text), parts(&text).len()),
                (plain, count),
                "{text}"
            );
        }
    }
}

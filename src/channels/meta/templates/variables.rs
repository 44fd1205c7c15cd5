//! Variables in the text of a template: `{{1}}` or `{{first_name}}`.

/// How variables are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By number, from 1.
    Positional,
    /// By name: lower-case letters, digits and underscores.
    Named,
}

impl Naming {
    /// The naming the vendor calls so; by number where it says nothing.
    #[must_use]
    pub fn of(format: Option<&str>) -> Self {
        match format {
            Some(format) if format.eq_ignore_ascii_case("named") => Self::Named,
            _ => Self::Positional,
        }
    }

    /// Whether a variable may be called so.
    #[must_use]
    pub fn allows(self, name: &str) -> bool {
        let is_number = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
        match self {
            Self::Positional => is_number && !name.starts_with('0'),
            Self::Named => {
                let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                !name.is_empty() && !is_number && name.bytes().all(letters)
            }
        }
    }
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words as they are.
    Words(&'a str),
    /// A variable, by its name.
    Variable(&'a str),
}

/// The pieces of a text, in order. Braces that close nothing are words.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start + 2..].find("}}") else {
            break;
        };
        let (before, name) = (&rest[..start], &rest[start + 2..start + 2 + length]);
        if !before.is_empty() {
            pieces.push(Piece::Words(before));
        }
        pieces.push(Piece::Variable(name.trim()));
        rest = &rest[start + length + 4..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest));
    }
    pieces
}

/// The names of the variables of a text, each once, in the order they come; by number in order of
/// their numbers.
#[must_use]
pub fn names(text: &str, naming: Naming) -> Vec<&str> {
    let mut names = Vec::new();
    for piece in pieces(text) {
        if let Piece::Variable(name) = piece
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    if naming == Naming::Positional {
        names.sort_by_key(|name| name.parse::<u32>().unwrap_or(u32::MAX));
    }
    names
}

/// The text with its variables filled in; what has no value stays as it stands.
#[must_use]
pub fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    filled_where(text, value).0
}

/// The same, and where its values stand: from and up to which byte.
#[must_use]
pub fn filled_where(
    text: &str,
    value: impl Fn(&str) -> Option<String>,
) -> (String, Vec<(usize, usize)>) {
    let (mut whole, mut places) = (String::new(), Vec::new());
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => whole.push_str(words),
            Piece::Variable(name) => {
                let start = whole.len();
                match value(name) {
                    Some(value) => whole.push_str(&value),
                    None => whole.extend(["{{", name, "}}"]),
                }
                places.push((start, whole.len()));
            }
        }
    }
    (whole, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_apart_and_are_filled() {
        let text = "Hi {{2}}, {{ 1 }} and {{2}}} {{open";
        assert_eq!(names(text, Naming::Positional), ["1", "2"]);
        assert_eq!(names("{{b}} {{a}}", Naming::Named), ["b", "a"]);
        let value = |name: &str| (name == "2").then(|| "Ana".to_owned());
        assert_eq!(filled(text, value), "Hi Ana, {{1}} and Ana} {{open");
        assert_eq!(filled("none", value), "none");
    }

    #[test]
    fn names_follow_their_naming() {
        let cases = [
            (Naming::Positional, "1", true),
            (Naming::Positional, "12", true),
            (Naming::Positional, "0", false),
            (Naming::Positional, "name", false),
            (Naming::Named, "first_name", true),
            (Naming::Named, "First", false),
            (Naming::Named, "1", false),
            (Naming::Named, "", false),
        ];
        for (naming, name, allowed) in cases {
            assert_eq!(naming.allows(name), allowed, "{naming:?} {name}");
        }
    }
}

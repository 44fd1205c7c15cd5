//! Reads Rust source just far enough to say which modules and libraries it names.

/// What a piece of code names: a path from the crate's root, or a library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub line: usize,
    pub path: Vec<String>,
    pub kind: Kind,
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// At the crate's root.
    Ours,
    /// At the crate's root, several layers in one statement: `use crate::{base, store}`.
    Bundle,
    /// In a library.
    Library,
}

/// Every path in the code of `module` that starts at the crate's root, and every use of one of
/// these libraries.
pub fn names(module: &[String], source: &str, libraries: &[&str]) -> Vec<Named> {
    let tokens = tokens(source);
    let mut found = Vec::new();
    // `lib.rs` and `main.rs` are the root itself.
    let mut scope: Vec<String> = match module {
        [root] if root == "lib" || root == "main" => Vec::new(),
        _ => module.to_vec(),
    };
    let mut depth = 0_usize;
    let mut inline_modules = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        let starts_path = !before.last().is_some_and(|last| last.is("::"));
        match token.text.as_str() {
            "{" => {
                depth += 1;
                if let [.., keyword, name] = before
                    && keyword.is("mod")
                {
                    scope.push(name.text.clone());
                    inline_modules.push(depth);
                }
            }
            "}" => {
                if inline_modules.pop_if(|opened| *opened == depth).is_some() {
                    scope.pop();
                }
                depth = depth.saturating_sub(1);
            }
            "crate" if starts_path => follow(after, Vec::new(), &mut found),
            "super" if starts_path => follow(after, parent(&scope), &mut found),
            word if starts_path && libraries.contains(&word) && is_library(before, after) => {
                found.push(Named {
                    line: token.line,
                    path: vec![word.to_owned()],
                    kind: Kind::Library,
                });
            }
            _ => {}
        }
    }
    found
}

/// Whether a library's name stands for the library here, not for a field or a variable.
fn is_library(before: &[Token], after: &[Token]) -> bool {
    let leads_on = after.first().is_some_and(|next| next.is("::"));
    let imported = before.last().is_some_and(|last| last.is("use"));
    leads_on || imported
}

fn parent(path: &[String]) -> Vec<String> {
    path[..path.len().saturating_sub(1)].to_vec()
}

/// Reads `::a::{b, c::d}` that continues `path`; adds one name for each end it leads to.
fn follow(mut tokens: &[Token], mut path: Vec<String>, found: &mut Vec<Named>) {
    let mut line = tokens.first().map_or(0, |token| token.line);
    let mut kind = Kind::Ours;
    while let [colons, next, rest @ ..] = tokens
        && colons.is("::")
    {
        line = next.line;
        match next.text.as_str() {
            "{" if path.is_empty() => {
                kind = Kind::Bundle;
                break;
            }
            "{" => return follow_group(rest, &path, found),
            "super" => path = parent(&path),
            _ if next.is_word() => path.push(next.text.clone()),
            _ => break,
        }
        tokens = rest;
    }
    if kind == Kind::Bundle || !path.is_empty() {
        found.push(Named { line, path, kind });
    }
}

/// Reads `b, c::d}`: each member continues `base`.
fn follow_group(tokens: &[Token], base: &[String], found: &mut Vec<Named>) {
    let mut depth = 0_usize;
    let mut member_starts = true;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "}" if depth == 0 => return,
            "}" => depth -= 1,
            "{" => depth += 1,
            "," if depth == 0 => {
                member_starts = true;
                continue;
            }
            word if member_starts && depth == 0 => {
                let mut path = base.to_vec();
                if word != "self" {
                    path.push(word.to_owned());
                }
                follow(&tokens[at + 1..], path, found);
            }
            _ => {}
        }
        member_starts = false;
    }
}

/// A word, `::`, or a single other character of code.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

impl Token {
    fn is(&self, text: &str) -> bool {
        self.text == text
    }

    fn is_word(&self) -> bool {
        self.text.starts_with(is_word_char)
    }
}

fn is_word_char(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Cuts source text into tokens; comments, texts and lifetimes are left out.
fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(letter) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment_length(rest)
        } else if let Some(length) = text_length(rest) {
            length
        } else if letter.is_whitespace() {
            letter.len_utf8()
        } else {
            let length = if is_word_char(letter) {
                rest.find(|c| !is_word_char(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                letter.len_utf8()
            };
            let text = rest[..length].to_owned();
            found.push(Token { line, text });
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// The length of the block comment `rest` starts with; they nest.
fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of the text, raw text, character or lifetime `rest` starts with, if it does.
fn text_length(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "r", "b", "c", ""]
        .into_iter()
        .find(|prefix| rest.starts_with(prefix))?;
    let body = &rest[prefix.len()..];
    let hashes = body.len() - body.trim_start_matches('#').len();
    if prefix.ends_with('r') && body[hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let inside = &body[hashes + 1..];
        let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
        return Some(prefix.len() + hashes + 1 + length);
    }
    if body.starts_with('"') {
        return Some(prefix.len() + quoted_length(body, '"'));
    }
    if !body.starts_with('\'') {
        return None;
    }
    let mut inside = body[1..].chars();
    let is_character = inside.next() == Some('\\') || inside.next() == Some('\'');
    Some(if is_character {
        prefix.len() + quoted_length(body, '\'')
    } else {
        1 + body[1..]
            .find(|c| !is_word_char(c))
            .unwrap_or(body.len() - 1)
    })
}

/// The length of a quoted text with both its quotes; a backslash hides the next character.
fn quoted_length(body: &str, quote: char) -> usize {
    let mut escaped = true; // The opening quote does not close.
    for (at, letter) in body.char_indices() {
        if !escaped && letter == quote {
            return at + letter.len_utf8();
        }
        escaped = !escaped && letter == '\\';
    }
    body.len()
}

/// Without these, a reader that finds nothing would pass for ever.
mod reading {
    use super::*;

    /// What `source` in `module` names, as `path` or `library path`.
    fn named(module: &str, source: &str) -> Vec<String> {
        let path: Vec<String> = module.split("::").map(str::to_owned).collect();
        names(&path, source, &["redb", "reqwest", "tantivy"])
            .into_iter()
            .map(|named| match named.kind {
                Kind::Ours => named.path.join("::"),
                Kind::Bundle => "bundle".into(),
                Kind::Library => format!("library {}", named.path.join("::")),
            })
            .collect()
    }

    #[test]
    fn paths_are_found_in_imports_and_in_code() {
        for (source, expected) in [
            ("use crate::store::Tx;", vec!["store::Tx"]),
            ("pub use crate::base::id::*;", vec!["base::id"]),
            (
                "let a: Vec<crate::model::Tag> = crate::web::b();",
                vec!["model::Tag", "web::b"],
            ),
            ("$crate::base::id::check()", vec!["base::id::check"]),
            (
                "use crate::engine::{self, inbox::{A, B}, people};",
                vec![
                    "engine",
                    "engine::inbox::A",
                    "engine::inbox::B",
                    "engine::people",
                ],
            ),
            ("use crate::{store, web};", vec!["bundle"]),
            ("use super::send;", vec!["engine::inbox::send"]),
            ("super::super::workers::run()", vec!["engine::workers::run"]),
            (
                "mod tests { use super::*; use super::super::note; } use super::list;",
                vec![
                    "engine::inbox::moves",
                    "engine::inbox::note",
                    "engine::inbox::list",
                ],
            ),
        ] {
            assert_eq!(named("engine::inbox::moves", source), expected, "{source}");
        }
    }

    #[test]
    fn libraries_are_found_and_other_things_of_their_name_are_not() {
        for (source, expected) in [
            ("use redb::Database;", vec!["library redb"]),
            ("use tantivy as index;", vec!["library tantivy"]),
            ("let c = reqwest::Client::new();", vec!["library reqwest"]),
            ("mod redb; kv::redb::open(); let redb = redb.len();", vec![]),
        ] {
            assert_eq!(named("engine::live", source), expected, "{source}");
        }
    }

    #[test]
    fn comments_texts_and_lifetimes_are_not_code() {
        for source in [
            "/// See [`crate::web::page`].",
            "/* crate::web /* crate::store */ crate::web */",
            r#"let s = "crate::web \" crate::web";"#,
            r##"let s = r#"crate::web " crate::web"#;"##,
            r#"let s = b"crate::web";"#,
            r"let c = ['\'', '\\', '{', 'c', b'c']; fn f<'crate>() {}",
        ] {
            assert_eq!(
                named("engine::live", source),
                Vec::<String>::new(),
                "{source}"
            );
        }
        assert_eq!(
            named("engine::live", r"f('\'', '\u{7f}', &'a crate::web::B)"),
            ["web::B"]
        );
    }
}

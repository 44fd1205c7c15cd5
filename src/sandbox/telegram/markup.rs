//! Formatted text: the two ways to write it read into plain words and styles.

use crate::sandbox::chat::Span;
use crate::sandbox::chat::Style;

use super::params::Fault;

/// Characters that must not stand alone in the vendor's own notation.
const RESERVED: &str = "_*[]()~`>#+-=|{}.!";

/// The marks of that notation, longer ones first.
const MARKS: [(&str, Style); 7] = [
    ("```", Style::Code),
    ("__", Style::Underlined),
    ("||", Style::Hidden),
    ("*", Style::Bold),
    ("_", Style::Italic),
    ("~", Style::Struck),
    ("`", Style::Code),
];

/// Words and the styles over them.
pub type Formatted = (String, Vec<Span>);

fn wrong(sentence: &str) -> Fault {
    Fault::bad(&format!("can't parse entities: {sentence}"))
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Reads a text in the way its sender says it is written.
///
/// # Errors
/// It is not written so.
pub fn read(text: &str, mode: Option<&str>) -> Result<Formatted, Fault> {
    match mode {
        None | Some("") => Ok((text.to_owned(), Vec::new())),
        Some(mode) if mode.eq_ignore_ascii_case("html") => html(text),
        Some(mode) if mode.eq_ignore_ascii_case("markdownv2") => marks(text),
        Some(mode) if mode.eq_ignore_ascii_case("markdown") => Ok((text.to_owned(), Vec::new())),
        Some(_) => Err(Fault::bad("unsupported parse_mode")),
    }
}

fn style_of(tag: &str, attributes: &str) -> Option<Style> {
    Some(match tag {
        "b" | "strong" => Style::Bold,
        "i" | "em" | "blockquote" => Style::Italic,
        "u" | "ins" => Style::Underlined,
        "s" | "strike" | "del" => Style::Struck,
        "code" | "pre" => Style::Code,
        "tg-spoiler" | "span" => Style::Hidden,
        "a" => {
            let (_, rest) = attributes.split_once("href=\"")?;
            Style::Link(unescaped(rest.split('"').next()?))
        }
        _ => return None,
    })
}

fn unescaped(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.to_owned(), |text, (name, letter)| {
        text.replace(name, letter)
    })
}

fn html(text: &str) -> Result<Formatted, Fault> {
    let mut words = String::new();
    let mut spans = Vec::new();
    let mut open: Vec<(String, usize, Style)> = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(&unescaped(before));
        let offset = text.len() - after.len() - 1;
        let unclosed = || wrong(&format!("Unclosed start tag at byte offset {offset}"));
        let (tag, next) = after.split_once('>').ok_or_else(unclosed)?;
        rest = next;
        if let Some(name) = tag.strip_prefix('/') {
            let (opened, from, style) = open
                .pop()
                .ok_or_else(|| wrong(&format!("Unexpected end tag at byte offset {offset}")))?;
            if opened != name {
                return Err(wrong(&format!(
                    "Unmatched end tag at byte offset {offset}, expected \"</{opened}>\", found \"</{name}>\""
                )));
            }
            let to = length(&words);
            spans.push(Span { from, to, style });
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let style = style_of(name, attributes).ok_or_else(|| {
            wrong(&format!(
                "Unsupported start tag \"{name}\" at byte offset {offset}"
            ))
        })?;
        open.push((name.to_owned(), length(&words), style));
    }
    words.push_str(&unescaped(rest));
    match open.pop() {
        Some((name, ..)) => Err(wrong(&format!(
            "Can't find end tag corresponding to start tag \"{name}\""
        ))),
        None => Ok((words, spans)),
    }
}

fn marks(text: &str) -> Result<Formatted, Fault> {
    let mut words = String::new();
    let mut spans = Vec::new();
    let mut open: Vec<(&str, usize)> = Vec::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if letter == '\\' {
            let escaped = rest.chars().nth(1);
            words.extend(escaped);
            rest = &rest[1 + escaped.map_or(0, char::len_utf8)..];
            continue;
        }
        if let Some((mark, style)) = MARKS.iter().find(|(mark, _)| rest.starts_with(mark)) {
            rest = &rest[mark.len()..];
            match open.iter().rposition(|(known, _)| known == mark) {
                Some(at) => {
                    let (_, from) = open.remove(at);
                    let to = length(&words);
                    spans.push(Span {
                        from,
                        to,
                        style: style.clone(),
                    });
                }
                None => open.push((mark, length(&words))),
            }
            continue;
        }
        if letter == '['
            && let Some((label, after)) = rest[1..].split_once("](")
            && let Some((url, next)) = after.split_once(')')
        {
            let from = length(&words);
            words.push_str(label);
            let (to, style) = (length(&words), Style::Link(url.to_owned()));
            spans.push(Span { from, to, style });
            rest = next;
            continue;
        }
        if RESERVED.contains(letter) {
            return Err(wrong(&format!(
                "Character '{letter}' is reserved and must be escaped with the preceding '\\'"
            )));
        }
        words.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    if open.is_empty() {
        Ok((words, spans))
    } else {
        Err(wrong("Can't find end of the entity"))
    }
}

/// Styles that came as a list beside the text.
#[must_use]
pub fn listed(entities: &serde_json::Value) -> Vec<Span> {
    let all = entities.as_array().map_or(&[][..], Vec::as_slice).iter();
    let spans = all.filter_map(|entity| {
        let number = |name: &str| usize::try_from(entity[name].as_u64()?).ok();
        let from = number("offset")?;
        let style = match entity["type"].as_str()? {
            "bold" => Style::Bold,
            "italic" | "blockquote" | "expandable_blockquote" => Style::Italic,
            "underline" => Style::Underlined,
            "strikethrough" => Style::Struck,
            "code" | "pre" => Style::Code,
            "spoiler" => Style::Hidden,
            "text_link" => Style::Link(entity["url"].as_str()?.to_owned()),
            _ => return None,
        };
        Some(Span {
            from,
            to: from + number("length")?,
            style,
        })
    });
    spans.collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn both_notations_give_the_same_words_and_styles() {
        let (words, spans) = read(
            "Ol\u{e1} <b>mundo</b> &amp; <a href=\"https://a.b/\">c</a>",
            Some("HTML"),
        )
        .unwrap();
        assert_eq!(words, "Ol\u{e1} mundo & c");
        let bold = Span {
            from: 4,
            to: 9,
            style: Style::Bold,
        };
        assert_eq!(spans[0], bold);
        let (words, marked) =
            read("Ol\u{e1} *mundo* & [c](https://a.b/)", Some("MarkdownV2")).unwrap();
        assert_eq!((words.as_str(), marked), ("Ol\u{e1} mundo & c", spans));
    }

    #[test]
    fn what_is_written_wrongly_is_refused() {
        for (text, mode) in [
            ("<b>open", "HTML"),
            ("<div>x</div>", "HTML"),
            ("<b>x</i>", "HTML"),
            ("ends.", "MarkdownV2"),
            ("*open", "MarkdownV2"),
            ("x", "RTF"),
        ] {
            assert_eq!(read(text, Some(mode)).unwrap_err().code, 400, "{text}");
        }
        assert_eq!(read("ends.", None).unwrap().0, "ends.");
        assert_eq!(read("ends\\.", Some("MarkdownV2")).unwrap().0, "ends.");
    }
}

//! Formatting as Telegram tells it: ranges of UTF-16 code units. telegram.md section 3.2.

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Node;

/// One range of a text and what it is.
struct Range {
    start: usize,
    end: usize,
    open: String,
    close: &'static str,
}

/// A text with its formatting as HTML; none where nothing is formatted. The words are escaped, so
/// that nothing but what stands here is markup.
#[must_use]
pub fn html(text: &str, entities: Node<'_>) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut ranges: Vec<Range> = entities
        .items()
        .filter_map(|entity| range(entity, &units))
        .collect();
    if ranges.is_empty() {
        return None;
    }
    // The longer of two that begin together is opened first, so that it is closed last.
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    Some(woven(&units, &ranges))
}

fn woven(units: &[u16], ranges: &[Range]) -> String {
    let mut points: Vec<usize> = ranges
        .iter()
        .flat_map(|range| [range.start, range.end])
        .chain([0, units.len()])
        .collect();
    points.sort_unstable();
    points.dedup();
    let mut html = String::new();
    let mut open: Vec<&Range> = Vec::new();
    for (index, point) in points.iter().copied().enumerate() {
        close_at(&mut html, &mut open, point);
        for range in ranges.iter().filter(|range| range.start == point) {
            html.push_str(&range.open);
            open.push(range);
        }
        let next = points.get(index + 1).copied().unwrap_or(point);
        html.push_str(&escaped(&String::from_utf16_lossy(&units[point..next])));
    }
    html
}

/// Closes what ends here. What overlaps it is closed and opened again, so that tags nest.
fn close_at<'a>(html: &mut String, open: &mut Vec<&'a Range>, point: usize) {
    let Some(first) = open.iter().position(|range| range.end == point) else {
        return;
    };
    let above: Vec<&'a Range> = open.drain(first..).collect();
    for range in above.iter().rev() {
        html.push_str(range.close);
    }
    for range in above.into_iter().filter(|range| range.end != point) {
        html.push_str(&range.open);
        open.push(range);
    }
}

/// Where an entity begins and ends, in units.
fn span(entity: Node<'_>) -> Option<(usize, usize)> {
    let whole = |name: &str| {
        let number = entity.at(name).whole()?;
        usize::try_from(number).ok()
    };
    let start = whole("offset")?;
    Some((start, start.checked_add(whole("length")?)?))
}

/// The entities of a piece of a text, which begins `from` units into it and is so long: those that
/// reach into it, cut and counted from its beginning.
#[must_use]
pub fn cut(entities: Node<'_>, from: usize, length: usize) -> Vec<Value> {
    let within = |entity: Node<'_>| {
        let (start, end) = span(entity)?;
        let (start, end) = (start.max(from), end.min(from + length));
        let mut cut = entity.raw();
        cut["offset"] = start.checked_sub(from)?.into();
        cut["length"] = end.checked_sub(start).filter(|left| *left > 0)?.into();
        Some(cut)
    };
    entities.items().filter_map(within).collect()
}

/// The range of an entity that is formatting, within a text of these units.
fn range(entity: Node<'_>, units: &[u16]) -> Option<Range> {
    let (start, end) = span(entity)?;
    let end = end.min(units.len());
    let (open, close) = tags(entity, units.get(start..end)?)?;
    (start < end).then_some(Range {
        start,
        end,
        open,
        close,
    })
}

fn tags(entity: Node<'_>, covered: &[u16]) -> Option<(String, &'static str)> {
    let plain = |open: &str, close| Some((open.to_owned(), close));
    match entity.word("type")?.as_str() {
        "bold" => plain("<b>", "</b>"),
        "italic" => plain("<i>", "</i>"),
        "underline" => plain("<u>", "</u>"),
        "strikethrough" => plain("<s>", "</s>"),
        "spoiler" => plain("<span class=\"spoiler\">", "</span>"),
        "code" => plain("<code>", "</code>"),
        "pre" => Some((pre(entity), "</code></pre>")),
        "blockquote" | "expandable_blockquote" => plain("<blockquote>", "</blockquote>"),
        "text_link" => link(&entity.word("url")?),
        "url" => link(&String::from_utf16_lossy(covered)),
        _ => None,
    }
}

fn link(url: &str) -> Option<(String, &'static str)> {
    let open = format!("<a href=\"{}\">", escaped(url).replace('"', "&quot;"));
    is_safe(url).then_some((open, "</a>"))
}

fn pre(entity: Node<'_>) -> String {
    let language = entity.word("language").filter(|name| {
        name.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#'))
    });
    match language {
        Some(name) => format!("<pre><code class=\"language-{name}\">"),
        None => "<pre><code>".to_owned(),
    }
}

/// Whether an address may be opened from a page of ours.
fn is_safe(address: &str) -> bool {
    url::Url::parse(address)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg" | "mailto"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The part of a text that an entity covers.
#[must_use]
pub fn covered(text: &str, entity: Node<'_>) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let start = usize::try_from(entity.at("offset").whole()?).ok()?;
    let length = usize::try_from(entity.at("length").whole()?).ok()?;
    let end = start.checked_add(length)?;
    units.get(start..end).map(String::from_utf16_lossy)
}

/// A text under construction whose parts may be bold.
#[derive(Debug, Default)]
pub struct Styled {
    /// The text so far.
    pub text: String,
    bold: Vec<(usize, usize)>,
}

impl Styled {
    /// A text that begins plain.
    #[must_use]
    pub fn beginning(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            bold: Vec::new(),
        }
    }

    /// Adds plain words.
    pub fn add(&mut self, words: &str) {
        self.text.push_str(words);
    }

    /// Adds words in bold.
    pub fn add_bold(&mut self, words: &str) {
        let start = self.length();
        self.add(words);
        self.bold.push((start, self.length() - start));
    }

    /// How long it is, in UTF-16 code units.
    #[must_use]
    pub fn length(&self) -> usize {
        self.text.encode_utf16().count()
    }

    /// Its formatting, as the vendor takes it.
    #[must_use]
    pub fn entities(&self) -> Vec<Value> {
        self.bold
            .iter()
            .filter(|(_, length)| *length > 0)
            .map(|(offset, length)| json!({"type":"bold","offset":offset,"length":length}))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} Ol\u{e1} mundo, veja aqui";

    #[test]
    fn ranges_count_utf16_units() {
        let entities = json!([
            {"type":"bold","offset":13,"length":5},
            {"type":"text_link","offset":25,"length":4,"url":"https://ex.com/"},
        ]);
        assert_eq!(
            html(FAMILY, Node::of(&entities)).as_deref(),
            Some(
                "\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} Ol\u{e1} <b>mundo</b>, veja <a href=\"https://ex.com/\">aqui</a>"
            )
        );
        assert_eq!(
            covered(FAMILY, Node::of(&entities[0])).as_deref(),
            Some("mundo")
        );
        let mut styled = Styled::beginning("\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467} Ol\u{e1} ");
        styled.add_bold("mundo");
        assert_eq!(
            styled.entities(),
            [json!({"type":"bold","offset":13,"length":5})]
        );
    }

    #[test]
    fn every_kind_has_its_tag_and_nothing_else_is_markup() {
        let one = |kind: &str| json!([{"type":kind,"offset":0,"length":1}]);
        let cases = [
            ("bold", Some("<b>&lt;</b>b&gt; &amp;")),
            ("italic", Some("<i>&lt;</i>b&gt; &amp;")),
            ("underline", Some("<u>&lt;</u>b&gt; &amp;")),
            ("strikethrough", Some("<s>&lt;</s>b&gt; &amp;")),
            (
                "spoiler",
                Some("<span class=\"spoiler\">&lt;</span>b&gt; &amp;"),
            ),
            ("code", Some("<code>&lt;</code>b&gt; &amp;")),
            ("pre", Some("<pre><code>&lt;</code></pre>b&gt; &amp;")),
            (
                "blockquote",
                Some("<blockquote>&lt;</blockquote>b&gt; &amp;"),
            ),
            (
                "expandable_blockquote",
                Some("<blockquote>&lt;</blockquote>b&gt; &amp;"),
            ),
            ("mention", None),
            ("hashtag", None),
            ("bot_command", None),
            ("url", None),
            ("text_mention", None),
            ("custom_emoji", None),
            ("text_link", None),
        ];
        for (kind, expected) in cases {
            assert_eq!(
                html("<b> &", Node::of(&one(kind))).as_deref(),
                expected,
                "{kind}"
            );
        }
    }

    #[test]
    fn ranges_nest_overlap_and_reach_too_far() {
        let cases = [
            (
                json!([{"type":"italic","offset":0,"length":2},{"type":"bold","offset":0,"length":4}]),
                "<b><i>ab</i>cd</b>ef",
            ),
            (
                json!([{"type":"bold","offset":0,"length":4},{"type":"italic","offset":2,"length":4}]),
                "<b>ab<i>cd</i></b><i>ef</i>",
            ),
            (
                json!([{"type":"bold","offset":4,"length":99}]),
                "abcd<b>ef</b>",
            ),
            (
                json!([{"type":"pre","offset":0,"length":6,"language":"rust"}]),
                "<pre><code class=\"language-rust\">abcdef</code></pre>",
            ),
            (
                json!([{"type":"text_link","offset":0,"length":6,"url":"https://a.example/?q=\"x\"&y"}]),
                "<a href=\"https://a.example/?q=&quot;x&quot;&amp;y\">abcdef</a>",
            ),
        ];
        for (entities, expected) in cases {
            assert_eq!(
                html("abcdef", Node::of(&entities)).as_deref(),
                Some(expected)
            );
        }
        let none = json!([
            {"type":"bold","offset":9,"length":1},{"type":"bold","offset":-1,"length":3},
            {"type":"bold","offset":1,"length":0},
            {"type":"text_link","offset":0,"length":1,"url":"javascript:alert(1)"},
        ]);
        assert_eq!(html("abcdef", Node::of(&none)), None);
    }
}

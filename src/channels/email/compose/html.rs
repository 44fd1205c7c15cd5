//! The HTML of a mail: made from words, or given and made safe.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use ammonia::Builder;

/// Text as it stands in HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Words as HTML: addresses become links, lines stay lines.
#[must_use]
pub fn of_words(words: &str) -> String {
    let lines = words.trim_end().split('\n').map(of_line);
    lines.collect::<Vec<_>>().join("<br>\n")
}

fn of_line(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line.trim_end_matches('\r');
    while let Some(at) = link_in(rest) {
        let (before, after) = rest.split_at(at);
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        let url =
            after[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'']);
        out.push_str(&escaped(before));
        out.push_str(&link(url, url));
        rest = &after[url.len()..];
    }
    out.push_str(&escaped(rest));
    out
}

/// Where the next address begins.
fn link_in(text: &str) -> Option<usize> {
    let starts = ["https://", "http://"];
    let found = starts.iter().filter_map(|start| {
        let at = text.find(start)?;
        let rest = &text[at + start.len()..];
        rest.starts_with(|c: char| c.is_alphanumeric())
            .then_some(at)
    });
    found.min()
}

/// A link.
#[must_use]
pub fn link(url: &str, label: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(url), escaped(label))
}

/// How many different addresses of the web are linked in HTML that we wrote or made safe.
#[must_use]
pub fn links(html: &str) -> usize {
    let tags = html.split("href=\"").skip(1);
    let all = tags.filter_map(|rest| Some(rest.split_once('"')?.0));
    let web = all.filter(|url| url.starts_with("http"));
    web.collect::<BTreeSet<_>>().len()
}

/// A link that looks like a button.
#[must_use]
pub fn button(url: &str, label: &str) -> String {
    format!(
        "<a href=\"{}\" style=\"display:inline-block;margin:4px 8px 4px 0;padding:10px 18px;\
         border-radius:6px;background-color:#1f2937;color:#ffffff;text-decoration:none\">{}</a>",
        escaped(url),
        escaped(label)
    )
}

/// A whole document around what stands in it.
#[must_use]
pub fn page(body: &str) -> String {
    let mut out = String::with_capacity(body.len() + 256);
    out.push_str("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head>\n");
    let style = "font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:1.5";
    // Writing to a text cannot fail.
    let _ = write!(out, "<body style=\"{style}\">\n{body}\n</body></html>\n");
    out
}

/// HTML that somebody gave, without what runs, loads or hides.
#[must_use]
pub fn safe(html: &str) -> String {
    let mut cleaner = Builder::default();
    cleaner
        .add_tags(["font", "center", "u", "small"])
        .add_generic_attributes(["style", "align", "dir"])
        .add_tag_attributes(
            "table",
            ["width", "cellpadding", "cellspacing", "border", "bgcolor"],
        )
        .add_tag_attributes("td", ["width", "height", "bgcolor", "valign"])
        .add_tag_attributes("th", ["width", "height", "bgcolor", "valign"])
        .add_tag_attributes("font", ["color", "face", "size"])
        .add_tag_attributes("img", ["width", "height", "border"])
        .filter_style_properties(STYLES.into())
        .url_schemes(["http", "https", "mailto", "tel", "cid"].into())
        .link_rel(None);
    cleaner.clean(html).to_string()
}

/// What a style may say.
const STYLES: [&str; 27] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-left",
    "border-radius",
    "border-right",
    "border-top",
    "color",
    "display",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "max-width",
    "padding",
    "text-align",
    "text-decoration",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
];

/// The words of HTML that we made or cleaned ourselves: blocks become lines, links show where they
/// lead.
#[must_use]
pub fn words_of(html: &str) -> String {
    let mut out = String::new();
    let mut link: Option<(String, usize)> = None;
    let mut rest = html;
    let mut unseen = false;
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        if !unseen {
            say(&mut out, text);
        }
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let inner = tag[1..end].trim_end_matches('>');
        rest = &tag[end..];
        let (closes, name) = match inner.strip_prefix('/') {
            Some(name) => (true, name),
            None => (false, inner),
        };
        let name = name
            .split([' ', '/', '\n', '\t'])
            .next()
            .unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "style" | "script" | "head" | "title" => unseen = !closes,
            "br" => out.push('\n'),
            "li" if !closes => {
                break_line(&mut out);
                out.push_str("- ");
            }
            "p" | "div" | "tr" | "table" | "ul" | "ol" | "li" | "h1" | "h2" | "h3" | "h4"
            | "h5" | "h6" | "blockquote" | "hr" | "pre" => break_line(&mut out),
            "td" | "th" if closes => out.push(' '),
            "a" if closes => {
                if let Some((url, from)) = link.take()
                    && !out[from..].trim().is_empty()
                    && !url.ends_with(out[from..].trim())
                {
                    // Writing to a text cannot fail.
                    let _ = write!(out, " ({url})");
                }
            }
            "a" => link = attribute(inner, "href").map(|url| (url, out.len())),
            _ => {}
        }
    }
    if !unseen {
        say(&mut out, rest);
    }
    let lines: Vec<&str> = out.split('\n').map(str::trim).collect();
    let mut tidy: Vec<&str> = Vec::new();
    for line in lines {
        if !(line.is_empty() && tidy.last().is_none_or(|last| last.is_empty())) {
            tidy.push(line);
        }
    }
    tidy.join("\n").trim_end().to_owned()
}

/// Adds words, blanks in them as one.
fn say(out: &mut String, text: &str) {
    let plain = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    for c in plain.chars() {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

fn break_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, after) = tag.split_once(&format!("{name}=\""))?;
    let (value, _) = after.split_once('"')?;
    let value = value.replace("&amp;", "&");
    value.contains(':').then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_html_in_which_addresses_are_links() {
        let cases = [
            ("a < b & c\n\nd", "a &lt; b &amp; c<br>\n<br>\nd"),
            (
                "See https://a.example/x?y=1&z=2.",
                "See <a href=\"https://a.example/x?y=1&amp;z=2\">https://a.example/x?y=1&amp;z=2</a>.",
            ),
            (
                "(http://a.example)",
                "(<a href=\"http://a.example\">http://a.example</a>)",
            ),
            ("https:// is no link", "https:// is no link"),
            ("", ""),
        ];
        for (words, expected) in cases {
            assert_eq!(of_words(words), expected, "{words}");
        }
    }

    #[test]
    fn what_runs_or_loads_is_taken_out_and_looks_stay() {
        let given = "<p style=\"color:red;position:fixed;background:url(x)\" onclick=\"x()\">Hi \
            <a href=\"javascript:x()\">a</a><img src=\"cid:logo1\" alt=\"L\"><script>x()</script>\
            <table bgcolor=\"#fff\"><tr><td width=\"10\">1</td></tr></table><iframe src=\"x\"></iframe></p>";
        let clean = safe(given);
        assert!(clean.contains("style=\"color:red\""), "{clean}");
        assert!(
            clean.contains("<img src=\"cid:logo1\" alt=\"L\">"),
            "{clean}"
        );
        assert!(clean.contains("bgcolor=\"#fff\""), "{clean}");
        for gone in [
            "onclick",
            "javascript",
            "script",
            "iframe",
            "position",
            "url(",
        ] {
            assert!(!clean.contains(gone), "{gone} in {clean}");
        }
        assert_eq!(safe(&clean), clean);
    }

    #[test]
    fn links_count_once_each() {
        let two = "<a href=\"https://a.example/1\">x</a><a href=\"http://a.example/2\">y</a>\
            <a href=\"https://a.example/1\">z</a><a href=\"mailto:a@b.example\">m</a>";
        for (html, count) in [
            (two, 2),
            ("<p>x</p>", 0),
            (&of_words("https://a.example"), 1),
        ] {
            assert_eq!(links(html), count, "{html}");
        }
    }

    #[test]
    fn html_is_told_in_words() {
        let cases = [
            ("<p>Hello <b>Ana</b>,</p><p>bye</p>", "Hello Ana,\nbye"),
            ("a<br>b<br><br>c", "a\nb\n\nc"),
            ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
            (
                "<a href=\"https://a.example/?x=1&amp;y=2\">Shop</a>",
                "Shop (https://a.example/?x=1&y=2)",
            ),
            (
                "<a href=\"https://a.example\">https://a.example</a>",
                "https://a.example",
            ),
            (
                "<style>p{color:red}</style><p>&lt;x&gt; &amp;amp;</p>",
                "<x> &amp;",
            ),
            ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
            ("", ""),
        ];
        for (html, expected) in cases {
            assert_eq!(words_of(html), expected, "{html}");
        }
    }
}

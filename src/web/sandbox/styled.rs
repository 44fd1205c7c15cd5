//! Words with their styles, as HTML in which nothing runs.

use crate::sandbox::chat::Span;
use crate::sandbox::chat::Style;

/// Words with their styles, as HTML.
#[must_use]
pub fn styled(text: &str, spans: &[Span]) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut cuts: Vec<usize> = spans.iter().flat_map(|span| [span.from, span.to]).collect();
    cuts.extend([0, units.len()]);
    cuts.retain(|cut| *cut <= units.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut html = String::new();
    for pair in cuts.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let piece = escaped(&String::from_utf16_lossy(&units[from..to]));
        let over = spans
            .iter()
            .filter(|span| span.from <= from && to <= span.to);
        let (open, close) = over.fold((String::new(), String::new()), |(open, close), span| {
            let (start, end) = tags(&span.style);
            (open + &start, end + &close)
        });
        html.push_str(&open);
        html.push_str(&piece);
        html.push_str(&close);
    }
    html
}

fn tags(style: &Style) -> (String, String) {
    let tag = match style {
        Style::Bold => "b",
        Style::Italic => "i",
        Style::Underlined => "u",
        Style::Struck => "s",
        Style::Code => "code",
        Style::Hidden => "mark",
        Style::Link(url) if url.starts_with("http://") || url.starts_with("https://") => {
            let open = format!(
                "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">",
                escaped(url)
            );
            return (open, "</a>".to_owned());
        }
        Style::Link(_) => "span",
    };
    (format!("<{tag}>"), format!("</{tag}>"))
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_lie_over_the_words_and_nothing_in_them_runs() {
        let span = |from, to, style| Span { from, to, style };
        let spans = [
            span(2, 4, Style::Bold),
            span(3, 6, Style::Link("https://a.b/?\"".to_owned())),
        ];
        assert_eq!(
            styled("\u{1f600}<b>x", &spans),
            "\u{1f600}<b>&lt;</b><b><a href=\"https://a.b/?&quot;\" target=\"_blank\" \
             rel=\"noopener noreferrer\">b</a></b><a href=\"https://a.b/?&quot;\" \
             target=\"_blank\" rel=\"noopener noreferrer\">&gt;x</a>"
        );
        let script = [span(0, 1, Style::Link("javascript:alert(1)".to_owned()))];
        assert_eq!(styled("x", &script), "<span>x</span>");
    }
}

//! The words of HTML, as somebody reads them: for mail that came without a text of its own.

use markup5ever_rcdom::NodeData;

use crate::channels::email::incoming::dom;
use crate::channels::email::incoming::dom::Met;
use crate::channels::email::incoming::dom::Tree;

/// Elements that stand in lines of their own.
const BLOCKS: [&str; 26] = [
    "p",
    "div",
    "table",
    "tr",
    "ul",
    "ol",
    "li",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "center",
    "section",
    "article",
    "header",
    "footer",
    "dl",
    "dt",
    "dd",
    "form",
    "address",
];

/// Elements that are followed by an empty line.
const PARAGRAPHS: [&str; 12] = [
    "p",
    "table",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
];

/// Elements that hold nothing to read.
const UNREAD: [&str; 6] = ["script", "style", "head", "title", "noscript", "template"];

/// The words of a tree. Words of one paragraph flow, as a browser shows them.
pub(super) fn of(tree: &Tree) -> String {
    let mut writer = Writer::default();
    dom::walk(tree.body(), &mut |met| match met {
        Met::Enter(node) => match &node.data {
            NodeData::Text { contents } => writer.write(&contents.borrow()),
            _ => writer.enter(dom::name(node), dom::attribute(node, "href")),
        },
        Met::Leave(node) => writer.leave(dom::name(node)),
    });
    writer.done()
}

#[derive(Default)]
struct Writer {
    text: String,
    /// Line breaks due before the next word.
    breaks: usize,
    /// Whether a blank is due before the next word.
    gap: bool,
    pre: usize,
    silent: usize,
    /// Links that are open: where they lead and where their words began.
    links: Vec<(String, usize)>,
}

impl Writer {
    fn enter(&mut self, name: &str, href: Option<String>) {
        match name {
            "br" => self.breaks = (self.breaks + 1).min(3),
            "pre" => self.pre += 1,
            "a" => self.links.push((href.unwrap_or_default(), self.text.len())),
            "td" | "th" => self.gap = true,
            _ if UNREAD.contains(&name) => self.silent += 1,
            _ => {}
        }
        self.space(name);
        if name == "li" {
            self.put("-");
            self.gap = true;
        }
    }

    fn leave(&mut self, name: &str) {
        match name {
            "pre" => self.pre = self.pre.saturating_sub(1),
            "a" => self.end_link(),
            _ if UNREAD.contains(&name) => self.silent = self.silent.saturating_sub(1),
            _ => {}
        }
        self.space(name);
    }

    /// The breaks that an element brings before and behind it; none are added up.
    fn space(&mut self, name: &str) {
        let wanted = if PARAGRAPHS.contains(&name) {
            2
        } else {
            usize::from(BLOCKS.contains(&name))
        };
        self.breaks = self.breaks.max(wanted);
    }

    fn end_link(&mut self) {
        let Some((href, from)) = self.links.pop() else {
            return;
        };
        let label = self.text.get(from..).unwrap_or_default().trim().to_owned();
        let bare = href
            .trim_start_matches("mailto:")
            .trim_start_matches("tel:");
        let leads = href.starts_with("http://") || href.starts_with("https://");
        let tells = !label.is_empty()
            && leads
            && label.trim_end_matches('/') != bare.trim_end_matches('/')
            && !bare.ends_with(label.trim_end_matches('/'));
        if tells {
            self.gap = true;
            self.put(&format!("({href})"));
        }
    }

    fn write(&mut self, text: &str) {
        if self.silent > 0 {
            return;
        }
        if self.pre > 0 {
            self.put(text);
            return;
        }
        self.gap |= text.starts_with(|c: char| c.is_ascii_whitespace());
        for word in text.split_ascii_whitespace() {
            self.put(word);
            self.gap = true;
        }
        self.gap = text.ends_with(|c: char| c.is_ascii_whitespace())
            || text.trim_ascii().is_empty() && self.gap;
    }

    fn put(&mut self, word: &str) {
        if self.silent > 0 || word.is_empty() {
            return;
        }
        if self.text.is_empty() {
            // Nothing stands above the first word.
        } else if self.breaks > 0 {
            self.text.extend(std::iter::repeat_n('\n', self.breaks));
        } else if self.gap {
            self.text.push(' ');
        }
        (self.breaks, self.gap) = (0, false);
        self.text.push_str(word);
    }

    fn done(self) -> String {
        self.text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn html_reads_as_it_looks() {
        let cases = [
            (
                "<p>Hello <b>Ana</b>,</p><p>how  are\nyou?</p>",
                "Hello Ana,\n\nhow are you?",
            ),
            ("a<br>b<br><br>c", "a\nb\n\nc"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            (
                "<ul><li>one</li><li>two</li></ul>end",
                "- one\n- two\n\nend",
            ),
            (
                "<a href=\"https://x.example/y\">the page</a>.",
                "the page (https://x.example/y).",
            ),
            (
                "<a href=\"https://x.example\">https://x.example/</a>",
                "https://x.example/",
            ),
            ("<a href=\"https://x.example\">x.example</a>", "x.example"),
            ("<a href=\"mailto:a@b.example\">write</a>", "write"),
            (
                "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
                "a b\nc",
            ),
            ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
            (
                "<style>x</style><script>y</script>a &amp; b&nbsp;c",
                "a & b\u{a0}c",
            ),
            ("wo<b>rd</b>", "word"),
            ("", ""),
        ];
        for (html, expected) in cases {
            assert_eq!(of(&Tree::read(html).unwrap()), expected, "{html}");
        }
    }
}

//! What is new in the HTML of a mail, told from what it quotes. email.md section 3.2.

use markup5ever_rcdom::Handle;
use markup5ever_rcdom::NodeData;

use crate::channels::email::incoming::dom;
use crate::channels::email::incoming::dom::Tree;
use crate::channels::email::incoming::quote;

/// Classes of elements that hold a quoted mail.
const QUOTES: [&str; 5] = [
    "gmail_quote",
    "gmail_quote_container",
    "yahoo_quoted",
    "protonmail_quote",
    "zmail_extra",
];

/// Ids of elements behind which a quoted mail follows.
const BEGINNINGS: [&str; 3] = ["divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION"];

/// The longest text of a block that names the fields of a quoted mail, in bytes.
const BLOCK_BYTES: usize = 2_000;

/// Takes what is quoted out of a tree, as HTML; none where there is nothing, or nothing else.
pub(super) fn take_quoted(tree: &Tree) -> Option<String> {
    let mut taken = Vec::new();
    for node in tree.elements() {
        // It may have gone with one around it.
        if !is_within(&node, tree.body()) {
            continue;
        }
        if is_beginning(&node) {
            taken.extend(with_following(&outermost(&node, tree.body())));
        } else if is_quote(&node) && !is_answered_below(&node, tree.body()) {
            taken.extend(credit_above(&node));
            taken.push(node);
        } else {
            continue;
        }
        for node in &taken {
            dom::take_out(node);
        }
    }
    (!taken.is_empty()).then(|| taken.iter().map(outer).collect())
}

/// A taken node with what it is, not only what it holds.
fn outer(node: &Handle) -> String {
    match &node.data {
        NodeData::Text { contents } => contents
            .borrow()
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
        NodeData::Element { .. } => {
            let tag = if dom::name(node) == "blockquote" {
                "blockquote"
            } else {
                "div"
            };
            format!("<{tag}>{}</{tag}>", dom::html(node))
        }
        _ => String::new(),
    }
}

fn is_within(node: &Handle, body: &Handle) -> bool {
    let mut at = node.clone();
    while let Some(around) = dom::parent(&at) {
        if std::rc::Rc::ptr_eq(&around, body) {
            return true;
        }
        at = around;
    }
    false
}

fn is_quote(node: &Handle) -> bool {
    if QUOTES.iter().any(|class| dom::has_class(node, class)) {
        return true;
    }
    let id = dom::attribute(node, "id").unwrap_or_default();
    let is_cited = dom::name(node) == "blockquote"
        && dom::attribute(node, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("cite"));
    is_cited || id == "isForwardContent"
}

fn is_beginning(node: &Handle) -> bool {
    let id = dom::attribute(node, "id").unwrap_or_default();
    BEGINNINGS.contains(&id.trim_start_matches("x_"))
        || dom::has_class(node, "OutlookMessageHeader")
        || is_field_block(node)
}

/// The block above a quoted mail that names its fields: under a rule, drawn or of its own.
fn is_field_block(node: &Handle) -> bool {
    if !matches!(dom::name(node), "div" | "p" | "td") {
        return false;
    }
    let style = dom::attribute(node, "style")
        .unwrap_or_default()
        .to_lowercase();
    let is_ruled = style.contains("border-top") && style.contains("solid");
    let follows_rule = element_before(node).is_some_and(|before| dom::name(&before) == "hr");
    (is_ruled || follows_rule) && names_fields(node)
}

fn names_fields(node: &Handle) -> bool {
    let html = dom::html(node);
    if html.len() > BLOCK_BYTES * 4 {
        return false;
    }
    let broken = html
        .replace("<br>", "\n")
        .replace("</p>", "\n")
        .replace("</div>", "\n");
    let mut names = Vec::new();
    for line in broken.lines() {
        let words: String = strip_tags(line);
        match quote::field(&words) {
            Some(name) if !names.contains(&name) => names.push(name),
            _ => {}
        }
    }
    quote::is_block(&names)
}

fn strip_tags(line: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for c in line.chars() {
        match c {
            '<' => is_tag = true,
            '>' => is_tag = false,
            other if !is_tag => text.push(other),
            _ => {}
        }
    }
    text.replace("&nbsp;", " ")
}

/// The element before a node under the same parent, unless words stand between.
fn element_before(node: &Handle) -> Option<Handle> {
    let (around, at) = dom::place(node)?;
    let children = around.children.borrow();
    for before in children[..at].iter().rev() {
        match &before.data {
            NodeData::Element { .. } => return Some(before.clone()),
            NodeData::Text { contents } if !contents.borrow().trim().is_empty() => return None,
            _ => {}
        }
    }
    None
}

/// The widest element that begins with a node: what merely wraps the beginning of a quoted mail
/// goes with it.
fn outermost(node: &Handle, body: &Handle) -> Handle {
    let mut at = node.clone();
    while let Some((around, place)) = dom::place(&at) {
        let before = around.children.borrow()[..place]
            .iter()
            .any(|one| !dom::words(one).is_empty() || has_picture(one));
        if before || std::rc::Rc::ptr_eq(&around, body) {
            break;
        }
        at = around;
    }
    at
}

fn has_picture(node: &Handle) -> bool {
    let mut found = false;
    dom::walk(node, &mut |met| {
        if let dom::Met::Enter(node) = met {
            found |= dom::name(node) == "img";
        }
    });
    found
}

/// A node and everything behind it under the same parent, and the rule above it.
fn with_following(node: &Handle) -> Vec<Handle> {
    let Some((around, at)) = dom::place(node) else {
        return Vec::new();
    };
    let rule = element_before(node).filter(|before| dom::name(before) == "hr");
    let children = around.children.borrow();
    rule.into_iter()
        .chain(children[at..].iter().cloned())
        .collect()
}

/// The line above a quote that says who wrote it.
fn credit_above(node: &Handle) -> Vec<Handle> {
    let Some((around, at)) = dom::place(node) else {
        return Vec::new();
    };
    let children = around.children.borrow();
    let above = children[..at]
        .iter()
        .rev()
        .find(|one| !dom::words(one).is_empty());
    above
        .filter(|one| dom::has_class(one, "moz-cite-prefix") || quote::is_credit(&dom::words(one)))
        .cloned()
        .into_iter()
        .collect()
}

/// Whether words follow a quote: then it is answered piece by piece, and stays where it is.
fn is_answered_below(node: &Handle, body: &Handle) -> bool {
    let mut at = node.clone();
    while let Some((around, place)) = dom::place(&at) {
        let children = around.children.borrow();
        let mut following = children[place + 1..].iter();
        if following.any(is_answer) {
            return true;
        }
        drop(children);
        if std::rc::Rc::ptr_eq(&around, body) {
            return false;
        }
        at = around;
    }
    false
}

fn is_answer(node: &Handle) -> bool {
    let is_signature = [
        "gmail_signature",
        "moz-signature",
        "protonmail_signature_block",
    ]
    .iter()
    .any(|class| dom::has_class(node, class))
        || dom::attribute(node, "id")
            .is_some_and(|id| id == "Signature" || id == "ms-outlook-mobile-signature");
    !is_signature && !is_quote(node) && !is_beginning(node) && !dom::words(node).is_empty()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn parts(html: &str) -> (String, Option<String>) {
        let tree = Tree::read(html).unwrap();
        let quoted = take_quoted(&tree);
        (
            dom::words(tree.body()),
            quoted.map(|html| dom::words(Tree::read(&html).unwrap().body())),
        )
    }

    #[test]
    fn each_program_quotes_in_its_own_way() {
        let cases = [
            (
                r#"<div>New</div><br><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On 1 Jan, A wrote:<br></div><blockquote class="gmail_quote">Old</blockquote></div>"#,
                "New",
            ),
            (
                r#"<div>New</div><div><br><blockquote type="cite"><div>On 1 Jan 2026, A wrote:</div><br><div>Old</div></blockquote></div>"#,
                "New",
            ),
            (
                r#"<p>New</p><div class="moz-cite-prefix">Am 01.01.26 um 10:00 schrieb A:<br></div><blockquote type="cite" cite="mid:x">Old</blockquote>"#,
                "New",
            ),
            (
                r#"<div>New</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> A<br><b>Sent:</b> 1 Jan</div><div>Old</div>"#,
                "New",
            ),
            (
                r#"<div class="WordSection1"><p>New</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt"><p><b>From:</b> A<br><b>Sent:</b> 1 Jan<br><b>To:</b> B<br><b>Subject:</b> x</p></div></div><p>Old</p></div>"#,
                "New",
            ),
            (
                r#"<p>Neu</p><hr tabindex="-1"><div><b>Von:</b> A<br><b>Gesendet:</b> 1. Jan<br></div><p>Alt</p>"#,
                "Neu",
            ),
            (
                r#"<div>New</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On 1 Jan, A wrote:</div>Old</div>"#,
                "New",
            ),
            (
                r#"<div>New</div><div class="protonmail_quote">Old</div>"#,
                "New",
            ),
            (
                r#"<p>New</p><p>On 1 Jan 2026, A wrote:</p><blockquote type="cite">Old</blockquote><div class="moz-signature">-- A</div>"#,
                "New -- A",
            ),
        ];
        for (html, expected) in cases {
            let (new, quoted) = parts(html);
            assert_eq!(new, expected, "{html}");
            assert!(quoted.unwrap().contains(['O', 'A']), "{html}");
        }
    }

    #[test]
    fn answers_between_quotes_stay_in_place() {
        let html = r#"<blockquote type="cite">First?</blockquote><p>Yes</p><blockquote type="cite">Second?</blockquote><p>No</p>"#;
        assert_eq!(parts(html), ("First? Yes Second? No".to_owned(), None));
        let last = r#"<blockquote type="cite">First?</blockquote><p>Yes</p><blockquote type="cite">Second?</blockquote>"#;
        assert_eq!(parts(last).0, "First? Yes");
        let plain = "<blockquote>As Goethe said</blockquote>";
        assert_eq!(parts(plain), ("As Goethe said".to_owned(), None));
    }
}

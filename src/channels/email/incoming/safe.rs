//! HTML of strangers made safe to show. email.md section 3.3.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;

use ammonia::Builder;
use ammonia::UrlRelative;
use html5ever::Attribute;
use html5ever::LocalName;
use html5ever::QualName;
use html5ever::ns;
use markup5ever_rcdom::NodeData;

use crate::channels::email::incoming::dom;
use crate::channels::email::incoming::dom::Tree;

/// Elements that stay.
const TAGS: [&str; 39] = [
    "p",
    "div",
    "span",
    "br",
    "hr",
    "a",
    "img",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "td",
    "th",
    "caption",
    "ul",
    "ol",
    "li",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "blockquote",
    "pre",
    "code",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "font",
    "center",
    "small",
    "big",
];

/// Elements that go with all they hold.
const GONE: [&str; 9] = [
    "script", "style", "title", "head", "noscript", "template", "textarea", "select", "xmp",
];

/// Attributes that any element may keep.
const ATTRIBUTES: [&str; 6] = ["title", "align", "valign", "dir", "lang", "style"];

/// Schemes that addresses may have.
const SCHEMES: [&str; 5] = ["http", "https", "mailto", "tel", "cid"];

/// Parts of a style that stay.
const STYLES: [&str; 36] = [
    "color",
    "background-color",
    "font-weight",
    "font-style",
    "font-size",
    "font-family",
    "text-align",
    "text-decoration",
    "line-height",
    "vertical-align",
    "white-space",
    "padding",
    "padding-top",
    "padding-right",
    "padding-bottom",
    "padding-left",
    "margin",
    "margin-top",
    "margin-right",
    "margin-bottom",
    "margin-left",
    "border",
    "border-top",
    "border-right",
    "border-bottom",
    "border-left",
    "border-color",
    "border-style",
    "border-width",
    "border-collapse",
    "border-radius",
    "border-spacing",
    "width",
    "max-width",
    "height",
    "list-style-type",
];

/// Names the pictures of a tree so that none is fetched: its own by their number, which `own` finds
/// by their id or address, all others by an attribute that browsers do not follow. Whether there
/// are others.
pub(super) fn name_pictures(tree: &Tree, own: &dyn Fn(&str) -> Option<usize>) -> bool {
    let mut has_remote = false;
    for node in tree.elements() {
        let NodeData::Element { attrs, .. } = &node.data else {
            continue;
        };
        if dom::name(&node) != "img" {
            continue;
        }
        let Some(source) = dom::attribute(&node, "src") else {
            continue;
        };
        let source = source.trim();
        let named = match own(source) {
            Some(number) => Some(("src", format!("cid:{number}"))),
            None if is_remote(source) => Some(("data-remote-src", source.to_owned())),
            None => None,
        };
        has_remote |= matches!(named, Some(("data-remote-src", _)));
        let mut attrs = attrs.borrow_mut();
        attrs.retain(|attr| &*attr.name.local != "src");
        if let Some((name, value)) = named {
            let name = QualName::new(None, ns!(), LocalName::from(name));
            attrs.insert(
                0,
                Attribute {
                    name,
                    value: value.into(),
                },
            );
        }
    }
    has_remote
}

fn is_remote(source: &str) -> bool {
    let start = source.get(..8).unwrap_or(source).to_ascii_lowercase();
    start.starts_with("http://") || start.starts_with("https://")
}

/// Makes HTML safe whose pictures were named.
pub(super) fn clean(html: &str) -> String {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(GONE))
        .generic_attributes(HashSet::from(ATTRIBUTES))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "name"])),
            (
                "img",
                HashSet::from(["src", "data-remote-src", "alt", "width", "height"]),
            ),
            (
                "table",
                HashSet::from([
                    "width",
                    "height",
                    "border",
                    "cellpadding",
                    "cellspacing",
                    "bgcolor",
                ]),
            ),
            ("tr", HashSet::from(["height", "bgcolor"])),
            (
                "td",
                HashSet::from(["width", "height", "colspan", "rowspan", "bgcolor"]),
            ),
            (
                "th",
                HashSet::from(["width", "height", "colspan", "rowspan", "bgcolor"]),
            ),
            ("font", HashSet::from(["color", "size", "face"])),
            ("ol", HashSet::from(["start", "type"])),
        ]))
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("img", "src") => is_own(value).then_some(Cow::Borrowed(value)),
            ("img", "data-remote-src") => is_remote(value).then_some(Cow::Borrowed(value)),
            (_, "style") => style(value).map(Cow::Owned),
            _ => Some(Cow::Borrowed(value)),
        });
    builder.clean(html).to_string()
}

fn is_own(value: &str) -> bool {
    let number = value.strip_prefix("cid:").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stays of a style: known properties with values that cannot lead anywhere.
fn style(value: &str) -> Option<String> {
    let kept: Vec<String> = value
        .split(';')
        .filter_map(|one| {
            let (name, value) = one.split_once(':')?;
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
            let is_plain = value
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " #%.,()!-'\"".contains(c));
            let lower = value.to_ascii_lowercase();
            let leads = ["url", "expression", "var(", "attr(", "image", "element("];
            let leads = leads.iter().any(|word| lower.contains(word));
            let is_hidden = matches!(
                name.as_str(),
                "height" | "max-width" | "font-size" | "width"
            ) && lower.starts_with('0');
            (STYLES.contains(&name.as_str()) && is_plain && !leads && !is_hidden)
                .then(|| format!("{name}:{value}"))
        })
        .collect();
    (!kept.is_empty()).then(|| kept.join(";"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use proptest::prelude::*;

    fn shown(html: &str) -> (String, bool) {
        let tree = Tree::read(html).unwrap();
        let own = |source: &str| (source == "cid:logo@x").then_some(3);
        let has_remote = name_pictures(&tree, &own);
        (clean(&tree.html()), has_remote)
    }

    #[test]
    fn what_could_run_or_lead_elsewhere_is_gone() {
        let cases = [
            ("<p onclick=x>a</p><script>b</script>", "<p>a</p>"),
            ("<style>p{color:red}</style><title>t</title>a", "a"),
            ("<form action=x><input name=y>a</form>", "a"),
            ("<svg><script>x</script></svg>a", "a"),
            ("<iframe src=x></iframe><object></object><embed>a", "a"),
            (
                "<meta http-equiv=refresh content=0><base href=x><link rel=x>a",
                "a",
            ),
            (
                "<a href=\"javascript:x\">a</a>",
                "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<a href=\"data:text/html,x\">a</a>",
                "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<a href=\"/x\">a</a>",
                "<a target=\"_blank\" rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            (
                "<p style=\"color:red;position:fixed;background:url(x)\">a</p>",
                "<p style=\"color:red\">a</p>",
            ),
            ("<p style=\"color:expression(x)\">a</p>", "<p>a</p>"),
            ("<p style=\"background-color:u\\72l(x)\">a</p>", "<p>a</p>"),
            ("<!-- x -->a<!--[if mso]>b<![endif]-->", "a"),
            ("<img src=x onerror=y>", "<img>"),
            ("<img src=\"data:image/png;base64,AA\">", "<img>"),
            ("<img srcset=\"https://x/y 2x\" src=\"CID:9\">", "<img>"),
            ("<td background=\"https://x/y\">a</td>", "a"),
            (
                "<table bgcolor=red><tr><td colspan=2>a</td></tr></table>",
                "<table bgcolor=\"red\"><tbody><tr><td colspan=\"2\">a</td></tr></tbody></table>",
            ),
            ("<p dir=rtl>a</p>", "<p dir=\"rtl\">a</p>"),
        ];
        for (html, expected) in cases {
            assert_eq!(shown(html), (expected.to_owned(), false), "{html}");
        }
    }

    #[test]
    fn pictures_wait_until_they_are_wanted() {
        let html = "<img alt=a width=1 src=\"https://x/y.png\"><img src=\"cid:logo@x\" alt=b>";
        let expected = "<img data-remote-src=\"https://x/y.png\" alt=\"a\" width=\"1\">\
            <img src=\"cid:3\" alt=\"b\">";
        assert_eq!(shown(html), (expected.to_owned(), true));
        let tricky = "<p title='<img src=\"cid:1\">'>x</p>";
        assert!(!shown(tricky).0.contains("<img src=\"cid:"));
    }

    proptest! {
        #[test]
        fn nothing_that_is_fetched_or_run_is_ever_left(
            pieces in proptest::collection::vec(
                "(<img src=https://e.example/|<svg><|<math><mtext></|<style>|</style>|<noscript><p title=\"</noscript>|<template>|<script>|<a href=javascript:|<p style=\"background:url(https://e.example)\">|\"|'|>|<!--|-->|<table>|<td background=https://e.example>|<iframe srcdoc=|x|onerror=y )", 0..14)
        ) {
            let (html, _) = shown(&pieces.concat());
            let again = Tree::read(&html).unwrap();
            for node in again.elements() {
                let name = dom::name(&node);
                prop_assert!(TAGS.contains(&name), "{name} in {html}");
                let NodeData::Element { attrs, .. } = &node.data else { continue };
                for attr in attrs.borrow().iter() {
                    let (key, value) = (&*attr.name.local, attr.value.to_lowercase());
                    prop_assert!(!key.starts_with("on"), "{html}");
                    prop_assert!(key != "src" || is_own(&value), "{html}");
                    prop_assert!(key != "background" && key != "srcset" && key != "srcdoc");
                    prop_assert!(key == "title" || key == "data-remote-src" || key == "alt" || !value.contains("url("), "{html}");
                }
            }
        }
    }
}

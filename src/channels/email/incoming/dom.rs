//! The HTML of a mail as a tree, walked without recursion: strangers choose how deep it is.

use std::rc::Rc;

use html5ever::ParseOpts;
use html5ever::driver::parse_document;
use html5ever::serialize::SerializeOpts;
use html5ever::serialize::serialize;
use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::Handle;
use markup5ever_rcdom::NodeData;
use markup5ever_rcdom::RcDom;
use markup5ever_rcdom::SerializableHandle;

/// The longest HTML that is read, in bytes.
pub(in crate::channels::email) const HTML_BYTES: usize = 512 * 1024;

/// The deepest HTML that is read.
const DEPTH_MAX: usize = 256;

/// The most tags of HTML that is read.
const TAGS_MAX: usize = 20_000;

/// Elements that hold nothing, or end by themselves where the next one begins.
const UNCLOSED: [&str; 15] = [
    "br", "hr", "img", "p", "li", "td", "th", "tr", "meta", "link", "input", "col", "area", "wbr",
    "option",
];

/// The body of a document.
pub(in crate::channels::email) struct Tree {
    body: Handle,
    // Nodes hang on the document: it must live as long.
    _whole: RcDom,
}

/// What is met on a walk.
pub(in crate::channels::email) enum Met<'t> {
    /// A node, before those in it.
    Enter(&'t Handle),
    /// The same, after those in it.
    Leave(&'t Handle),
}

impl Tree {
    /// Reads a document; none where it is too long or too deep to be shown.
    pub(in crate::channels::email) fn read(html: &str) -> Option<Self> {
        if !is_bearable(html) {
            return None;
        }
        let options = ParseOpts::default();
        let whole = parse_document(RcDom::default(), options).one(html.to_owned());
        let mut body = None;
        let mut deepest = 0;
        let mut stack = vec![(whole.document.clone(), 0)];
        while let Some((node, depth)) = stack.pop() {
            deepest = deepest.max(depth);
            if body.is_none() && name(&node) == "body" {
                body = Some(node.clone());
            }
            stack.extend(
                node.children
                    .borrow()
                    .iter()
                    .rev()
                    .map(|child| (child.clone(), depth + 1)),
            );
        }
        (deepest <= DEPTH_MAX).then_some(Self {
            body: body?,
            _whole: whole,
        })
    }

    /// What it holds, as HTML.
    pub(in crate::channels::email) fn html(&self) -> String {
        html(&self.body)
    }

    /// Every element in it, in order.
    pub(in crate::channels::email) fn elements(&self) -> Vec<Handle> {
        let mut found = Vec::new();
        walk(&self.body, &mut |met| {
            if let Met::Enter(node) = met
                && !Rc::ptr_eq(node, &self.body)
                && matches!(node.data, NodeData::Element { .. })
            {
                found.push(node.clone());
            }
        });
        found
    }

    /// The body itself.
    pub(in crate::channels::email) const fn body(&self) -> &Handle {
        &self.body
    }
}

/// Whether HTML can be read in a short time: mending tags that lie deep within each other takes the
/// longer the deeper they lie, so this is judged before.
fn is_bearable(html: &str) -> bool {
    if html.len() > HTML_BYTES {
        return false;
    }
    let (mut tags, mut depth) = (0, 0_usize);
    for tag in html.split('<').skip(1) {
        tags += 1;
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() && !UNCLOSED.contains(&name.as_str()) {
            depth += 1;
        }
        if tags > TAGS_MAX || depth > DEPTH_MAX * 2 {
            return false;
        }
    }
    true
}

/// Walks a node and all in it.
pub(in crate::channels::email) fn walk(from: &Handle, see: &mut dyn FnMut(Met<'_>)) {
    let mut stack = vec![(from.clone(), false)];
    while let Some((node, is_done)) = stack.pop() {
        if is_done {
            see(Met::Leave(&node));
            continue;
        }
        see(Met::Enter(&node));
        stack.push((node.clone(), true));
        let children = node.children.borrow();
        stack.extend(children.iter().rev().map(|child| (child.clone(), false)));
    }
}

/// The name of an element; empty for what is none.
pub(in crate::channels::email) fn name(node: &Handle) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

/// An attribute of an element.
pub(in crate::channels::email) fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return None;
    };
    let attrs = attrs.borrow();
    let found = attrs.iter().find(|attr| &*attr.name.local == wanted)?;
    Some(found.value.to_string())
}

/// Whether an element bears a class.
pub(in crate::channels::email) fn has_class(node: &Handle, wanted: &str) -> bool {
    attribute(node, "class").is_some_and(|all| all.split_whitespace().any(|one| one == wanted))
}

/// The words in a node, in one line.
pub(in crate::channels::email) fn words(node: &Handle) -> String {
    let mut text = String::new();
    walk(node, &mut |met| {
        if let Met::Enter(node) = met {
            match &node.data {
                NodeData::Text { contents } => text.push_str(&contents.borrow()),
                NodeData::Element { .. } => text.push(' '),
                _ => {}
            }
        }
    });
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The node around a node.
pub(in crate::channels::email) fn parent(node: &Handle) -> Option<Handle> {
    let held = node.parent.take();
    let found = held.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(held);
    found
}

/// The place of a node among those of its parent.
pub(in crate::channels::email) fn place(node: &Handle) -> Option<(Handle, usize)> {
    let around = parent(node)?;
    let at = around
        .children
        .borrow()
        .iter()
        .position(|child| Rc::ptr_eq(child, node))?;
    Some((around, at))
}

/// Takes a node out of its place.
pub(in crate::channels::email) fn take_out(node: &Handle) {
    if let Some((around, at)) = place(node) {
        around.children.borrow_mut().remove(at);
        node.parent.set(None);
    }
}

/// What a node holds, as HTML.
pub(in crate::channels::email) fn html(node: &Handle) -> String {
    let mut bytes = Vec::new();
    let options = SerializeOpts::default();
    // Writing to memory cannot fail.
    drop(serialize(
        &mut bytes,
        &SerializableHandle::from(node.clone()),
        options,
    ));
    String::from_utf8_lossy(&bytes).into_owned()
}

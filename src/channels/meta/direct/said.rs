//! What one message of a thread says: facts with what is kept of them, one for each thing said.
//! facebook.md section 3.2, instagram.md sections 3.2 and 3.3.

use crate::channels::meta::direct::attachments;
use crate::channels::meta::direct::attachments::Reading;
use crate::channels::meta::direct::attachments::Said;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::model::content::Content;
use crate::model::content::Postback;
use crate::model::content::Story;
use crate::model::content::StoryReply;
use crate::model::content::Unsupported;

/// Reads a message: its words first, then what is attached, one by one. There is at least one.
#[must_use]
pub fn read(message: Node<'_>, reading: Reading) -> Vec<Said> {
    let mut said = Vec::new();
    said.extend(words(message));
    let mut files = attachments::read(message, reading);
    files.retain(|(content, _)| !is_link(content));
    said.extend(files);
    if said.is_empty() {
        said.push(nothing(message));
    }
    let story = message.at("reply_to").at("story");
    for (content, kept) in &mut said {
        if !matches!(content, Content::StoryReply(_)) {
            kept.put_raw("story", story);
        }
    }
    said
}

fn is_link(content: &Content) -> bool {
    matches!(content, Content::Unsupported(unsupported) if unsupported.kind == "fallback")
}

/// The words of a message, a choice that was tapped, or the answer to a story.
fn words(message: Node<'_>) -> Option<Said> {
    let mut kept = Kept::default();
    let text = message.word("text");
    if let Some(payload) = message.at("quick_reply").word("payload") {
        return Some((postback(&payload, &text.unwrap_or_default()), kept));
    }
    let command = message.at("commands").first().word("name");
    kept.put("command", command);
    let link = attachments::link(message);
    let words = match (text, &link) {
        (Some(text), _) => text,
        (None, Some((_, words))) => words.clone(),
        (None, None) => return None,
    };
    if let Some((link, spelled)) = link {
        let link = link.into_inner();
        let url = link
            .get("url")
            .and_then(|url| url.as_str())
            .unwrap_or_default();
        let says_it = words.contains(url);
        kept.put("link", Some(link.clone()));
        let words = if says_it {
            words
        } else {
            format!("{words}\n{spelled}")
        };
        return (!words.is_empty()).then(|| (Content::text(words), kept));
    }
    let story = message.at("reply_to").at("story");
    if story.is_there() {
        kept.put("storyId", story.word("id"));
        let story = Story {
            id: story.word("id"),
            url: story.word("url"),
            ..Story::default()
        };
        return Some((Content::StoryReply(StoryReply { text: words, story }), kept));
    }
    Some((Content::text(words), kept))
}

/// A choice that was tapped.
#[must_use]
pub fn postback(payload: &str, title: &str) -> Content {
    Content::Postback(Postback {
        payload: payload.to_owned(),
        title: title.to_owned(),
        ..Postback::default()
    })
}

/// A message the vendor does not show to programs.
fn nothing(message: Node<'_>) -> Said {
    let kind = if message.at("is_unsupported").is_on() {
        "unsupported"
    } else {
        "unknown"
    };
    let content = Content::Unsupported(Unsupported {
        kind: kind.to_owned(),
        raw: message.object(),
    });
    (content, Kept::default())
}

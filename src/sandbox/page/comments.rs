//! What a customer says in public below a post, and the one message that may answer it in private.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::page::Kind;
use crate::sandbox::queue::About;

/// What a page knows people by who comment is not what it knows them by who write to it.
const BELOW_POSTS: &str = "77";
/// How long a comment can be answered.
const ANSWERABLE: Duration = Duration::from_secs(7 * 24 * 3_600);
/// What the vendor remembers of a comment, before and after it was answered.
const OPEN: &str = "comment";
const ANSWERED: &str = "comment answered";

/// Shows what a customer said below a post, and tells whoever listens to that.
pub fn said(desk: &mut Desk<'_>, kind: Kind, customer: &str, text: &str) {
    let now = desk.now;
    let post = desk.digits(15);
    let id = match kind {
        Kind::Messenger => format!("{post}_{}", desk.digits(15)),
        Kind::Instagram => desk.digits(17),
    };
    let shown = Body::Text {
        header: Some("You commented on their post".to_owned()),
        text: text.to_owned(),
        spans: Vec::new(),
        footer: None,
    };
    let mut bubble = Bubble::new(&id, Side::Customer, now, shown);
    bubble.reached = Reached::Delivered;
    bubble.mark = Some(OPEN.to_owned());
    let Some(chat) = desk.chat_mut(customer) else {
        return;
    };
    chat.push(bubble);
    let who = chat.customer.clone();
    let change = match kind {
        Kind::Messenger => {
            let page = desk.account.key("pageId");
            json!({"field": "feed", "value": {
                "from": {"id": format!("{BELOW_POSTS}{customer}"), "name": who.name},
                "item": "comment", "verb": "add",
                "comment_id": id, "post_id": format!("{page}_{post}"),
                "parent_id": format!("{page}_{post}"), "created_time": now.as_secs(),
                "message": text,
                "post": {"permalink_url": format!("https://www.facebook.com/{page}/posts/{post}")},
            }})
        }
        Kind::Instagram => json!({"field": "comments", "value": {
            "id": id, "from": {"id": customer, "username": who.username}, "text": text,
            "media": {"id": post, "media_product_type": "FEED"},
        }}),
    };
    if kind == Kind::Messenger && !is_listened_to(desk, "feed") {
        return;
    }
    let body = graph::escaped(&json!({
        "object": kind.object(),
        "entry": [{
            "id": desk.account.key(kind.entry()), "time": now.as_secs(), "changes": [change],
        }],
    }));
    desk.post(About::Customer, customer, "comment", body);
}

/// Fields of a page are subscribed to one by one; an account's are ticked in the app.
fn is_listened_to(desk: &Desk<'_>, field: &str) -> bool {
    let fields = desk.account.kept.get("subscribed_fields");
    let fields = fields.and_then(Value::as_array);
    fields.is_some_and(|fields| fields.iter().any(|known| known == field))
}

/// The customer who wrote the comment that a call answers; none where it answers none.
///
/// # Errors
/// There is no such comment, it was answered before, or is too old.
pub fn writer(kind: Kind, desk: &Desk<'_>, recipient: &Value) -> Result<Option<String>, Fault> {
    let Some(id) = recipient["comment_id"].as_str() else {
        return Ok(None);
    };
    let holder = (desk.account.chats.iter()).find_map(|(customer, chat)| {
        let bubble = chat.bubble(id)?;
        Some((customer, bubble))
    });
    let not_possible = |code| {
        let sentence = "(#10) This comment cannot be answered in private.";
        Fault::new(400, code, sentence).within(2_534_025)
    };
    match holder {
        Some((customer, bubble)) if bubble.mark.as_deref() == Some(OPEN) => {
            if desk.now.since(bubble.at) >= ANSWERABLE {
                return Err(not_possible(10));
            }
            Ok(Some(customer.clone()))
        }
        Some(_) => Err(not_possible(100)),
        None => Err(Fault::parameter("The comment does not exist").within(kind.nobody())),
    }
}

/// A comment has been answered, and takes no second answer.
pub fn answered(desk: &mut Desk<'_>, customer: &str, recipient: &Value) {
    let id = recipient["comment_id"].as_str().unwrap_or_default();
    let chat = desk.chat_mut(customer);
    if let Some(bubble) = chat.and_then(|chat| chat.bubble_mut(id)) {
        bubble.mark = Some(ANSWERED.to_owned());
    }
}

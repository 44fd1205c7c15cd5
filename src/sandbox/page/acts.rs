//! What customers do in the apps.

use serde_json::Value;
use serde_json::json;

use crate::sandbox::act::Act;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Choice;
use crate::sandbox::chat::Offer;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Press;
use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::chat::Sort;
use crate::sandbox::desk::Desk;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;
use crate::sandbox::page::Kind;
use crate::sandbox::page::comments;
use crate::sandbox::page::file_url;
use crate::sandbox::page::news;
use crate::sandbox::page::sends;
use crate::sandbox::page::sends::Author;
use crate::sandbox::page::tell;
use crate::sandbox::page::threads;
use crate::sandbox::queue::About;

/// Posts something a customer did.
pub fn told(desk: &mut Desk<'_>, kind: Kind, customer: &str, name: &str, value: &Value) {
    let element = json!({
        "sender": {"id": customer}, "recipient": {"id": desk.account.key(kind.entry())},
        "timestamp": desk.now.as_millis(), name: value,
    });
    tell(desk, kind, About::Customer, customer, name, &element);
}

/// Shows what a customer said and posts it.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a message is written where it is said"
)]
fn said(
    desk: &mut Desk<'_>,
    kind: Kind,
    customer: &str,
    bodies: Vec<Body>,
    mut message: Value,
    quoting: Option<String>,
) {
    let id = sends::new_id(desk, kind);
    let now = desk.now;
    message["mid"] = id.clone().into();
    if let Some(quoted) = &quoting {
        message["reply_to"] = json!({ "mid": quoted });
    }
    if let Some(chat) = desk.chat_mut(customer) {
        chat.wrote_at = Some(now);
        chat.started = true;
        for bubble in &mut chat.bubbles {
            if bubble.offer == Offer::Quick {
                bubble.choices.clear();
            }
        }
        for (at, body) in bodies.into_iter().enumerate() {
            let own = if at == 0 {
                id.clone()
            } else {
                format!("{id}#{at}")
            };
            let mut bubble = Bubble::new(own, Side::Customer, now, body);
            bubble.reached = Reached::Delivered;
            bubble.quoting.clone_from(&quoting);
            chat.push(bubble);
        }
    }
    told(desk, kind, customer, "message", &message);
}

/// Does what a customer does.
///
/// # Errors
/// The app cannot do that.
pub fn acted(kind: Kind, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
    match (kind, act) {
        (_, Act::Say { text, quoting }) => {
            let message = json!({ "text": text });
            said(
                desk,
                kind,
                customer,
                vec![Body::text(text)],
                message,
                quoting,
            );
        }
        (
            _,
            Act::Send {
                sort,
                file,
                caption,
                quoting,
            },
        ) => files(desk, kind, customer, sort, vec![file], &caption, quoting),
        (
            _,
            Act::Album {
                files: many,
                caption,
            },
        ) => {
            files(desk, kind, customer, Sort::Image, many, &caption, None);
        }
        (Kind::Messenger, Act::Start { payload }) => start(desk, customer, &payload),
        (_, Act::Press { bubble, choice }) => press(desk, kind, customer, &bubble, choice)?,
        (_, Act::React { bubble, emoji }) => react(desk, kind, customer, &bubble, &emoji)?,
        (_, Act::Edit { bubble, text }) => edit(desk, kind, customer, &bubble, &text)?,
        (Kind::Instagram, Act::Delete { bubble }) => {
            let shown = own(desk, customer, &bubble)?;
            shown.deleted = true;
            let message = json!({"mid": bubble, "is_deleted": true});
            told(desk, kind, customer, "message", &message);
        }
        (Kind::Instagram, Act::Strange { kind: what }) => {
            let note = Body::Note(format!("You sent a {what}."));
            said(
                desk,
                kind,
                customer,
                vec![note],
                json!({"is_unsupported": true}),
                None,
            );
        }
        (Kind::Instagram, Act::StoryReply { text }) => {
            let story = json!({"url": "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=17863", "id": "17863"});
            let message = json!({"text": text, "reply_to": {"story": story}});
            let shown = Body::Text {
                header: Some("You answered their story".to_owned()),
                text,
                spans: Vec::new(),
                footer: None,
            };
            said(desk, kind, customer, vec![shown], message, None);
        }
        (Kind::Instagram, Act::StoryMention { file }) => {
            let shown = stored(desk, Sort::Image, file);
            let url = url_of(desk, &shown);
            let message =
                json!({"attachments": [{"type": "story_mention", "payload": {"url": url}}]});
            let note = Body::Note("You mentioned them in your story".to_owned());
            said(desk, kind, customer, vec![note, shown], message, None);
        }
        (_, Act::Block(on)) => {
            if let Some(chat) = desk.chat_mut(customer) {
                chat.blocked = on;
            }
        }
        (_, Act::Echo { text }) => {
            let id = sends::new_id(desk, kind);
            let bubble = Bubble::new(&id, Side::Business, desk.now, Body::text(text.clone()));
            if let Some(chat) = desk.chat_mut(customer) {
                chat.push(bubble);
            }
            sends::echo(
                kind,
                desk,
                customer,
                &id,
                &json!({ "text": text }),
                Author::Person,
            );
        }
        (Kind::Messenger, Act::Marketing(on)) => news::wanted(desk, customer, on),
        (_, Act::Hold(elsewhere)) => threads::moved(kind, desk, customer, elsewhere),
        (_, Act::Comment { text }) => comments::said(desk, kind, customer, &text),
        (_, Act::Read) => {}
        (Kind::Messenger, other) => return Err(NotPossible::here("Messenger", other.name())),
        (Kind::Instagram, other) => return Err(NotPossible::here("Instagram", other.name())),
    }
    Ok(())
}

fn stored(desk: &mut Desk<'_>, sort: Sort, file: Chosen) -> Body {
    let filename = Some(file.filename.clone()).filter(|name| !name.is_empty());
    Body::File {
        sort,
        place: Place::Stored(desk.keep(file, KEPT)),
        filename,
        caption: String::new(),
        footer: None,
    }
}

fn url_of(desk: &Desk<'_>, body: &Body) -> String {
    match body {
        Body::File {
            place: Place::Stored(id),
            ..
        } => file_url(desk, id),
        _ => String::new(),
    }
}

fn files(
    desk: &mut Desk<'_>,
    kind: Kind,
    customer: &str,
    sort: Sort,
    files: Vec<Chosen>,
    caption: &str,
    quoting: Option<String>,
) {
    let mut bodies = Vec::new();
    let mut attachments = Vec::new();
    for file in files {
        let body = stored(desk, sort, file);
        let url = url_of(desk, &body);
        attachments.push(json!({"type": sends::word(sort), "payload": {"url": url}}));
        bodies.push(body);
    }
    said(
        desk,
        kind,
        customer,
        bodies,
        json!({ "attachments": attachments }),
        quoting,
    );
    if !caption.is_empty() {
        let message = json!({ "text": caption });
        said(
            desk,
            kind,
            customer,
            vec![Body::text(caption)],
            message,
            None,
        );
    }
}

fn postback(
    desk: &mut Desk<'_>,
    kind: Kind,
    customer: &str,
    title: &str,
    payload: &str,
    more: Value,
) {
    let id = sends::new_id(desk, kind);
    let now = desk.now;
    let mut bubble = Bubble::new(&id, Side::Customer, now, Body::text(title));
    bubble.reached = Reached::Delivered;
    if let Some(chat) = desk.chat_mut(customer) {
        chat.wrote_at = Some(now);
        chat.started = true;
        chat.push(bubble);
    }
    let mut postback = json!({"mid": id, "title": title, "payload": payload});
    if let Some(postback) = postback
        .as_object_mut()
        .filter(|_| threads::is_elsewhere(desk, customer))
    {
        postback.remove("payload");
    }
    if !more.is_null() {
        postback["referral"] = more;
    }
    told(desk, kind, customer, "postback", &postback);
}

/// The Get Started button, as the Page set it up.
fn start(desk: &mut Desk<'_>, customer: &str, reference: &str) {
    let kept = desk.account.kept.get("get_started");
    let payload = kept
        .and_then(|kept| kept["payload"].as_str())
        .unwrap_or("GET_STARTED");
    let payload = payload.to_owned();
    let referral = if reference.is_empty() {
        Value::Null
    } else {
        json!({"ref": reference, "source": "SHORTLINK", "type": "OPEN_THREAD"})
    };
    postback(
        desk,
        Kind::Messenger,
        customer,
        "Get Started",
        &payload,
        referral,
    );
}

fn press(
    desk: &mut Desk<'_>,
    kind: Kind,
    customer: &str,
    bubble: &str,
    at: usize,
) -> Result<(), NotPossible> {
    let shown = desk
        .bubble(customer, bubble)
        .ok_or_else(NotPossible::gone)?;
    let cards: Vec<&Choice> = match &shown.body {
        Body::Cards { cards, .. } => cards.iter().flat_map(|card| &card.choices).collect(),
        _ => Vec::new(),
    };
    let choices: Vec<&Choice> = shown.choices.iter().chain(cards).collect();
    let choice = (*choices.get(at).ok_or_else(NotPossible::gone)?).clone();
    match choice.press {
        Press::Reply(payload) => {
            let message = json!({"text": choice.title, "quick_reply": {"payload": payload}});
            said(
                desk,
                kind,
                customer,
                vec![Body::text(choice.title)],
                message,
                None,
            );
        }
        Press::Template(payload) => {
            postback(desk, kind, customer, &choice.title, &payload, Value::Null);
        }
        _ => {}
    }
    Ok(())
}

fn react(
    desk: &mut Desk<'_>,
    kind: Kind,
    customer: &str,
    bubble: &str,
    emoji: &str,
) -> Result<(), NotPossible> {
    let chat = desk.chat_mut(customer).ok_or_else(NotPossible::gone)?;
    let shown = chat.bubble_mut(bubble).ok_or_else(NotPossible::gone)?;
    shown.reaction = (!emoji.is_empty()).then(|| emoji.to_owned());
    let reaction = if emoji.is_empty() {
        json!({"mid": bubble, "action": "unreact"})
    } else {
        let word = match emoji.chars().next() {
            Some('\u{2764}') => "love",
            Some('\u{1f44d}') => "like",
            _ => "other",
        };
        json!({"mid": bubble, "action": "react", "reaction": word, "emoji": emoji})
    };
    told(desk, kind, customer, "reaction", &reaction);
    Ok(())
}

fn own<'a>(
    desk: &'a mut Desk<'_>,
    customer: &str,
    bubble: &str,
) -> Result<&'a mut Bubble, NotPossible> {
    let chat = desk.chat_mut(customer).ok_or_else(NotPossible::gone)?;
    let shown = chat.bubble_mut(bubble);
    let shown = shown.filter(|shown| shown.side == Side::Customer && !shown.deleted);
    shown.ok_or_else(NotPossible::gone)
}

fn edit(
    desk: &mut Desk<'_>,
    kind: Kind,
    customer: &str,
    bubble: &str,
    text: &str,
) -> Result<(), NotPossible> {
    /// How often a message may be changed.
    const EDITS_MAX: u8 = 5;
    let shown = own(desk, customer, bubble)?;
    let edits: u8 = shown
        .mark
        .as_deref()
        .and_then(|mark| mark.parse().ok())
        .unwrap_or(0)
        + 1;
    if edits > EDITS_MAX {
        return Err(NotPossible(
            "A message can be changed five times.".to_owned(),
        ));
    }
    shown.body = Body::text(text);
    shown.edited = true;
    shown.mark = Some(edits.to_string());
    let change = json!({"mid": bubble, "text": text, "num_edit": edits});
    told(desk, kind, customer, "message_edit", &change);
    Ok(())
}

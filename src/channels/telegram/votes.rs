//! Choices that are asked as a poll, and what is voted. telegram.md sections 3.6 and 7.

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::numbered;
use crate::channels::telegram::people;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Vote;

/// What a sender says of choices that are to be asked as a poll: `true`, or an object with `multiple`.
const WISH: &str = "poll";
/// Before the vendor's id of a poll, where ids of messages stand too.
const POLL: &str = "poll:";

/// The longest question, in characters.
const QUESTION_MAX: usize = 300;
/// The longest option, in characters.
const OPTION_MAX: usize = 100;
/// How many options there may be.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=12;

/// What `sendPoll` takes beside the chat, where the sender wants a poll and the choices fit into one.
#[must_use]
pub fn asked(content: &Content, metadata: &Opaque) -> Option<Value> {
    let wish = metadata.get(WISH).filter(|wish| is_wanted(wish))?;
    let (question, shown) = match content {
        Content::Text(text) => (text.text.clone(), text.quick_replies.len()),
        Content::Buttons(buttons) => {
            let header = buttons.header.as_deref().unwrap_or_default();
            let footer = buttons.footer.as_deref().unwrap_or_default();
            let words = numbered::blocks(&[header, &buttons.text, footer]);
            (words, buttons.buttons.len())
        }
        _ => return None,
    };
    let titles: Vec<&str> = content
        .choices()
        .into_iter()
        .map(|(_, title)| title)
        .collect();
    let fits = |text: &str, most: usize| (1..=most).contains(&text.chars().count());
    let is_whole = titles.len() == shown && OPTIONS.contains(&shown);
    let is_short = titles.iter().all(|title| fits(title, OPTION_MAX));
    (is_whole && is_short && fits(&question, QUESTION_MAX)).then(|| {
        let options: Vec<Value> = titles.iter().map(|title| json!({"text": title})).collect();
        json!({
            "question": question,
            "options": options,
            "is_anonymous": false,
            "allows_multiple_answers": wish["multiple"] == true,
        })
    })
}

fn is_wanted(wish: &Value) -> bool {
    *wish == true || wish.is_object()
}

/// Under which name the poll within a message is known beside the message.
#[must_use]
pub fn id_of(message: Node<'_>) -> Option<String> {
    let id = message.at("poll").word("id")?;
    Some(format!("{POLL}{id}"))
}

/// What somebody voted for; nothing, where a vote was taken back.
#[must_use]
pub fn cast(answer: Node<'_>, update: &str) -> Option<InboundEvent> {
    let id = answer.word("poll_id")?;
    let voter = answer.at("user");
    let from = people::person(voter)?;
    let options = answer.at("option_ids").items();
    let chosen: Vec<usize> = options
        .filter_map(|option| usize::try_from(option.whole()?).ok())
        .collect();
    let numbers: Vec<String> = chosen.iter().map(ToString::to_string).collect();
    let mut kept = Kept::default();
    kept.put("pollId", Some(id.as_str()));
    kept.put("profileName", from.name.clone());
    kept.put("username", voter.word("username"));
    kept.put("participant", Some(from.address.as_str()));
    Some(InboundEvent::Vote(Vote {
        external_id: format!("pa:{id}:{}:{update}", from.address),
        poll: format!("{POLL}{id}"),
        from,
        payload: format!("{POLL}{id}:{}", numbers.join(",")),
        chosen,
        metadata: kept.into_inner(),
    }))
}

//! Asking Twilio for a message whose answer got lost. sms.md section 4.5.
//!
//! The list is not narrowed to a day of sending: what was not passed on yet has none.

use serde_json::Value;

use crate::base::time::Timestamp;
use crate::channels::node::Node;
use crate::channels::sms::form;
use crate::channels::sms::outgoing;
use crate::channels::sms::trace::Trace;
use crate::channels::sms::twilio::SERVICE;
use crate::channels::sms::twilio::answered;
use crate::channels::sms::twilio::api;
use crate::channels::sms::twilio::credentials;
use crate::model::call::Call;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Step;

/// Messages that are looked through.
const LOOKED_AT: &str = "50";

/// The dialogue that finds what may be a message, the oldest first.
///
/// # Errors
/// Twilio does not tell.
pub fn next(trace: &Trace<'_>, asked: &Asked<'_>) -> Next<Vec<String>> {
    let account = asked.account;
    let Some(reply) = asked.replies.first() else {
        let mut query = vec![("To", trace.to.to_owned())];
        let chosen = account.text(SERVICE).is_none();
        let from = trace.from.filter(|_| chosen);
        query.extend(from.map(|from| ("From", from.to_owned())));
        query.push(("PageSize", LOOKED_AT.to_owned()));
        let query = String::from_utf8(form::encoded(&query)).unwrap_or_default();
        let url = api(account, &format!("Messages.json?{query}"));
        let request = outgoing::get(url, Some(credentials(account)));
        return Ok(Step::Ask {
            what: "messages",
            call: Call::http(request),
        });
    };
    let body = answered(reply)?;
    let newest_first = Node::of(&body).at("messages").items();
    let mut found: Vec<String> = newest_first
        .filter(|message| may_be(*message, trace))
        .filter_map(|message| message.word("sid"))
        .collect();
    found.reverse();
    Ok(Step::Done(found))
}

/// Whether it went out from us when it may have, and says the same. An account on trial has words put
/// before ours.
fn may_be(message: Node<'_>, trace: &Trace<'_>) -> bool {
    let words = message.word("body").unwrap_or_default();
    let says_it = |text: &String| words.trim_end().ends_with(text.trim_end());
    let files = message.word("num_media").unwrap_or_default();
    let has_file = !matches!(files.as_str(), "" | "0");
    let is_ours = message
        .word("direction")
        .is_some_and(|way| way.starts_with("outbound"));
    let is_of_then = created(message).is_some_and(|at| at >= trace.since);
    is_ours && is_of_then && has_file == trace.has_file && trace.text.as_ref().is_none_or(says_it)
}

fn created(message: Node<'_>) -> Option<Timestamp> {
    let text: Value = message.at("date_created").raw();
    let at = jiff::fmt::rfc2822::parse(text.as_str()?).ok()?;
    Some(Timestamp::from_millis(at.timestamp().as_millisecond()))
}

//! Asking Plivo for a message whose answer got lost. It does not tell the words, so that whatever went to
//! the number in those moments may be it.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::channels::node::Node;
use crate::channels::sms::form;
use crate::channels::sms::outgoing;
use crate::channels::sms::plivo::api;
use crate::channels::sms::plivo::credentials;
use crate::channels::sms::plivo::sentence;
use crate::channels::sms::trace::Trace;
use crate::model::call::Call;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Step;

/// How long after a call what it brought about may stand in the list.
const WITHIN: Duration = Duration::from_secs(120);

/// The dialogue that finds what may be a message, the oldest first.
///
/// # Errors
/// Plivo does not tell.
pub fn next(trace: &Trace<'_>, asked: &Asked<'_>) -> Next<Vec<String>> {
    let account = asked.account;
    let Some(reply) = asked.replies.first() else {
        let query = [
            ("message_direction", "outbound".to_owned()),
            ("to_number", trace.to.to_owned()),
            ("message_time__gte", written(trace.since)),
            ("message_time__lte", written(trace.since.plus(WITHIN))),
            ("limit", "20".to_owned()),
        ];
        let query = String::from_utf8(form::encoded(&query)).unwrap_or_default();
        let url = api(account, &format!("Message/?{query}"));
        let request = outgoing::get(url, Some(credentials(account)));
        return Ok(Step::Ask {
            what: "messages",
            call: Call::http(request),
        });
    };
    if let Some(refusal) = outgoing::by_status(reply, &sentence(reply)) {
        return Err(refusal);
    }
    let body = outgoing::json(reply);
    let kind = if trace.has_file { "mms" } else { "sms" };
    let newest_first = Node::of(&body).at("objects").items();
    let mut found: Vec<String> = newest_first
        .filter(|message| message.at("message_type").is(kind))
        .filter_map(|message| message.word("message_uuid"))
        .collect();
    found.reverse();
    Ok(Step::Done(found))
}

/// A moment as Plivo writes it, in UTC.
fn written(at: Timestamp) -> String {
    at.calendar().strftime("%Y-%m-%d %H:%M:%S").to_string()
}

//! Asking Telegram for news, for a machine that it cannot call. telegram.md section 2.3.
//!
//! The position is the number of the next update. Naming it confirms all before it, so it is stored
//! with what those said before it is named; nothing is lost or told twice, also when the way news
//! arrive is changed in between.

use std::time::Duration;

use serde_json::json;

use crate::channels::node::Node;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::connect;
use crate::channels::telegram::fault;
use crate::channels::telegram::fault::Fault;
use crate::channels::telegram::parse;
use crate::channels::telegram::table;
use crate::channels::telegram::table::Mode;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Polled;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

/// Updates of one answer at most.
const LIMIT: u32 = 100;

/// How long to stay away when another program asks for the same bot.
const CONTESTED_PAUSE: Duration = Duration::from_secs(5);

/// The dialogue that asks for news; none where Telegram calls us.
#[must_use]
pub fn next(position: Option<&str>, asked: &Asked<'_>) -> Option<Next<Polled>> {
    (table::mode(asked.account) == Mode::Polling).then(|| step(position, asked))
}

fn step(position: Option<&str>, asked: &Asked<'_>) -> Next<Polled> {
    match asked.replies {
        [] => Ok(ask(position, asked)),
        [first] => match Fault::read(first) {
            Some(fault) if webhook_is_set(&fault) => Ok(Step::Ask {
                what: "webhook",
                call: Api::of(asked.account)
                    .call("deleteWebhook", &json!({"drop_pending_updates": false})),
            }),
            _ => read(position, asked, first),
        },
        [_, deleted] => {
            fault::result(deleted)?;
            Ok(ask(position, asked))
        }
        [.., last] => read(position, asked, last),
    }
}

fn ask(position: Option<&str>, asked: &Asked<'_>) -> Step<Polled> {
    Step::Ask {
        what: "updates",
        call: updates(position, asked),
    }
}

fn updates(position: Option<&str>, asked: &Asked<'_>) -> Call {
    let wait = table::poll_secs(asked.account);
    let mut body = json!({
        "limit": LIMIT,
        "timeout": wait,
        "allowed_updates": connect::allowed_updates(asked.account),
    });
    if let Some(offset) = position.and_then(|text| text.parse::<i64>().ok()) {
        body["offset"] = offset.into();
    }
    Api::of(asked.account).waiting("getUpdates", &body, Duration::from_secs(wait))
}

/// Whether Telegram still calls us.
fn webhook_is_set(fault: &Fault) -> bool {
    fault.code == 409 && fault.description.contains("webhook is active")
}

fn read(
    position: Option<&str>,
    asked: &Asked<'_>,
    reply: &crate::base::http::HttpReply,
) -> Next<Polled> {
    if let Some(fault) = Fault::read(reply) {
        return Err(if fault.code == 409 {
            contested(&fault)
        } else {
            fault.refusal()
        });
    }
    let result = fault::result_of(reply);
    let updates: Vec<_> = Node::of(&result).items().collect();
    let newest = updates
        .iter()
        .filter_map(|update| update.at("update_id").whole())
        .max();
    Ok(Step::Done(Polled {
        events: updates
            .iter()
            .flat_map(|update| parse::update(asked.account, *update))
            .collect(),
        position: match newest {
            Some(id) => id.saturating_add(1).to_string(),
            None => position.unwrap_or_default().to_owned(),
        },
    }))
}

/// Another program asks for the same bot: one of the two must stop.
fn contested(fault: &Fault) -> Refusal {
    Refusal::Later {
        error: SendError::passing("conflict", fault.description.as_str()).coded(Some(fault.code)),
        wait: Some(CONTESTED_PAUSE),
    }
}

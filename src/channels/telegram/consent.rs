//! Who wants no more messages says so with a command, and takes it back with another. telegram.md
//! section 10.

use serde_json::Value;

use crate::channels::telegram::chat::Chat;
use crate::model::inbound::Consent;
use crate::model::inbound::EVERYTHING;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::outbound::Account;

const OUT_REPLY: &str = "You will get no more messages. Send /start whenever you want them again.";
const IN_REPLY: &str = "You will get messages again. Send /stop to end them.";

/// What follows from a message of a person who wants no more, or something again. In groups and in
/// the name of somebody else, commands ask for nothing of the kind.
#[must_use]
pub fn follows(
    account: &Account,
    chat: &Chat,
    message: &mut InboundMessage,
) -> Option<InboundEvent> {
    if !chat.is_private() || chat.business.is_some() {
        return None;
    }
    let command = message.metadata.get("command")?;
    let is_given = match command.get("name")?.as_str()? {
        "start" => true,
        name if is_stop(account, name) => false,
        _ => return None,
    };
    let (kept, setting, usual) = if is_given {
        ("START", "optInReply", IN_REPLY)
    } else {
        ("STOP", "optOutReply", OUT_REPLY)
    };
    message
        .metadata
        .insert("optOutType".to_owned(), kept.into());
    Some(InboundEvent::Consent(Consent {
        from: message.from.clone(),
        topic: EVERYTHING.to_owned(),
        is_given,
        at: message.sent_at,
        answer: Some(account.text(setting).unwrap_or(usual).to_owned()),
    }))
}

/// Whether a command ends it: `/stop`, and what else the account says.
fn is_stop(account: &Account, name: &str) -> bool {
    let more = account.settings.get("extraStopKeywords");
    let mut more = more.and_then(Value::as_array).into_iter().flatten();
    let is_same = |word: &str| word.trim_start_matches('/').eq_ignore_ascii_case(name);
    name == "stop" || more.any(|word| word.as_str().is_some_and(is_same))
}

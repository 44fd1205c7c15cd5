//! What is taken in of groups and channels. telegram.md section 3.6.

use crate::channels::node::Node;
use crate::channels::telegram::entities;
use crate::channels::telegram::table;
use crate::model::outbound::Account;

/// Whether a message of a group is meant for us.
#[must_use]
pub fn wants(account: &Account, message: Node<'_>) -> bool {
    // Where the group went is always good to know.
    if message.at("migrate_to_chat_id").is_there() {
        return true;
    }
    match table::group_mode(account) {
        "all" => !addresses_another(account, message),
        "mentions" => is_to_us(account, message),
        _ => false,
    }
}

/// Whether it is a command for us, names us, or answers us.
fn is_to_us(account: &Account, message: Node<'_>) -> bool {
    let bot = table::bot_id(account);
    let answered = message.at("reply_to_message").at("from").word("id");
    answered.as_deref() == Some(bot)
        || marks(message).any(|(text, mark)| names_us(account, &text, mark))
}

fn names_us(account: &Account, text: &str, mark: Node<'_>) -> bool {
    let covered = || entities::covered(text, mark).unwrap_or_default();
    match mark.word("type").as_deref() {
        Some("bot_command") => covered()
            .split_once('@')
            .is_none_or(|(_, name)| is_our_name(account, name)),
        Some("mention") => is_our_name(account, covered().trim_start_matches('@')),
        Some("text_mention") => {
            mark.at("user").word("id").as_deref() == Some(table::bot_id(account))
        }
        _ => false,
    }
}

/// Whether it begins with a command for another bot.
fn addresses_another(account: &Account, message: Node<'_>) -> bool {
    marks(message)
        .filter(|(_, mark)| {
            mark.at("type").is("bot_command") && mark.at("offset").whole() == Some(0)
        })
        .any(|(text, mark)| !names_us(account, &text, mark))
}

/// Every mark in the words of a message, with the words.
fn marks(message: Node<'_>) -> impl Iterator<Item = (String, Node<'_>)> {
    [("text", "entities"), ("caption", "caption_entities")]
        .into_iter()
        .flat_map(move |(words, marks)| {
            let text = message.word(words).unwrap_or_default();
            message
                .at(marks)
                .items()
                .map(move |mark| (text.clone(), mark))
        })
}

fn is_our_name(account: &Account, name: &str) -> bool {
    account
        .text("botUsername")
        .is_some_and(|ours| ours.trim_start_matches('@').eq_ignore_ascii_case(name))
}

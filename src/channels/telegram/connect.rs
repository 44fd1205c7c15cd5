//! Proving a bot and having it report to us. telegram.md section 1.

use serde_json::Value;
use serde_json::json;

use crate::channels::node::Node;
use crate::channels::telegram::api::Api;
use crate::channels::telegram::fault;
use crate::channels::telegram::table;
use crate::channels::telegram::table::CERTIFICATE;
use crate::channels::telegram::table::Mode;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::call::Field;
use crate::model::call::FieldValue;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::outbound::Switch;
use crate::model::refusal::Refusal;

/// What the bot is told of. Reactions are told only to who names them; an absent list would leave
/// whatever was set before.
const UPDATES: [&str; 8] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "poll_answer",
];

/// What it is told of besides, where it answers for business accounts.
const BUSINESS_UPDATES: [&str; 4] = [
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
];

/// What is known of the bot once it was connected.
const BOT_NAME: &str = "botName";

/// How many updates may wait before it is worth a word.
const PENDING_WORTH_A_WORD: i64 = 100;

/// What the bot is told of.
#[must_use]
pub fn allowed_updates(account: &Account) -> Vec<&'static str> {
    let business: &[&str] = if table::takes_business(account) {
        &BUSINESS_UPDATES
    } else {
        &[]
    };
    UPDATES.iter().chain(business).copied().collect()
}

/// One step of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Me,
    SetWebhook,
    DeleteWebhook,
    Info,
}

impl Ask {
    const fn about(self) -> &'static str {
        match self {
            Self::Me => "botToken",
            Self::SetWebhook | Self::DeleteWebhook | Self::Info => "webhook",
        }
    }

    fn call(self, account: &Account) -> Call {
        let api = Api::of(account);
        match self {
            Self::Me => api.call("getMe", &json!({})),
            Self::SetWebhook => match account.text(CERTIFICATE) {
                Some(pem) => api.form_of("setWebhook", &webhook(account), [certificate(pem)]),
                None => api.call("setWebhook", &webhook(account)),
            },
            Self::DeleteWebhook => api.call(
                "deleteWebhook",
                &json!({"drop_pending_updates": drops_pending(account)}),
            ),
            Self::Info => api.call("getWebhookInfo", &json!({})),
        }
    }
}

/// The certificate that Telegram has to trust although nobody it knows signed it.
fn certificate(pem: &str) -> Field {
    Field {
        name: CERTIFICATE.to_owned(),
        value: FieldValue::Bytes {
            bytes: pem.as_bytes().to_vec(),
            filename: "certificate.pem".to_owned(),
            mime_type: "application/x-pem-file".to_owned(),
        },
    }
}

fn webhook(account: &Account) -> Value {
    let connections = account.settings.get("maxConnections");
    json!({
        "url": account.webhook_url,
        "secret_token": account.secret("webhookSecret").unwrap_or_default(),
        "max_connections": connections.and_then(Value::as_u64).unwrap_or(40),
        "allowed_updates": allowed_updates(account),
        "drop_pending_updates": drops_pending(account),
    })
}

/// Whether what waits at Telegram is forgotten: only where somebody wants it so, and only before the
/// bot is known here; later customers wrote it to us.
fn drops_pending(account: &Account) -> bool {
    account.is_on("dropPendingUpdates", Switch::Off) && account.text(BOT_NAME).is_none()
}

fn plan(account: &Account) -> &'static [Ask] {
    match table::mode(account) {
        Mode::Webhook => &[Ask::Me, Ask::SetWebhook, Ask::Info],
        Mode::Polling => &[Ask::Me, Ask::DeleteWebhook],
    }
}

/// The dialogue that connects a bot.
///
/// # Errors
/// Telegram does not accept it, in its own words.
pub fn next(asked: &Asked<'_>) -> Next<Connected> {
    let plan = plan(asked.account);
    let heard = asked.replies.len();
    if let (Some(ask), Some(reply)) = (plan.get(heard.wrapping_sub(1)), asked.replies.last()) {
        let result = fault::result(reply)?;
        if *ask == Ask::Me {
            is_the_one(asked.account, Node::of(&result))?;
        }
    }
    Ok(match plan.get(heard) {
        Some(next) => ask(*next, asked.account),
        None => Step::Done(connected(asked, plan)),
    })
}

/// Looks whether Telegram still calls us; none where we ask for news, which shows it by itself.
///
/// # Errors
/// The bot is not ours any more, or reports to another program.
pub fn inspect(asked: &Asked<'_>) -> Option<Next<Connected>> {
    (table::mode(asked.account) == Mode::Webhook).then(|| {
        let Some(reply) = asked.replies.first() else {
            return Ok(ask(Ask::Info, asked.account));
        };
        let result = fault::result(reply)?;
        let info = Node::of(&result);
        if !info.at("url").is(&asked.account.webhook_url) {
            return Err(Refusal::Account(taken()));
        }
        Ok(Step::Done(Connected {
            warnings: info_warnings(asked.account, info),
            ..Connected::default()
        }))
    })
}

/// Takes the webhook away. What waits at Telegram stays there: customers wrote it.
///
/// # Errors
/// Telegram does not do it.
pub fn release(asked: &Asked<'_>) -> Next<()> {
    match asked.replies.first() {
        None => Ok(ask(Ask::DeleteWebhook, asked.account)),
        Some(reply) => fault::result(reply).map(|_| Step::Done(())),
    }
}

fn ask<T>(ask: Ask, account: &Account) -> Step<T> {
    Step::Ask {
        what: ask.about(),
        call: ask.call(account),
    }
}

/// Another program registered the bot for itself, or took it off.
fn taken() -> SendError {
    SendError::passing(
        "webhook_elsewhere",
        "The webhook is registered elsewhere: another program uses this bot.",
    )
}

/// Whether the token is that of the bot somebody named.
fn is_the_one(account: &Account, me: Node<'_>) -> Result<(), Refusal> {
    let found = me.word("username").unwrap_or_default();
    let named = account.text("botUsername").unwrap_or(&found);
    if named.trim_start_matches('@').eq_ignore_ascii_case(&found) {
        return Ok(());
    }
    Err(Refusal::Account(SendError::passing(
        "wrong_account",
        format!("The token belongs to @{found}, not to {named}."),
    )))
}

fn connected(asked: &Asked<'_>, plan: &[Ask]) -> Connected {
    let mut connected = Connected::default();
    for (ask, reply) in plan.iter().zip(asked.replies) {
        let result = fault::result_of(reply);
        let result = Node::of(&result);
        match ask {
            Ask::Me => {
                connected.settings = known_of(result);
                connected
                    .warnings
                    .extend(me_warnings(asked.account, result));
            }
            Ask::Info => {
                if !result.at("url").is(&asked.account.webhook_url) {
                    connected.warnings.push(taken().message);
                }
                connected
                    .warnings
                    .extend(info_warnings(asked.account, result));
            }
            Ask::SetWebhook | Ask::DeleteWebhook => {}
        }
    }
    connected
}

fn known_of(me: Node<'_>) -> Opaque {
    let mut settings = Opaque::new();
    for (setting, field) in [("botUsername", "username"), (BOT_NAME, "first_name")] {
        if let Some(text) = me.word(field) {
            settings.insert(setting.to_owned(), text.into());
        }
    }
    settings
}

fn me_warnings(account: &Account, me: Node<'_>) -> Vec<String> {
    let lacks = |name: &str| !me.at(name).is_on();
    let mut warnings = Vec::new();
    if table::group_mode(account) == "all" && lacks("can_read_all_group_messages") {
        warnings.push(
            "The bot sees only commands and mentions in groups: switch privacy mode off at @BotFather, or make it an administrator."
                .to_owned(),
        );
    }
    if table::takes_business(account) && lacks("can_connect_to_business") {
        warnings.push("Business Mode is off: switch it on at @BotFather.".to_owned());
    }
    warnings
}

fn info_warnings(account: &Account, info: Node<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    let told: Vec<String> = info
        .at("allowed_updates")
        .items()
        .filter_map(Node::text)
        .collect();
    let wanted = allowed_updates(account).into_iter();
    let untold: Vec<_> = wanted
        .filter(|name| !told.iter().any(|one| one == name))
        .collect();
    if !told.is_empty() && !untold.is_empty() {
        warnings.push(format!(
            "Telegram does not report {}: another program changed what it tells. Test the connection to set it again.",
            untold.join(", ")
        ));
    }
    if let Some(trouble) = info.word("last_error_message") {
        let hint = if trouble.contains("403") {
            " A bot protection before this server may keep Telegram out."
        } else {
            ""
        };
        let when = info.at("last_error_date").moment();
        let when = when.map_or_else(String::new, |at| format!(" at {at}"));
        warnings.push(format!(
            "Telegram could not deliver{when}: {trouble}.{hint}"
        ));
    }
    let pending = info.at("pending_update_count").whole().unwrap_or(0);
    if pending >= PENDING_WORTH_A_WORD {
        warnings.push(format!("{pending} updates wait at Telegram."));
    }
    warnings
}

//! The settings of a bot as data, and what can be wrong with them. telegram.md section 1.

use serde_json::Value;

use crate::channels::node::Node;
use crate::channels::table::BROUGHT;
use crate::channels::table::MADE_UP;
use crate::channels::table::check_bases;
use crate::channels::table::known_as;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::channels::table::wrong;
use crate::channels::telegram::api::API;
use crate::channels::telegram::chat::Chat;
use crate::channels::telegram::commands;
use crate::channels::telegram::profile;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::outbound::Switch;
use crate::model::rejection::FieldError;

/// The setting with the certificate that is handed to Telegram with the address it calls.
pub const CERTIFICATE: &str = "certificate";

/// How news of the bot reach us.
const MODES: &[&str] = &["webhook", "polling"];

/// What is taken in of groups.
const GROUP_MODES: &[&str] = &["off", "mentions", "all"];

/// What quick replies are shown as.
const QUICK_REPLIES: &[&str] = &["inline", "keyboard"];

/// The longest call that waits for news, in seconds; the vendor's own limit.
const POLL_MAX_SECS: i64 = 50;

/// How long a call waits for news when nobody says otherwise, in seconds: below the time a call may
/// take at all.
const POLL_SECS: u64 = 25;

/// Every setting, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    known_as(
        required(
            "botToken",
            "Bot token",
            "Talk to @BotFather in Telegram: /newbot, or /mybots, your bot, API Token.",
            BROUGHT,
        ),
        &["token", "accessToken"],
    ),
    optional(
        "mode",
        "How messages arrive",
        "webhook needs a public https address; polling works anywhere. Empty: webhook where there is such an address.",
        Shape::Choice(MODES),
    )
    .access(),
    optional(
        "botUsername",
        "Bot username",
        "Without @. Filled in by itself; type it to be told when the token belongs to another bot.",
        Shape::Text,
    )
    .access(),
    optional(
        "commands",
        "Commands",
        "What the menu of the bot offers: [{\"command\":\"help\",\"description\":\"How it works\"}], each perhaps with languageCode and scope.",
        Shape::Array,
    ),
    optional(
        "profileName",
        "Name of the bot",
        "Shown above the chat; at most 64 characters. Telegram lets it change seldom.",
        Shape::Text,
    ),
    optional(
        "profileAbout",
        "About",
        "On the profile of the bot and beside links to it; at most 120 characters.",
        Shape::Text,
    ),
    optional(
        "profileDescription",
        "Description",
        "In the empty chat, before Start is pressed; at most 512 characters.",
        Shape::Text,
    ),
    optional(
        "menuButton",
        "Menu button",
        "default, commands, or web_app, which opens a page.",
        Shape::Text,
    ),
    optional(
        "menuButtonText",
        "Text of the menu button",
        "For one that opens a page.",
        Shape::Text,
    ),
    optional(
        "menuButtonUrl",
        "Page of the menu button",
        "Its https address.",
        Shape::Text,
    ),
    optional(
        "groupMode",
        "Groups",
        "mentions (usual): commands, mentions and replies to the bot. all needs privacy mode off at @BotFather.",
        Shape::Choice(GROUP_MODES),
    ),
    optional(
        "businessMode",
        "Business accounts",
        "Answers customers in the name of people who connected the bot to their account. Business Mode must be on at @BotFather.",
        Shape::Switch,
    )
    .access(),
    optional(
        "quickReplyStyle",
        "Quick replies",
        "inline: buttons under the message. keyboard: in place of the keyboard.",
        Shape::Choice(QUICK_REPLIES),
    ),
    optional(
        "extraStopKeywords",
        "More commands like /stop",
        "Such as parar, sair: who sends one gets no more messages until /start.",
        Shape::List,
    ),
    optional(
        "optOutReply",
        "Answer to /stop",
        "The last message to somebody who wants no more.",
        Shape::Text,
    ),
    optional(
        "optInReply",
        "Answer to /start after /stop",
        "To somebody who wants messages again.",
        Shape::Text,
    ),
    optional(
        "maxConnections",
        "Calls at once",
        "How many webhooks Telegram may send at the same time; 40 when left empty.",
        Shape::Number { min: 1, max: 100 },
    )
    .rare(),
    optional(
        "dropPendingUpdates",
        "Forget what waits at Telegram",
        "Only when the bot is connected for the first time: what people wrote to it before is lost.",
        Shape::Switch,
    )
    .rare(),
    optional(
        "pollTimeoutSecs",
        "Waiting for news, in seconds",
        "How long a call of polling waits; 25 when left empty. Must be less than the time limit of calls.",
        Shape::Number {
            min: 0,
            max: POLL_MAX_SECS,
        },
    )
    .rare(),
    known_as(
        optional(
            "webhookSecret",
            "Webhook secret",
            "Proves that a webhook comes from Telegram. Made up when left empty.",
            MADE_UP,
        ),
        &["secretToken"],
    ),
    optional(
        CERTIFICATE,
        "Certificate of this server",
        "Only where nobody whom Telegram knows signed it: the certificate itself, from -----BEGIN CERTIFICATE----- on.",
        Shape::Lines,
    )
    .access()
    .rare(),
    optional(
        "apiBaseUrl",
        "API address",
        "Only for a Bot API server of your own, tests and proxies. A bot must log out at Telegram's server first (logOut), and cannot go back there for ten minutes.",
        Shape::Text,
    )
    .rare(),
    optional(
        "mediaBaseUrl",
        "Files address",
        "Only where files lie elsewhere than the API.",
        Shape::Text,
    )
    .rare(),
];

/// How news reach us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Telegram calls us.
    Webhook,
    /// We ask.
    Polling,
}

/// How news of an account reach us: as set, else by webhook where Telegram can reach us.
#[must_use]
pub fn mode(account: &Account) -> Mode {
    match account.text("mode") {
        Some("polling") => Mode::Polling,
        Some(_) => Mode::Webhook,
        None if is_reachable(&account.webhook_url) => Mode::Webhook,
        None => Mode::Polling,
    }
}

/// How long a call for news waits, in seconds.
#[must_use]
pub fn poll_secs(account: &Account) -> u64 {
    let set = account.settings.get("pollTimeoutSecs");
    set.and_then(Value::as_u64).unwrap_or(POLL_SECS)
}

/// What is taken in of groups.
#[must_use]
pub fn group_mode(account: &Account) -> &str {
    account.text("groupMode").unwrap_or("mentions")
}

/// Whether quick replies stand in place of a chat's keyboard. In the name of somebody else they never
/// do.
#[must_use]
pub fn shows_keyboard(account: &Account, chat: &Chat) -> bool {
    account.text("quickReplyStyle") == Some("keyboard") && chat.business.is_none()
}

/// Whether messages of connected business accounts are taken in.
#[must_use]
pub fn takes_business(account: &Account) -> bool {
    account.is_on("businessMode", Switch::Off)
}

/// The bot's id, which its token begins with.
#[must_use]
pub fn bot_id(account: &Account) -> &str {
    let token = account.secret("botToken").unwrap_or_default();
    token.split_once(':').map_or("", |(id, _)| id)
}

/// Whether Telegram would call an address: https at one of its four ports, and not on this machine.
fn is_reachable(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| {
        let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let port_fits = matches!(url.port_or_known_default(), Some(80 | 88 | 443 | 8443));
        url.scheme() == "https" && !is_local && port_fits
    })
}

/// Whether news can be had by webhook: a Bot API server of one's own calls any address, at any port
/// and without TLS.
fn may_call(account: &Account) -> bool {
    let has_own_server = account.text("apiBaseUrl").is_some_and(|base| base != API);
    has_own_server || is_reachable(&account.webhook_url)
}

/// What is wrong with the settings of an account.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let mut all = check_bases(account, &["apiBaseUrl", "mediaBaseUrl"]);
    let token = account.secret("botToken").unwrap_or_default();
    if !is_token(token) {
        all.push(wrong(
            "botToken",
            "must look like 123456789:AAF..., as @BotFather shows it",
        ));
    }
    if account
        .secret("webhookSecret")
        .is_some_and(|secret| !is_secret(secret))
    {
        all.push(wrong(
            "webhookSecret",
            "must be 1 to 256 letters, digits, - and _",
        ));
    }
    if account.text("mode") == Some("webhook") && !may_call(account) {
        all.push(wrong(
            "mode",
            "webhook needs a public https address at port 443, 80, 88 or 8443, or a Bot API server of your own; set --public-url or choose polling",
        ));
    }
    if account
        .text("botUsername")
        .is_some_and(|name| !is_username(name))
    {
        all.push(wrong("botUsername", "must be letters, digits and _"));
    }
    if account
        .text(CERTIFICATE)
        .is_some_and(|pem| !is_certificate(pem))
    {
        all.push(wrong(
            CERTIFICATE,
            "must be a certificate in PEM: -----BEGIN CERTIFICATE----- and so on; never the key",
        ));
    }
    if let Some(list) = account.settings.get("commands") {
        all.extend(commands::check(Node::of(list)));
    }
    all.extend(profile::check(account));
    all
}

/// Digits, a colon, and 20 to 64 characters.
fn is_token(token: &str) -> bool {
    token.split_once(':').is_some_and(|(id, key)| {
        (1..=16).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_digit())
            && !id.starts_with('0')
            && (20..=64).contains(&key.len())
            && key.bytes().all(is_word_byte)
    })
}

fn is_secret(secret: &str) -> bool {
    (1..=256).contains(&secret.len()) && secret.bytes().all(is_word_byte)
}

/// Whether a text is one certificate or several, each in its frame, and no key among them.
fn is_certificate(pem: &str) -> bool {
    let pem = pem.trim();
    pem.starts_with("-----BEGIN CERTIFICATE-----")
        && pem.ends_with("-----END CERTIFICATE-----")
        && !pem.contains("PRIVATE KEY")
}

fn is_username(name: &str) -> bool {
    let name = name.strip_prefix('@').unwrap_or(name);
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use serde_json::json;

    const TOKEN: &str = "123456789:AAFakeTokenFakeTokenFakeTokenFake00";

    #[test]
    fn wrong_settings_are_named() {
        let longest = format!("1234567890123456:{}", "a".repeat(64));
        let too_long = format!("1:{}", "a".repeat(65));
        let too_short = format!("1:{}", "a".repeat(19));
        let cases = [
            (json!({}), TOKEN, vec![]),
            (json!({}), longest.as_str(), vec![]),
            (json!({}), too_long.as_str(), vec!["botToken"]),
            (json!({}), too_short.as_str(), vec!["botToken"]),
            (json!({}), "0123:aaaaaaaaaaaaaaaaaaaaaa", vec!["botToken"]),
            (json!({}), "", vec!["botToken"]),
            (
                json!({"mode":"webhook","botUsername":"@acme_bot"}),
                TOKEN,
                vec![],
            ),
            (
                json!({"botUsername":"acme bot"}),
                TOKEN,
                vec!["botUsername"],
            ),
            (
                json!({"apiBaseUrl":"api.telegram.org","mediaBaseUrl":"x"}),
                TOKEN,
                vec!["apiBaseUrl", "mediaBaseUrl"],
            ),
            (
                json!({"commands":[{"command":"Help","description":""}]}),
                TOKEN,
                vec!["commands[0].command", "commands[0].description"],
            ),
            (
                json!({"profileName":"n".repeat(64),"profileAbout":"a".repeat(120),"profileDescription":"d".repeat(512)}),
                TOKEN,
                vec![],
            ),
            (
                json!({"profileName":"n".repeat(65),"profileAbout":"a".repeat(121),"profileDescription":"d".repeat(513)}),
                TOKEN,
                vec!["profileName", "profileAbout", "profileDescription"],
            ),
            (
                json!({"menuButton":"web_app","menuButtonText":"Shop","menuButtonUrl":"https://shop.example"}),
                TOKEN,
                vec![],
            ),
            (
                json!({"menuButton":"web_app","menuButtonUrl":"http://shop.example"}),
                TOKEN,
                vec!["menuButtonText", "menuButtonUrl"],
            ),
            (json!({"menuButton":"shop"}), TOKEN, vec!["menuButton"]),
            (
                json!({"certificate":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}),
                TOKEN,
                vec![],
            ),
            (
                json!({"certificate":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"}),
                TOKEN,
                vec!["certificate"],
            ),
            (
                json!({"certificate":"/etc/ssl/chat.pem"}),
                TOKEN,
                vec!["certificate"],
            ),
        ];
        for (settings, token, expected) in cases {
            let found = check(&account(settings.clone(), &[("botToken", token)]));
            let fields: Vec<_> = found.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, expected, "{settings} {token}");
        }
        for (secret, fits) in [
            ("a".repeat(256), true),
            ("a".repeat(257), false),
            ("a b".to_owned(), false),
        ] {
            let found = check(&account(
                json!({}),
                &[("botToken", TOKEN), ("webhookSecret", &secret)],
            ));
            assert_eq!(found.is_empty(), fits, "{}", secret.len());
        }
    }

    #[test]
    fn a_machine_without_a_public_address_asks() {
        let cases = [
            (
                "https://chat.example/webhooks/telegram/ch_1",
                json!({}),
                Mode::Webhook,
            ),
            ("https://chat.example:8443/x", json!({}), Mode::Webhook),
            ("https://chat.example:8080/x", json!({}), Mode::Polling),
            ("http://chat.example/x", json!({}), Mode::Polling),
            ("https://localhost/x", json!({}), Mode::Polling),
            (
                "https://chat.example/x",
                json!({"mode":"polling"}),
                Mode::Polling,
            ),
            (
                "http://localhost:3000/x",
                json!({"mode":"webhook"}),
                Mode::Webhook,
            ),
            (
                "http://localhost:3000/x",
                json!({"mode":"webhook","apiBaseUrl":"https://api.telegram.org"}),
                Mode::Webhook,
            ),
            (
                "http://localhost:3000/x",
                json!({"mode":"webhook","apiBaseUrl":"http://127.0.0.1:8081"}),
                Mode::Webhook,
            ),
            (
                "http://localhost:3000/x",
                json!({"apiBaseUrl":"http://127.0.0.1:8081"}),
                Mode::Polling,
            ),
        ];
        for (url, settings, expected) in cases {
            let mut account = account(settings.clone(), &[("botToken", TOKEN)]);
            url.clone_into(&mut account.webhook_url);
            assert_eq!(mode(&account), expected, "{url} {settings}");
            let is_wrong = expected == Mode::Webhook
                && url.starts_with("http:")
                && settings["apiBaseUrl"] != "http://127.0.0.1:8081";
            assert_eq!(check(&account).is_empty(), !is_wrong, "{url} {settings}");
        }
    }
}

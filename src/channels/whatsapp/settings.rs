//! The settings of an account. whatsapp.md section 1.

use crate::channels::meta::callback::ENTERS_ADDRESS;
use crate::channels::meta::settings;
use crate::channels::meta::settings::check_ids;
use crate::channels::table::BROUGHT;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::channels::table::wrong as field;
use crate::channels::whatsapp::business;
use crate::channels::whatsapp::connect::PIN;
use crate::channels::whatsapp::prompts;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// The setting that says what an address of our own is for.
const OVERRIDE_FOR: &str = "webhookOverrideFor";

/// What an address of our own is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideFor {
    /// The whole business account.
    Business,
    /// This number alone.
    Number,
}

impl OverrideFor {
    /// What it is for in this account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        match account.text(OVERRIDE_FOR) {
            Some("number") => Self::Number,
            _ => Self::Business,
        }
    }
}

/// The settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    required(
        "phoneNumberId",
        "Phone number ID",
        "App dashboard, WhatsApp, API Setup. 15 to 17 digits; not the phone number itself.",
        Shape::Text,
    ),
    required(
        "accessToken",
        "Access token",
        "Business settings, System users, Generate token, with whatsapp_business_messaging and whatsapp_business_management. The token on the API Setup page ends within a day.",
        BROUGHT,
    ),
    Setting {
        aliases: &["webhookSecret"],
        ..settings::APP_SECRET
    },
    settings::VERIFY_TOKEN,
    Setting {
        aliases: &["businessId"],
        ..optional(
            "businessAccountId",
            "WhatsApp Business Account ID",
            "App dashboard, WhatsApp, API Setup. Needed for templates, and to have messages reported without setting that up by hand.",
            Shape::Text,
        )
        .access()
    },
    settings::APP_ID,
    optional(
        "webhookOverrideUrl",
        "Address for this account alone",
        "A public https address that the vendor reports to instead of the one in the app's dashboard. It is registered when the channel is connected.",
        Shape::Text,
    )
    .rare(),
    optional(
        OVERRIDE_FOR,
        "That address is for",
        "account: every number of the business account that has none of its own. number: this number alone, whatever the account says; empty then takes the number's away.",
        Shape::Choice(&["account", "number"]),
    )
    .rare(),
    optional(
        PIN,
        "Two-step PIN",
        "Six digits. Only to register a number that the vendor says is not registered; a number that had none gets this one.",
        BROUGHT,
    )
    .rare(),
    optional(
        "sendReadReceipts",
        "Show customers that messages were read",
        "On unless switched off. Customers see that somebody types only while this is on.",
        Shape::Switch,
    ),
    optional(
        "groups",
        "Take in group messages",
        "Off unless switched on: messages of groups are dropped.",
        Shape::Switch,
    ),
    optional(
        "listButtonText",
        "Button that opens a list",
        "Options, when left empty.",
        Shape::Text,
    ),
    prompts::ICE_BREAKERS,
    prompts::COMMANDS,
    business::ABOUT,
    business::ADDRESS,
    business::DESCRIPTION,
    business::EMAIL,
    business::WEBSITES,
    business::VERTICAL,
    ENTERS_ADDRESS,
    settings::API_VERSION,
    settings::API_BASE_URL,
    settings::MEDIA_BASE_URL,
    settings::ALLOW_UNSIGNED,
    settings::TIMEOUT,
];

/// The longest text of the button that opens a list (section 11).
const LIST_BUTTON_MAX: usize = 20;

/// Checks what the shapes in the table do not say.
///
/// # Errors
/// Every setting that is wrong.
pub fn check(account: &Account) -> Result<(), Vec<FieldError>> {
    let mut wrong = settings::check(account);
    let ids = ["phoneNumberId", "businessAccountId", "appId"];
    wrong.extend(check_ids(account, &ids));
    if account
        .text("webhookOverrideUrl")
        .is_some_and(|text| !settings::may_be_called(account, text))
    {
        wrong.push(field("webhookOverrideUrl", "must be an https address"));
    }
    let is_of_business = OverrideFor::of(account) == OverrideFor::Business
        && account.text("webhookOverrideUrl").is_some();
    if is_of_business && account.text("businessAccountId").is_none() {
        let needed = "is needed to register an address for this account alone";
        wrong.push(field("businessAccountId", needed));
    }
    if account
        .text("listButtonText")
        .is_some_and(|text| text.chars().count() > LIST_BUTTON_MAX)
    {
        wrong.push(field("listButtonText", "must have at most 20 characters"));
    }
    let is_pin = |pin: &str| pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit());
    if account
        .secret(PIN)
        .is_some_and(|pin| !pin.is_empty() && !is_pin(pin))
    {
        wrong.push(field(PIN, "must be six digits"));
    }
    wrong.extend(prompts::check(account));
    wrong.extend(business::check(account));
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::table::rename_aliases;
    use serde_json::json;

    #[test]
    fn wrong_settings_are_named() {
        let fields = |settings: serde_json::Value| -> Vec<String> {
            let wrong = check(&account(settings, &[])).err().unwrap_or_default();
            wrong.into_iter().map(|error| error.field).collect()
        };
        let long = "x".repeat(21);
        let cases = [
            (json!({"phoneNumberId":"106540352242922"}), vec![]),
            (
                json!({"phoneNumberId":"+1 555","appId":"a/b"}),
                vec!["phoneNumberId", "appId"],
            ),
            (
                json!({"webhookOverrideUrl":"http://x.example/"}),
                vec!["webhookOverrideUrl", "businessAccountId"],
            ),
            (
                json!({"webhookOverrideUrl":"https://x.example/hook","businessAccountId":"1"}),
                vec![],
            ),
            (
                json!({"webhookOverrideUrl":"https://x.example/hook","webhookOverrideFor":"number"}),
                vec![],
            ),
            (
                json!({"webhookOverrideUrl":"http://x.example/","webhookOverrideFor":"number","apiBaseUrl":"http://127.0.0.1:1/x"}),
                vec![],
            ),
            (json!({"listButtonText":&long[1..]}), vec![]),
            (json!({"listButtonText":long}), vec!["listButtonText"]),
        ];
        for (settings, expected) in cases {
            assert_eq!(fields(settings.clone()), expected, "{settings}");
        }
    }

    #[test]
    fn a_pin_has_six_digits() {
        for (pin, is_right) in [
            ("123456", true),
            ("", true),
            ("12345", false),
            ("1234567", false),
            ("12345x", false),
        ] {
            let ours = account(json!({"phoneNumberId":"1"}), &[("pin", pin)]);
            assert_eq!(check(&ours).is_ok(), is_right, "{pin}");
        }
    }

    #[test]
    fn older_names_are_understood() {
        let mut settings = account(json!({"businessId":"1","webhookSecret":"s"}), &[]).settings;
        rename_aliases(SETTINGS, &mut settings);
        let expected = json!({"businessAccountId":"1","appSecret":"s"});
        assert_eq!(serde_json::Value::Object(settings), expected);
    }
}

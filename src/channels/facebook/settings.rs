//! The settings of an account. facebook.md section 1.

use crate::channels::meta::callback::ENTERS_ADDRESS;
use crate::channels::meta::direct::comments::TAKES_COMMENTS;
use crate::channels::meta::direct::profile;
use crate::channels::meta::settings;
use crate::channels::meta::settings::check_ids;
use crate::channels::table::BROUGHT;
use crate::channels::table::optional;
use crate::channels::table::required;
use crate::channels::table::wrong as field;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// The settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    required(
        "pageId",
        "Page ID",
        "App dashboard, Messenger, API settings; or the page's own About section, Page transparency.",
        Shape::Text,
    ),
    optional(
        "pageAccessToken",
        "Page access token",
        "App dashboard, Messenger, API settings, Generate token, with pages_messaging and pages_manage_metadata. May be left empty when a user access token is given.",
        BROUGHT,
    ),
    settings::APP_SECRET,
    settings::VERIFY_TOKEN,
    settings::APP_ID,
    optional(
        "userAccessToken",
        "User access token",
        "Only to fetch the page's token with it, where you have no page token.",
        BROUGHT,
    ),
    optional(
        "humanAgentTag",
        "People may answer for 7 days",
        "Only when the app has the feature Human Agent. Programs and bots may answer for 24 hours either way.",
        Shape::Switch,
    ),
    TAKES_COMMENTS,
    profile::GET_STARTED,
    profile::GREETING,
    profile::ICE_BREAKERS,
    profile::PERSISTENT_MENU,
    profile::COMMANDS,
    optional(
        "promptText",
        "Words above choices",
        "Where a message has choices and no words, or too many to stand there. Choose an option:, when left empty.",
        Shape::Text,
    ),
    optional(
        "moreOptionsText",
        "Words above further buttons",
        "Where there are more than three, and some lead elsewhere. More options:, when left empty.",
        Shape::Text,
    ),
    ENTERS_ADDRESS,
    settings::API_VERSION,
    settings::API_BASE_URL,
    settings::MEDIA_BASE_URL,
    settings::ALLOW_UNSIGNED,
    settings::TIMEOUT,
];

/// Checks what the shapes in the table do not say.
///
/// # Errors
/// Every setting that is wrong.
pub fn check(account: &Account) -> Result<(), Vec<FieldError>> {
    let mut wrong = settings::check(account);
    wrong.extend(check_ids(account, &["pageId", "appId"]));
    let has = |name| account.secret(name).is_some_and(|token| !token.is_empty());
    if !has("pageAccessToken") && !has("userAccessToken") {
        wrong.push(field("pageAccessToken", "must not be empty"));
    }
    wrong.extend(profile::check(account));
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use serde_json::json;

    #[test]
    fn wrong_settings_are_named() {
        let page = [("pageAccessToken", "EAAT")];
        let user = [("userAccessToken", "EAAU")];
        let cases = [
            (json!({"pageId":"1"}), &page[..], vec![]),
            (json!({"pageId":"1"}), &user[..], vec![]),
            (json!({"pageId":"1"}), &[][..], vec!["pageAccessToken"]),
            (json!({"pageId":"ac me"}), &page[..], vec!["pageId"]),
            (
                json!({"pageId":"1","greeting":"g".repeat(161)}),
                &page[..],
                vec!["greeting"],
            ),
        ];
        for (settings, secrets, expected) in cases {
            let wrong = check(&account(settings, secrets)).err().unwrap_or_default();
            let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, expected);
        }
    }
}

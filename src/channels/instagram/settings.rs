//! The settings of an account. instagram.md section 1.

use crate::channels::meta::callback::ENTERS_ADDRESS;
use crate::channels::meta::direct::comments::TAKES_COMMENTS;
use crate::channels::meta::direct::events::KEEPS_STORIES;
use crate::channels::meta::direct::profile;
use crate::channels::meta::settings;
use crate::channels::meta::settings::check_ids;
use crate::channels::table::BROUGHT;
use crate::channels::table::check_bases;
use crate::channels::table::optional;
use crate::channels::table::wrong as field;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// The settings, in the order of the form.
pub const SETTINGS: &[Setting] = &[
    optional(
        "loginType",
        "Attached through",
        "facebook where the account is linked to a page, instagram where it logs in by itself. Read from the token when left empty.",
        Shape::Choice(&["facebook", "instagram"]),
    )
    .access(),
    Setting {
        aliases: &["pageAccessToken"],
        ..optional(
            "accessToken",
            "Access token",
            "Through a page: the page's token, with instagram_manage_messages. By itself: the Instagram user token (IG...), which is renewed before its 60 days end; empty where you sign in with Instagram instead.",
            BROUGHT,
        )
    },
    optional(
        "pageId",
        "Page ID",
        "The linked page. Needed only where the account is attached through a page.",
        Shape::Text,
    )
    .access(),
    optional(
        "instagramId",
        "Instagram account ID",
        "Begins with 17841. Filled in when the channel is connected.",
        Shape::Text,
    )
    .access(),
    settings::APP_SECRET,
    optional(
        "instagramAppSecret",
        "Instagram app secret",
        "App dashboard, Instagram, API setup with Instagram login. Only where the account logs in by itself.",
        BROUGHT,
    ),
    settings::VERIFY_TOKEN,
    settings::APP_ID,
    optional(
        "instagramAppId",
        "Instagram app ID",
        "App dashboard, Instagram, API setup with Instagram login. For signing in with Instagram; the app ID, when left empty.",
        Shape::Text,
    )
    .access(),
    optional(
        "humanAgentTag",
        "People may answer for 7 days",
        "Only when the app has the feature Human Agent. Programs and bots may answer for 24 hours either way.",
        Shape::Switch,
    ),
    optional(
        KEEPS_STORIES,
        "Keep pictures of stories",
        "The vendor shows a story for a day and forbids keeping it. On at your own decision: then pictures and films of stories that mention or answer you are copied in.",
        Shape::Switch,
    ),
    TAKES_COMMENTS,
    profile::ICE_BREAKERS,
    profile::PERSISTENT_MENU,
    optional(
        "promptText",
        "Words above choices",
        "Where a message has choices and no words, or too many to stand there. Choose an option:, when left empty.",
        Shape::Text,
    ),
    ENTERS_ADDRESS,
    settings::API_VERSION,
    settings::API_BASE_URL,
    settings::MEDIA_BASE_URL,
    optional(
        "authBaseUrl",
        "Address of the sign-in",
        "Only for tests and proxies: where people let the app in and codes become tokens.",
        Shape::Text,
    )
    .rare(),
    settings::ALLOW_UNSIGNED,
    settings::TIMEOUT,
];

/// How an account is attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// Through a page it is linked to.
    Page,
    /// By itself.
    Itself,
}

impl Login {
    /// How this account is attached: as the operator says, else as its token tells.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let token = account.secret("accessToken").unwrap_or_default();
        match account.text("loginType") {
            Some("instagram") => Self::Itself,
            None if token.starts_with("IG") => Self::Itself,
            _ => Self::Page,
        }
    }
}

/// Checks what the shapes in the table do not say.
///
/// # Errors
/// Every setting that is wrong.
pub fn check(account: &Account) -> Result<(), Vec<FieldError>> {
    let mut wrong = settings::check(account);
    wrong.extend(check_ids(
        account,
        &["pageId", "instagramId", "appId", "instagramAppId"],
    ));
    if Login::of(account) == Login::Page && account.text("pageId").is_none() {
        let words = "is needed where the account is attached through a page";
        wrong.push(field("pageId", words));
    }
    let has_token = account
        .secret("accessToken")
        .is_some_and(|token| !token.is_empty());
    let may_sign_in = account.text("loginType") == Some("instagram");
    if !has_token && !may_sign_in {
        wrong.push(field("accessToken", "is missing: Access token"));
    }
    wrong.extend(check_bases(account, &["authBaseUrl"]));
    wrong.extend(profile::check(account));
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use serde_json::json;

    #[test]
    fn the_token_tells_how_the_account_is_attached() {
        let cases = [
            (json!({}), "EAAT", Login::Page),
            (json!({}), "IGAAT", Login::Itself),
            (json!({"loginType":"facebook"}), "IGAAT", Login::Page),
            (json!({"loginType":"instagram"}), "EAAT", Login::Itself),
        ];
        for (settings, token, expected) in cases {
            let account = account(settings, &[("accessToken", token)]);
            assert_eq!(Login::of(&account), expected, "{token}");
        }
    }

    #[test]
    fn wrong_settings_are_named() {
        let cases = [
            (json!({"pageId":"1"}), "EAAT", vec![]),
            (json!({}), "EAAT", vec!["pageId"]),
            (json!({}), "IGAAT", vec![]),
            (json!({"instagramId":"@acme"}), "IGAAT", vec!["instagramId"]),
        ];
        for (settings, token, expected) in cases {
            let account = account(settings, &[("accessToken", token)]);
            let wrong = check(&account).err().unwrap_or_default();
            let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(fields, expected);
        }
    }
}

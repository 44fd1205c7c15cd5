//! Messenger of Facebook pages.
//!
//! Facts are from `channels/facebook.md`, cited by section; what it shares with Instagram is in
//! [`direct`](crate::channels::meta::direct).

pub mod caps;
mod connect;
mod guide;
mod settings;
pub mod speak;
mod tags;

use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::Reactions;
use crate::channels::meta::direct::Shares;
use crate::channels::meta::direct::VoiceNotes;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::profile;
use crate::channels::meta::direct::render::Speaker;
use crate::channels::meta::direct::service::Service;
use crate::channels::meta::direct::service::Terms;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::templates::rules;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::filling::TemplateTerms;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Renewed;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;

/// Messenger among its siblings.
static TERMS: Terms = Terms {
    name: "Messenger",
    product: Product {
        kind: "facebook",
        object: "page",
        own: "pageId",
        inbox: "263902037430900",
        voice_notes: VoiceNotes::ByName,
        shares: Shares::Linked,
        tags: true,
        says_why: true,
        reactions: Reactions::Emoji,
    },
    settings: settings::SETTINGS,
    guide: &guide::GUIDE,
    capabilities: &caps::CAPABILITIES,
    secrets: &["appSecret"],
    seats: ("page", &["pageId"]),
    shown: &[
        profile::STARTED,
        profile::GREETED,
        profile::QUESTIONS,
        profile::MENU,
        profile::COMMANDED,
    ],
    profile: "first_name,last_name,name,profile_pic",
    platform: "",
    templates: Some(&TEMPLATES),
};

/// What may stand in a template: the vendor takes nothing but news about an order or an account.
/// facebook.md section 7.3.
static TEMPLATES: TemplateTerms = TemplateTerms {
    categories: &["UTILITY"],
    headers: &["TEXT"],
    buttons: &["POSTBACK", "URL"],
    ..rules::TERMS
};

/// Messenger.
#[derive(Debug, Clone, Copy)]
pub struct Facebook;

impl Service for Facebook {
    fn terms(&self) -> &'static Terms {
        &TERMS
    }

    fn way<'a>(&self, account: &'a Account) -> Way<'a> {
        connect::way(account)
    }

    fn speaker(&self) -> &'static dyn Speaker {
        &speak::Page
    }

    fn checked(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        settings::check(account)
    }

    fn prove(&self, asked: &Asked<'_>) -> Result<Connected, Pause> {
        connect::walk(asked)
    }

    fn renew(&self, asked: &Asked<'_>) -> Result<Renewed, Pause> {
        connect::renew(asked)
    }

    fn may_go(&self, _parts: &[Content], metadata: &Opaque) -> Result<(), Rejection> {
        tags::check(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::Receives as _;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::every_fixture_parses;
    use serde_json::json;

    #[test]
    fn every_row_of_the_document_becomes_what_it_says() {
        let ours = account(
            json!({"pageId":"1234567890","appId":"1517776481860111"}),
            &[],
        );
        every_fixture_parses("facebook/in", &ours, |account, hook| {
            Facebook.parse(account, hook)
        });
    }
}

//! Direct messages of Instagram's professional accounts.
//!
//! Facts are from `channels/instagram.md`, cited by section; what it shares with Messenger is in
//! [`direct`](crate::channels::meta::direct).

mod album;
pub mod caps;
mod connect;
mod guide;
mod settings;
mod sign_in;
pub mod speak;

use crate::channels::instagram::settings::Login;
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
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Renewed;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;
use crate::model::visit::Visit;

/// Instagram among its siblings.
static TERMS: Terms = Terms {
    name: "Instagram",
    product: Product {
        kind: "instagram",
        object: "instagram",
        own: "instagramId",
        inbox: "1217981644879628",
        voice_notes: VoiceNotes::Always,
        shares: Shares::Shown,
        tags: false,
        says_why: false,
        reactions: Reactions::Heart,
    },
    settings: settings::SETTINGS,
    guide: &guide::GUIDE,
    capabilities: &caps::CAPABILITIES,
    // Which one signs is not told, so either is taken.
    secrets: &["appSecret", "instagramAppSecret"],
    seats: ("account", &["instagramId", "pageId"]),
    shown: &[profile::QUESTIONS, profile::MENU],
    profile: "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user",
    platform: "instagram",
    templates: None,
};

/// Instagram.
#[derive(Debug, Clone, Copy)]
pub struct Instagram;

impl Service for Instagram {
    fn terms(&self) -> &'static Terms {
        &TERMS
    }

    fn way<'a>(&self, account: &'a Account) -> Way<'a> {
        connect::way(account)
    }

    fn speaker(&self) -> &'static dyn Speaker {
        &speak::Professional
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

    fn keeps_out(&self, account: &Account) -> bool {
        Login::of(account) == Login::Page
    }

    fn entrance(
        &self,
        account: &Account,
        visit: &Visit,
    ) -> Result<Option<String>, Vec<FieldError>> {
        sign_in::page(account, visit)
    }

    fn enter(&self, code: &str, visit: &Visit, asked: &Asked<'_>) -> Next<Renewed> {
        sign_in::token(code, visit, asked)
    }

    /// Files are handed over through a page only; by itself an account has them fetched.
    fn takes_files(&self, account: &Account) -> bool {
        Login::of(account) == Login::Page
    }

    fn may_go(&self, parts: &[Content], metadata: &Opaque) -> Result<(), Rejection> {
        album::check(parts, metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::http::Webhook;
    use crate::channels::Receives as _;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::every_fixture_parses;
    use crate::model::inbound::InboundEvent;
    use serde_json::json;

    #[test]
    fn every_row_of_the_document_becomes_what_it_says() {
        let ours = account(json!({"instagramId":"17841405822304914"}), &[]);
        every_fixture_parses("instagram/in", &ours, |account, hook| {
            Instagram.parse(account, hook)
        });
    }

    #[test]
    fn stories_are_kept_where_the_operator_decided_so() {
        let hook = |message: serde_json::Value| {
            Webhook {
            method: crate::base::http::Method::Post,
            headers: crate::base::http::Headers::default(),
            query: String::new(),
            body: json!({"object":"instagram","entry":[{"id":"17841405822304914","messaging":[{
                "sender":{"id":"9"},"recipient":{"id":"17841405822304914"},"timestamp":1,"message":message}]}]})
            .to_string()
            .into_bytes(),
        }
        };
        let url = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=12";
        let mention =
            json!({"mid":"a","attachments":[{"type":"story_mention","payload":{"url":url}}]});
        let reply = json!({"mid":"b","text":"Nice","reply_to":{"story":{"url":url,"id":"1"}}});
        for message in [mention, reply] {
            for keeps in [true, false] {
                let settings = json!({"instagramId":"17841405822304914","storeStoryMedia":keeps});
                let events = Instagram.parse(&account(settings, &[]), &hook(message.clone()));
                let Some(InboundEvent::Message(message)) = events.unwrap_or_default().pop() else {
                    unreachable!("a message")
                };
                let media = message
                    .content
                    .brought()
                    .and_then(|media| media.url.as_deref());
                assert_eq!(media, keeps.then_some(url));
            }
        }
    }
}

//! Direct messages of Instagram's professional accounts.
//!
//! Facts are from `channels/instagram.md`, cited by section; what it shares with Messenger is in
//! [`direct`](crate::channels::meta::direct).

mod album;
pub mod caps;
mod connect;
mod guide;
mod settings;
pub mod speak;

use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::RenderError;
use crate::channels::instagram::settings::Login;
use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::Reactions;
use crate::channels::meta::direct::VoiceNotes;
use crate::channels::meta::direct::events;
use crate::channels::meta::direct::files;
use crate::channels::meta::direct::people;
use crate::channels::meta::direct::profile;
use crate::channels::meta::direct::render;
use crate::channels::meta::direct::shown;
use crate::channels::meta::sign;
use crate::channels::meta::talk::next;
use crate::model::Opaque;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::guide::Guide;
use crate::model::guide::Seat;
use crate::model::inbound::InboundEvent;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Call;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Outcome;
use crate::model::outbound::Person;
use crate::model::outbound::Remote;
use crate::model::outbound::Renewed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::outbound::Watcher;
use crate::model::rejection::FieldError;
use crate::model::rejection::Rejection;

/// Instagram among its siblings.
static PRODUCT: Product = Product {
    kind: "instagram",
    object: "instagram",
    own: "instagramId",
    voice_notes: VoiceNotes::Always,
    tags: false,
    says_why: false,
    reactions: Reactions::Heart,
};

/// The secrets events may be signed with: which one is not told, so either is taken.
const SECRETS: [&str; 2] = ["appSecret", "instagramAppSecret"];

/// What an account shows beside messages.
const SHOWN: &[profile::Shown] = &[profile::QUESTIONS, profile::MENU];

/// What is asked about a customer.
const PROFILE: &str = "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user";

/// Instagram.
#[derive(Debug, Clone, Copy)]
pub struct Instagram;

impl Channel for Instagram {
    fn kind(&self) -> &'static str {
        PRODUCT.kind
    }

    fn name(&self) -> &'static str {
        "Instagram"
    }

    fn settings(&self) -> &'static [Setting] {
        settings::SETTINGS
    }

    fn guide(&self, _settings: &Opaque) -> &'static Guide {
        &guide::GUIDE
    }

    fn seats(&self, account: &Account) -> Vec<Seat> {
        ["instagramId", "pageId"]
            .into_iter()
            .filter_map(|setting| {
                Some(Seat {
                    setting,
                    what: "account",
                    key: format!("{setting}/{}", account.text(setting)?),
                })
            })
            .collect()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        settings::check(account)
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        next(connect::walk(asked))
    }

    fn refresh(&self, asked: &Asked<'_>) -> Next<Renewed> {
        next(connect::renew(asked))
    }

    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        let way = connect::way(asked.account);
        next(profile::publish(&way, asked, SHOWN, PRODUCT.kind))
    }

    fn take_over(&self, address: &str, asked: &Asked<'_>) -> Next<()> {
        let way = connect::way(asked.account);
        next(people::take_over(&way, asked, address))
    }

    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        let way = connect::way(asked.account);
        next(people::look_up(&way, asked, address, PROFILE))
    }

    fn verify(&self, account: &Account, hook: &Webhook, _now: Timestamp) -> Result<(), NotGenuine> {
        sign::verify(account, &SECRETS, hook)
    }

    fn greet(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        sign::greet(account, hook)
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        events::read(&PRODUCT, account, hook)
    }

    fn shares_webhooks(&self) -> bool {
        true
    }

    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        next(shown::locate(asked.account, remote))
    }

    /// Files are handed over through a page only; by itself an account has them fetched.
    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        if Login::of(asked.account) == Login::Itself {
            return Ok(Step::Done(None));
        }
        let way = connect::way(asked.account);
        next(files::upload(&way, media, asked, "?platform=instagram"))
    }

    fn refuse(
        &self,
        _account: &Account,
        _to: &str,
        parts: &[Content],
        metadata: &Opaque,
    ) -> Result<(), Rejection> {
        album::check(parts, metadata)
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        let way = connect::way(sending.account);
        render::calls(&PRODUCT, &way, &speak::Professional, sending)
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        shown::taken(reply)
    }

    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        let way = connect::way(watcher.account);
        Some(shown::sign(&way, sign, watcher))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::every_fixture_parses;
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

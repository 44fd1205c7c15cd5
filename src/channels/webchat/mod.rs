//! Our own web chat: the widget on a website, and programs that speak for its visitors.
//!
//! Storing a message is sending it, so nothing here writes calls. What the widget and the server
//! say to each other is read in [`frames`] and written in [`wire`]; who may speak is decided in
//! [`origins`] and [`identity`]. The engine owns sessions and timelines.

pub mod caps;
pub mod clean;
pub mod config;
pub mod content;
pub mod contrast;
pub mod files;
pub mod forms;
pub mod frames;
mod guide;
pub mod hook;
pub mod identity;
pub mod origins;
pub mod problem;
pub mod settings;
pub mod snippet;
mod table;
pub mod wire;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::Channel;
use crate::channels::Connects;
use crate::channels::KeepsTemplates;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::Receives;
use crate::channels::Recorded;
use crate::channels::RenderError;
use crate::channels::Sends;
use crate::channels::table::rename_aliases;
use crate::channels::webchat::settings::Settings;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::guide::Guide;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

const KIND: &str = "webchat";

/// The shortest secret that protects anything, in bytes.
const SECRET_MIN: usize = 16;

/// The web chat.
#[derive(Debug, Clone, Copy)]
pub struct Webchat;

impl Channel for Webchat {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn name(&self) -> &'static str {
        "WebChat"
    }

    fn settings(&self) -> &'static [Setting] {
        table::SETTINGS
    }

    fn guide(&self, _settings: &Opaque) -> &'static Guide {
        &guide::GUIDE
    }

    fn capabilities(&self) -> &'static Capabilities {
        &caps::CAPABILITIES
    }

    fn adopt(&self, settings: &mut Opaque) {
        rename_aliases(self.settings(), settings);
        settings::adopt(settings);
    }

    fn check(&self, account: &Account) -> Result<(), Vec<FieldError>> {
        let mut wrong = Settings::checked(&account.settings)
            .err()
            .unwrap_or_default();
        for name in ["identitySecret", "webhookSecret"] {
            if account
                .secret(name)
                .is_some_and(|secret| secret.len() < SECRET_MIN)
            {
                wrong.push(FieldError {
                    field: name.to_owned(),
                    message: "must have at least 16 characters".to_owned(),
                });
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

impl Connects for Webchat {}

impl KeepsTemplates for Webchat {}

impl Receives for Webchat {
    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine> {
        let secret = account
            .secret("webhookSecret")
            .filter(|secret| !secret.is_empty());
        let is_post = hook.method == Method::Post;
        let secret = secret.filter(|_| is_post).ok_or(NotGenuine)?;
        hook::verify(secret.as_bytes(), hook, now)
    }

    fn parse(&self, _account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        Ok(vec![hook::parse(hook)?])
    }

    fn answer(&self, _account: &Account, recorded: &[Recorded]) -> HttpReply {
        let first = recorded.first();
        let body = serde_json::json!({
            "messageId": first.and_then(|fact| fact.message_id),
            "duplicate": first.is_some_and(|fact| fact.duplicate),
        });
        HttpReply {
            status: 200,
            headers: Headers::default().with("content-type", "application/json"),
            body: body.to_string().into_bytes(),
        }
    }
}

impl Sends for Webchat {
    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        Err(RenderError {
            kind: KIND,
            content: sending.parts.first().map_or("", |part| part.kind()),
        })
    }

    fn read_reply(&self, _account: &Account, _reply: &HttpReply) -> Outcome {
        let error = SendError::lasting("no_vendor", "A web chat has no vendor that could answer.");
        Err(Refusal::Never(error))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;
    use crate::base::secret::Secret;
    use crate::model::channel::Shape;
    use crate::model::ids::ChannelId;
    use crate::model::ids::MessageId;
    use serde_json::json;

    fn account(settings: serde_json::Value, secret: &str) -> Account {
        Account {
            webhook_url: String::new(),
            channel_id: ChannelId::from_bytes([1; 16]),
            settings: serde_json::from_value(settings).unwrap(),
            secrets: [("webhookSecret".to_owned(), Secret::new(secret.to_owned()))].into(),
        }
    }

    #[test]
    fn names_of_settings_are_unique_and_secrets_are_made() {
        let mut names: Vec<_> = table::SETTINGS
            .iter()
            .flat_map(|setting| setting.aliases.iter().chain([&setting.name]))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        let generated = table::SETTINGS
            .iter()
            .filter(|setting| matches!(setting.shape, Shape::Secret { generated: Some(_) }));
        assert_eq!(generated.count(), 2);
    }

    #[test]
    fn short_secrets_and_wrong_settings_are_named_together() {
        let bad = account(json!({"theme":{"primaryColor":"x"}}), "short");
        let fields: Vec<_> = Webchat
            .check(&bad)
            .unwrap_err()
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, ["theme.primaryColor", "webhookSecret"]);
        assert_eq!(
            Webchat.check(&account(json!({}), "whs_test_secret_0001")),
            Ok(())
        );
    }

    #[test]
    fn older_settings_are_adopted() {
        let mut settings: Opaque =
            serde_json::from_value(json!({"allowedDomains":["a.example"],"maxFileSize":5}))
                .unwrap();
        Webchat.adopt(&mut settings);
        assert_eq!(
            serde_json::Value::Object(settings),
            json!({"allowedOrigins":["a.example"],"fileUpload":{"maxSize":5}})
        );
    }

    #[test]
    fn a_hook_without_secret_is_never_genuine() {
        let hook = Webhook {
            method: Method::Post,
            headers: Headers::default().with(
                hook::SIGNATURE,
                format!("t=1,v1={}", hook::signature(b"", "1", b"{}")),
            ),
            query: String::new(),
            body: b"{}".to_vec(),
        };
        let now = Timestamp::from_secs(1);
        assert_eq!(
            Webchat.verify(&account(json!({}), ""), &hook, now),
            Err(NotGenuine)
        );
    }

    #[test]
    fn the_answer_names_the_message() {
        let message_id = MessageId::from_bytes([0; 16]);
        let reply = Webchat.answer(
            &account(json!({}), ""),
            &[Recorded {
                message_id: Some(message_id),
                duplicate: true,
            }],
        );
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(
            body,
            json!({"messageId":message_id.to_string(),"duplicate":true})
        );
    }
}

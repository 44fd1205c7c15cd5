//! A message of a visitor, from the frame to the acknowledgement.

use serde_json::json;

use crate::base::crypto::digest;
use crate::channels::webchat::content::Said;
use crate::channels::webchat::frames::Page;
use crate::channels::webchat::frames::Send;
use crate::channels::webchat::wire::Ack;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::arrivals;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::saying;
use crate::engine::webchat::saying::Proactive;
use crate::engine::webchat::saying::Saying;
use crate::engine::webchat::sessions::form_is_due;
use crate::model::Opaque;
use crate::model::content::Content;

impl Webchat {
    /// Stores what a visitor says. With the acknowledgement it is on disk.
    ///
    /// # Errors
    /// `rate_limited`, and those of [`saying::say`].
    pub async fn send(
        &self,
        caller: &Caller,
        send: Send,
        peer: &Peer,
    ) -> Result<Ack, WebchatError> {
        let limits = limits_of(caller);
        for (limit, who) in &limits {
            self.check(*limit, who)?;
        }
        if let Some(page) = &send.page {
            self.looks_at(caller, page, peer);
        }
        let saying = Saying {
            digest: digest_of(&send),
            metadata: metadata_of(caller, &send),
            proactive: proactive_of(caller, send.proactive_id.as_deref()),
            form_due: form_is_due(caller),
            client_id: send.client_message_id,
            said: send.said,
            reply_to: send.reply_to,
        };
        let ack = self.say(caller, saying).await?;
        if !ack.duplicate {
            // Copies of one message count once, however many come at the same time.
            let now = self.context.clock.now();
            for (limit, who) in &limits {
                self.shared.limits.charge(*limit, who, now);
            }
        }
        self.stopped_typing(caller);
        Ok(ack)
    }

    pub(super) async fn say(&self, caller: &Caller, saying: Saying) -> Result<Ack, WebchatError> {
        let stamp = self.context.stamp();
        let channel = caller.site.channel.clone();
        let token = caller.session.token_hash;
        let client_message_id = saying.client_id.clone();
        let write = self
            .context
            .store
            .write("storing a visitor's message", move |tx| {
                let mut pen = stamp.pen();
                let (session, visitor) = arrivals::holder(tx, &channel, &token, pen.now)?;
                saying::say(tx, &mut pen, &channel, session.id, visitor, &saying)
            });
        let stored = write.await?;
        Ok(Ack {
            client_message_id,
            message_id: stored.message_id,
            seq: stored.seq,
            conversation_id: stored.conversation_id,
            timestamp: stored.at,
            duplicate: stored.duplicate,
        })
    }

    /// What was typed is sent now.
    fn stopped_typing(&self, caller: &Caller) {
        if let Some(conversation_id) = caller.visitor.conversation_id {
            let who = Typist::Customer {
                name: name_of(caller),
                preview: None,
            };
            self.context.live.signal(Signal::Typing {
                conversation_id,
                who,
                on: false,
            });
        }
    }
}

/// What a message counts against.
fn limits_of(caller: &Caller) -> Vec<(Limit, String)> {
    let session = caller.session.id.to_string();
    let mut limits = vec![
        (Limit::Messages, session.clone()),
        (Limit::MessagesPerMinute, session),
    ];
    if caller.visitor.conversation_id.is_none() {
        limits.push((Limit::Conversations, caller.visitor.id.to_string()));
    }
    limits
}

/// What to call a visitor among us while nothing better is at hand.
pub(super) fn name_of(caller: &Caller) -> String {
    let name = caller.visitor.claims.name.clone();
    name.unwrap_or_else(|| "Visitor".to_owned())
}

/// The digest by which a repeat is told from another message under the same id.
fn digest_of(send: &Send) -> [u8; 32] {
    let said = match &send.said {
        Said::Words(content) => json!({ "words": content }),
        Said::File { media_id, caption } => json!({ "file": media_id, "caption": caption }),
        Said::Choice { payload, source } => json!({ "choice": payload, "source": source }),
        Said::Reaction { emoji, target } => json!({ "reaction": emoji, "target": target }),
    };
    let whole = json!({ "said": said, "replyTo": send.reply_to });
    digest(whole.to_string().as_bytes())
}

fn metadata_of(caller: &Caller, send: &Send) -> Opaque {
    let visitor = &caller.visitor;
    let mut kept = Opaque::new();
    let mut keep = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            kept.insert(name.to_owned(), value.into());
        }
    };
    if let Some(page) = &send.page {
        keep("page", path_of(page));
        keep("pageUrl", Some(page.url.clone()));
        keep("pageTitle", page.title.clone());
    }
    keep("locale", visitor.locale.clone());
    keep("timezone", visitor.timezone.clone());
    keep("userAgent", caller.session.user_agent.clone());
    keep("sessionId", Some(caller.session.id.to_string()));
    keep("sentAt", send.sent_at.clone());
    if is_suspect(caller, &send.said) {
        kept.insert("spamSuspect".to_owned(), true.into());
    }
    kept
}

fn path_of(page: &Page) -> Option<String> {
    let url = url::Url::parse(&page.url).ok()?;
    Some(url.path().to_owned())
}

/// Whether a first message of somebody unknown is nothing but links.
fn is_suspect(caller: &Caller, said: &Said) -> bool {
    let Said::Words(Content::Text(text)) = said else {
        return false;
    };
    let unknown = caller.visitor.external_id.is_none() && caller.visitor.contact_id.is_none();
    let mut words = text.text.split_whitespace();
    unknown && words.all(|word| word.starts_with("http://") || word.starts_with("https://"))
}

fn proactive_of(caller: &Caller, id: Option<&str>) -> Option<Proactive> {
    let settings = &caller.site.settings;
    let rule = settings
        .proactive_messages
        .iter()
        .find(|rule| Some(rule.id.as_str()) == id)?;
    let tongue = caller.visitor.locale.as_deref().unwrap_or_default();
    let text = rule
        .message
        .in_language(tongue, &settings.default_language)?;
    let author = rule.author.as_ref().map(|face| face.name.clone());
    Some(Proactive {
        id: rule.id.clone(),
        text: text.to_owned(),
        author: author.unwrap_or_else(|| caller.site.channel.name.clone()),
    })
}

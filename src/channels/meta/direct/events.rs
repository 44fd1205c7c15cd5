//! Webhooks of a page or a professional account into facts. facebook.md section 3, instagram.md
//! section 3.

mod notices;
mod opt_ins;
mod receipts;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::http::Webhook;
use crate::base::phone::PhoneNumber;
use crate::base::time::Timestamp;
use crate::channels::ParseError;
use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::attachments::Reading;
use crate::channels::meta::direct::comments;
use crate::channels::meta::direct::events::notices::HANDOVERS;
use crate::channels::meta::direct::said;
use crate::channels::meta::envelope::Entry;
use crate::channels::meta::envelope::Envelope;
use crate::channels::meta::templates::news;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::inbound::Echo;
use crate::model::inbound::InboundDelete;
use crate::model::inbound::InboundEdit;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundReaction;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::outbound::Account;

/// Reactions by the vendor's word, for those that come without an emoji.
const EMOJI: [(&str, &str); 9] = [
    ("angry", "\u{1f620}"),
    ("dislike", "\u{1f44e}"),
    ("laugh", "\u{1f606}"),
    ("like", "\u{1f44d}"),
    ("love", "\u{2764}\u{fe0f}"),
    ("other", "\u{1f44d}"),
    ("sad", "\u{1f622}"),
    ("smile", "\u{1f606}"),
    ("wow", "\u{1f62e}"),
];

/// Things said with one message, at most: words and ten files (instagram.md section 11).
const PARTS_MAX: usize = 11;

/// Reads what a webhook says about this account. One address may serve several accounts of an app:
/// what is about another is left out.
///
/// # Errors
/// [`ParseError::Refused`]: no JSON.
pub fn read(
    product: &Product,
    account: &Account,
    hook: &Webhook,
) -> Result<Vec<InboundEvent>, ParseError> {
    let envelope = Envelope::read(hook, product.object)?;
    let own = product.own_id(account);
    let ours = envelope
        .entries()
        .filter(|entry| !own.is_empty() && entry.account() == own);
    Ok(ours
        .flat_map(|entry| of_entry(product, account, entry))
        .collect())
}

fn of_entry(product: &Product, account: &Account, entry: Entry<'_>) -> Vec<InboundEvent> {
    let place = |node, is_standby| Place {
        product,
        account,
        node,
        is_standby,
    };
    let mut events = Vec::new();
    for (field, value) in entry.changes() {
        match field.as_str() {
            "messages" => events.extend(place(value, false).read()),
            "messenger_template_status_update" => {
                events.push(InboundEvent::Template(news::status(value)));
            }
            field => {
                let change = (field, value);
                events.extend(comments::read(product, account, change, entry.at()));
            }
        }
    }
    for node in entry.messaging() {
        events.extend(place(node, false).read());
    }
    for node in entry.standby() {
        events.extend(place(node, true).read());
    }
    events
}

/// One thing that happened in a thread.
struct Place<'a> {
    product: &'a Product,
    account: &'a Account,
    node: Node<'a>,
    /// Whether another app has the thread.
    is_standby: bool,
}

impl Place<'_> {
    /// What an element is stands in its keys; the order in which they are looked at is the
    /// document's.
    fn read(&self) -> Vec<InboundEvent> {
        let message = self.node.at("message");
        let is_echo = message.at("is_echo").is_on();
        if !self.concerns_us(is_echo) || message.at("is_self").is_on() {
            return Vec::new();
        }
        let has = |name: &str| self.node.at(name).is_there();
        if message.at("is_deleted").is_on() {
            return deleted(message);
        }
        if is_echo {
            return self.echoes(message);
        }
        if has("message") {
            return self.messages(message);
        }
        if has("delivery") {
            return self.deliveries();
        }
        if has("optin") {
            return self.opt_in();
        }
        let event = if has("postback") {
            self.postback()
        } else if has("reaction") {
            self.reaction()
        } else if has("message_edit") {
            self.edit()
        } else if has("read") {
            self.seen()
        } else if has("referral") {
            self.referral()
        } else if let Some(key) = HANDOVERS.into_iter().find(|key| has(key)) {
            Some(self.handover(key))
        } else {
            self.policy()
        };
        event.into_iter().collect()
    }

    /// Whether the element is about our account: an echo comes from it, all else goes to it.
    fn concerns_us(&self, is_echo: bool) -> bool {
        let side = if is_echo { "sender" } else { "recipient" };
        self.node.at(side).at("id").is(self.own())
    }

    fn own(&self) -> &str {
        self.product.own_id(self.account)
    }

    fn customer(&self) -> Option<String> {
        self.node.at("sender").word("id")
    }

    fn at(&self) -> Option<Timestamp> {
        self.node.at("timestamp").moment()
    }

    fn reading(&self) -> Reading {
        Reading {
            voice_notes: self.product.voice_notes,
            shares: self.product.shares,
            is_ours: self.node.at("message").at("is_echo").is_on(),
        }
    }

    /// What is kept with everything that was said in a thread.
    fn metadata(&self, mid: Option<&str>, mut kept: Kept) -> Opaque {
        kept.put("mid", mid);
        kept.put(self.product.own, Some(self.own()));
        kept.put("standby", self.is_standby.then_some(true));
        kept.into_inner()
    }

    /// One fact for each thing said: the first under the vendor's id, the others under the same id
    /// with a number.
    fn messages(&self, message: Node<'_>) -> Vec<InboundEvent> {
        let (Some(mid), Some(address)) = (message.word("mid"), self.customer()) else {
            return Vec::new();
        };
        let told = brought(message);
        let said = said::read(message, self.reading()).into_iter().enumerate();
        let keeps_stories = self.account.settings.get(KEEPS_STORIES) == Some(&true.into());
        said.map(|(index, (mut content, mut kept))| {
            if keeps_stories {
                want_story(&mut content);
            }
            kept.put_raw("referral", message.at("referral"));
            let from = InboundSender {
                address: address.clone(),
                proof: told.clone(),
                ..InboundSender::default()
            };
            let metadata = self.metadata(Some(&mid), kept);
            let reply_to = message.at("reply_to").word("mid").filter(|_| index == 0);
            self.message(numbered(&mid, index), from, content, reply_to, metadata)
        })
        .collect()
    }

    fn message(
        &self,
        external_id: String,
        from: InboundSender,
        content: Content,
        reply_to: Option<String>,
        metadata: Opaque,
    ) -> InboundEvent {
        InboundEvent::Message(InboundMessage {
            external_id,
            from,
            to: self.own().to_owned(),
            content,
            reply_to,
            sent_at: self.at(),
            metadata,
        })
    }

    /// Messages of ours that were not written here, and our own once more.
    fn echoes(&self, message: Node<'_>) -> Vec<InboundEvent> {
        let recipient = self.node.at("recipient").word("id");
        let (Some(mid), Some(address)) = (message.word("mid"), recipient) else {
            return Vec::new();
        };
        let said = said::read(message, self.reading());
        // We mentioned somebody in a story of ours: that is no message to anybody.
        let tells_story = |content: &Content| matches!(content, Content::StoryMention(_));
        if said.iter().all(|(content, _)| tells_story(content)) {
            return Vec::new();
        }
        let said = said.into_iter().enumerate();
        said.map(|(index, (content, mut kept))| {
            kept.put("echo", Some(true));
            kept.put("source", Some(source(self.product, message)));
            InboundEvent::Echo(Echo {
                external_id: numbered(&mid, index),
                to: InboundSender {
                    address: address.clone(),
                    ..InboundSender::default()
                },
                from: self.own().to_owned(),
                content,
                reply_to: message.at("reply_to").word("mid").filter(|_| index == 0),
                sent_at: self.at(),
                tag: message.word("metadata"),
                metadata: self.metadata(Some(&mid), kept),
                whole: (index > 0).then(|| mid.clone()),
            })
        })
        .collect()
    }

    fn postback(&self) -> Option<InboundEvent> {
        let postback = self.node.at("postback");
        let address = self.customer()?;
        let title = postback.word("title").unwrap_or_default();
        // While another app has the thread, what was pressed is told by its title alone.
        let payload = postback.word("payload").unwrap_or_else(|| title.clone());
        let mid = postback.word("mid");
        let external_id = mid.clone().unwrap_or_else(|| {
            let fingerprint = hex(&digest(payload.as_bytes()));
            format!("pb:{address}:{}:{}", self.moment(), &fingerprint[..8])
        });
        let mut kept = Kept::default();
        kept.put_raw("referral", postback.at("referral"));
        let metadata = self.metadata(mid.as_deref(), kept);
        let content = said::postback(&payload, &title);
        Some(self.message(external_id, person(address), content, None, metadata))
    }

    fn moment(&self) -> i64 {
        self.at().map_or(0, Timestamp::as_millis)
    }

    fn reaction(&self) -> Option<InboundEvent> {
        let reaction = self.node.at("reaction");
        let address = self.customer()?;
        let target = reaction.word("mid")?;
        let is_taken_back = reaction.at("action").is("unreact");
        let named = || {
            let word = reaction.word("reaction")?;
            let known = EMOJI.iter().find(|(name, _)| *name == word);
            Some(known.map_or(EMOJI[3].1, |(_, emoji)| *emoji).to_owned())
        };
        let emoji = reaction
            .word("emoji")
            .or_else(named)
            .filter(|_| !is_taken_back);
        Some(InboundEvent::Reaction(InboundReaction {
            metadata: Opaque::new(),
            external_id: format!("react:{target}:{address}:{}", self.moment()),
            from: person(address),
            target_external_id: target,
            emoji: emoji.unwrap_or_default(),
        }))
    }

    fn edit(&self) -> Option<InboundEvent> {
        let edit = self.node.at("message_edit");
        Some(InboundEvent::Edit(InboundEdit {
            metadata: Opaque::new(),
            external_id: edit.word("mid")?,
            content: Content::text(edit.word("text").unwrap_or_default()),
            at: self.at(),
        }))
    }
}

/// A message that was taken back, with everything that was attached to it: how much that was is
/// not told.
fn deleted(message: Node<'_>) -> Vec<InboundEvent> {
    let Some(mid) = message.word("mid") else {
        return Vec::new();
    };
    let parts = 0..PARTS_MAX;
    parts
        .map(|index| {
            InboundEvent::Delete(InboundDelete {
                external_id: numbered(&mid, index),
            })
        })
        .collect()
}

/// The setting by which an operator decides to keep what the vendor shows for a day.
pub const KEEPS_STORIES: &str = "storeStoryMedia";

/// Has the picture or film of a story copied in like any file.
fn want_story(content: &mut Content) {
    let story = match content {
        Content::StoryMention(story) => story,
        Content::StoryReply(reply) => &mut reply.story,
        _ => return,
    };
    story.media = story.url.clone().map(|url| Media {
        url: Some(url),
        ..Media::default()
    });
}

fn person(address: String) -> InboundSender {
    InboundSender {
        address,
        ..InboundSender::default()
    }
}

/// `mid`, `mid#1`, `mid#2`.
fn numbered(mid: &str, index: usize) -> String {
    match index {
        0 => mid.to_owned(),
        _ => format!("{mid}#{index}"),
    }
}

/// A number or address of mail that a customer handed over by tapping it: the vendor filled it in
/// from the profile.
fn brought(message: Node<'_>) -> Proof {
    let payload = message
        .at("quick_reply")
        .word("payload")
        .unwrap_or_default();
    let is_told = !payload.is_empty() && message.at("text").is(&payload);
    let phone = PhoneNumber::parse(&payload).filter(|_| is_told);
    let email = Some(payload).filter(|text| is_told && text.contains('@') && phone.is_none());
    Proof {
        phone: phone.map(|phone| phone.as_str().to_owned()),
        email,
        ..Proof::default()
    }
}

/// Where a message of ours was written.
fn source(product: &Product, message: Node<'_>) -> String {
    match message.word("app_id") {
        Some(app) if app == product.inbox => "page_inbox".to_owned(),
        Some(app) => format!("app:{app}"),
        None => "native_app".to_owned(),
    }
}

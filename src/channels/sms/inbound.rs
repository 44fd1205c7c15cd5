//! What every carrier's report of a message becomes. sms.md sections 3 and 3.2.

use crate::base::mime;
use crate::base::phone::PhoneNumber;
use crate::base::time::Timestamp;
use crate::channels::node::Kept;
use crate::channels::sms::Entry;
use crate::channels::sms::consent;
use crate::channels::sms::consent::Keyword;
use crate::channels::sms::numbers;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::inbound::Access;
use crate::model::inbound::Extent;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundMessage;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Proof;
use crate::model::outbound::Account;

/// What lays out the parts of a message for phones, and is nothing to look at.
const LAYOUT: &str = "application/smil";

/// A message as a carrier reports it.
#[derive(Debug, Default)]
pub struct Heard {
    /// The carrier's id.
    pub id: String,
    /// The number it came from, as the carrier writes it.
    pub from: String,
    /// Our number.
    pub to: String,
    /// The words.
    pub text: String,
    /// Files: where they lie, and of what kind.
    pub files: Vec<(String, String)>,
    /// When, by the carrier's clock.
    pub at: Option<Timestamp>,
    /// The keyword the carrier read in it.
    pub keyword: Option<Keyword>,
    /// What is kept with it.
    pub kept: Kept,
}

/// The facts of a message: one for each file, the words under the first, and what follows from a
/// keyword.
#[must_use]
pub fn events(account: &Account, carrier: &Entry, heard: Heard) -> Vec<InboundEvent> {
    let from = sender(&heard.from);
    let own = numbers::reported(&heard.to);
    // A carrier may report what we sent to ourselves.
    if heard.id.is_empty() || from.address.is_empty() || from.address == own {
        return Vec::new();
    }
    let text = heard.text.replace('\0', "");
    let told = heard.keyword;
    let (follows, more) = consent::follows(account, carrier.speaks, told, &text, &from, &heard.id);
    let mut kept = heard.kept;
    kept.put("provider", Some(carrier.name));
    kept.put("providerMessageId", Some(heard.id.as_str()));
    let files: Vec<_> = heard
        .files
        .iter()
        .filter(|(_, kind)| kind != LAYOUT)
        .collect();
    kept.put("groupId", (files.len() > 1).then(|| heard.id.clone()));
    kept.put(
        "empty",
        (files.is_empty() && text.is_empty()).then_some(true),
    );
    let mut metadata = kept.into_inner();
    metadata.extend(more);
    let message = |index: usize, content: Content| {
        InboundEvent::Message(InboundMessage {
            external_id: match index {
                0 => heard.id.clone(),
                _ => format!("{}:{index}", heard.id),
            },
            from: from.clone(),
            to: own.clone(),
            content,
            reply_to: None,
            sent_at: heard.at,
            metadata: metadata.clone(),
        })
    };
    let mut events: Vec<_> = files
        .into_iter()
        .enumerate()
        .map(|(index, (url, kind))| {
            let caption = (index == 0 && !text.is_empty()).then(|| text.clone());
            message(index, file(url, kind, caption))
        })
        .collect();
    if events.is_empty() {
        events.push(message(0, Content::text(text)));
    }
    events.extend(follows);
    events.extend(nobody_there(&from, heard.at));
    events
}

/// Who writes under a name cannot be answered: there is no number behind it.
fn nobody_there(from: &InboundSender, at: Option<Timestamp>) -> Option<InboundEvent> {
    numbers::is_name(&from.address).then(|| {
        InboundEvent::Access(Access {
            from: from.clone(),
            is_open: false,
            at,
            extent: Extent::Alone,
            by: None,
        })
    })
}

fn file(url: &str, kind: &str, caption: Option<String>) -> Content {
    let kind = mime::essence(kind);
    let media = Media {
        url: Some(url.to_owned()),
        mime_type: (!kind.is_empty()).then(|| kind.clone()),
        caption,
        ..Media::default()
    };
    match kind.split('/').next().unwrap_or_default() {
        "image" => Content::Image(media),
        "video" => Content::Video(media),
        "audio" => Content::Audio(media),
        _ => Content::Document(media),
    }
}

/// Somebody known by number. A number proves itself; a code or a name proves nothing.
#[must_use]
pub fn sender(number: &str) -> InboundSender {
    let address = numbers::reported(number);
    let phone = PhoneNumber::parse(&address).map(|phone| phone.as_str().to_owned());
    InboundSender {
        address,
        proof: Proof {
            phone,
            ..Proof::default()
        },
        ..InboundSender::default()
    }
}

//! Who writes, and what else a webhook tells of people. whatsapp.md section 3.1.
//!
//! A customer is known by number, by the id the vendor gives them towards this business, or by
//! both; users who hide their number have only the id.

use crate::base::phone::PhoneNumber;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::vcard;
use crate::model::Opaque;
use crate::model::inbound::Consent;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Notice;
use crate::model::inbound::Proof;

/// What `category` calls advertising.
const MARKETING: &str = "marketing_messages";

/// The customers a change is about.
#[derive(Debug, Clone, Copy)]
pub struct People<'a>(Node<'a>);

impl<'a> People<'a> {
    /// Those of a change.
    #[must_use]
    pub fn of(value: Node<'a>) -> Self {
        Self(value.at("contacts"))
    }

    /// Who wrote a message; none where nothing tells. In a group it is the group: that is where an
    /// answer goes.
    #[must_use]
    pub fn author(self, message: Node<'_>) -> Option<InboundSender> {
        if let Some(group) = message.word("group_id") {
            return Some(InboundSender {
                address: group,
                ..InboundSender::default()
            });
        }
        let profile = self.entry(message);
        let number = message.word("from").or_else(|| profile.word("wa_id"));
        let user = message
            .word("from_user_id")
            .or_else(|| profile.word("user_id"));
        let mut person = person(number, user)?;
        person.name = profile.at("profile").word("name");
        person.proof.phone = person.proof.phone.or_else(|| asked_for(message));
        Some(person)
    }

    /// What is kept of the author's profile with a message.
    #[must_use]
    pub fn profile(self, message: Node<'_>) -> Opaque {
        let profile = self.entry(message);
        let mut kept = Kept::default();
        kept.put("profileName", profile.at("profile").word("name"));
        let username = profile.at("profile").word("username");
        kept.put(
            "username",
            username.map(|name| name.trim_start_matches('@').to_owned()),
        );
        kept.put(
            "waId",
            profile.word("wa_id").or_else(|| message.word("from")),
        );
        let user = profile.word("user_id");
        kept.put("userId", user.or_else(|| message.word("from_user_id")));
        kept.put("parentUserId", profile.word("parent_user_id"));
        kept.put("identityKeyHash", profile.word("identity_key_hash"));
        if message.at("group_id").is_there() {
            let participant = message.word("from").map(|from| with_plus(&from));
            kept.put(
                "participant",
                participant.or_else(|| message.word("from_user_id")),
            );
        }
        kept.into_inner()
    }

    /// The entry about a message's author: the one with the same number or id, else the only one.
    fn entry(self, message: Node<'_>) -> Node<'a> {
        let number = message.word("from");
        let user = message.word("from_user_id");
        let is_theirs = |entry: &Node<'_>| {
            let same =
                |known: Option<String>, told: &Option<String>| known.is_some() && known == *told;
            same(entry.word("wa_id"), &number) || same(entry.word("user_id"), &user)
        };
        let theirs = self.0.items().find(is_theirs);
        let only = || (self.0.items().count() == 1).then(|| self.0.first());
        let nobody = || self.0.at("none");
        theirs.or_else(only).unwrap_or_else(nobody)
    }
}

/// To whom a message from the phone went.
#[must_use]
pub fn addressee(message: Node<'_>) -> Option<InboundSender> {
    person(message.word("to"), message.word("to_user_id"))
}

/// Somebody known by number, by id, or by both.
fn person(number: Option<String>, user: Option<String>) -> Option<InboundSender> {
    let number = number.map(|number| with_plus(&number));
    let proof = Proof {
        phone: number
            .as_deref()
            .and_then(PhoneNumber::parse)
            .map(|phone| phone.as_str().to_owned()),
        ..Proof::default()
    };
    let (address, also) = match (number, user) {
        (Some(number), user) => (number, user.into_iter().collect()),
        (None, Some(user)) => (user, Vec::new()),
        (None, None) => return None,
    };
    Some(InboundSender {
        address,
        proof,
        also,
        ..InboundSender::default()
    })
}

/// The number somebody sent because we asked for it.
fn asked_for(message: Node<'_>) -> Option<String> {
    let card = message
        .at("contacts")
        .items()
        .find(|card| card.at("origin").is("contact_request"))?;
    let phone = card.at("phones").first();
    let in_lines = || vcard::card(&card.word("vcard")?).phones.into_iter().next();
    let number = phone
        .word("wa_id")
        .map(|digits| with_plus(&digits))
        .or_else(|| phone.word("phone"))
        .or_else(in_lines)?;
    PhoneNumber::parse(&number).map(|phone| phone.as_str().to_owned())
}

/// A number as the vendor writes it, in international form.
#[must_use]
pub fn with_plus(number: &str) -> String {
    format!("+{}", number.trim_start_matches('+'))
}

/// News about a customer that the vendor tells in the conversation.
#[must_use]
pub fn system(message: Node<'_>, person: Option<&InboundSender>) -> Option<InboundEvent> {
    let system = message.at("system");
    let kind = system.word("type")?;
    match kind.as_str() {
        "user_changed_number" | "customer_changed_number" => {
            let old = person.map(|person| person.address.clone());
            let new = system.word("wa_id").or_else(|| system.word("new_wa_id"));
            moved(old, new, system.word("user_id"))
        }
        "user_changed_user_id" => {
            let old = person.map(|person| person.address.clone());
            let number = message.word("from");
            moved(old, number, system.word("user_id"))
        }
        "customer_identity_changed" => Some(InboundEvent::Notice(Notice {
            kind: "identityChanged".to_owned(),
            effect: Effect::Note,
            text: system
                .word("body")
                .unwrap_or_else(|| "A customer's security code changed.".to_owned()),
            address: person.map(|person| person.address.clone()),
            data: message.object(),
            at: message.at("timestamp").moment(),
            holds: None,
        })),
        _ => None,
    }
}

/// A customer with a new number or id, who is still the one of the old address.
fn moved(
    old: Option<String>,
    number: Option<String>,
    user: Option<String>,
) -> Option<InboundEvent> {
    let mut person = person(number, user)?;
    let old = old?;
    if old != person.address {
        person.also.push(old);
    }
    Some(InboundEvent::Contact(person))
}

/// Entries of the address book on the phone: names for numbers.
#[must_use]
pub fn address_book(value: Node<'_>) -> Vec<InboundEvent> {
    value
        .at("state_sync")
        .items()
        .filter(|entry| entry.at("type").is("contact") && entry.at("action").is("add"))
        .filter_map(|entry| {
            let card = entry.at("contact");
            let name = card.word("full_name").or_else(|| card.word("first_name"));
            let mut person = person(card.word("phone_number"), None)?;
            person.name = name;
            Some(InboundEvent::Contact(person))
        })
        .collect()
}

/// Customers who stopped advertising, or asked for it again.
#[must_use]
pub fn preferences(value: Node<'_>) -> Vec<InboundEvent> {
    value
        .at("user_preferences")
        .items()
        .filter(|entry| entry.at("category").is(MARKETING))
        .filter_map(|entry| {
            let is_given = match entry.word("value")?.as_str() {
                "stop" => false,
                "resume" | "signup" => true,
                _ => return None,
            };
            Some(InboundEvent::Consent(Consent {
                from: person(entry.word("wa_id"), entry.word("user_id"))?,
                topic: "marketing".to_owned(),
                is_given,
                at: entry.at("timestamp").moment(),
                answer: None,
            }))
        })
        .collect()
}

/// Somebody who wants no more advertising, as the refusal of a message tells.
#[must_use]
pub fn stopped(status: Node<'_>) -> Option<InboundEvent> {
    Some(InboundEvent::Consent(Consent {
        from: person(
            status.word("recipient_id"),
            status.word("recipient_user_id"),
        )?,
        topic: "marketing".to_owned(),
        is_given: false,
        at: status.at("timestamp").moment(),
        answer: None,
    }))
}

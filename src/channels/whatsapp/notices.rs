//! What the vendor says about the account and its templates. whatsapp.md section 3.6.

use crate::channels::meta::fault::Fault;
use crate::channels::meta::templates::news::named;
use crate::channels::meta::templates::news::status;
use crate::channels::node::Node;
use crate::model::inbound::Effect;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Notice;
use crate::model::inbound::TemplateNews;

/// Fields that concern the business account as a whole, each of its numbers alike.
const BUSINESS_FIELDS: [&str; 12] = [
    "account_alerts",
    "account_review_update",
    "account_update",
    "business_capability_update",
    "flows",
    "message_template_components_update",
    "message_template_quality_update",
    "message_template_status_update",
    "phone_number_name_update",
    "phone_number_quality_update",
    "security",
    "template_category_update",
];

/// Whether a field concerns the business account as a whole.
#[must_use]
pub fn concern_the_business(field: &str) -> bool {
    BUSINESS_FIELDS.contains(&field)
}

/// Reads a field that is no message; fields nobody needs yield nothing.
#[must_use]
pub fn read(field: &str, value: Node<'_>) -> Vec<InboundEvent> {
    let event = match field {
        "message_template_status_update" => template(status(value)),
        "message_template_quality_update" => template(TemplateNews {
            quality: value.word("new_quality_score"),
            ..named(value)
        }),
        "template_category_update" => category(value),
        "message_template_components_update" => template(named(value)),
        "account_update" => account(value),
        "phone_number_quality_update" => quality(value),
        _ if concern_the_business(field) => other(field, value),
        _ => return Vec::new(),
    };
    vec![event]
}

/// An error the vendor reports by itself.
#[must_use]
pub fn error(error: Node<'_>) -> InboundEvent {
    let fault = Fault::of(error);
    notice("error", Effect::Warn, fault.sentence, error)
}

const fn template(news: TemplateNews) -> InboundEvent {
    InboundEvent::Template(news)
}

/// A category that is only announced is not there yet: it is said, not taken over.
fn category(value: Node<'_>) -> InboundEvent {
    let Some(announced) = value.word("correct_category") else {
        return template(TemplateNews {
            category: value.word("new_category"),
            ..named(value)
        });
    };
    let name = value.word("message_template_name").unwrap_or_default();
    let text = format!("The template {name} will move to the category {announced}.");
    notice("templateCategory", Effect::Warn, text, value)
}

fn account(value: Node<'_>) -> InboundEvent {
    let event = value.word("event").unwrap_or_default();
    let banned = value.at("ban_info").word("waba_ban_state");
    let state = banned.as_deref().unwrap_or(&event);
    let (effect, text) = match state {
        "DISABLE" | "DISABLED_UPDATE" => (Effect::Break, "The vendor disabled the account."),
        "PARTNER_REMOVED" => (Effect::Break, "The app was removed from the account."),
        "ACCOUNT_OFFBOARDED" => (Effect::Break, "The account left the platform."),
        "ACCOUNT_DELETED" => (Effect::Break, "The account was deleted."),
        "REINSTATE" | "ACCOUNT_RECONNECTED" => (Effect::Mend, "The account works again."),
        "SCHEDULE_FOR_DISABLE" => (Effect::Warn, "The vendor will disable the account."),
        "ACCOUNT_VIOLATION" => (
            Effect::Warn,
            "The vendor reports a violation of its policy.",
        ),
        "ACCOUNT_RESTRICTION" => (Effect::Warn, "The vendor restricted the account."),
        _ => (Effect::Note, "The account changed."),
    };
    notice("accountUpdate", effect, text.to_owned(), value)
}

fn quality(value: Node<'_>) -> InboundEvent {
    let event = value.word("event").unwrap_or_default();
    let limit = value.word("current_limit").unwrap_or_default();
    let (effect, text) = match event.as_str() {
        "FLAGGED" => (
            Effect::Warn,
            "The quality of the number is low; the vendor may lower its limit.".to_owned(),
        ),
        "UNFLAGGED" => (
            Effect::Note,
            "The quality of the number is good again.".to_owned(),
        ),
        "DOWNGRADE" => (
            Effect::Warn,
            format!("The limit of the number fell to {limit}."),
        ),
        "UPGRADE" => (
            Effect::Note,
            format!("The limit of the number rose to {limit}."),
        ),
        _ => (Effect::Note, format!("The limit of the number is {limit}.")),
    };
    notice("phoneNumberQuality", effect, text, value)
}

fn other(field: &str, value: Node<'_>) -> InboundEvent {
    let (effect, text) = match field {
        "account_alerts" | "security" => (Effect::Warn, "The vendor warns about the account."),
        "account_review_update" => (Effect::Note, "The vendor reviewed the account."),
        "business_capability_update" => (Effect::Note, "The limits of the account changed."),
        "phone_number_name_update" => (Effect::Note, "The display name was reviewed."),
        _ => (Effect::Note, "A form of the account changed."),
    };
    notice(&camel(field), effect, text.to_owned(), value)
}

fn notice(kind: &str, effect: Effect, text: String, value: Node<'_>) -> InboundEvent {
    InboundEvent::Notice(Notice {
        kind: kind.to_owned(),
        effect,
        text,
        address: None,
        data: value.object(),
        at: None,
        holds: None,
    })
}

/// `account_alerts` as `accountAlerts`.
fn camel(field: &str) -> String {
    let mut words = field.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

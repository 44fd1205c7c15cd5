//! Templates in words, and as a customer sees them.

use crate::engine::links::Links;
use crate::model::filling::Header;
use crate::model::filling::Preview;
use crate::model::filling::PreviewButton;
use crate::model::ids::MediaId;
use crate::model::template::VendorTemplate;
use crate::web::dashboard::reader::capitalised;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::content::ButtonView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::template::SeenHeader;
use crate::web::dashboard::view::template::SeenTemplate;
use crate::web::dashboard::view::template::StandingView;

/// What vendors say of the state of a template: their word, ours, what it stands for.
const STANDINGS: [(&str, &str, Tone, Icon); 15] = [
    ("APPROVED", "Approved", Tone::Ok, Icon::HEALTHY),
    ("REINSTATED", "Approved", Tone::Ok, Icon::HEALTHY),
    ("UNARCHIVED", "Approved", Tone::Ok, Icon::HEALTHY),
    (
        "FLAGGED",
        "Approved, low quality",
        Tone::Warn,
        Icon::WARNING,
    ),
    ("PENDING", "In review", Tone::Info, Icon::WAITING),
    ("IN_APPEAL", "In appeal", Tone::Info, Icon::WAITING),
    ("REJECTED", "Rejected", Tone::Bad, Icon::BROKEN),
    ("PAUSED", "Paused", Tone::Warn, Icon::WARNING),
    ("DISABLED", "Disabled", Tone::Bad, Icon::BROKEN),
    ("LOCKED", "Locked", Tone::Bad, Icon::BROKEN),
    ("LIMIT_EXCEEDED", "Limit reached", Tone::Warn, Icon::WARNING),
    (
        "PENDING_DELETION",
        "Being deleted",
        Tone::Neutral,
        Icon::OFF,
    ),
    ("DELETED", "Deleted", Tone::Neutral, Icon::OFF),
    ("ARCHIVED", "Archived", Tone::Neutral, Icon::OFF),
    ("DRAFT", "Draft", Tone::Neutral, Icon::INFO),
];

/// Why a vendor rejects one, in words.
const REASONS: [(&str, &str); 6] = [
    ("ABUSIVE_CONTENT", "The words are seen as abusive."),
    (
        "CATEGORY_NOT_AVAILABLE",
        "This category is not available to you.",
    ),
    (
        "INCORRECT_CATEGORY",
        "The words do not fit the category. Choose another one.",
    ),
    (
        "INVALID_FORMAT",
        "The format is not right: look at variables and their examples.",
    ),
    (
        "PROMOTIONAL",
        "The words advertise. Choose the category Marketing.",
    ),
    ("SCAM", "The words are seen as a fraud."),
];

/// How a template stands.
#[must_use]
pub fn standing(told: &VendorTemplate) -> StandingView {
    let known = STANDINGS.iter().find(|(theirs, ..)| *theirs == told.status);
    let (word, tone, icon) = match known {
        Some((_, word, tone, icon)) => ((*word).to_owned(), *tone, *icon),
        None => (spoken(&told.status), Tone::Neutral, Icon::UNKNOWN),
    };
    let reason = told.reason.as_deref().filter(|reason| *reason != "NONE");
    let words = |reason: &str| {
        let known = REASONS.iter().find(|(theirs, _)| *theirs == reason);
        // What is no code is a sentence of the vendor's.
        if reason.contains(' ') {
            return reason.to_owned();
        }
        let plain = known.map_or_else(|| spoken(reason), |(_, words)| (*words).to_owned());
        format!("{plain} ({reason})")
    };
    StandingView {
        word,
        tone,
        icon,
        why: reason.map(words).unwrap_or_default(),
    }
}

/// The quality of a template in words.
#[must_use]
pub fn quality(told: &VendorTemplate) -> (String, Tone) {
    match told.quality.as_deref() {
        Some("GREEN") => ("High".to_owned(), Tone::Ok),
        Some("YELLOW") => ("Medium".to_owned(), Tone::Warn),
        Some("RED") => ("Low".to_owned(), Tone::Bad),
        Some("UNKNOWN") => ("Not rated yet".to_owned(), Tone::Neutral),
        Some(other) => (spoken(other), Tone::Neutral),
        None => (String::new(), Tone::Neutral),
    }
}

/// A word of a vendor as a person says it: `TAG_CONTENT_MISMATCH` is "Tag content mismatch".
#[must_use]
pub fn spoken(word: &str) -> String {
    capitalised(&word.to_lowercase().replace('_', " "))
}

/// A template as a customer sees it.
#[must_use]
pub fn seen(preview: &Preview, links: &Links) -> SeenTemplate {
    SeenTemplate {
        header: preview
            .header
            .as_ref()
            .map_or(SeenHeader::Nothing, |header| above(header, links)),
        html: format::rich_filled(&preview.body, &preview.fills),
        footer: preview.footer.clone().unwrap_or_default(),
        buttons: preview.buttons.iter().map(button).collect(),
    }
}

fn above(header: &Header, links: &Links) -> SeenHeader {
    let (kind, link) = match header {
        Header::Text(line) => return SeenHeader::Line(line.clone()),
        Header::Media { kind, link } => (kind.as_str(), link.as_deref()),
    };
    let stored: Option<MediaId> = link.and_then(|link| link.parse().ok());
    match (kind, stored) {
        ("image", Some(id)) => SeenHeader::Picture(links.path(id)),
        ("image", None) => SeenHeader::File(Icon::IMAGE, "Picture"),
        ("video" | "gif", _) => SeenHeader::File(Icon::VIDEO, "Film"),
        ("location", _) => SeenHeader::File(Icon::LOCATION, "Place on a map"),
        _ => SeenHeader::File(Icon::DOCUMENT, "Document"),
    }
}

fn button(button: &PreviewButton) -> ButtonView {
    ButtonView {
        title: button.title.clone(),
        icon: match button.kind.as_str() {
            "URL" => Some(Icon("external-link")),
            "PHONE_NUMBER" => Some(Icon("phone")),
            "COPY_CODE" | "OTP" => Some(Icon("copy")),
            _ => None,
        },
        chosen: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_reasons_are_said_in_words() {
        let told = |status: &str, reason: Option<&str>| VendorTemplate {
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
            ..VendorTemplate::default()
        };
        let cases = [
            ("APPROVED", None, "Approved", ""),
            ("PENDING", Some("NONE"), "In review", ""),
            (
                "REJECTED",
                Some("SCAM"),
                "Rejected",
                "The words are seen as a fraud. (SCAM)",
            ),
            (
                "REJECTED",
                Some("TAG_CONTENT_MISMATCH"),
                "Rejected",
                "Tag content mismatch (TAG_CONTENT_MISMATCH)",
            ),
            ("SOMETHING_NEW", None, "Something new", ""),
        ];
        for (status, reason, word, why) in cases {
            let view = standing(&told(status, reason));
            assert_eq!((view.word.as_str(), view.why.as_str()), (word, why));
        }
    }
}

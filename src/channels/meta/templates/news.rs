//! What the vendor says about a template. whatsapp.md section 3.6.

use crate::channels::node::Node;
use crate::model::inbound::TemplateNews;

/// Which template it is about.
#[must_use]
pub fn named(value: Node<'_>) -> TemplateNews {
    TemplateNews {
        external_id: value.word("message_template_id"),
        name: value.word("message_template_name"),
        language: value.word("message_template_language"),
        ..TemplateNews::default()
    }
}

/// How a template stands now.
#[must_use]
pub fn status(value: Node<'_>) -> TemplateNews {
    TemplateNews {
        status: value.word("event"),
        reason: reason(value),
        category: value.word("message_template_category"),
        ..named(value)
    }
}

/// Why a template stands as it does; the vendor says `NONE` where there is no reason.
fn reason(value: Node<'_>) -> Option<String> {
    let told = value.at("rejection_info").word("reason");
    let paused = value.at("other_info").word("description");
    told.or(paused)
        .or_else(|| value.word("reason"))
        .filter(|reason| reason != "NONE")
}

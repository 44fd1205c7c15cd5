//! Templates on their way out, held against our copies of them.

use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::target::Place;
use crate::engine::rules::templates as rules;
use crate::model::capability::Capabilities;
use crate::model::content::Content;
use crate::model::content::TemplateUse;
use crate::store::Tx;
use crate::store::records::templates;

/// A template with the words it amounts to, so that people read what the customer reads; none for
/// any other content, and for a template we have no copy of: then the vendor decides.
///
/// # Errors
/// `TEMPLATE_NOT_APPROVED`, `CONTACT_OPTED_OUT`, or `VALIDATION_ERROR` for wrong variables.
pub fn complete(
    tx: &Tx<'_>,
    place: &Place,
    row: &Capabilities,
    content: &Content,
) -> Result<Option<Content>, EngineError> {
    let Content::Template(filled) = content else {
        return Ok(None);
    };
    if !row.approved_templates {
        return Ok(None);
    }
    let (channel, name) = (place.channel.id, &filled.name);
    let Some(held) = templates::by_name(tx, channel, name, &filled.language)? else {
        return Ok(None);
    };
    let contact = find::contact_in(tx, place.conversation.contact_id)?;
    rules::may_send(&held.told, filled, &contact.opted_out)?;
    Ok(Some(Content::Template(TemplateUse {
        text: Some(rules::words(&held.told, filled)),
        ..filled.clone()
    })))
}

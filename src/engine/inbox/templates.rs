//! Templates on their way out, held against our copies of them.

use crate::channels::registry::Registry;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::target::Place;
use crate::engine::rules::templates as rules;
use crate::model::content::Content;
use crate::model::content::TemplateUse;
use crate::store::Tx;
use crate::store::records::templates;

/// A template with what it amounts to, so that people see what the customer sees; none for
/// any other content, and for a template we have no copy of: then the vendor decides.
///
/// # Errors
/// `TEMPLATE_NOT_APPROVED`, `CONTACT_OPTED_OUT`, or `VALIDATION_ERROR` for wrong variables.
pub fn complete(
    tx: &Tx<'_>,
    registry: &Registry,
    place: &Place,
    content: &Content,
) -> Result<Option<Content>, EngineError> {
    let Content::Template(filled) = content else {
        return Ok(None);
    };
    let kind = &place.channel.kind;
    let row = registry.capabilities(kind);
    if !row.is_some_and(|row| row.approved_templates) {
        return Ok(None);
    }
    find::files_of_template(tx, &filled.components)?;
    let (channel, name) = (place.channel.id, &filled.name);
    let Some(held) = templates::by_name(tx, channel, name, &filled.language)? else {
        return Ok(None);
    };
    let contact = find::contact_in(tx, place.conversation.contact_id)?;
    rules::may_send(&held.told, filled, &contact.opted_out)?;
    let shown = registry
        .channel(kind)
        .map(|channel| channel.preview_template(&held.told, &filled.components));
    Ok(Some(Content::Template(TemplateUse {
        text: Some(rules::words(&held.told, filled)),
        preview: shown.filter(|shown| !shown.body.is_empty()),
        ..filled.clone()
    })))
}

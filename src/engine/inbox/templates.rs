//! Templates on their way out, held against our copies of them.

use crate::channels::registry::Registry;
use crate::engine::error::EngineError;
use crate::engine::find;
use crate::engine::inbox::send::Sending;
use crate::engine::inbox::target::Place;
use crate::engine::rules::templates as rules;
use crate::model::actor::Actor;
use crate::model::content::Content;
use crate::model::content::TemplateUse;
use crate::model::ids::ChannelId;
use crate::model::message::Direction as Way;
use crate::model::permission::Permission;
use crate::store::Direction;
use crate::store::Tx;
use crate::store::records::messages;
use crate::store::records::templates;

/// How many messages of the whole installation are looked through for templates used lately.
const LATELY: usize = 500;

impl Sending {
    /// Templates that went out through a channel lately, the newest first: name and language.
    ///
    /// # Errors
    /// The actor may not; the store's.
    pub fn used_lately(
        &self,
        actor: &Actor,
        channel: ChannelId,
    ) -> Result<Vec<(String, String)>, EngineError> {
        actor.require(Permission::Reply)?;
        let read = self.0.store.snapshot()?;
        let mut used = Vec::new();
        for message in messages::by_age(&read, None, Direction::Backward, LATELY)? {
            let Content::Template(template) = message.content else {
                continue;
            };
            let one = (template.name, template.language);
            let is_ours = message.channel_id == channel && message.direction == Way::Outbound;
            if is_ours && !used.contains(&one) {
                used.push(one);
            }
        }
        Ok(used)
    }
}

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

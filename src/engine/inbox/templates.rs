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
use crate::model::template::Template;
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
    let Some(row) = registry.capabilities(kind) else {
        return Ok(None);
    };
    if !row.approved_templates && !row.own_templates {
        return Ok(None);
    }
    find::files_of_template(tx, &filled.components)?;
    let (channel, name) = (place.channel.id, &filled.name);
    let contact = find::contact_in(tx, place.conversation.contact_id)?;
    let held = if row.own_templates && filled.language.is_empty() {
        in_a_language(tx, channel, name, contact.language.as_deref())?
    } else {
        templates::by_name(tx, channel, name, &filled.language)?
    };
    let Some(held) = held else {
        return Ok(None);
    };
    let translation = registry.channel(kind);
    if row.own_templates {
        let wrong = translation.map(|one| one.wrong_values(&held.told, &filled.components));
        rules::may_send_own(&held.told, wrong.unwrap_or_default(), &contact.opted_out)?;
    } else {
        rules::may_send(&held.told, filled, &contact.opted_out)?;
    }
    let shown = translation.map(|one| one.preview_template(&held.told, &filled.components));
    let shown = shown.filter(|shown| !shown.body.is_empty());
    let words = match &shown {
        Some(shown) if row.own_templates => shown.body.clone(),
        _ => rules::words(&held.told, filled),
    };
    Ok(Some(Content::Template(TemplateUse {
        language: held.told.language,
        text: Some(words),
        preview: shown,
        category: Some(held.told.category),
        ..filled.clone()
    })))
}

/// A template in the language of the contact, else in any.
fn in_a_language(
    tx: &Tx<'_>,
    channel: ChannelId,
    name: &str,
    language: Option<&str>,
) -> Result<Option<Template>, EngineError> {
    let base = |code: &str| {
        code.split(['_', '-'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    let own = language.map(base);
    let mut all = templates::of_channel(tx, channel)?;
    all.retain(|one| one.told.name == *name);
    all.sort_by(|a, b| a.told.language.cmp(&b.told.language));
    let fits = all
        .iter()
        .position(|one| own.as_ref() == Some(&base(&one.told.language)));
    Ok((!all.is_empty()).then(|| all.swap_remove(fits.unwrap_or(0))))
}

//! Our copies of the templates that vendors keep, by channel, found by name and language.

use crate::model::ids::ChannelId;
use crate::model::ids::TemplateId;
use crate::model::template::Template;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::keyspaces::TEMPLATE_BY_NAME;
use crate::store::keyspaces::TEMPLATES;

/// One template of a channel.
///
/// # Errors
/// The disk's.
pub fn get(
    read: &impl Read,
    channel: ChannelId,
    id: TemplateId,
) -> Result<Option<Template>, StoreError> {
    read.get(&TEMPLATES, &(channel, id))
}

/// The template of a channel with a name and a language.
///
/// # Errors
/// The disk's.
pub fn by_name(
    read: &impl Read,
    channel: ChannelId,
    name: &str,
    language: &str,
) -> Result<Option<Template>, StoreError> {
    let key = (channel, name.to_owned(), language.to_owned());
    match read.get(&TEMPLATE_BY_NAME, &key)? {
        Some(id) => get(read, channel, id),
        None => Ok(None),
    }
}

/// Every template of a channel, the longest known first.
///
/// # Errors
/// The disk's.
pub fn of_channel(read: &impl Read, channel: ChannelId) -> Result<Vec<Template>, StoreError> {
    let found = read.entries_under(&TEMPLATES, &channel)?;
    Ok(found.into_iter().map(|(_, template)| template).collect())
}

/// Stores a template in place of what was there.
///
/// # Errors
/// The disk's.
pub fn put(tx: &mut Tx<'_>, template: &Template) -> Result<(), StoreError> {
    if let Some(old) = get(tx, template.channel_id, template.id)?
        && name_key(&old) != name_key(template)
    {
        tx.remove(&TEMPLATE_BY_NAME, &name_key(&old))?;
    }
    tx.put(&TEMPLATE_BY_NAME, &name_key(template), &template.id)?;
    tx.put(&TEMPLATES, &(template.channel_id, template.id), template)
}

/// Removes a template.
///
/// # Errors
/// The disk's.
pub fn remove(tx: &mut Tx<'_>, template: &Template) -> Result<(), StoreError> {
    let key = name_key(template);
    if tx.get(&TEMPLATE_BY_NAME, &key)? == Some(template.id) {
        tx.remove(&TEMPLATE_BY_NAME, &key)?;
    }
    tx.remove(&TEMPLATES, &(template.channel_id, template.id))
}

/// Removes every template of a channel.
///
/// # Errors
/// The disk's.
pub fn forget_channel(tx: &mut Tx<'_>, channel: ChannelId) -> Result<(), StoreError> {
    for template in of_channel(tx, channel)? {
        remove(tx, &template)?;
    }
    Ok(())
}

fn name_key(template: &Template) -> (ChannelId, String, String) {
    let told = &template.told;
    (
        template.channel_id,
        told.name.clone(),
        told.language.clone(),
    )
}

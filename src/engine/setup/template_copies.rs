//! Our copies of the templates that a vendor keeps.

use serde_json::Value;

use crate::engine::context::Pen;
use crate::model::event::Custom;
use crate::model::event::Event;
use crate::model::ids::ChannelId;
use crate::model::inbound::TemplateNews;
use crate::model::template::Template;
use crate::model::template::VendorTemplate;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::templates;

/// The public name of what happens to templates.
pub const STATUS: &str = "template.status";

/// Takes over what a vendor tells of one template; nothing where we do not know it.
///
/// # Errors
/// The disk's.
pub fn hear(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    news: &TemplateNews,
) -> Result<(), StoreError> {
    let all = templates::of_channel(tx, channel)?;
    let Some(held) = all.into_iter().find(|one| one.told.is_meant_by(news)) else {
        return Ok(());
    };
    let mut told = held.told.clone();
    told.learn(news);
    if told != held.told {
        change(tx, pen, &held, told)?;
    }
    Ok(())
}

/// Makes our copies what the vendor told: new ones come, changed ones change, others go.
///
/// # Errors
/// The disk's.
pub fn replace_all(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    told: &[VendorTemplate],
) -> Result<(), StoreError> {
    let mut held = templates::of_channel(tx, channel)?;
    for one in told {
        let known = held.iter().position(|held| is_same(&held.told, one));
        let known = known.map(|at| held.swap_remove(at));
        keep(tx, pen, channel, known, one)?;
    }
    for gone in held {
        templates::remove(tx, &gone)?;
    }
    Ok(())
}

fn is_same(held: &VendorTemplate, told: &VendorTemplate) -> bool {
    match (&held.external_id, &told.external_id) {
        (Some(held), Some(told)) => held == told,
        _ => held.name == told.name && held.language == told.language,
    }
}

/// Keeps what a vendor told of one template, in place of what was held.
///
/// # Errors
/// The disk's.
pub fn keep(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: ChannelId,
    held: Option<Template>,
    told: &VendorTemplate,
) -> Result<Template, StoreError> {
    let Some(held) = held else {
        let template = Template {
            id: pen.id(),
            channel_id: channel,
            told: told.clone(),
            synced_at: pen.now,
            created_at: pen.now,
            updated_at: pen.now,
        };
        templates::put(tx, &template)?;
        return Ok(template);
    };
    let held = Template {
        synced_at: pen.now,
        ..held
    };
    if held.told == *told {
        templates::put(tx, &held)?;
        return Ok(held);
    }
    change(tx, pen, &held, told.clone())
}

/// Stores a template that changed, and tells when it stands otherwise.
///
/// # Errors
/// The disk's.
pub fn change(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    held: &Template,
    told: VendorTemplate,
) -> Result<Template, StoreError> {
    let stands_otherwise = held.told.status != told.status;
    let template = Template {
        told,
        updated_at: pen.now,
        ..held.clone()
    };
    templates::put(tx, &template)?;
    if stands_otherwise {
        pen.log(tx, Event::Custom(news_of(&template)))?;
    }
    Ok(template)
}

fn news_of(template: &Template) -> Custom {
    let told = &template.told;
    let data = [
        ("templateId", Value::from(template.id.to_string())),
        ("channelId", template.channel_id.to_string().into()),
        ("name", told.name.clone().into()),
        ("language", told.language.clone().into()),
        ("status", told.status.clone().into()),
        ("reason", told.reason.clone().into()),
    ];
    Custom {
        name: STATUS.to_owned(),
        contact_id: None,
        conversation_id: None,
        data: data
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}

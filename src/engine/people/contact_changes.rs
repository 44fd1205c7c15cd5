//! What can be said of a contact, checked and brought into its form.

use crate::base::phone::PhoneNumber;
use crate::base::text::one_line;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::people::names::clean_email;
use crate::engine::people::names::clean_name;
use crate::model::Opaque;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::NameSource;
use crate::model::ids::ChannelId;
use crate::model::ids::ContactId;
use crate::model::opaque;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::tag;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::identities;

/// The longest text of one field, in characters.
const TEXT_MAX: usize = 500;
/// The most labels, and the longest, in characters.
const TAGS_MAX: (usize, usize) = (50, 60);

/// What may be said of a contact; what is none stays as it is. An empty text takes a field away.
#[derive(Debug, Clone, Default)]
pub struct ContactChanges {
    /// The name.
    pub name: Option<String>,
    /// The address of mail.
    pub email: Option<String>,
    /// The phone number, in any formatting with its country.
    pub phone: Option<String>,
    /// The id in the business's own systems.
    pub external_id: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// The country.
    pub country: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// Merged one level deep; null takes a key out.
    pub custom_fields: Opaque,
    /// Merged one level deep; null takes a key out.
    pub metadata: Opaque,
    /// All the labels.
    pub tags: Option<Vec<String>>,
    /// Labels to add.
    pub add_tags: Vec<String>,
    /// Labels to take off.
    pub remove_tags: Vec<String>,
    /// Blocked.
    pub blocked: Option<bool>,
    /// The revision the change was made from.
    pub revision: Option<u64>,
}

/// An address to give to a contact.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAddress {
    /// The channel.
    pub channel_id: ChannelId,
    /// The address as the channel's vendor gives it.
    pub address: String,
    /// The name to show with it.
    pub display_name: Option<String>,
    /// The picture to show with it.
    pub picture: Option<String>,
    /// What is kept with it.
    pub metadata: Opaque,
}

/// A name made up from what is known.
pub(super) fn fallback(contact: &Contact, address: Option<&NewAddress>) -> Option<String> {
    let shown = address.and_then(shown_name);
    shown
        .or_else(|| contact.email.clone())
        .or_else(|| contact.phone.clone())
        .or_else(|| address.map(|address| address.address.clone()))
        .filter(|name| !name.trim().is_empty())
}

/// The name that somebody gave with an address, as it may be shown.
fn shown_name(address: &NewAddress) -> Option<String> {
    let name = one_line(address.display_name.as_deref()?);
    Some(name).filter(|name| !name.is_empty())
}

/// Does what was said, cleaned by [`clean`], to a contact.
///
/// # Errors
/// `RESOURCE_ALREADY_EXISTS` for an external id that is somebody else's; too many tags.
pub(super) fn apply(
    read: &impl Read,
    contact: &mut Contact,
    changes: &ContactChanges,
) -> Result<(), EngineError> {
    if let Some(name) = &changes.name {
        contact.name.clone_from(name);
        contact.name_source = NameSource::Person;
    }
    if let Some(external_id) = changes.external_id.as_ref().filter(|id| !id.is_empty())
        && let Some(owner) = contacts::by_external_id(read, external_id)?
        && owner.id != contact.id
    {
        let message = format!("Another contact has the external id {external_id}.");
        return Err(Rejection::new(Code::ResourceAlreadyExists, message).into());
    }
    let texts = [
        (&mut contact.email, &changes.email),
        (&mut contact.phone, &changes.phone),
        (&mut contact.external_id, &changes.external_id),
        (&mut contact.avatar_url, &changes.avatar_url),
        (&mut contact.language, &changes.language),
        (&mut contact.timezone, &changes.timezone),
        (&mut contact.country, &changes.country),
        (&mut contact.city, &changes.city),
        (&mut contact.company, &changes.company),
    ];
    for (held, told) in texts {
        if let Some(told) = told {
            *held = Some(told.clone()).filter(|told| !told.is_empty());
        }
    }
    opaque::merge(&mut contact.custom_fields, &changes.custom_fields);
    opaque::merge(&mut contact.metadata, &changes.metadata);
    if let Some(tags) = &changes.tags {
        contact.tags.clear();
        tag::add_labels(&mut contact.tags, tags);
    }
    tag::add_labels(&mut contact.tags, &changes.add_tags);
    tag::remove_labels(&mut contact.tags, &changes.remove_tags);
    if contact.tags.len() > TAGS_MAX.0 {
        let wrong = format!("must be at most {} tags", TAGS_MAX.0);
        return Err(Rejection::field("tags", wrong).into());
    }
    contact.blocked = changes.blocked.unwrap_or(contact.blocked);
    Ok(())
}

/// What people type of a person; all that is wrong with it is said at once.
fn clean_typed(changes: &mut ContactChanges) -> Result<(), Rejection> {
    let written = |text: &&mut String| !text.trim().is_empty();
    let name = changes.name.as_mut();
    let name = name.map(|name| clean_name(name).map(|clean| *name = clean));
    let email = changes.email.as_mut().filter(written);
    let email = email.map(|email| clean_email(email).map(|clean| *email = clean));
    let phone = changes.phone.as_mut().filter(written);
    let phone = phone.map(|phone| clean_phone(phone).map(|clean| *phone = clean));
    let checked = [name, email, phone].into_iter().flatten();
    Rejection::together(checked.filter_map(Result::err))
}

fn clean_phone(phone: &str) -> Result<String, Rejection> {
    let wrong = "must be a number with its country, such as +5511987654321";
    match PhoneNumber::parse(phone) {
        Some(parsed) => Ok(parsed.as_str().to_owned()),
        None => Err(Rejection::field("phone", wrong)),
    }
}

/// Checks what was said and brings it into its form: trimmed, addresses folded, numbers as E.164.
///
/// # Errors
/// `VALIDATION_ERROR`, naming the field.
pub(super) fn clean(mut changes: ContactChanges) -> Result<ContactChanges, Rejection> {
    let plain = |field: &str, held: &mut Option<String>| -> Result<(), Rejection> {
        let Some(text) = held else { return Ok(()) };
        *text = text.trim().to_owned();
        if text.chars().count() > TEXT_MAX {
            let wrong = format!("must be at most {TEXT_MAX} characters long");
            return Err(Rejection::field(field, wrong));
        }
        Ok(())
    };
    plain("externalId", &mut changes.external_id)?;
    plain("avatarUrl", &mut changes.avatar_url)?;
    plain("language", &mut changes.language)?;
    plain("timezone", &mut changes.timezone)?;
    plain("country", &mut changes.country)?;
    plain("city", &mut changes.city)?;
    plain("company", &mut changes.company)?;
    clean_typed(&mut changes)?;
    if let Some(avatar) = changes.avatar_url.as_ref().filter(|url| !url.is_empty())
        && !avatar.starts_with("https://")
        && !avatar.starts_with("http://")
    {
        let wrong = "must be an address such as https://example.com/a.png";
        return Err(Rejection {
            code: Code::InvalidUrl,
            ..Rejection::field("avatarUrl", wrong)
        });
    }
    let tags = changes.tags.iter().flatten().chain(&changes.add_tags);
    for name in tags {
        if name.chars().count() > TAGS_MAX.1 {
            let wrong = format!("must be at most {} characters each", TAGS_MAX.1);
            return Err(Rejection::field("tags", wrong));
        }
    }
    Ok(changes)
}

/// Refuses addresses that cannot be given away.
///
/// # Errors
/// `VALIDATION_ERROR`; `RESOURCE_ALREADY_EXISTS` for an address that is somebody else's.
pub(super) fn check_addresses(
    read: &impl Read,
    addresses: &[NewAddress],
) -> Result<(), EngineError> {
    for (at, address) in addresses.iter().enumerate() {
        let field = |name: &str| format!("identifiers[{at}].{name}");
        if channels::get(read, address.channel_id)?.is_none() {
            return Err(Rejection::field(field("channelId"), "must be a channel").into());
        }
        let length = address.address.chars().count();
        if length == 0 || length > TEXT_MAX {
            let wrong = format!("must be 1 to {TEXT_MAX} characters long");
            return Err(Rejection::field(field("identifier"), wrong).into());
        }
        if let Some(held) = identities::get(read, address.channel_id, &address.address)? {
            let message = format!("Another contact has the address {}.", held.address);
            return Err(Rejection::new(Code::ResourceAlreadyExists, message).into());
        }
    }
    Ok(())
}

/// Gives a contact an address that [`check_addresses`] let through.
///
/// # Errors
/// The disk's.
pub(super) fn give_address(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    contact_id: ContactId,
    address: &NewAddress,
) -> Result<(), EngineError> {
    let Some(channel) = channels::get(tx, address.channel_id)? else {
        return Ok(());
    };
    let identity = Identity {
        display_name: shown_name(address),
        avatar_url: address.picture.clone(),
        metadata: address.metadata.clone(),
        ..Identity::new(pen.id(), contact_id, &channel, &address.address, pen.now)
    };
    Ok(identities::put(tx, &identity)?)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn all_that_is_wrong_with_what_was_typed_is_said_at_once() {
        let changes = ContactChanges {
            name: Some(String::new()),
            email: Some("ana".to_owned()),
            phone: Some("abc".to_owned()),
            ..ContactChanges::default()
        };
        let wrong = clean(changes).err().map(|wrong| wrong.fields).unwrap();
        let fields: Vec<_> = wrong.iter().map(|wrong| wrong.field.as_str()).collect();
        assert_eq!(fields, ["name", "email", "phone"]);
    }

    #[test]
    fn what_is_said_is_brought_into_form() {
        let changes = ContactChanges {
            name: Some("  Ana\r\n \u{202e}Lima\0 ".to_owned()),
            email: Some(" Ana@Example.com".to_owned()),
            phone: Some("+55 11 98765-4321".to_owned()),
            city: Some(" Recife ".to_owned()),
            ..ContactChanges::default()
        };
        let changes = clean(changes).unwrap();
        assert_eq!(changes.name.as_deref(), Some("Ana Lima"));
        assert_eq!(changes.email.as_deref(), Some("ana@example.com"));
        assert_eq!(changes.phone.as_deref(), Some("+5511987654321"));
        assert_eq!(changes.city.as_deref(), Some("Recife"));
        let wrong = ContactChanges {
            phone: Some("12".to_owned()),
            ..ContactChanges::default()
        };
        assert_eq!(clean(wrong).unwrap_err().fields[0].field, "phone");
    }
}

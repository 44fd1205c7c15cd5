//! Addresses of contacts as clients send them: a list, or one address by kind of channel.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_json::Map;
use serde_json::Value;
use utoipa::ToSchema;

use crate::engine::people::contact_changes::NewAddress;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::rejection::Rejection;
use crate::web::api::caller::ApiCaller;
use crate::web::error::ApiError;
use crate::web::state::State;

/// An address on a channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentifierIn {
    /// The channel; may be left out where there is one of its kind alone.
    #[serde(default)]
    channel_id: Option<ChannelId>,
    /// The kind of channel, where the channel is left out.
    #[serde(default)]
    channel_type: Option<String>,
    /// The address as the channel's vendor gives it.
    identifier: String,
    /// The name to show with it.
    #[serde(default)]
    display_name: Option<String>,
    /// The picture to show with it.
    #[serde(default)]
    profile_picture: Option<String>,
    /// What you keep with it.
    #[serde(default)]
    metadata: Map<String, Value>,
}

/// Reads addresses: a list of them, or an object that names one by kind of channel.
///
/// # Errors
/// The value is neither.
pub fn identifiers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IdentifierIn>, D::Error> {
    from.deserialize_any(Either)
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Vec<IdentifierIn>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of addresses, or an object of addresses by kind of channel")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(row) = rows.next_element()? {
            all.push(row);
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some((kind, identifier)) = fields.next_entry::<String, String>()? {
            all.push(IdentifierIn {
                channel_id: None,
                channel_type: Some(kind),
                identifier,
                display_name: None,
                profile_picture: None,
                metadata: Map::new(),
            });
        }
        Ok(all)
    }
}

/// Addresses with their channels.
///
/// # Errors
/// One names no channel, and its kind has none or several.
pub fn addresses(
    caller: &ApiCaller,
    state: &State,
    identifiers: Vec<IdentifierIn>,
) -> Result<Vec<NewAddress>, ApiError> {
    let named = identifiers.into_iter().enumerate();
    let addresses = named.map(|(at, one)| {
        let path = format!("identifiers[{at}].");
        address(caller, state, &path, one)
    });
    addresses.collect()
}

/// An address with its channel; `path` stands before the names of its fields in refusals.
///
/// # Errors
/// It names no channel, and its kind has none or several.
pub fn address(
    caller: &ApiCaller,
    state: &State,
    path: &str,
    identifier: IdentifierIn,
) -> Result<NewAddress, ApiError> {
    let channel_id = match (identifier.channel_id, &identifier.channel_type) {
        (Some(channel), _) => channel,
        (None, Some(kind)) => only_channel(caller, state, path, kind)?,
        (None, None) => {
            return Err(Rejection::field(format!("{path}channelId"), "is required").into());
        }
    };
    Ok(NewAddress {
        channel_id,
        address: identifier.identifier.trim().to_owned(),
        display_name: identifier.display_name,
        picture: identifier.profile_picture,
        metadata: identifier.metadata,
    })
}

fn only_channel(
    caller: &ApiCaller,
    state: &State,
    path: &str,
    kind: &str,
) -> Result<ChannelId, ApiError> {
    let contacts = &state.engine.contacts;
    let found = contacts.channels_of_kind(&caller.actor, &ChannelKind::named(kind))?;
    match found[..] {
        [only] => Ok(only),
        [] => {
            let wrong = format!("must be the kind of a channel that is here, not {kind}");
            Err(Rejection::field(format!("{path}channelType"), wrong).into())
        }
        _ => {
            let wrong = format!("is required: there are several channels of the kind {kind}");
            Err(Rejection::field(format!("{path}channelId"), wrong).into())
        }
    }
}

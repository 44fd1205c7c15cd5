//! `/capabilities`: what each kind of channel can carry.

use actix_web::web::Data;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::model::capability::Capabilities;
use crate::model::capability::Support;
use crate::model::permission::Permission;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::route::Routes;
use crate::web::api::wire;
use crate::web::state::State;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("capabilities");
    routes
        .get(&["/capabilities"], index)
        .says("Get what each kind of channel can carry, with its limits")
        .needs(Permission::ReadChannels)
        .gives::<MatrixOut>();
}

/// The whole matrix.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CapabilityMatrix)]
struct MatrixOut {
    /// One row a kind of channel.
    data: Vec<RowOut>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CapabilityRow)]
struct RowOut {
    /// The kind, such as `webchat`.
    channel_type: &'static str,
    /// The name people know it by.
    name: &'static str,
    /// Whether a channel of this kind can be made here.
    available: bool,
    /// Each feature: `full`, `partial` or `none`.
    matrix: Value,
    /// Every limit by name.
    limits: Value,
}

/// What one channel can carry, as clients ask for it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChannelCapabilities)]
pub struct CapabilitiesOut {
    /// Content types that need no conversion.
    supported_content_types: Vec<&'static str>,
    /// Any kind of file.
    supports_media: bool,
    /// Buttons that answer.
    supports_buttons: bool,
    /// Lists to choose from.
    supports_lists: bool,
    /// Templates approved by the vendor.
    supports_templates: bool,
    /// Places.
    supports_location: bool,
    /// The longest text of one message.
    max_message_length: usize,
    /// The largest file, in bytes.
    max_media_size: u64,
    /// Each feature: `full`, `partial` or `none`.
    matrix: Value,
}

impl From<&Capabilities> for CapabilitiesOut {
    fn from(held: &Capabilities) -> Self {
        let media = held.media;
        let sizes = [
            media.image_bytes,
            media.audio_bytes,
            media.video_bytes,
            media.document_bytes,
        ];
        let largest = sizes.into_iter().max().unwrap_or(0);
        Self {
            supported_content_types: content_types(held),
            supports_media: largest > 0,
            supports_buttons: held.buttons_max > 0,
            supports_lists: held.list_rows_max > 0,
            supports_templates: held.matrix.templates != Support::None,
            supports_location: held.locations,
            max_message_length: held.text_max,
            max_media_size: largest,
            matrix: wire::outgoing(&held.matrix),
        }
    }
}

fn content_types(held: &Capabilities) -> Vec<&'static str> {
    let can = [
        ("text", held.matrix.text != Support::None),
        ("image", held.media.image_bytes > 0),
        ("video", held.media.video_bytes > 0),
        ("audio", held.media.audio_bytes > 0),
        ("document", held.media.document_bytes > 0),
        ("sticker", held.stickers),
        ("location", held.locations),
        ("contacts", held.contacts),
        ("buttons", held.buttons_max > 0),
        ("list", held.list_rows_max > 0),
        ("carousel", held.cards_max > 0),
        ("template", held.matrix.templates != Support::None),
        ("reaction", held.reactions),
    ];
    can.into_iter()
        .filter(|(_, able)| *able)
        .map(|(name, _)| name)
        .collect()
}

async fn index(caller: ApiCaller, state: Data<State>) -> Answered {
    let rows = state.engine.channels.matrix(&caller.actor)?;
    let data = rows
        .into_iter()
        .map(|row| RowOut {
            channel_type: row.kind,
            name: row.name,
            available: row.available,
            matrix: wire::outgoing(&row.capabilities.matrix),
            limits: wire::outgoing(row.capabilities),
        })
        .collect();
    Ok(Answer::one(&MatrixOut { data }))
}

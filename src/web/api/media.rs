//! `/media`: files for messages, kept before the message is sent.

use actix_web::HttpRequest;
use actix_web::web::Data;
use actix_web::web::Payload;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::engine::inbox::files::UNUSED_KEPT;
use crate::engine::links::Links;
use crate::model::attachment::Attachment;
use crate::model::ids::MediaId;
use crate::model::ids::OrganisationId;
use crate::model::permission::Permission;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::organisation::tenant_of;
use crate::web::api::repeats;
use crate::web::api::repeats::FormKey;
use crate::web::api::route::Routes;
use crate::web::state::State;
use crate::web::uploads;

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("media");
    routes
        .post(&["/media/upload"], upload)
        .says("Upload a file; a message then names it as `mediaId`")
        .needs(Permission::Reply)
        .takes_file(uploads::FIELD)
        .makes::<MediaOut>();
}

/// A stored file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Media)]
struct MediaOut {
    /// `media_...`
    id: MediaId,
    /// The organisation.
    tenant_id: OrganisationId,
    /// `image`, `video`, `audio` or `document`, by what the file really is.
    r#type: &'static str,
    /// Where it can be opened.
    url: String,
    /// What the file really is.
    mime_type: String,
    /// Its name.
    filename: String,
    /// Its size, in bytes.
    size: u64,
    /// When it is forgotten, unless a message carries it by then.
    expires_at: Timestamp,
    /// When it was stored.
    created_at: Timestamp,
    /// The same: files never change.
    updated_at: Timestamp,
}

impl MediaOut {
    fn new(kept: Attachment, links: &Links, tenant_id: OrganisationId) -> Self {
        Self {
            id: kept.id,
            tenant_id,
            r#type: kind_of(&kept.mime_type),
            url: format!("{}{}", links.public_url(), links.path(kept.id)),
            mime_type: kept.mime_type,
            filename: kept.filename,
            size: kept.size_bytes,
            expires_at: kept.created_at.plus(UNUSED_KEPT),
            created_at: kept.created_at,
            updated_at: kept.created_at,
        }
    }
}

/// The kind of message that carries such a file.
fn kind_of(mime_type: &str) -> &'static str {
    match mime_type.split('/').next() {
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "document",
    }
}

async fn upload(
    caller: ApiCaller,
    state: Data<State>,
    key: FormKey,
    request: HttpRequest,
    payload: Payload,
) -> Answered {
    let kept = uploads::keep(&state.engine.files, &caller.actor, &request, payload).await?;
    let links = &state.engine.context.links;
    let asked = digest(&[&kept.digest[..], kept.filename.as_bytes()].concat());
    let made = Answer::made(&MediaOut::new(kept, links, tenant_of(&state)?));
    // A second copy was stored for nothing, and is swept like every file that no message carries.
    repeats::once_for_form(&state, key, asked, made).await
}

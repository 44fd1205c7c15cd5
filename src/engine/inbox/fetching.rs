//! Files that a program names by an address elsewhere are copied here before anybody is shown them.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::engine::error::EngineError;
use crate::engine::inbox::files::Files;
use crate::model::actor::Actor;
use crate::model::attachment::Attachment;
use crate::model::content::Content;
use crate::model::ids::MediaId;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::net::http::HttpError;

/// The largest file that is fetched from an address. email.md section 8.
const FETCHED_MAX_BYTES: u64 = 25 * 1024 * 1024;
/// Longest wait for all of it.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// What became of the addresses that were copied for one request: each is fetched once.
pub type Copied = HashMap<String, Result<MediaId, Rejection>>;

impl Files {
    /// Copies the files of a content that lie elsewhere: whom it is shown to asks nobody but us.
    ///
    /// # Errors
    /// As [`Files::fetch`].
    pub async fn copy(
        &self,
        actor: &Actor,
        content: &mut Content,
        copied: &mut Copied,
    ) -> Result<(), EngineError> {
        for (field, media) in content.files_mut() {
            media.thumbnail_url = None;
            let Some(url) = media.url.take_if(|_| media.media_id.is_none()) else {
                continue;
            };
            if !copied.contains_key(&url) {
                let name = media.filename.clone().unwrap_or_default();
                let kept = match self.fetch(actor, &name, &url, &field).await {
                    Ok(kept) => Ok(kept.id),
                    Err(EngineError::Refused(refused)) => Err(refused),
                    Err(broken) => return Err(broken),
                };
                copied.insert(url.clone(), kept);
            }
            media.media_id = copied.get(&url).cloned().transpose()?;
        }
        Ok(())
    }

    /// Stores a file that lies at an address, as if it had been uploaded; without a name it gets the
    /// address's. `field` is the place of the address in what was asked.
    ///
    /// # Errors
    /// `INVALID_URL`, `PAYLOAD_TOO_LARGE` or `VALIDATION_ERROR` naming the field: it cannot be had; the
    /// actor may not; it could run somewhere.
    pub async fn fetch(
        &self,
        actor: &Actor,
        name: &str,
        url: &str,
        field: &str,
    ) -> Result<Attachment, EngineError> {
        let name = if name.trim().is_empty() {
            name_in(url)
        } else {
            name.to_owned()
        };
        let fetching = async {
            let http = &self.0.vendors.http;
            let file = http.download(url, None, FETCHED_MAX_BYTES).await;
            let file = file.map_err(|error| unfetched(field, &error))?;
            if file.status != 200 {
                let words = format!("could not be fetched: the answer was {}", file.status);
                return Err(Rejection::field(field, words).into());
            }
            let mut broken = None;
            let pieces = file.body.map_err(|error| {
                let words = error.to_string();
                broken = Some(error);
                words
            });
            let kept = self.upload(actor, &name, pieces).await;
            match broken {
                Some(error) => Err(unfetched(field, &error).into()),
                None => kept,
            }
        };
        let late = |_| Rejection::field(field, "could not be fetched in 20 seconds");
        tokio::time::timeout(FETCH_TIMEOUT, fetching)
            .await
            .map_err(late)?
    }
}

/// The name of a file by its address.
fn name_in(url: &str) -> String {
    let parsed = Url::parse(url).ok();
    let last = parsed
        .as_ref()
        .and_then(|url| url.path_segments()?.next_back());
    percent_decode_str(last.unwrap_or_default())
        .decode_utf8_lossy()
        .into_owned()
}

fn unfetched(field: &str, error: &HttpError) -> Rejection {
    let refused = Rejection::field(field, format!("could not be fetched: {error}"));
    let code = match error {
        HttpError::Target(_) => Code::InvalidUrl,
        HttpError::TooLarge { .. } => Code::PayloadTooLarge,
        HttpError::NeverLeft(_) | HttpError::Unsure(_) => Code::ValidationError,
    };
    Rejection { code, ..refused }
}

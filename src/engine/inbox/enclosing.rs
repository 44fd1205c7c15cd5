//! Files that somebody sends along with a mail as bytes in letters, or by their address: they are
//! stored first, as if they had been uploaded.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use crate::channels::email::incoming;
use crate::channels::email::wishes;
use crate::engine::error::EngineError;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::files::Files;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::attachment::Attachment;
use crate::model::content::Content;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::net::http::HttpError;

/// The largest file that is fetched from an address. email.md section 8.
const FETCHED_MAX_BYTES: u64 = 25 * 1024 * 1024;
/// Longest wait for all of it.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// The most files of one mail.
const FILES_MAX: usize = 50;
/// Letters of either alphabet of base64 become those of the usual one; padding may be left out.
const LETTERS: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Files {
    /// Stores the files of a mail that came as bytes or by their address, and names them in its
    /// wishes; a mail of HTML alone gets words.
    ///
    /// # Errors
    /// The actor may not; a file that cannot be had, is too large, or could run somewhere.
    pub async fn enclose(&self, actor: &Actor, draft: &mut Draft) -> Result<(), EngineError> {
        actor.require(Permission::Reply)?;
        let kept = draft.metadata.get_mut(wishes::NAME);
        let Some(kept) = kept.and_then(Value::as_object_mut) else {
            return Ok(());
        };
        if let (Content::Text(words), Some(html)) = (&mut draft.content, kept.get("html"))
            && words.text.trim().is_empty()
            && let Some(html) = html.as_str()
        {
            words.text = incoming::words_of(html);
        }
        let Some(files) = kept.get_mut("attachments") else {
            return Ok(());
        };
        let list = || Rejection::field("email.attachments", "must be a list of files");
        let files = files.as_array_mut().ok_or_else(list)?;
        if files.len() > FILES_MAX {
            let words = format!("must be {FILES_MAX} files at most");
            return Err(Rejection::field("email.attachments", words).into());
        }
        for (index, file) in files.iter_mut().enumerate() {
            let place = format!("email.attachments[{index}]");
            let file = file.as_object_mut();
            let file = file.ok_or_else(|| Rejection::field(&place, "must be an object"))?;
            self.enclose_one(actor, file, &place).await?;
        }
        Ok(())
    }

    async fn enclose_one(
        &self,
        actor: &Actor,
        file: &mut Opaque,
        place: &str,
    ) -> Result<(), EngineError> {
        if file.contains_key("mediaId") || file.contains_key("id") {
            return Ok(());
        }
        let text = |name: &str| file.get(name).and_then(Value::as_str).map(str::to_owned);
        let name = text("filename")
            .or_else(|| text("name"))
            .unwrap_or_default();
        let stored = match (text("content"), text("url")) {
            (Some(letters), _) => self.written(actor, &name, &letters, place).await?,
            (None, Some(url)) => self.fetched(actor, &name, &url, place).await?,
            (None, None) => {
                let words = "must have content (base64), url or mediaId";
                return Err(Rejection::field(place, words).into());
            }
        };
        for gone in ["content", "url"] {
            file.remove(gone);
        }
        file.insert("mediaId".to_owned(), stored.id.to_string().into());
        Ok(())
    }

    async fn written(
        &self,
        actor: &Actor,
        name: &str,
        letters: &str,
        place: &str,
    ) -> Result<Attachment, EngineError> {
        let field = format!("{place}.content");
        let behind = letters
            .split_once(";base64,")
            .map_or(letters, |(_, rest)| rest);
        let letters: String = behind
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .map(|letter| match letter {
                '-' => '+',
                '_' => '/',
                other => other,
            })
            .collect();
        let bytes = LETTERS.decode(letters);
        let bytes = bytes.map_err(|_| Rejection::field(&field, "must be base64"))?;
        if bytes.is_empty() {
            return Err(Rejection::field(&field, "must not be empty").into());
        }
        let piece = Ok::<_, std::convert::Infallible>(Bytes::from(bytes));
        self.upload(actor, name, stream::iter([piece])).await
    }

    async fn fetched(
        &self,
        actor: &Actor,
        name: &str,
        url: &str,
        place: &str,
    ) -> Result<Attachment, EngineError> {
        let field = format!("{place}.url");
        let name = if name.trim().is_empty() {
            name_in(url)
        } else {
            name.to_owned()
        };
        let fetching = async {
            let http = &self.0.vendors.http;
            let file = http.download(url, None, FETCHED_MAX_BYTES).await;
            let file = file.map_err(|error| unfetched(&field, &error))?;
            if file.status != 200 {
                let words = format!("could not be fetched: the answer was {}", file.status);
                return Err(Rejection::field(&field, words).into());
            }
            let mut broken = None;
            let pieces = file.body.map_err(|error| {
                let words = error.to_string();
                broken = Some(error);
                words
            });
            let kept = self.upload(actor, &name, pieces).await;
            match broken {
                Some(error) => Err(unfetched(&field, &error).into()),
                None => kept,
            }
        };
        let late = |_| Rejection::field(&field, "could not be fetched in 20 seconds");
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

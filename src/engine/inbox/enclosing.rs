//! Files that somebody sends along with a mail as bytes in letters, or by their address: they are
//! stored first, as if they had been uploaded.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::GeneralPurpose;
use base64::engine::GeneralPurposeConfig;
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;

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
use crate::model::rejection::Rejection;

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
            (None, Some(url)) => {
                let field = format!("{place}.url");
                self.fetch(actor, &name, &url, &field).await?
            }
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
}

//! Files: carried, carried as another kind, or linked to.

use super::Fitting;
use super::cannot_carry;
use crate::base::mime;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// The type of documents that channels carry which carry no others.
const PDF: &str = "application/pdf";

/// How a channel can carry a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carriage {
    /// As what it is.
    Itself,
    /// As a picture: stickers where there are none.
    Picture,
    /// As a document: what is too large for its own kind.
    Document,
    /// As a document: a type of its kind that is not shown.
    UnshownDocument,
    /// Not at all: the kind, or this type of it, does not exist there.
    LinkForKind,
    /// Not at all: it is too large.
    LinkForSize,
}

impl Fitting<'_> {
    pub(super) fn take_file(&mut self, content: &Content) -> Result<(), Rejection> {
        let Some(media) = content.media() else {
            return Err(cannot_carry(content.kind()));
        };
        match self.carriage(content) {
            Carriage::Itself => self.send_file(content.clone()),
            Carriage::Picture => {
                self.replace("The sticker became a picture")?;
                self.send_file(Content::Image(media.clone()))
            }
            Carriage::Document => {
                self.divide(format!(
                    "The {} was too large and became a document",
                    noun(content)
                ))?;
                self.send_file(Content::Document(media.clone()))
            }
            Carriage::UnshownDocument => {
                self.replace(format!(
                    "The {} is of a type that is not shown and became a document",
                    noun(content)
                ))?;
                self.send_file(Content::Document(media.clone()))
            }
            Carriage::LinkForKind => {
                self.replace(format!("The {} became a link", noun(content)))?;
                self.send_link(content.kind(), media)
            }
            Carriage::LinkForSize => {
                self.divide(format!(
                    "The {} was too large and became a link",
                    noun(content)
                ))?;
                self.send_link(content.kind(), media)
            }
        }
    }

    pub(super) fn carriage(&self, content: &Content) -> Carriage {
        let limits = self.row.media;
        let size = content
            .media()
            .and_then(|media| media.size_bytes)
            .unwrap_or(0);
        let most = match content {
            Content::Sticker(_) if self.row.stickers => return Carriage::Itself,
            Content::Sticker(_) if limits.image_bytes > 0 && size <= limits.image_bytes => {
                return Carriage::Picture;
            }
            Content::Image(_) | Content::Sticker(_) => limits.image_bytes,
            Content::Video(_) => limits.video_bytes,
            Content::Audio(_) => limits.audio_bytes,
            _ if Self::is_of(content, &[PDF]) => self.row.pdf_bytes.max(limits.document_bytes),
            _ => limits.document_bytes,
        };
        let taken = self.row.taken_types;
        if !taken.is_empty() && !Self::is_of(content, taken) {
            return Carriage::LinkForKind;
        }
        let is_document = matches!(content, Content::Document(_));
        if !is_document && Self::is_of(content, self.row.unshown_types) {
            return match limits.document_bytes {
                0 => Carriage::LinkForKind,
                most if size <= most => Carriage::UnshownDocument,
                _ => Carriage::LinkForSize,
            };
        }
        if most == 0 {
            Carriage::LinkForKind
        } else if size <= most {
            Carriage::Itself
        } else if size <= limits.document_bytes {
            Carriage::Document
        } else {
            Carriage::LinkForSize
        }
    }

    /// Whether a file is of one of these types, as far as its type is known.
    fn is_of(content: &Content, types: &[&str]) -> bool {
        let told = content.media().and_then(|media| media.mime_type.as_deref());
        told.is_some_and(|told| types.contains(&mime::essence(told).as_str()))
    }

    /// Sends a file the channel carries; words under it that it does not take follow by themselves.
    fn send_file(&mut self, mut content: Content) -> Result<(), Rejection> {
        let most = match content {
            Content::Sticker(_) => 0,
            _ => self.row.caption_max,
        };
        let caption = content.words();
        let fits = self.row.counting.measure(caption) <= most;
        let after = if fits {
            None
        } else {
            content.media_mut().and_then(|media| media.caption.take())
        };
        self.fitted.parts.push(content);
        match after {
            Some(words) if !words.trim().is_empty() => {
                self.replace("The caption became a message of its own")?;
                self.say(&words)
            }
            _ => Ok(()),
        }
    }

    fn send_link(&mut self, kind: &str, media: &Media) -> Result<(), Rejection> {
        let Some(link) = self.link(media) else {
            return Err(Rejection::new(
                Code::UnsupportedContentType,
                format!(
                    "This channel cannot carry this {kind}, and the file has no public address to link to."
                ),
            ));
        };
        let named = match media.filename.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => format!("{name}: {link}"),
            None => link,
        };
        let words = match media.caption.as_deref() {
            Some(caption) if !caption.trim().is_empty() => format!("{caption}\n{named}"),
            _ => named,
        };
        self.say(&words)
    }

    /// Where a customer can open a file: our own link first, else the address it came from.
    pub(super) fn link(&self, media: &Media) -> Option<String> {
        (self.links)(media).or_else(|| media.url.clone())
    }
}

fn noun(content: &Content) -> &'static str {
    match content {
        Content::Image(_) => "picture",
        Content::Video(_) => "video",
        Content::Audio(media) if media.voice => "voice note",
        Content::Audio(_) => "recording",
        Content::Sticker(_) => "sticker",
        _ => "document",
    }
}

//! A mail in the form that travels, written by lettre. Files are not in it: where one stands, a mark
//! is written in its place, and what comes out is cut there.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::Body;
use lettre::message::Mailbox as Box_;
use lettre::message::MultiPart;
use lettre::message::MultiPartBuilder;
use lettre::message::SinglePart;
use lettre::message::header::ContentDisposition;
use lettre::message::header::ContentId;
use lettre::message::header::ContentTransferEncoding;
use lettre::message::header::ContentType;
use lettre::message::header::HeaderName;
use lettre::message::header::HeaderValue;

use crate::base::crypto::digest;
use crate::base::crypto::hex;
use crate::base::mime::essence;
use crate::channels::email::address::Mailbox;
use crate::channels::email::compose::Enclosure;
use crate::channels::email::compose::Holding;
use crate::channels::email::compose::Letter;
use crate::model::call::Letters;
use crate::model::call::Piece;

/// A mail that cannot be written: an address in it is none. What came in was checked, so this is a
/// setting that was stored before it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mail cannot be written: {0}")]
pub struct Unwritable(String);

/// The mail, in pieces with the files between them.
///
/// # Errors
/// [`Unwritable`].
pub fn written(letter: &Letter<'_>) -> Result<Vec<Piece>, Unwritable> {
    let names = Names::of(letter);
    let message = message(letter, &names)?;
    let marks = letter.files.iter().enumerate().filter_map(|(at, file)| {
        let Holding::Stored(media_id) = file.holding else {
            return None;
        };
        let letters = Letters::Lines;
        Some((names.mark(at), Piece::File { media_id, letters }))
    });
    // Parts stand in another order than files.
    let mut rest = vec![Piece::Bytes(message.formatted())];
    for (mark, file) in marks {
        rest = splice(rest, &mark, file);
    }
    Ok(rest)
}

/// Puts a piece in the place of a mark.
#[must_use]
pub fn splice(pieces: Vec<Piece>, mark: &str, file: Piece) -> Vec<Piece> {
    let mut all = Vec::with_capacity(pieces.len() + 2);
    let mut file = Some(file);
    for piece in pieces {
        let found = match &piece {
            Piece::Bytes(bytes) => find(bytes, mark.as_bytes()),
            Piece::File { .. } | Piece::Packed(_) => None,
        };
        match (piece, found, file.take()) {
            (Piece::Bytes(mut before), Some(at), Some(held)) => {
                let after = before.split_off(at + mark.len());
                before.truncate(at);
                all.extend([Piece::Bytes(before), held, Piece::Bytes(after)]);
            }
            (piece, _, held) => {
                file = held;
                all.push(piece);
            }
        }
    }
    all
}

fn find(all: &[u8], mark: &[u8]) -> Option<usize> {
    all.windows(mark.len()).position(|window| window == mark)
}

/// Lines between parts and marks of files: the same for every attempt at the same mail, and nothing
/// that stands in it by chance.
pub struct Names(String);

impl Names {
    /// Those of a mail.
    #[must_use]
    pub fn of(letter: &Letter<'_>) -> Self {
        let about = format!("{}\n{}\n{}", letter.id, letter.text, letter.html);
        Self(hex(&digest(about.as_bytes()))[..32].to_owned())
    }

    /// The line between parts.
    #[must_use]
    pub fn boundary(&self, what: &str) -> String {
        format!("{what}-{}", self.0)
    }

    /// What stands in the place of a file.
    #[must_use]
    pub fn mark(&self, number: usize) -> String {
        format!("@@file-{number}-{}@@", self.0)
    }
}

fn message(letter: &Letter<'_>, names: &Names) -> Result<Message, Unwritable> {
    let millis = u64::try_from(letter.now.as_millis()).unwrap_or(0);
    let date = SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(millis);
    let mut building = Message::builder()
        .from(mailbox(&letter.from)?)
        .to(mailbox(&letter.to)?)
        .subject(letter.subject.as_str())
        .date(date)
        .message_id(Some(format!("<{}>", letter.id)));
    for copy in &letter.cc {
        building = building.cc(mailbox(copy)?);
    }
    if let Some(reply_to) = &letter.reply_to {
        building = building.reply_to(mailbox(reply_to)?);
    }
    for (name, value) in &letter.headers {
        let name = HeaderName::new_from_ascii_str(name);
        building = building.raw_header(HeaderValue::new(name, value.clone()));
    }
    building
        .multipart(parts(letter, names)?)
        .map_err(|error| Unwritable(error.to_string()))
}

fn mailbox(mailbox: &Mailbox) -> Result<Box_, Unwritable> {
    let address = mailbox.address.parse();
    let address = address.map_err(|_| Unwritable(format!("{} is no address", mailbox.address)))?;
    Ok(Box_::new(mailbox.name.clone(), address))
}

/// The parts of a mail, without levels that hold one thing only.
fn parts(letter: &Letter<'_>, names: &Names) -> Result<MultiPart, Unwritable> {
    let (shown, attached): (Vec<_>, Vec<_>) = letter
        .files
        .iter()
        .enumerate()
        .partition(|(_, file)| is_shown(file, &letter.html));
    let level = |kind: MultiPartBuilder, what| kind.boundary(names.boundary(what));
    let html = SinglePart::html(letter.html.clone());
    let alternative = level(MultiPart::alternative(), "alternative")
        .singlepart(SinglePart::plain(letter.text.clone()));
    let alternative = if shown.is_empty() {
        alternative.singlepart(html)
    } else {
        let mut related = level(MultiPart::related(), "related").singlepart(html);
        for (at, file) in shown {
            related = related.singlepart(enclosed(file, names, at)?);
        }
        alternative.multipart(related)
    };
    if attached.is_empty() {
        return Ok(alternative);
    }
    let mut mixed = level(MultiPart::mixed(), "mixed").multipart(alternative);
    for (at, file) in attached {
        mixed = mixed.singlepart(enclosed(file, names, at)?);
    }
    Ok(mixed)
}

/// Whether the HTML shows a file.
#[must_use]
pub fn is_shown(file: &Enclosure, html: &str) -> bool {
    file.content_id
        .as_ref()
        .is_some_and(|id| html.contains(&format!("cid:{id}\"")))
}

fn enclosed(file: &Enclosure, names: &Names, at: usize) -> Result<SinglePart, Unwritable> {
    let plain = ContentType::parse("application/octet-stream");
    let kind = essence(&file.mime_type);
    // What is written here is text.
    let kind = match &file.holding {
        Holding::Here(_) => format!("{kind}; charset=utf-8"),
        Holding::Stored(_) => kind,
    };
    let kind = ContentType::parse(&kind).or(plain);
    let kind = kind.map_err(|error| Unwritable(error.to_string()))?;
    let building = SinglePart::builder().header(kind);
    let building = match &file.content_id {
        Some(id) => building
            .header(ContentId::from(format!("<{id}>")))
            .header(ContentDisposition::inline_with_name(&file.filename)),
        None => building.header(ContentDisposition::attachment(&file.filename)),
    };
    Ok(match &file.holding {
        Holding::Stored(_) => building.body(Body::dangerous_pre_encoded(
            names.mark(at).into_bytes(),
            ContentTransferEncoding::Base64,
        )),
        Holding::Here(bytes) => building.body(bytes.clone()),
    })
}

//! Calls to a vendor, ready to be made: HTTP, forms, mails.

use crate::base::dkim::Dkim;
use crate::base::http::HttpRequest;
use crate::base::mail::Envelope;
use crate::base::mail::MailServer;
use crate::base::sigv4::Signer;
use crate::model::ids::MediaId;
use crate::model::mail::MailboxPlace;

/// One call to a vendor.
#[derive(Debug, Clone)]
pub enum Call {
    /// A request to the vendor.
    Http(Box<HttpRequest>),
    /// A request that carries stored files.
    Form(Box<Form>),
    /// A request that is a stored file.
    File(Box<FileBody>),
    /// A request with stored files written into it.
    Woven(Box<Woven>),
    /// A conversation with a mail server. What it says last is the answer: its code is the status,
    /// its lines are the body.
    Mail(Box<MailCall>),
    /// Marks set in a mailbox. The answer has no body.
    Flag(Box<FlagCall>),
}

impl Call {
    /// The call of a plain request.
    #[must_use]
    pub fn http(request: HttpRequest) -> Self {
        Self::Http(Box::new(request))
    }

    /// Whom a mail goes to that is handed over by itself.
    #[must_use]
    pub fn recipient(&self) -> Option<&str> {
        match self {
            Self::Mail(call) => call.mail.as_ref().map(|(envelope, _)| envelope.to.as_str()),
            Self::Http(_) | Self::Form(_) | Self::File(_) | Self::Woven(_) | Self::Flag(_) => None,
        }
    }

    /// Whether it carries what the customer has by then to somebody besides. What becomes of it is
    /// told of that address alone.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        matches!(self, Self::Mail(call) if call.is_copy)
    }
}

/// A request whose body is a form (`multipart/form-data`), so that it can carry stored files
/// without holding them in memory.
#[derive(Debug, Clone)]
pub struct Form {
    /// The request. Its body is empty; the type of the body is added on the way.
    pub request: HttpRequest,
    /// The fields, in order.
    pub fields: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub value: FieldValue,
}

/// What stands in a field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// A stored file.
    File {
        /// Which one.
        media_id: MediaId,
        /// The name the vendor is told.
        filename: String,
        /// The content type the vendor is told.
        mime_type: String,
    },
    /// A file that is not stored: something small of the settings.
    Bytes {
        /// The bytes.
        bytes: Vec<u8>,
        /// The name the vendor is told.
        filename: String,
        /// The content type the vendor is told.
        mime_type: String,
    },
}

/// A request whose body is a stored file and nothing else, sent without holding it in memory.
#[derive(Debug, Clone)]
pub struct FileBody {
    /// The request. Its body is empty; the type of the body stands in its headers.
    pub request: HttpRequest,
    /// The file.
    pub media_id: MediaId,
}

/// A request whose body is text with stored files in it, put together while it goes out so that no
/// file is ever held in memory.
#[derive(Debug, Clone)]
pub struct Woven {
    /// The request. Its body is empty; the type of the body stands in its headers.
    pub request: HttpRequest,
    /// The body.
    pub body: Vec<Piece>,
    /// Who signs the request, where its signature covers the body.
    pub signer: Option<Signer>,
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A stored file, written in letters.
    File {
        /// Which one.
        media_id: MediaId,
        /// How.
        letters: Letters,
    },
    /// Other pieces, written as base 64 in one line.
    Packed(Vec<Piece>),
}

/// How a file is written in letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Base 64 in one line, as JSON has it.
    OneLine,
    /// Base 64 in lines of 76, as mail has it.
    Lines,
}

/// What is said to a mail server.
#[derive(Debug, Clone)]
pub struct MailCall {
    /// The server.
    pub server: MailServer,
    /// The mail that is handed over, to one recipient; none only signs in.
    pub mail: Option<(Envelope, Vec<Piece>)>,
    /// Whether that recipient is not the one whom the message is for.
    pub is_copy: bool,
    /// Who signs the mail, where we do.
    pub dkim: Option<Dkim>,
}

/// Mails of a mailbox that are marked as read.
#[derive(Debug, Clone)]
pub struct FlagCall {
    /// The server of the mailbox.
    pub server: MailServer,
    /// The mails.
    pub places: Vec<MailboxPlace>,
}

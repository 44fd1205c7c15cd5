//! A mail in a thread: a card with its people, its words in a frame, its files and its appointment.

use super::atoms::RichText;
use super::content::FileView;

/// An appointment that a mail invites to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteView {
    /// "Invitation", "Cancelled", "Answer to an invitation".
    pub what: &'static str,
    /// What it is about.
    pub summary: String,
    /// When, where the reader is.
    pub when: String,
    /// Where; may be empty.
    pub location: String,
    /// Who calls for it; may be empty.
    pub organizer: String,
}

/// The card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailCard {
    /// The message it is.
    pub id: String,
    /// The subject, where it is another than that of the mail before.
    pub subject: Option<String>,
    /// From whom to whom, in one line.
    pub summary: String,
    /// From whom to whom, row by row: what, and the addresses.
    pub people: Vec<(&'static str, String)>,
    /// The address of its words as HTML; none where it has no HTML.
    pub frame: Option<String>,
    /// Its words, where it has no HTML.
    pub words: RichText,
    /// Whether it shows pictures that lie elsewhere, which are fetched only when somebody asks.
    pub has_remote_images: bool,
    /// Where it is asked to show those of its sender always.
    pub pictures: String,
    /// For that form.
    pub csrf: String,
    /// Where it is passed on to somebody else; none for who may not.
    pub forward: Option<String>,
    /// The address of what it quotes, as HTML.
    pub quoted_frame: Option<String>,
    /// What it quotes, where it has no HTML, and its signature.
    pub folded: Option<RichText>,
    /// Its files.
    pub files: Vec<FileView>,
    /// The appointment.
    pub invite: Option<InviteView>,
    /// What kind of program wrote it: "Out of office".
    pub auto: Option<&'static str>,
    /// What of it is not seen, and by whom.
    pub unseen: Option<&'static str>,
    /// The address of the mail as it came.
    pub source: Option<String>,
}

//! Passing a mail on.

use super::assets;
use super::atoms::FieldView;
use super::atoms::RichText;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// A file that can go along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// "120 KB".
    pub size: String,
    /// Whether it goes along.
    pub on: bool,
}

/// `/app/c/{conversation}/messages/{message}/forward`: posts `to`, `subject`, `note` and `file`s to
/// the same address.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "forward.html")]
pub struct ForwardPage {
    /// The frame.
    pub shell: ShellView,
    /// Where the form posts to.
    pub action: String,
    /// The mail in its conversation.
    pub back: String,
    /// Why it was not sent.
    pub refused: Option<String>,
    /// To whom, with commas.
    pub to: FieldView,
    /// What it is about.
    pub subject: FieldView,
    /// Words above it.
    pub text: FieldView,
    /// So that it is sent once.
    pub client_id: String,
    /// What stands above the mail.
    pub head: Vec<(&'static str, String)>,
    /// The address of its words as HTML.
    pub frame: Option<String>,
    /// Its words, where it has no HTML.
    pub words: RichText,
    /// Its files.
    pub files: Vec<Passed>,
}

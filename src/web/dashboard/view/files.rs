//! The files of a conversation.

use super::atoms::TimeView;
use super::filters;

/// A file in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The message that carries it.
    pub message: String,
    /// What is written on its tile: "PDF".
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Whether it opens on the page; all else is saved.
    pub is_picture: bool,
    /// "Camila, 84 KB".
    pub about: String,
    /// When it came.
    pub time: TimeView,
}

/// What fills the tab of files.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "parts/files.html")]
pub struct FilesPart {
    /// The files, newest first.
    pub files: Vec<FileRow>,
}

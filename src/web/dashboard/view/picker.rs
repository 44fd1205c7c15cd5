//! Choosing a template to send.

use super::assets;
use super::atoms::FieldView;
use super::atoms::OptionView;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;
use super::template::SeenTemplate;

/// A template of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickView {
    /// The picker with it open.
    pub href: String,
    /// Its name.
    pub name: String,
    /// "`pt_BR`, Utility".
    pub about: String,
    /// "High"; may be empty.
    pub quality: String,
    /// Whether it is open.
    pub chosen: bool,
    /// Why it cannot be sent.
    pub why_not: Option<String>,
}

/// Something to fill in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlankView {
    /// `value.body.1`
    pub id: String,
    /// What it is.
    pub label: String,
    /// An example; may be empty.
    pub hint: String,
    /// Which files go into it; empty where none do.
    pub accept: &'static str,
    /// What is typed.
    pub field: FieldView,
}

/// The open template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenView {
    /// `tpl_...`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// A fresh id of the message.
    pub client_id: String,
    /// What is left to fill in.
    pub blanks: Vec<BlankView>,
    /// What the customer sees.
    pub seen: SeenTemplate,
    /// Why it was not sent.
    pub refused: Option<String>,
    /// Why it cannot be sent yet, or at all.
    pub not_yet: Option<String>,
    /// Whether it can be sent once everything is filled in.
    pub may_send: bool,
}

/// `/app/c/{conversation}/templates`; also a part of its own: `picker`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "picker.html")]
pub struct PickerPage {
    /// The frame.
    pub shell: ShellView,
    /// `conv_...`
    pub conversation: String,
    /// Who gets it.
    pub to: String,
    /// What is looked for.
    pub search: String,
    /// In which language.
    pub languages: Vec<OptionView>,
    /// Whether the channel has none at all.
    pub none: bool,
    /// What was found.
    pub picks: Vec<PickView>,
    /// The open one.
    pub chosen: Option<ChosenView>,
}

//! The page of labels.

use super::assets;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::OptionView;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// How much carries a label: "12", and where it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedView {
    /// "12", or "10,000+".
    pub count: String,
    /// The search for them.
    pub href: String,
}

/// One label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRow {
    /// `tag_...`
    pub id: String,
    /// Name.
    pub name: String,
    /// Its dot, 0 to 7.
    pub tint: u8,
    /// What it stands under; may be empty.
    pub group: String,
    /// Whether things that carry a former name are still being renamed.
    pub following: bool,
    /// Conversations that carry it.
    pub conversations: CarriedView,
    /// Contacts that carry it.
    pub contacts: CarriedView,
    /// The forms, where it is being changed.
    pub edit: Option<TagEdit>,
}

/// The forms of one label: `POST /app/settings/tags/{id}` (`name`, `group`, `tint`), `/merge` (`into`)
/// and `/delete`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagEdit {
    /// Name.
    pub name: FieldView,
    /// Group.
    pub group: FieldView,
    /// Colours to choose from.
    pub tints: Vec<OptionView>,
    /// The other labels, to go into.
    pub others: Vec<OptionView>,
    /// "12 conversations and 3 contacts".
    pub carried: String,
}

/// `/app/settings/tags`, with `?edit={id}`. Form: `POST /app/settings/tags` (`name`, `group`, `tint`).
#[derive(Debug, Clone, askama::Template)]
#[template(path = "tags.html")]
pub struct TagsPage {
    /// The frame.
    pub shell: ShellView,
    /// "Saved." or what is wrong.
    pub banner: Option<BannerView>,
    /// Labels, by group and name.
    pub tags: Vec<TagRow>,
    /// Groups there are, to choose from while typing.
    pub groups: Vec<String>,
    /// Form: name.
    pub name: FieldView,
    /// Form: group.
    pub group: FieldView,
    /// Form: colours.
    pub tints: Vec<OptionView>,
}

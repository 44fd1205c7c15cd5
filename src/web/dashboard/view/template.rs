//! Templates that a vendor approves: the list, one with its form, and what a customer sees of one.

use super::assets;
use super::atoms::BadgeView;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::Icon;
use super::atoms::OptionView;
use super::atoms::RichText;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::content::ButtonView;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// What stands above the words of a template.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SeenHeader {
    /// Nothing.
    #[default]
    Nothing,
    /// A line.
    Line(String),
    /// A picture: where it lies here.
    Picture(String),
    /// Any other file, or one that is not here: its picture and what it is.
    File(Icon, &'static str),
}

/// A template as a customer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, askama::Template)]
#[template(path = "parts/template_seen.html")]
pub struct SeenTemplate {
    /// What stands above.
    pub header: SeenHeader,
    /// The words; values in accent.
    pub html: RichText,
    /// The line below; may be empty.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<ButtonView>,
}

/// How a template stands, in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingView {
    /// "Approved", "In review".
    pub word: String,
    /// Its colour.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// Why, in words; may be empty.
    pub why: String,
}

/// A template in the list: `<tr id="template-tpl_...">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// `tpl_...`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its language: `pt_BR`.
    pub language: String,
    /// The kind of its channel.
    pub badge: BadgeView,
    /// The name of its channel.
    pub channel: String,
    /// "Utility".
    pub category: String,
    /// How it stands.
    pub standing: StandingView,
    /// "High", "Medium", "Low"; empty where the vendor does not say.
    pub quality: String,
    /// Its colour.
    pub quality_tone: Tone,
    /// When it last changed.
    pub changed: TimeView,
}

/// A channel that keeps templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeeperView {
    /// `ch_...`
    pub id: String,
    /// Its kind.
    pub badge: BadgeView,
    /// Its name.
    pub name: String,
    /// Whether they are kept here, and there is nobody to ask.
    pub own: bool,
}

/// `/app/settings/templates`; the table is a part: `templates`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "templates.html")]
pub struct TemplatesPage {
    /// The frame.
    pub shell: ShellView,
    /// What was said about the last form.
    pub banner: Option<BannerView>,
    /// The channels that keep some.
    pub keepers: Vec<KeeperView>,
    /// The rows that are shown.
    pub rows: Vec<TemplateRow>,
    /// How many there are in all.
    pub all: usize,
    /// What is looked for.
    pub search: String,
    /// Which channel.
    pub channels: Vec<OptionView>,
    /// Which state.
    pub standings: Vec<OptionView>,
    /// The address of this list with its filter.
    pub here: String,
}

/// A button of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ButtonRow {
    /// `buttons[0]`
    pub id: String,
    /// Its number, from 1.
    pub number: usize,
    /// What it does.
    pub kinds: Vec<OptionView>,
    /// What stands on it; none where the vendor writes it.
    pub text: Option<FieldView>,
    /// Where it leads, what that is called, and a hint; none for answers.
    pub target: Option<(FieldView, &'static str, &'static str)>,
    /// An example of its variable end; none without.
    pub sample: Option<FieldView>,
    /// What is wrong with the whole of it.
    pub error: Option<String>,
}

/// An example of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleRow {
    /// `sample.body.1`
    pub id: String,
    /// "Example for {{1}} in the text".
    pub label: String,
    /// What is typed.
    pub field: FieldView,
}

/// The form of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFormView {
    /// Where it is sent.
    pub action: String,
    /// The name; fixed once it is handed in.
    pub name: FieldView,
    /// The language; likewise.
    pub language: FieldView,
    /// Whether name and language are fixed.
    pub fixed: bool,
    /// Languages that are offered.
    pub languages: &'static [(&'static str, &'static str)],
    /// The categories.
    pub categories: Vec<OptionView>,
    /// What is wrong with the category.
    pub category_error: Option<String>,
    /// Whether it carries a code: then most of the form is not there.
    pub is_code: bool,
    /// What may stand above.
    pub headers: Vec<OptionView>,
    /// The line above, where that is chosen, and its limit.
    pub header_text: Option<(FieldView, usize)>,
    /// The example file above, where one is chosen: its id, what it is called, what kinds are taken.
    pub header_file: Option<(FieldView, String, &'static str)>,
    /// The words, and their limit.
    pub body: (FieldView, usize),
    /// The line below, and its limit; 0 where there is none.
    pub footer: (FieldView, usize),
    /// The same as HTML, and its limit; 0 where there is none.
    pub html: (FieldView, usize),
    /// Whether it is kept here, and nobody approves it: the line above is a subject.
    pub own: bool,
    /// Whether it may have buttons.
    pub has_buttons: bool,
    /// Examples of the variables.
    pub samples: Vec<SampleRow>,
    /// The buttons.
    pub buttons: Vec<ButtonRow>,
    /// What is wrong with all of them together.
    pub buttons_error: Option<String>,
    /// Whether one more may be added.
    pub may_add: bool,
    /// What a new one does at first, in the vendor's words.
    pub first_kind: &'static str,
    /// The longest text on one.
    pub button_max: usize,
    /// Whether a code comes with advice.
    pub advises: bool,
    /// For how long it holds.
    pub minutes: FieldView,
}

/// `/app/settings/templates/new` and `/app/settings/templates/{id}`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "template.html")]
pub struct TemplatePage {
    /// The frame.
    pub shell: ShellView,
    /// What was said about the last form.
    pub banner: Option<BannerView>,
    /// Its channel.
    pub keeper: KeeperView,
    /// `tpl_...`; empty for a new one.
    pub id: String,
    /// The heading.
    pub title: String,
    /// How it stands; none for a new one.
    pub standing: Option<StandingView>,
    /// What else is known: label and value.
    pub facts: Vec<(&'static str, String)>,
    /// The form; none where it cannot be changed here.
    pub form: Option<TemplateFormView>,
    /// Why there is none.
    pub why_fixed: &'static str,
    /// What a customer sees.
    pub seen: SeenTemplate,
    /// Whether it is kept here, and nobody approves it.
    pub own: bool,
    /// Whether it is paused, and can be sent again.
    pub may_resume: bool,
    /// The address of its HTML with the examples filled in; none where it has none.
    pub html: Option<String>,
}

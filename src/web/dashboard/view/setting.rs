//! One field of a form of settings, made from a table.

use super::atoms::FieldView;
use super::atoms::OptionView;
use super::atoms::Tone;
use super::filters;

/// Fields that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionView {
    /// Its heading.
    pub title: String,
    /// A sentence under it; may be empty.
    pub lead: String,
    /// Its fields.
    pub fields: Vec<SettingView>,
}

/// One field. Its id is its name in the form and its path in the settings.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/setting.html")]
pub struct SettingView {
    /// Path in the settings.
    pub id: String,
    /// What it is.
    pub label: String,
    /// A sentence under it; may be empty.
    pub hint: String,
    /// What stands in it, and what is wrong with it.
    pub field: FieldView,
    /// What it looks like.
    pub input: Input,
}

/// What a field looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One line.
    Line {
        /// The kind of the element.
        kind: &'static str,
        /// What holds while it is empty; may be empty.
        placeholder: String,
    },
    /// A secret, which is never shown.
    Secret {
        /// Whether one is stored, or what happens while it is empty; may be empty.
        placeholder: String,
    },
    /// A number.
    Number {
        /// What it counts.
        unit: String,
        /// What holds while it is empty; may be empty.
        placeholder: String,
    },
    /// Several lines; so many are seen.
    Area(u8),
    /// A colour, and how well text reads on it.
    Colour(Option<(Tone, String)>),
    /// A box to tick.
    Tick(bool),
    /// One of several.
    Choice(Vec<OptionView>),
    /// Several fields that are one setting.
    Group(Vec<SettingView>),
    /// A text by language, the main one first.
    Words {
        /// Lines that are seen.
        rows: u8,
        /// The tag of the main language.
        main: String,
        /// One for each language.
        wordings: Vec<WordingView>,
    },
    /// A list.
    Rows {
        /// What one of them is called: "field".
        noun: String,
        /// Those there are, and an empty one while there is room.
        rows: Vec<RowView>,
    },
}

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordingView {
    /// The tag of the language.
    pub language: String,
    /// Its own name.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    /// Path in the settings: `preChatForm.fields[0]`.
    pub id: String,
    /// Its number in what is stored; none for the empty row.
    pub was: Option<usize>,
    /// What it is known by; may be empty.
    pub title: String,
    /// Whether something in it is wrong, so that it is shown open.
    pub open: bool,
    /// Its fields.
    pub fields: Vec<SettingView>,
}

impl SettingView {
    /// An empty field.
    #[must_use]
    pub fn new(id: &str, label: &str, hint: &str, input: Input) -> Self {
        Self {
            id: id.to_owned(),
            label: label.to_owned(),
            hint: hint.to_owned(),
            field: FieldView::default(),
            input,
        }
    }

    /// The same with something in it.
    #[must_use]
    pub fn holding(mut self, value: &str) -> Self {
        value.clone_into(&mut self.field.value);
        self
    }

    /// The same with what is wrong, where something is.
    #[must_use]
    pub fn wrong(mut self, error: Option<String>) -> Self {
        self.field.error = error;
        self
    }

    /// What describes the field, for `aria-describedby`.
    #[must_use]
    pub fn described(&self) -> String {
        match (&self.field.error, self.hint.is_empty()) {
            (Some(_), _) => format!("{}-error", self.id),
            (None, false) => format!("{}-hint", self.id),
            (None, true) => String::new(),
        }
    }

    /// How many wordings beside the main one there are.
    #[must_use]
    pub fn translated(&self) -> usize {
        match &self.input {
            Input::Words { wordings, .. } => wordings
                .iter()
                .skip(1)
                .filter(|wording| !wording.text.is_empty())
                .count(),
            _ => 0,
        }
    }
}

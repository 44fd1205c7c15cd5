//! An offer of choices without its form, and the forms it can take.

use super::counted;
use crate::base::text::Counting;
use crate::channels::numbered;
use crate::model::capability::Capabilities;
use crate::model::content::Button;
use crate::model::content::ButtonKind;
use crate::model::content::Content;
use crate::model::content::Row;
use crate::model::content::Section;

/// What stands on the button of a list that was none.
const LIST_BUTTON: &str = "Options";

/// The three forms in which choices can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    QuickReplies,
    Buttons,
    List,
}

impl Form {
    /// This form first, then the others in the order in which they come closest.
    pub(super) const fn and_next_best(self) -> [Self; 3] {
        match self {
            Self::QuickReplies => [self, Self::Buttons, Self::List],
            Self::Buttons => [self, Self::QuickReplies, Self::List],
            Self::List => [self, Self::QuickReplies, Self::Buttons],
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::QuickReplies => "quick replies",
            Self::Buttons => "buttons",
            Self::List => "a list",
        }
    }

    pub(super) fn counted(self, count: usize) -> String {
        match self {
            Self::QuickReplies => counted(count, "quick reply", "quick replies"),
            Self::Buttons => counted(count, "button", "buttons"),
            Self::List => counted(count, "row of a list", "rows of a list"),
        }
    }

    /// The longest text above choices in this form.
    pub(super) const fn text_max(self, row: &Capabilities) -> usize {
        match self {
            Self::QuickReplies if row.quick_reply_text_max > 0 => row.quick_reply_text_max,
            Self::QuickReplies | Self::Buttons | Self::List => row.interactive_text_max,
        }
    }

    /// The longest title in this form, in characters.
    pub(super) const fn title_max(self, row: &Capabilities) -> usize {
        match self {
            Self::QuickReplies => row.quick_reply_title_max,
            Self::Buttons => row.button_title_max,
            Self::List => row.list_title_max,
        }
    }

    /// The longest id of a choice in this form, in characters.
    pub(super) const fn id_max(self, row: &Capabilities) -> usize {
        match self {
            Self::QuickReplies | Self::Buttons => row.choice_id_max,
            Self::List => row.list_id_max,
        }
    }

    /// How many choices there can be in this form.
    pub(super) const fn choices_max(self, row: &Capabilities) -> usize {
        match self {
            Self::QuickReplies => row.quick_replies_max,
            Self::Buttons => row.buttons_max,
            Self::List => row.list_rows_max,
        }
    }
}

/// Choices without their form.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) form: Form,
    pub(super) header: Option<String>,
    pub(super) text: String,
    pub(super) footer: Option<String>,
    /// Sections as in a list; the other forms have one without a title.
    pub(super) sections: Vec<Section>,
    /// Buttons that do more than answer.
    pub(super) links: Vec<Button>,
    /// Those of them that are no buttons on this channel at all.
    pub(super) lines: Vec<Button>,
    pub(super) button_text: String,
}

impl Offer {
    pub(super) fn of(content: &Content) -> Self {
        let plain = |form, text: &str| Self {
            form,
            header: None,
            text: text.to_owned(),
            footer: None,
            sections: Vec::new(),
            links: Vec::new(),
            lines: Vec::new(),
            button_text: LIST_BUTTON.to_owned(),
        };
        match content {
            Content::List(list) => Self {
                header: list.header.clone(),
                footer: list.footer.clone(),
                sections: list.sections.clone(),
                button_text: list.button_text.clone(),
                ..plain(Form::List, &list.text)
            },
            Content::Buttons(buttons) => Self {
                header: buttons.header.clone(),
                footer: buttons.footer.clone(),
                sections: one_section(content),
                links: (buttons.buttons.iter())
                    .filter(|button| button.kind != ButtonKind::Reply)
                    .cloned()
                    .collect(),
                ..plain(Form::Buttons, &buttons.text)
            },
            _ => Self {
                sections: one_section(content),
                ..plain(Form::QuickReplies, content.words())
            },
        }
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows)
    }

    pub(super) fn count(&self) -> usize {
        self.rows().count()
    }

    /// Every choice on a line of its own, numbered from `first`, under the titles of its section.
    pub(super) fn lines(&self, first: usize) -> String {
        let mut lines = Vec::new();
        let mut number = first;
        for section in &self.sections {
            if !section.title.trim().is_empty() {
                lines.push(section.title.clone());
            }
            for row in &section.rows {
                lines.push(numbered::choice_line(
                    number,
                    &row.title,
                    row.description.as_deref(),
                ));
                number += 1;
            }
        }
        lines.join("\n")
    }

    /// Whether there is more to a choice than its title, which only a list can show.
    pub(super) fn says_more_than_titles(&self) -> bool {
        let described = |row: &Row| {
            row.description
                .as_deref()
                .is_some_and(|text| !text.is_empty())
        };
        self.sections
            .iter()
            .any(|section| !section.title.trim().is_empty())
            || self.rows().any(described)
    }
}

fn one_section(content: &Content) -> Vec<Section> {
    let rows = content.choices().into_iter().map(|(id, title)| Row {
        id: id.to_owned(),
        title: title.to_owned(),
        description: None,
    });
    vec![Section {
        title: String::new(),
        rows: rows.collect(),
    }]
}

pub(super) fn length(text: &str) -> usize {
    Counting::Characters.measure(text)
}

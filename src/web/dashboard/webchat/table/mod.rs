//! Everything that can be set of a web chat, as data: pages, their sections, and the fields in them.

mod access;
mod appearance;
mod behaviour;
mod forms;
mod hours;
mod lists;

/// The languages the widget speaks.
pub const LANGUAGES: Texts = &[
    ("en", "English"),
    ("pt-BR", "Portugu\u{ea}s (Brasil)"),
    ("es", "Espa\u{f1}ol"),
    ("fr", "Fran\u{e7}ais"),
    ("de", "Deutsch"),
    ("it", "Italiano"),
    ("ar", "\u{627}\u{644}\u{639}\u{631}\u{628}\u{64a}\u{629}"),
    ("he", "\u{5e2}\u{5d1}\u{5e8}\u{5d9}\u{5ea}"),
];

/// What is sent and what a person reads.
pub type Texts = &'static [(&'static str, &'static str)];

/// A page of settings.
#[derive(Debug)]
pub struct Page {
    /// The last part of its address.
    pub path: &'static str,
    /// What its tab says.
    pub title: &'static str,
    /// What is on it.
    pub sections: &'static [Section],
}

/// Fields that belong together.
#[derive(Debug)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// A sentence under it; may be empty.
    pub lead: &'static str,
    /// Its fields.
    pub entries: &'static [Entry],
}

/// One field.
#[derive(Debug)]
pub struct Entry {
    /// Where its value stands in the settings, or in a row of a list: `theme.primaryColor`.
    pub path: &'static str,
    /// What it is.
    pub label: &'static str,
    /// A sentence under it; may be empty.
    pub hint: &'static str,
    /// What it looks like.
    pub kind: Kind,
}

/// What a field looks like. What is left empty, or stands at its default, is not stored.
#[derive(Debug)]
pub enum Kind {
    /// The channel's own name.
    Name,
    /// One line.
    Line,
    /// Several lines; so many are seen.
    Area(u8),
    /// A colour, with its default.
    Colour(&'static str),
    /// On or off, with its default.
    Tick(bool),
    /// One of a few; the first is the default.
    Choice(Texts),
    /// A number in a person's unit.
    Number(Unit),
    /// Texts, one a line.
    Lines,
    /// Choices of a select, one a line: `label`, or `value | label`.
    Options,
    /// A text by language; so many lines are seen.
    Words(u8),
    /// A list of objects.
    Rows(&'static List),
    /// Opening hours.
    Hours,
    /// One of the email channels.
    EmailChannel,
}

/// A number as people say it.
#[derive(Debug)]
pub struct Unit {
    /// What it counts: "days".
    pub name: &'static str,
    /// How much of it is stored for one.
    pub stored: u64,
    /// The least.
    pub min: u64,
    /// The most.
    pub max: u64,
    /// What holds while the field is empty; none where nothing does.
    pub default: Option<u64>,
}

/// How the rows of a list are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By an `id` of this beginning.
    Ids(&'static str),
    /// By a `name`, made from the label.
    Names,
    /// Not at all.
    Nothing,
}

/// A list of objects.
#[derive(Debug)]
pub struct List {
    /// One of them: "field".
    pub noun: &'static str,
    /// How many there may be.
    pub max: usize,
    /// How rows are told apart.
    pub naming: Naming,
    /// What is in a row. The first is what a row is known by.
    pub columns: &'static [Entry],
}

/// One field.
#[must_use]
pub const fn entry(
    path: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: Kind,
) -> Entry {
    Entry {
        path,
        label,
        hint,
        kind,
    }
}

/// Fields that belong together.
#[must_use]
pub const fn section(
    title: &'static str,
    lead: &'static str,
    entries: &'static [Entry],
) -> Section {
    Section {
        title,
        lead,
        entries,
    }
}

const fn number(name: &'static str, stored: u64, min: u64, max: u64, default: Option<u64>) -> Kind {
    Kind::Number(Unit {
        name,
        stored,
        min,
        max,
        default,
    })
}

const SECOND_MS: u64 = 1_000;
const DAY_MS: u64 = 24 * 3_600 * SECOND_MS;
const MB: u64 = 1_024 * 1_024;

/// Every page, in the order of its tabs.
pub const PAGES: &[Page] = &[
    appearance::PAGE,
    behaviour::PAGE,
    forms::PAGE,
    hours::PAGE,
    access::PAGE,
];
/// What goes on by email stands here.
const BY_EMAIL: &str = "emailContinuity.";

/// The field that is always sent where going on by email is offered.
pub const EMAIL_CHANNEL: &str = "emailContinuity.channelId";

/// The page with that address.
#[must_use]
pub fn page(path: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.path == path)
}

impl Page {
    /// Its fields.
    pub fn entries(&self) -> impl Iterator<Item = &'static Entry> {
        self.sections
            .iter()
            .flat_map(|section| section.entries.iter())
    }
}

impl Entry {
    /// Whether it makes sense only where there is a channel that mail can go through.
    #[must_use]
    pub fn needs_email(&self) -> bool {
        self.path.starts_with(BY_EMAIL)
    }
}

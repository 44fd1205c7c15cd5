//! From what the engine knows to what pages show: pure, one file a part of the page.

pub mod begun;
pub mod bubble;
pub mod composer;
pub mod content;
pub mod failed;
pub mod list;
pub mod mail;
pub mod panel;
pub mod section;
pub mod template;
pub mod thread;

use jiff::tz::TimeZone;

use crate::base::time::Timestamp;
use crate::engine::links::Links;
use crate::model::channel::ChannelKind;
use crate::model::ids::UserId;
use crate::model::user::User;
use crate::web::dashboard::present::section::Section;

/// What every part needs to know of the moment and the reader.
pub struct Eye<'a> {
    /// The present.
    pub now: Timestamp,
    /// The zone of the reader's browser.
    pub zone: TimeZone,
    /// Who reads.
    pub reader: UserId,
    /// Whether the reader may change anything.
    pub may_change: bool,
    /// Whether the reader may give work to others, beside taking it.
    pub may_give: bool,
    /// Proof for forms; empty in pushed frames, where the client adds it.
    pub csrf: &'a str,
    /// Addresses of files.
    pub links: &'a Links,
    /// Colleagues, by id.
    pub colleagues: &'a [User],
    /// The section of the inbox the page shows.
    pub section: &'a Section,
    /// The kinds of channels whose vendors say nothing more of a message once they took it.
    pub silent: Vec<&'static str>,
    /// The kinds of channels whose vendors have an inbox of their own.
    pub shared: Vec<&'static str>,
}

impl Eye<'_> {
    /// Whether nothing more than its sending is ever known of a message on a kind of channel.
    #[must_use]
    pub fn is_silent(&self, kind: &ChannelKind) -> bool {
        self.silent.contains(&kind.as_str())
    }

    /// Whether the reader wants the pictures of a sender of mail without being asked.
    #[must_use]
    pub fn shows_pictures_of(&self, sender: &str) -> bool {
        let mut all = self.colleagues.iter();
        let reader = all.find(|one| one.id == self.reader);
        reader.is_some_and(|reader| reader.pictures_from.iter().any(|known| known == sender))
    }

    /// A colleague's name; a removed one is still somebody.
    #[must_use]
    pub fn name_of(&self, user: UserId) -> &str {
        self.colleagues
            .iter()
            .find(|colleague| colleague.id == user)
            .map_or("A former colleague", |colleague| colleague.name.as_str())
    }
}

/// The first word of a name.
#[must_use]
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

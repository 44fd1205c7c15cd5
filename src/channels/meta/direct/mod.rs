//! What Messenger and Instagram share: people write to a page or a professional account, in
//! threads of the same shape. Facts are from `channels/facebook.md` and `channels/instagram.md`,
//! cited by section; what the two do differently is told by a [`Product`].

pub mod attachments;
pub mod body;
pub mod comments;
pub mod events;
pub mod faults;
pub mod files;
pub mod people;
pub mod profile;
pub mod render;
pub mod said;
pub mod service;
pub mod shown;
pub mod subscription;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod threads;

use crate::channels::meta::graph::Graph;
use crate::model::outbound::Account;

/// One of the two, as far as they differ.
#[derive(Debug)]
pub struct Product {
    /// The kind of the channel.
    pub kind: &'static str,
    /// What webhooks are about, in the vendor's words.
    pub object: &'static str,
    /// The setting that holds our own id.
    pub own: &'static str,
    /// The vendor's own inbox, which is an app too.
    pub inbox: &'static str,
    /// What a recording of a customer is.
    pub voice_notes: VoiceNotes,
    /// What becomes of posts and films that somebody passes on.
    pub shares: Shares,
    /// Whether what we send carries our id, which comes back with its echo.
    pub tags: bool,
    /// Whether every message says why it is sent.
    pub says_why: bool,
    /// What we can react with.
    pub reactions: Reactions,
}

/// What a recording of a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceNotes {
    /// A voice note where its file is called like one.
    ByName,
    /// Always a voice note: there is no other sound.
    Always,
}

/// What becomes of posts and films that somebody passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shares {
    /// They are links, but for films that are files.
    Linked,
    /// They are shown where the vendor gives the file.
    Shown,
}

/// What we can react with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reactions {
    /// Any emoji.
    Emoji,
    /// A heart, whatever was meant.
    Heart,
}

impl Product {
    /// Our own id: of the page, or of the professional account.
    #[must_use]
    pub fn own_id<'a>(&self, account: &'a Account) -> &'a str {
        account.text(self.own).unwrap_or_default()
    }
}

/// Where an account's calls go and as whom.
#[derive(Debug)]
pub struct Way<'a> {
    /// The vendor's interface.
    pub graph: Graph,
    /// The page or account that speaks.
    pub node: &'a str,
}

impl Way<'_> {
    /// The path of messages and of what is shown beside them.
    #[must_use]
    pub fn messages(&self) -> String {
        format!("{}/messages", self.node)
    }
}

//! What the pages show, as plain values.
//!
//! A handler asks the engine, fills one of these structs and renders it. A struct here knows
//! texts, numbers and a few closed sets; it knows no engine, no clock and no request, so a page
//! can be drawn from sample data (see `gallery`). Each struct that derives [`askama::Template`] is
//! either a page or a part of one, and a part renders the same inside its page, in the answer to a
//! fragment request and in a frame of the live socket. `docs/dashboard.md` has the rules.

pub mod account;
pub mod assets;
pub mod atoms;
pub mod bubble;
pub mod channel;
pub mod channels;
pub mod composer;
pub mod conditions;
pub mod contacts;
pub mod content;
pub mod docs;
pub mod failed;
pub mod files;
pub mod filters;
pub mod format;
pub mod forward;
pub mod general;
pub mod inbox;
pub mod list;
pub mod mail;
pub mod merge;
pub mod outside;
pub mod panel;
pub mod password;
pub mod picker;
pub mod picture;
pub mod qr;
pub mod search;
pub mod setting;
pub mod settings;
pub mod setup;
pub mod shell;
pub mod tags;
pub mod template;
pub mod thread;

#[cfg(test)]
mod gallery;

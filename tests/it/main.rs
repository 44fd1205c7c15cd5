//! The whole server in this process, spoken to from outside: over HTTP and over sockets.
//!
//! Every test has a server of its own, with its own folder, its own port and a clock that stands
//! still until the test moves it. [`support`] says how to start one and how to speak to it.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

mod api;
mod crash;
mod desk;
mod disk;
mod doctor;
mod life;
mod meta;
mod naming;
mod new_password;
mod pages;
mod proxy;
mod sandbox;
mod search;
mod signing_in;
mod tagging;
mod vendors;
mod webchat;

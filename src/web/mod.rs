//! HTTP, pages, vendor webhooks and sockets.

pub mod auth;
pub mod csrf;
pub mod dashboard;
pub mod error;
pub mod files;
pub mod hooks;
pub mod media;
pub mod state;

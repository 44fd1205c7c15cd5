//! HTTP, pages, vendor webhooks and sockets.

pub mod dashboard;

//! Ids, time, crypto and plain values; knows nothing of messaging.

pub mod crypto;
pub mod dkim;
pub mod http;
pub mod id;
pub mod jwt;
pub mod mail;
pub mod mime;
pub mod page;
pub mod phone;
pub mod random;
pub mod secret;
pub mod sigv4;
pub mod text;
pub mod time;
pub mod totp;
pub mod zip;

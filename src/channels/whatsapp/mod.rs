//! WhatsApp through Meta's Cloud API.

pub mod caps;

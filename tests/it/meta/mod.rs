//! WhatsApp, Messenger and Instagram through the whole server, their vendor played by a server of
//! the test's own.

mod direct;
mod vendor;
mod whatsapp;

//! linktor: one binary that connects a business to its customers on every channel they use.
//!
//! # The map
//!
//! The modules below stand in layer order: each may name those above it that `tests/layering`
//! allows, and no others.
//!
//! | layer | what it is |
//! |---|---|
//! | `base` | ids, time, crypto, plain HTTP values; knows nothing of messaging |
//! | [`config`] | what the operator chose |
//! | [`model`] | the words of the business |
//! | [`channels`] | pure translation between a vendor's bytes and the model |
//! | `net` | the only way out of the process |
//! | `store` | the only owner of the data folder |
//! | [`search`] | full text, following the event log |
//! | `engine` | decisions, commands and background workers |
//! | [`sandbox`] | nine vendors in the box |
//! | `web` | HTTP, pages, vendor webhooks, sockets |
//! | `control`, `demo`, [`app`], `bench`, [`cli`] | composition: builds everything, owns start and stop; each names those before it |
//!
//! A message comes in through `web::hooks` or `web::widget`, becomes facts in `channels`, is
//! recorded by `engine::ingest` in one transaction, and only then acknowledged. Everything that
//! follows (search, sockets, routing) reads the event log from its own cursor.

mod base;
pub mod channels;
pub mod config;
mod engine;
pub mod model;
mod net;
pub mod sandbox;
pub mod search;
mod store;
mod web;

pub mod app;
mod bench;
pub mod cli;
mod control;
mod demo;

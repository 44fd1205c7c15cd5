//! The dashboard: the pages people of the business work in.

pub mod account;
pub mod conversation;
pub mod form;
pub mod inbox;
pub mod live;
pub mod present;
pub mod problem;
pub mod reader;
pub mod view;

//! The dashboard: the pages people of the business work in.

pub mod present;
pub mod view;

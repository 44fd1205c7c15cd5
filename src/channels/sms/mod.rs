//! SMS and MMS through several carriers.

pub mod caps;

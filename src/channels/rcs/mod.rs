//! RCS through Google and several carriers.

pub mod caps;

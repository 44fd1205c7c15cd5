//! Phone calls through several carriers and switches.

pub mod caps;

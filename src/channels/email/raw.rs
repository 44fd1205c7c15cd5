//! Mail as it came, before anybody read it: what every way in ends in.

pub use crate::model::mail::Checks;
pub use crate::model::mail::RawMail;

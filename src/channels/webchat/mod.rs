//! Our own web chat: the widget on a website, and programs that speak for its visitors.

pub mod caps;
pub mod contrast;
pub mod files;
pub mod origins;
pub mod problem;

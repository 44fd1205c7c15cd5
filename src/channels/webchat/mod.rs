//! Our own web chat: the widget on a website, and programs that speak for its visitors.

pub mod caps;
pub mod clean;
pub mod content;
pub mod contrast;
pub mod files;
pub mod forms;
pub mod frames;
pub mod hook;
pub mod identity;
pub mod origins;
pub mod problem;

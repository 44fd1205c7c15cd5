//! Our own web chat: the widget on a website, and programs that speak for its visitors.

pub mod caps;

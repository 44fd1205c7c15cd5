//! People: who may sign in, how they prove who they are, and the customers they talk with.

pub mod api_keys;
pub mod contact_changes;
pub mod contact_list;
pub mod contacts;
pub mod logins;
pub mod merging;
pub mod passwords;
pub mod teams;
pub mod throttle;
pub mod tokens;
pub mod users;

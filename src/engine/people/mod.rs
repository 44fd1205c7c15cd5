//! People: who may sign in, how they prove who they are, and the customers they talk with.

pub mod api_keys;
pub mod blocking;
pub mod closing;
pub mod consenting;
pub mod contact_changes;
pub mod contact_list;
pub mod contact_order;
pub mod contacts;
pub mod first_owner;
pub mod forgotten;
pub mod invitations;
mod joined;
pub mod leaving;
pub mod logins;
pub mod merging;
pub mod names;
pub mod new_password;
pub mod passwords;
pub mod proofs;
pub mod register;
pub mod renewing;
pub mod second_factor;
pub mod sessions;
pub mod teams;
pub mod throttle;
pub mod tokens;
pub mod users;

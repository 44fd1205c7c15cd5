//! Channels of vendors: added step by step, and looked after on their page.

pub mod credentials;
pub mod delivery;
pub mod finding;
pub mod form;
pub mod health;
pub mod live;
pub mod optouts;
pub mod pages;
pub mod quarantine;
pub mod sign_in;
pub mod signature;
pub mod steps;
pub mod trying;
pub mod webhook;
pub mod wizard;

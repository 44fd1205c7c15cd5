//! Setting up: channels, the organisation, labels, and the record of who changed what.

pub mod afterwards;
pub mod answers;
pub mod audit;
pub mod backups;
pub mod channels;
pub mod checks;
pub mod connecting;
pub mod deleting;
pub mod inspecting;
pub mod instructions;
pub mod kinds;
pub mod organisation;
pub mod patching;
pub mod seats;
pub mod secrets;
pub mod settings;
pub mod signing_in;
pub mod standing;
pub mod stats;
pub mod tags;
pub mod template_forms;
pub mod templates;
pub mod traffic;
pub mod usage;

//! Decisions, commands and background workers.
//!
//! In order: `rules` decide and do nothing else; `context` and `live` are what every service
//! receives; `inbox`, `people` and `setup` are the commands; `ingest` records what vendors report and `webchat`
//! what visitors say;
//! `workers` are the loops. Services never hold references to their peers: to set another in motion
//! they write a row in the transaction they already have.

pub mod alert_hook;
pub mod alerts;
pub mod audit;
pub mod context;
pub mod error;
pub mod find;
pub mod happenings;
pub mod health;
pub mod inbox;
pub mod ingest;
pub mod introducing;
pub mod letters;
pub mod limits;
pub mod links;
pub mod live;
pub mod old;
pub mod opened;
pub mod passes;
pub mod people;
pub mod queue;
pub mod quiet;
pub mod roster;
pub mod rules;
pub mod setup;
pub mod sight;
pub mod vendor;
pub mod webchat;
pub mod workers;

#[cfg(test)]
mod tests;

use crate::engine::alert_hook::AlertHooks;
use crate::engine::context::Context;
use crate::engine::health::Health;
use crate::engine::health::IndexProgress;
use crate::engine::inbox::change::Changing;
use crate::engine::inbox::events::Events;
use crate::engine::inbox::failing::Failing;
use crate::engine::inbox::files::Files;
use crate::engine::inbox::history::Histories;
use crate::engine::inbox::list::Listing;
use crate::engine::inbox::reading::Reading;
use crate::engine::inbox::revising::Revising;
use crate::engine::inbox::searching::Searching;
use crate::engine::inbox::send::Sending;
use crate::engine::inbox::surroundings::Surroundings;
use crate::engine::inbox::typing::Typing;
use crate::engine::inbox::unsent::Unsents;
use crate::engine::inbox::views::Views;
use crate::engine::ingest::Ingest;
use crate::engine::people::api_keys::ApiKeys;
use crate::engine::people::contacts::Contacts;
use crate::engine::people::logins::Logins;
use crate::engine::people::merging::Merging;
use crate::engine::people::passwords::Passwords;
use crate::engine::people::teams::Teams;
use crate::engine::people::users::Users;
use crate::engine::setup::answers::Answers;
use crate::engine::setup::audit::Audit;
use crate::engine::setup::backups::Backups;
use crate::engine::setup::channels::Channels;
use crate::engine::setup::domains::Domains;
use crate::engine::setup::organisation::Organisations;
use crate::engine::setup::stats::Stats;
use crate::engine::setup::tags::Tags;
use crate::engine::setup::templates::Templates;
use crate::engine::setup::traffic::Traffic;
use crate::engine::setup::usage::Counting;
use crate::engine::webchat::Webchat;

/// Everything the outside may ask for, one field a subject. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    /// What the services share.
    pub context: Context,
    /// Sending messages and notes.
    pub sending: Sending,
    /// Changing conversations.
    pub changing: Changing,
    /// Listing conversations.
    pub listing: Listing,
    /// Looking after messages that did not go out.
    pub failing: Failing,
    /// Reading messages.
    pub histories: Histories,
    /// Marking conversations read.
    pub reading: Reading,
    /// Searching everything.
    pub searching: Searching,
    /// The event log.
    pub events: Events,
    /// Keeping what is not sent yet.
    pub unsents: Unsents,
    /// Keeping views of the inbox.
    pub views: Views,
    /// Changing and taking back messages.
    pub revising: Revising,
    /// Telling who types.
    pub typing: Typing,
    /// What pages show around conversations.
    pub surroundings: Surroundings,
    /// Stored files.
    pub files: Files,
    /// What vendors report.
    pub ingest: Ingest,
    /// The web chat's visitors.
    pub webchat: Webchat,
    /// Signing in.
    pub logins: Logins,
    /// People who answer.
    pub users: Users,
    /// API keys.
    pub api_keys: ApiKeys,
    /// People outside.
    pub contacts: Contacts,
    /// Making one contact of several.
    pub merging: Merging,
    /// Teams.
    pub teams: Teams,
    /// Labels.
    pub tags: Tags,
    /// How much goes through channels.
    pub stats: Stats,
    /// How much of everything there is.
    pub counting: Counting,
    /// How the installation is doing.
    pub health: Health,
    /// Channels.
    pub channels: Channels,
    /// How the domains of their mail stand in the name system.
    pub domains: Domains,
    /// What their vendors keep and approve.
    pub templates: Templates,
    /// What passed through them lately.
    pub traffic: Traffic,
    /// Where programs are told of channels that need somebody.
    pub alert_hooks: AlertHooks,
    /// The business.
    pub organisations: Organisations,
    /// Who changed what.
    pub audit: Audit,
    /// Copies of everything.
    pub backups: Backups,
    /// Answers given under idempotency keys.
    pub answers: Answers,
}

impl Engine {
    /// The services over one context.
    #[must_use]
    pub fn new(context: Context, index: IndexProgress) -> Self {
        let passwords = Passwords::new(context.random.clone());
        Self {
            logins: Logins::new(context.clone(), passwords.clone()),
            users: Users::new(context.clone(), passwords),
            api_keys: ApiKeys(context.clone()),
            contacts: Contacts(context.clone()),
            merging: Merging(context.clone()),
            teams: Teams(context.clone()),
            tags: Tags(context.clone()),
            stats: Stats(context.clone()),
            counting: Counting(context.clone()),
            channels: Channels(context.clone()),
            domains: Domains::new(context.clone()),
            templates: Templates(context.clone()),
            traffic: Traffic(context.clone()),
            alert_hooks: AlertHooks(context.clone()),
            organisations: Organisations(context.clone()),
            audit: Audit(context.clone()),
            backups: Backups::new(context.clone()),
            answers: Answers(context.clone()),
            health: Health::new(context.clone(), index),
            sending: Sending(context.clone()),
            changing: Changing(context.clone()),
            listing: Listing(context.clone()),
            failing: Failing(context.clone()),
            histories: Histories(context.clone()),
            reading: Reading(context.clone()),
            searching: Searching(context.clone()),
            events: Events(context.clone()),
            unsents: Unsents(context.clone()),
            views: Views(context.clone()),
            revising: Revising(context.clone()),
            typing: Typing(context.clone()),
            surroundings: Surroundings(context.clone()),
            files: Files(context.clone()),
            ingest: Ingest(context.clone()),
            webchat: Webchat::new(context.clone()),
            context,
        }
    }
}

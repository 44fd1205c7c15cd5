//! The business this installation belongs to.

use crate::base::text::one_line;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::old::days_before;
use crate::engine::old::is_over;
use crate::engine::old::old_ones;
use crate::model::actor::Actor;
use crate::model::fence::AgentVisibility;
use crate::model::organisation::Limits;
use crate::model::organisation::Organisation;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::store::records::organisation;

/// The longest name, in characters.
const NAME_MAX: usize = 120;
/// The longest time after which something happens by itself, in days.
const DAYS_MAX: u16 = 3_650;

/// How far conversations that would be forgotten are counted.
pub const FORGET_COUNT_MAX: usize = 100_000;

/// What may be changed; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct OrganisationChanges {
    /// The name customers know.
    pub name: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// The language.
    pub language: Option<String>,
    /// Which conversations agents get to see.
    pub agent_visibility: Option<AgentVisibility>,
    /// For how many days after their last message resolved conversations are kept; 0 keeps them for
    /// ever.
    pub retention_days: Option<u16>,
    /// After how many days without a message open conversations that wait for the customer are
    /// resolved; 0 leaves them open.
    pub auto_close_after_days: Option<u16>,
    /// How much there may be of everything.
    pub limits: LimitChanges,
    /// Whether nothing may be sent.
    pub suspended: Option<bool>,
}

impl OrganisationChanges {
    /// Whether all of it can be kept.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field that is wrong.
    pub fn check(&self) -> Result<(), Rejection> {
        let name = self.name.as_deref().map(clean_name);
        let wrong = [
            name.and_then(Result::err),
            self.timezone.as_deref().and_then(no_zone),
            bad_days("retentionDays", self.retention_days),
            bad_days("autoCloseAfterDays", self.auto_close_after_days),
        ];
        Rejection::together(wrong.into_iter().flatten())
    }
}

/// New limits; what is none stays, and an inner none lifts the limit.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::option_option,
    reason = "to leave a limit and to lift it are two things"
)]
pub struct LimitChanges {
    /// People who answer.
    pub users: Option<Option<u64>>,
    /// Channels.
    pub channels: Option<Option<u64>>,
    /// Contacts.
    pub contacts: Option<Option<u64>>,
    /// Messages in a month.
    pub messages_per_month: Option<Option<u64>>,
}

impl LimitChanges {
    fn over(self, held: Limits) -> Limits {
        Limits {
            users: self.users.unwrap_or(held.users),
            channels: self.channels.unwrap_or(held.channels),
            contacts: self.contacts.unwrap_or(held.contacts),
            messages_per_month: self.messages_per_month.unwrap_or(held.messages_per_month),
        }
    }
}

/// The business.
#[derive(Clone)]
pub struct Organisations(pub Context);

impl Organisations {
    /// The business; none before the first start finished.
    ///
    /// # Errors
    /// The store's.
    pub fn get(&self) -> Result<Option<Organisation>, EngineError> {
        Ok(organisation::get(&self.0.store.snapshot()?)?)
    }

    /// Makes sure that there is one, with a name to begin with.
    ///
    /// # Errors
    /// The store's.
    pub async fn ensure(&self) -> Result<Organisation, EngineError> {
        // A start on a full disk has nothing to write, and serves what is there.
        if let Some(known) = organisation::get(&self.0.store.snapshot()?)? {
            return Ok(known);
        }
        let stamp = self.0.stamp();
        self.0
            .store
            .write("naming the organisation", move |tx| {
                if let Some(known) = organisation::get(tx)? {
                    return Ok(known);
                }
                let mut pen = stamp.pen();
                let fresh = Organisation {
                    id: pen.id(),
                    name: "linktor".to_owned(),
                    slug: "linktor".to_owned(),
                    timezone: "UTC".to_owned(),
                    language: "en".to_owned(),
                    created_at: pen.now,
                    updated_at: pen.now,
                    agent_visibility: AgentVisibility::default(),
                    retention_days: None,
                    auto_close_after_days: None,
                    limits: Limits::default(),
                    suspended: false,
                };
                organisation::put(tx, &fresh)?;
                Ok(fresh)
            })
            .await
    }

    /// How many conversations would be forgotten if they were kept for only so many days; counted up
    /// to [`FORGET_COUNT_MAX`].
    ///
    /// # Errors
    /// The actor may not change the business.
    pub fn would_forget(&self, actor: &Actor, days: u16) -> Result<usize, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        if days == 0 {
            return Ok(0);
        }
        let since = days_before(self.0.clock.now(), days);
        let read = self.0.store.snapshot()?;
        Ok(old_ones(&read, since, FORGET_COUNT_MAX, is_over)?.len())
    }

    /// Changes the business.
    ///
    /// # Errors
    /// The actor may not; `VALIDATION_ERROR` as [`OrganisationChanges::check`] says.
    pub async fn update(
        &self,
        actor: &Actor,
        changes: OrganisationChanges,
    ) -> Result<Organisation, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        changes.check()?;
        let name = changes.name.as_deref().map(clean_name).transpose()?;
        let known = self.ensure().await?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing the organisation", move |tx| {
                let mut pen = stamp.pen();
                let before = organisation::get(tx)?.unwrap_or_else(|| known.clone());
                let mut held = before.clone();
                apply(&mut held, name.as_deref(), &changes);
                let changed = audit::changed(&before, &held);
                if changed.is_empty() {
                    return Ok(held);
                }
                held.updated_at = pen.now;
                organisation::put(tx, &held)?;
                let action = "organisation.updated";
                audit::note(tx, &mut pen, &actor, action, held.id, changed)?;
                Ok(held)
            })
            .await
    }
}

fn apply(held: &mut Organisation, name: Option<&str>, changes: &OrganisationChanges) {
    if let Some(name) = name {
        name.clone_into(&mut held.name);
        held.slug = slug(name);
    }
    if let Some(zone) = &changes.timezone {
        held.timezone.clone_from(zone);
    }
    if let Some(language) = &changes.language {
        held.language.clone_from(language);
    }
    if let Some(visibility) = changes.agent_visibility {
        held.agent_visibility = visibility;
    }
    if let Some(days) = changes.retention_days {
        held.retention_days = Some(days).filter(|days| *days > 0);
    }
    if let Some(days) = changes.auto_close_after_days {
        held.auto_close_after_days = Some(days).filter(|days| *days > 0);
    }
    held.limits = changes.limits.over(held.limits);
    held.suspended = changes.suspended.unwrap_or(held.suspended);
}

fn no_zone(name: &str) -> Option<Rejection> {
    let wrong = "must be a time zone such as America/Sao_Paulo";
    let known = jiff::tz::TimeZone::get(name).is_ok();
    (!known).then(|| Rejection::field("timezone", wrong))
}

fn bad_days(field: &str, days: Option<u16>) -> Option<Rejection> {
    let wrong = || Rejection::field(field, format!("must be 0 to {DAYS_MAX} days"));
    days.filter(|days| *days > DAYS_MAX).map(|_| wrong())
}

fn clean_name(name: &str) -> Result<String, Rejection> {
    let name = one_line(name);
    if name.is_empty() || name.chars().count() > NAME_MAX {
        let wrong = format!("must be 1 to {NAME_MAX} characters long");
        return Err(Rejection::field("name", wrong));
    }
    Ok(name)
}

/// A name as it stands in addresses.
fn slug(name: &str) -> String {
    let folded = crate::base::text::fold(name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(40).collect();
    if slug.len() < 2 {
        "linktor".to_owned()
    } else {
        slug
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slug("Aurora Coffee"), "aurora-coffee");
        assert_eq!(slug("S\u{e3}o Paulo & Co."), "sao-paulo-co");
        assert_eq!(slug("\u{65e5}\u{672c}"), "linktor");
    }
}

//! The business this installation belongs to.

use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::organisation::Organisation;
use crate::model::permission::Permission;
use crate::model::rejection::Rejection;
use crate::store::records::organisation;

/// The longest name, in characters.
const NAME_MAX: usize = 120;

/// What may be changed; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct OrganisationChanges {
    /// The name customers know.
    pub name: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// The language.
    pub language: Option<String>,
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
                };
                organisation::put(tx, &fresh)?;
                Ok(fresh)
            })
            .await
    }

    /// Changes the business.
    ///
    /// # Errors
    /// The actor may not; `VALIDATION_ERROR` naming the field.
    pub async fn update(
        &self,
        actor: &Actor,
        changes: OrganisationChanges,
    ) -> Result<Organisation, EngineError> {
        actor.require(Permission::ManageOrganisation)?;
        let name = changes.name.as_deref().map(clean_name).transpose()?;
        if let Some(zone) = &changes.timezone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            let wrong = "must be a time zone such as America/Sao_Paulo";
            return Err(Rejection::field("timezone", wrong).into());
        }
        let known = self.ensure().await?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("changing the organisation", move |tx| {
                let mut pen = stamp.pen();
                let mut held = organisation::get(tx)?.unwrap_or_else(|| known.clone());
                if let Some(name) = &name {
                    held.name.clone_from(name);
                    held.slug = slug(name);
                }
                if let Some(zone) = &changes.timezone {
                    held.timezone.clone_from(zone);
                }
                if let Some(language) = &changes.language {
                    held.language.clone_from(language);
                }
                held.updated_at = pen.now;
                organisation::put(tx, &held)?;
                audit::note(
                    tx,
                    &mut pen,
                    &actor,
                    "organisation.updated",
                    held.id,
                    Opaque::new(),
                )?;
                Ok(held)
            })
            .await
    }
}

fn clean_name(name: &str) -> Result<String, Rejection> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
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

//! What the audit log keeps of those who manage people, keys and contacts.

use super::*;
use crate::engine::people::contact_changes::ContactChanges;
use crate::engine::people::users::NewUser;
use crate::engine::people::users::UserChanges;
use crate::model::actor::Who;
use crate::model::ids::AuditId;
use crate::store::records::audit;

const PASSWORD: &str = "correct horse battery";
const IP: &str = "203.0.113.7";

/// Reads what was written down since it was last asked.
struct Log<'a> {
    office: &'a Office,
    seen: Vec<AuditId>,
}

impl Log<'_> {
    /// Exactly one entry is new: this deed, by this person, from the known address, without the
    /// secrets. What it says of the change.
    fn holds_one(
        &mut self,
        deed: &str,
        by: &Actor,
        target: &impl ToString,
        secrets: &[&str],
    ) -> Opaque {
        let snapshot = self.office.context.store.snapshot().unwrap();
        let mut fresh = audit::list(&snapshot, None, usize::MAX).unwrap();
        fresh.retain(|entry| !self.seen.contains(&entry.id));
        assert_eq!(fresh.len(), 1, "{deed}: {fresh:?}");
        let entry = fresh.remove(0);
        self.seen.push(entry.id);
        assert_eq!(entry.action, deed);
        assert_eq!(entry.actor, Who::User(by.user_id().unwrap()), "{deed}");
        assert_eq!(entry.ip.as_deref(), Some(IP), "{deed}");
        assert_eq!(entry.target, Some(target.to_string()), "{deed}");
        let written = format!("{entry:?}");
        for secret in secrets {
            assert!(!written.contains(secret), "{deed}: {written}");
        }
        entry.details
    }

    fn holds_nothing_new(&self) {
        let snapshot = self.office.context.store.snapshot().unwrap();
        let entries = audit::list(&snapshot, None, usize::MAX).unwrap();
        assert_eq!(entries.len(), self.seen.len());
    }
}

async fn boss_of(office: &Office) -> Actor {
    let boss = office.hire(1, Role::Owner).await;
    boss.from_ip(Some(IP.to_owned()))
}

#[tokio::test]
async fn whatever_is_done_to_users_is_written_down_once() {
    let office = Office::new().await;
    let boss = boss_of(&office).await;
    let users = &office.engine.users;
    let seen = Vec::new();
    let mut log = Log {
        office: &office,
        seen,
    };
    let new = NewUser {
        name: "Bia Reis".to_owned(),
        email: "bia@example.com".to_owned(),
        role: Role::Agent,
        password: Some(PASSWORD.to_owned()),
    };
    let bia = users.create(&boss, new).await.unwrap().user;
    log.holds_one("user.created", &boss, &bia.id, &[PASSWORD, "argon2"]);
    let base = UserChanges::default;
    let changes = [
        (
            "user.updated",
            UserChanges {
                name: Some("Bia R.".to_owned()),
                ..base()
            },
        ),
        (
            "user.role_changed",
            UserChanges {
                role: Some(Role::Supervisor),
                ..base()
            },
        ),
        (
            "user.suspended",
            UserChanges {
                status: Some(UserStatus::Suspended),
                ..base()
            },
        ),
        (
            "user.activated",
            UserChanges {
                status: Some(UserStatus::Active),
                ..base()
            },
        ),
        (
            "user.password_reset",
            UserChanges {
                password: Some("another horse battery".to_owned()),
                ..base()
            },
        ),
    ];
    for (deed, change) in changes {
        users.update(&boss, bia.id, change).await.unwrap();
        log.holds_one(deed, &boss, &bia.id, &["another horse", "argon2"]);
    }
    let herself = Actor::user(bia.id, Role::Supervisor, "Bia R.").from_ip(Some(IP.to_owned()));
    let logins = &office.engine.logins;
    let changed = logins.change_password(&herself, "another horse battery", PASSWORD, None);
    changed.await.unwrap();
    log.holds_one(
        "user.password_changed",
        &herself,
        &bia.id,
        &[PASSWORD, "argon2"],
    );
    let refused = logins.change_password(&herself, "wrong horse battery", PASSWORD, None);
    assert_eq!(code(refused.await), Code::InvalidCredentials);
    log.holds_nothing_new();
    users.delete(&boss, bia.id).await.unwrap();
    log.holds_one("user.deleted", &boss, &bia.id, &[]);
}

#[tokio::test]
async fn keys_are_written_down_without_the_key() {
    let office = Office::new().await;
    let boss = boss_of(&office).await;
    let keys = &office.engine.api_keys;
    let seen = Vec::new();
    let mut log = Log {
        office: &office,
        seen,
    };
    let (key, text) = keys.create(&boss, "Shop", vec![], None).await.unwrap();
    log.holds_one("api_key.created", &boss, &key.id, &[&text, &key.prefix]);
    keys.revoke(&boss, key.id).await.unwrap();
    log.holds_one("api_key.revoked", &boss, &key.id, &[&text]);
    keys.revoke(&boss, key.id).await.unwrap();
    log.holds_nothing_new();
}

#[tokio::test]
async fn contacts_are_written_down_without_what_an_erasure_must_remove() {
    let office = Office::new().await;
    let boss = boss_of(&office).await;
    let people = &office.engine.contacts;
    let seen = Vec::new();
    let mut log = Log {
        office: &office,
        seen,
    };
    let named = |name: &str| ContactChanges {
        name: Some(name.to_owned()),
        ..ContactChanges::default()
    };
    let made = people.create(&boss, named("Ana Lima"), Vec::new()).await;
    let ana = made.unwrap().contact.id;
    log.holds_one("contact.created", &boss, &ana, &["Ana"]);
    people.update(&boss, ana, named("Ana Luz")).await.unwrap();
    log.holds_one("contact.updated", &boss, &ana, &["Ana"]);
    people.erase(&boss, ana).await.unwrap();
    log.holds_one("contact.deleted", &boss, &ana, &["Ana"]);
}

#[tokio::test]
async fn what_changed_of_the_business_is_written_down_as_it_was_and_as_it_is() {
    let office = Office::new().await;
    let boss = boss_of(&office).await;
    let business = &office.engine.organisations;
    let id = business.ensure().await.unwrap().id;
    let seen = Vec::new();
    let mut log = Log {
        office: &office,
        seen,
    };
    let changes = || OrganisationChanges {
        timezone: Some("Europe/Lisbon".to_owned()),
        language: Some("en".to_owned()),
        retention_days: Some(30),
        suspended: Some(true),
        ..OrganisationChanges::default()
    };
    business.update(&boss, changes()).await.unwrap();
    let details = log.holds_one("organisation.updated", &boss, &id, &[]);
    let expected = serde_json::json!({
        "before": { "timezone": "UTC", "retentionDays": null, "suspended": false },
        "after": { "timezone": "Europe/Lisbon", "retentionDays": 30, "suspended": true },
    });
    assert_eq!(serde_json::Value::Object(details), expected);
    // The same once more changes nothing.
    business.update(&boss, changes()).await.unwrap();
    log.holds_nothing_new();
}

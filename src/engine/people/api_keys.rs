//! API keys: shown once, stored as a digest, limited by scopes and by their user's role.

use std::time::Duration;

use crate::base::crypto;
use crate::base::time::Timestamp;
use crate::engine::audit;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::api_key::ApiKey;
use crate::model::ids::ApiKeyId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::permission::is_scope;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::model::user::User;
use crate::store::Tx;
use crate::store::records::api_keys;
use crate::store::records::users;

/// What keys begin with.
pub const PREFIX: &str = "lk_live_";
/// Characters behind the prefix.
const LENGTH: usize = 40;
/// Characters that are kept to recognise a key by.
const SHOWN: usize = 12;
/// Uses are noted at most so often.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Managing and checking API keys.
#[derive(Clone)]
pub struct ApiKeys(pub Context);

impl ApiKeys {
    /// Every key, revoked ones too, newest first.
    ///
    /// # Errors
    /// The actor may not.
    pub fn list(&self, actor: &Actor) -> Result<Vec<ApiKey>, EngineError> {
        actor.require(Permission::ManageApiKeys)?;
        let mut keys = api_keys::list(&self.0.store.snapshot()?)?;
        keys.reverse();
        Ok(keys)
    }

    /// Makes a key for the actor; the key itself is in the answer and nowhere else.
    ///
    /// # Errors
    /// The actor may not; an unknown scope; an end in the past.
    pub async fn create(
        &self,
        actor: &Actor,
        name: &str,
        scopes: Vec<String>,
        expires_at: Option<Timestamp>,
    ) -> Result<(ApiKey, String), EngineError> {
        actor.require(Permission::ManageApiKeys)?;
        let name = crate::engine::people::names::clean_name(name)?;
        if let Some(unknown) = scopes.iter().find(|scope| !is_scope(scope)) {
            let wrong =
                format!("must be areas with :read or :write, admin or *; {unknown} is none");
            return Err(Rejection::field("scopes", wrong).into());
        }
        if expires_at.is_some_and(|end| end <= self.0.clock.now()) {
            return Err(Rejection::field("expiresAt", "must be in the future").into());
        }
        let user_id = actor.user_id().ok_or_else(|| {
            Rejection::new(
                Code::InsufficientPermissions,
                "A key acts for a user; sign in as one.",
            )
        })?;
        let key = format!("{PREFIX}{}", self.0.random.base62(LENGTH));
        let text = key.clone();
        let stamp = self.0.stamp();
        let actor = actor.clone();
        let made = self
            .0
            .store
            .write("making an API key", move |tx| {
                let mut pen = stamp.pen();
                let scopes = scopes.clone();
                let key = make(tx, &mut pen, &text, &name, scopes, user_id, expires_at)?;
                let details = audit::named(&key.name);
                audit::note(tx, &mut pen, &actor, "api_key.created", key.id, details)?;
                Ok::<_, EngineError>(key)
            })
            .await?;
        Ok((made, key))
    }

    /// Makes sure that a key chosen by the operator is there and is an owner's. One that was revoked
    /// stays revoked.
    ///
    /// # Errors
    /// `VALIDATION_ERROR`: it is too short to be safe.
    pub async fn bootstrap(&self, key: &str, owner: UserId) -> Result<(), EngineError> {
        if key.len() < 24 {
            return Err(Rejection::field(
                "LINKTOR_BOOTSTRAP_API_KEY",
                "must be at least 24 characters long",
            )
            .into());
        }
        let hash = crypto::token_hash(key);
        if api_keys::by_hash(&self.0.store.snapshot()?, &hash)?.is_some() {
            return Ok(());
        }
        let text = key.to_owned();
        let stamp = self.0.stamp();
        self.0
            .store
            .write("making the bootstrap key", move |tx| {
                if api_keys::by_hash(tx, &hash)?.is_none() {
                    let mut pen = stamp.pen();
                    let key = make(tx, &mut pen, &text, "Bootstrap", Vec::new(), owner, None)?;
                    let details = audit::named(&key.name);
                    let by = Actor::system();
                    audit::note(tx, &mut pen, &by, "api_key.created", key.id, details)?;
                }
                Ok(())
            })
            .await
    }

    /// Ends a key for good.
    ///
    /// # Errors
    /// The actor may not; there is none.
    pub async fn revoke(&self, actor: &Actor, id: ApiKeyId) -> Result<ApiKey, EngineError> {
        actor.require(Permission::ManageApiKeys)?;
        let stamp = self.0.stamp();
        let actor = actor.clone();
        self.0
            .store
            .write("revoking an API key", move |tx| {
                let mut pen = stamp.pen();
                let mut key = api_keys::get(tx, id)?
                    .ok_or_else(|| Rejection::not_found(Code::ResourceNotFound, "API key"))?;
                if key.revoked_at.is_some() {
                    return Ok(key);
                }
                key.revoked_at = Some(pen.now);
                key.updated_at = pen.now;
                api_keys::put(tx, &key)?;
                let details = audit::named(&key.name);
                audit::note(tx, &mut pen, &actor, "api_key.revoked", id, details)?;
                Ok(key)
            })
            .await
    }

    /// Who acts with a key.
    ///
    /// # Errors
    /// `INVALID_API_KEY`: unknown, revoked, expired, or its user may not act.
    pub fn authenticate(&self, key: &str) -> Result<(Actor, User), EngineError> {
        let refuse = || {
            let message = "This API key is not known, was revoked or has expired.";
            EngineError::from(Rejection::new(Code::InvalidApiKey, message))
        };
        let now = self.0.clock.now();
        let snapshot = self.0.store.snapshot()?;
        let held = api_keys::by_hash(&snapshot, &crypto::token_hash(key))?
            .filter(|held| held.works(now))
            .ok_or_else(refuse)?;
        let user = users::get(&snapshot, held.user_id)?
            .filter(User::is_active)
            .ok_or_else(refuse)?;
        if held
            .last_used_at
            .is_none_or(|last| now.since(last) >= NOTE_EVERY)
        {
            self.note_use(held.id, now);
        }
        Ok((acting(held, &user), user))
    }

    /// Who acts with a key now, if it still works: for connections that outlive the request they
    /// began with.
    ///
    /// # Errors
    /// The store's.
    pub fn holder(&self, id: ApiKeyId) -> Result<Option<(Actor, User)>, EngineError> {
        let snapshot = self.0.store.snapshot()?;
        let now = self.0.clock.now();
        let Some(held) = api_keys::get(&snapshot, id)?.filter(|held| held.works(now)) else {
            return Ok(None);
        };
        let user = users::get(&snapshot, held.user_id)?.filter(User::is_active);
        Ok(user.map(|user| (acting(held, &user), user)))
    }

    fn note_use(&self, id: ApiKeyId, now: Timestamp) {
        let store = self.0.store.clone();
        tokio::spawn(async move {
            let noted = store.write("noting the use of an API key", move |tx| {
                let Some(mut key) = api_keys::get(tx, id)? else {
                    return Ok(());
                };
                key.last_used_at = Some(now);
                Ok::<_, EngineError>(api_keys::put(tx, &key)?)
            });
            if let Err(error) = noted.await {
                tracing::warn!("noting the use of an API key failed: {error}");
            }
        });
    }
}

/// A program with a key of a person.
fn acting(held: ApiKey, user: &User) -> Actor {
    Actor::api_key(held.id, user.id, user.role, held.scopes, user.name.clone())
}

fn make(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    text: &str,
    name: &str,
    scopes: Vec<String>,
    user_id: UserId,
    expires_at: Option<Timestamp>,
) -> Result<ApiKey, EngineError> {
    let key = ApiKey {
        id: pen.id(),
        name: name.to_owned(),
        prefix: text.chars().take(SHOWN).collect(),
        hash: crypto::token_hash(text),
        scopes,
        user_id,
        last_used_at: None,
        expires_at,
        revoked_at: None,
        created_at: pen.now,
        updated_at: pen.now,
    };
    api_keys::put(tx, &key)?;
    Ok(key)
}

//! Who acts.

use serde::Deserialize;
use serde::Serialize;

use crate::model::ids::ApiKeyId;
use crate::model::ids::ContactId;
use crate::model::ids::UserId;
use crate::model::permission::Permission;
use crate::model::permission::Role;
use crate::model::permission::scopes_allow;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// Whoever asks the engine for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    who: Who,
    role: Role,
    scopes: Vec<String>,
    name: String,
    ip: Option<String>,
}

/// The identity of an actor, as kept with what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Who {
    /// A person, in the dashboard or with a token.
    User(UserId),
    /// A program with an API key, on behalf of the key's user.
    ApiKey(ApiKeyId, UserId),
    /// A customer.
    Contact(ContactId),
    /// linktor itself: workers, rules, the operator's command line.
    System,
}

impl Actor {
    /// A signed-in person.
    pub fn user(id: UserId, role: Role, name: impl Into<String>) -> Self {
        Self {
            who: Who::User(id),
            role,
            scopes: Vec::new(),
            name: name.into(),
            ip: None,
        }
    }

    /// A program: never more than the role of its user, narrowed by the key's scopes.
    pub fn api_key(
        key: ApiKeyId,
        user: UserId,
        role: Role,
        scopes: Vec<String>,
        name: impl Into<String>,
    ) -> Self {
        Self {
            who: Who::ApiKey(key, user),
            role,
            scopes,
            name: name.into(),
            ip: None,
        }
    }

    /// linktor itself.
    #[must_use]
    pub fn system() -> Self {
        Self {
            who: Who::System,
            role: Role::Owner,
            scopes: Vec::new(),
            name: "linktor".to_owned(),
            ip: None,
        }
    }

    /// The same actor, acting from a network address.
    #[must_use]
    pub fn from_ip(mut self, ip: Option<String>) -> Self {
        self.ip = ip;
        self
    }

    /// The network address the actor acts from, where it is known.
    #[must_use]
    pub fn ip(&self) -> Option<&str> {
        self.ip.as_deref()
    }

    /// The identity to keep with what is done.
    #[must_use]
    pub const fn who(&self) -> Who {
        self.who
    }

    /// The person behind the act: also for an API key.
    #[must_use]
    pub const fn user_id(&self) -> Option<UserId> {
        match self.who {
            Who::User(user) | Who::ApiKey(_, user) => Some(user),
            Who::Contact(_) | Who::System => None,
        }
    }

    /// The role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The name to show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this actor may.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.role.may(permission) && scopes_allow(&self.scopes, permission)
    }

    /// Goes on only when this actor may.
    ///
    /// # Errors
    /// `INSUFFICIENT_PERMISSIONS`, naming what is missing.
    pub fn require(&self, permission: Permission) -> Result<(), Rejection> {
        if self.may(permission) {
            return Ok(());
        }
        let rule = permission.rule();
        let verb = if rule.writes { "write" } else { "read" };
        let message = if self.role.may(permission) {
            format!("This API key lacks the scope {}:{verb}.", rule.scope)
        } else {
            format!("This needs the role {} or higher.", rule.least_role.name())
        };
        Err(Rejection::new(Code::InsufficientPermissions, message))
    }
}

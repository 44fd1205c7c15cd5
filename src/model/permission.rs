//! Permissions, roles and key scopes as one table.

use serde::Deserialize;
use serde::Serialize;

/// A person's role, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Reads, changes nothing.
    Viewer,
    /// Answers customers.
    Agent,
    /// Answers, assigns others, merges and exports.
    Supervisor,
    /// Also manages users, channels, keys and settings.
    Admin,
    /// Everything, including the organisation itself. There is always at least one.
    Owner,
}

impl Role {
    /// Every role, lowest first.
    pub const ALL: [Self; 5] = [
        Self::Viewer,
        Self::Agent,
        Self::Supervisor,
        Self::Admin,
        Self::Owner,
    ];

    /// The role's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Agent => "agent",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.name().eq_ignore_ascii_case(name))
    }

    /// Whether the role includes the permission.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self >= permission.rule().least_role
    }
}

/// Something one may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See conversations and messages.
    ReadConversations,
    /// See contacts.
    ReadContacts,
    /// See channels without their secrets, and the capability matrix.
    ReadChannels,
    /// See how channels are doing: their pages among the settings.
    InspectChannels,
    /// See colleagues, teams and tags.
    ReadPeople,
    /// Search.
    Search,
    /// Follow the event log.
    ReadEvents,
    /// Send replies, write notes, upload files.
    Reply,
    /// Take, release, tag, snooze, resolve and reopen conversations.
    WorkConversations,
    /// Assign conversations to other people.
    AssignOthers,
    /// Create and edit contacts.
    EditContacts,
    /// Write down that somebody wants to be written to again who had said no.
    GrantConsent,
    /// Merge contacts and undo it.
    MergeContacts,
    /// Delete contacts and conversations.
    DeleteContacts,
    /// Create, rename and delete tags and teams.
    ManageTeams,
    /// See templates.
    ReadTemplates,
    /// Hand templates in for approval, ask for them, delete them.
    ManageTemplates,
    /// Create, configure, connect and delete channels.
    ManageChannels,
    /// Invite, change and remove users of lower roles.
    ManageUsers,
    /// Create and revoke API keys.
    ManageApiKeys,
    /// See system health and queues.
    ManageSystem,
    /// Take a copy of everything, secrets too.
    TakeBackup,
    /// Read the audit log.
    ReadAudit,
    /// Rename or delete the organisation, change its limits.
    ManageOrganisation,
}

/// What it takes to have a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The lowest role that includes it.
    pub least_role: Role,
    /// The scope an API key needs, without its `:read` or `:write`.
    pub scope: &'static str,
    /// Whether the scope is the writing one.
    pub writes: bool,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 24] = [
        Self::ReadConversations,
        Self::ReadContacts,
        Self::ReadChannels,
        Self::InspectChannels,
        Self::ReadPeople,
        Self::Search,
        Self::ReadEvents,
        Self::Reply,
        Self::WorkConversations,
        Self::AssignOthers,
        Self::EditContacts,
        Self::GrantConsent,
        Self::MergeContacts,
        Self::DeleteContacts,
        Self::ManageTeams,
        Self::ReadTemplates,
        Self::ManageTemplates,
        Self::ManageChannels,
        Self::ManageUsers,
        Self::ManageApiKeys,
        Self::ManageSystem,
        Self::TakeBackup,
        Self::ReadAudit,
        Self::ManageOrganisation,
    ];

    /// The one table that says who may do what.
    #[must_use]
    pub const fn rule(self) -> Rule {
        const fn rule(least_role: Role, scope: &'static str, writes: bool) -> Rule {
            Rule {
                least_role,
                scope,
                writes,
            }
        }
        match self {
            Self::ReadConversations => rule(Role::Viewer, "conversations", false),
            Self::ReadContacts => rule(Role::Viewer, "contacts", false),
            Self::ReadChannels => rule(Role::Viewer, "channels", false),
            Self::InspectChannels => rule(Role::Supervisor, "channels", false),
            Self::ReadPeople => rule(Role::Viewer, "users", false),
            Self::Search | Self::ReadEvents => rule(Role::Viewer, "messages", false),
            Self::Reply => rule(Role::Agent, "messages", true),
            Self::WorkConversations => rule(Role::Agent, "conversations", true),
            Self::AssignOthers => rule(Role::Supervisor, "conversations", true),
            Self::EditContacts => rule(Role::Agent, "contacts", true),
            Self::GrantConsent => rule(Role::Admin, "contacts", true),
            Self::MergeContacts | Self::DeleteContacts => rule(Role::Supervisor, "contacts", true),
            Self::ManageTeams => rule(Role::Supervisor, "users", true),
            Self::ReadTemplates => rule(Role::Viewer, "templates", false),
            Self::ManageTemplates => rule(Role::Supervisor, "templates", true),
            Self::ManageChannels => rule(Role::Admin, "channels", true),
            Self::ManageUsers => rule(Role::Admin, "users", true),
            Self::ManageApiKeys | Self::ManageSystem | Self::ReadAudit => {
                rule(Role::Admin, "admin", true)
            }
            Self::TakeBackup | Self::ManageOrganisation => rule(Role::Owner, "admin", true),
        }
    }
}

/// The areas an API key can be limited to; each has a `:read` and a `:write`.
pub const SCOPE_AREAS: [&str; 12] = [
    "messages",
    "conversations",
    "contacts",
    "channels",
    "bots",
    "flows",
    "knowledge",
    "templates",
    "webhooks",
    "analytics",
    "users",
    "ai",
];

/// Whether `scope` is one we know: an area with `:read` or `:write`, `admin`, or `*`.
#[must_use]
pub fn is_scope(scope: &str) -> bool {
    let (area, verb) = scope.split_once(':').unwrap_or((scope, ""));
    match verb {
        "" => matches!(area, "admin" | "*"),
        "read" | "write" => SCOPE_AREAS.contains(&area),
        _ => false,
    }
}

/// Whether a key with these scopes includes the permission. An empty list means everything; a
/// `:write` includes the `:read` of its area.
#[must_use]
pub fn scopes_allow(scopes: &[String], permission: Permission) -> bool {
    let Rule { scope, writes, .. } = permission.rule();
    scopes.is_empty()
        || scopes.iter().any(|held| match held.split_once(':') {
            None => held == "*" || held == "admin",
            Some((area, verb)) => area == scope && (verb == "write" || !writes),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_the_one_below() {
        for permission in Permission::ALL {
            let allowed: Vec<bool> = Role::ALL.iter().map(|r| r.may(permission)).collect();
            assert!(allowed.is_sorted(), "{permission:?}");
            assert!(Role::Owner.may(permission));
        }
        assert!(!Role::Viewer.may(Permission::Reply));
        assert!(!Role::Admin.may(Permission::ManageOrganisation));
    }

    #[test]
    fn scopes_narrow_a_key() {
        let cases: [(&[&str], Permission, bool); 8] = [
            (&[], Permission::ManageChannels, true),
            (&["*"], Permission::ManageChannels, true),
            (&["admin"], Permission::ManageApiKeys, true),
            (&["messages:read"], Permission::Reply, false),
            (&["messages:write"], Permission::Reply, true),
            (&["messages:write"], Permission::Search, true),
            (&["contacts:write"], Permission::ReadConversations, false),
            (&["conversations:read"], Permission::ReadConversations, true),
        ];
        for (held, permission, expected) in cases {
            let held: Vec<String> = held.iter().map(ToString::to_string).collect();
            assert_eq!(
                scopes_allow(&held, permission),
                expected,
                "{held:?} {permission:?}"
            );
        }
        for scope in ["messages:read", "ai:write", "admin", "*"] {
            assert!(is_scope(scope));
        }
        for scope in ["messages", "messages:delete", "nothing:read", ""] {
            assert!(!is_scope(scope));
        }
    }
}

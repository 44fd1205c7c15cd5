//! People who answer.

use serde::Deserialize;
use serde::Serialize;

use crate::base::time::Timestamp;
use crate::model::ids::UserId;
use crate::model::permission::Role;

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The address used to sign in, in lower case; unique.
    pub email: String,
    /// The name colleagues and customers see.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Whether the person may sign in.
    pub status: UserStatus,
    /// The argon2id hash of the password; none until an invitation is accepted. Never leaves the
    /// engine.
    pub password_hash: Option<String>,
    /// A picture.
    pub avatar_url: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// Set by hand; otherwise presence follows the person's sockets.
    pub availability: Availability,
    /// The language of the dashboard; none follows the organisation.
    pub language: Option<String>,
    /// The look of the dashboard.
    pub theme: Theme,
    /// The last sign-in.
    pub last_login_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The second factor; none while it is off. Never leaves the engine.
    #[serde(default)]
    pub totp: Option<Totp>,
    /// Whether the person is written to when a channel breaks, while they may manage channels.
    #[serde(default)]
    pub alert_mails: AlertMails,
    /// What stands under the mails the person writes, as words or HTML; empty where the channel's own
    /// does.
    #[serde(default)]
    pub signature: String,
    /// The senders of mail whose pictures are fetched from elsewhere without asking.
    #[serde(default)]
    pub pictures_from: Vec<String>,
}

/// Whether somebody is written to about channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AlertMails {
    /// When one breaks, works again, is warned about, or loses its access soon.
    #[default]
    On,
    /// Never.
    Off,
}

/// A second factor: an authenticator that shows codes, and codes on paper for when it is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totp {
    /// The secret that the authenticator shares with us, sealed.
    pub secret: Vec<u8>,
    /// Since when it is on.
    pub since: Timestamp,
    /// The time step of the newest code that was taken: no code works twice.
    pub last_step: i64,
    /// Keyed digests of the recovery codes that are left; each works once.
    pub recovery: Vec<[u8; 32]>,
}

/// Whether a person may sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UserStatus {
    /// May sign in.
    Active,
    /// Invited, has not accepted yet.
    Pending,
    /// Switched off for now.
    Inactive,
    /// Blocked.
    Suspended,
}

/// Whether a person takes new work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Availability {
    /// Follows the person's sockets.
    #[default]
    Automatic,
    /// Set to away by hand.
    Away,
}

/// The look of the dashboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    /// As the computer is set.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl User {
    /// Somebody whose account is made at `at`: may sign in once there is a password, and has chosen
    /// nothing yet. `email` is in lower case.
    #[must_use]
    pub fn new(id: UserId, email: String, name: String, role: Role, at: Timestamp) -> Self {
        Self {
            id,
            email,
            name,
            role,
            status: UserStatus::Active,
            password_hash: None,
            avatar_url: None,
            phone: None,
            availability: Availability::default(),
            language: None,
            theme: Theme::default(),
            last_login_at: None,
            created_at: at,
            updated_at: at,
            totp: None,
            alert_mails: AlertMails::default(),
            signature: String::new(),
            pictures_from: Vec::new(),
        }
    }

    /// Whether the person may sign in and act.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }
}

//! Settings other than channels: API keys, users, teams, system health.

use super::assets;
use super::atoms::AvatarView;
use super::atoms::BannerView;
use super::atoms::ChipView;
use super::atoms::FieldView;
use super::atoms::Icon;
use super::atoms::OptionView;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::channels::FigureView;
use super::channels::LogLine;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// One API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// `key_...`
    pub id: String,
    /// Name.
    pub name: String,
    /// First characters of the secret.
    pub prefix: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Last use, with the address it came from.
    pub used: Option<(TimeView, String)>,
    /// "Expires 1 Mar 2027", "Never expires", "Revoked".
    pub expiry: String,
    /// Still works.
    pub active: bool,
}

/// A group of scopes in the form: area and its choices, value is the scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeGroup {
    /// "Conversations".
    pub title: String,
    /// Scopes.
    pub scopes: Vec<OptionView>,
}

/// `/app/settings/keys`. Forms: `POST /app/settings/keys` (`name`, `scopes` repeated, `expiry` in days or
/// empty), `POST /app/settings/keys/{id}/revoke`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "keys.html")]
pub struct KeysPage {
    /// The frame.
    pub shell: ShellView,
    /// Keys, newest first.
    pub keys: Vec<KeyRow>,
    /// Name and secret of the key that was just made: shown this once.
    pub fresh: Option<(String, String)>,
    /// Name in the form.
    pub name: FieldView,
    /// Scopes in the form.
    pub scopes: Vec<ScopeGroup>,
    /// What is wrong with the scopes.
    pub scopes_error: Option<String>,
    /// Expiry choices.
    pub expiries: Vec<OptionView>,
}

/// One user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// `user_...`
    pub id: String,
    /// Picture with presence.
    pub avatar: AvatarView,
    /// Name.
    pub name: String,
    /// Email.
    pub email: String,
    /// Role choices with the present one chosen; one entry where the reader may not change it.
    pub roles: Vec<OptionView>,
    /// Teams.
    pub teams: Vec<String>,
    /// Last active.
    pub seen: Option<TimeView>,
    /// Whether two-step sign-in is on.
    pub two_step: bool,
    /// Whether the reader may change the user.
    pub changeable: bool,
    /// Was invited and has not chosen a password yet.
    pub invited: bool,
    /// Is not blocked.
    pub active: bool,
    /// The reader.
    pub me: bool,
}

/// A link that lets somebody choose a password: shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// For whom.
    pub name: String,
    /// The link.
    pub url: String,
    /// "3 Mar 2026, 14:05".
    pub until: String,
    /// Whether a mail with it is on its way too.
    pub mailed: bool,
}

/// `/app/settings/users`. Forms: `POST /app/settings/users` (`name`, `email`, `role`, `password`),
/// `POST /app/settings/users/{id}` (`role`), `POST /app/settings/users/{id}/disable`, `/enable`,
/// `/link` and `/two-step-off`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "users.html")]
pub struct UsersPage {
    /// The frame.
    pub shell: ShellView,
    /// "Saved." or what is wrong.
    pub banner: Option<BannerView>,
    /// A link that was just made.
    pub fresh: Option<LinkView>,
    /// Users.
    pub users: Vec<UserRow>,
    /// Form: name.
    pub name: FieldView,
    /// Form: email.
    pub email: FieldView,
    /// Form: first password.
    pub password: FieldView,
    /// Form: roles the reader may give.
    pub roles: Vec<OptionView>,
}

/// One team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    /// `team_...`
    pub id: String,
    /// Name.
    pub name: String,
    /// What it is for; may be empty.
    pub about: String,
    /// Faces of its members.
    pub members: Vec<(String, AvatarView)>,
    /// Everybody, with members chosen: value is `user_...`.
    pub choices: Vec<OptionView>,
}

/// `/app/settings/teams`. Forms: `POST /app/settings/teams` (`name`, `description`),
/// `POST /app/settings/teams/{id}` (`name`, `members` repeated), `POST /app/settings/teams/{id}/delete`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "teams.html")]
pub struct TeamsPage {
    /// The frame.
    pub shell: ShellView,
    /// "Saved." or what is wrong.
    pub banner: Option<BannerView>,
    /// Teams.
    pub teams: Vec<TeamRow>,
    /// Form: name.
    pub name: FieldView,
}

/// A follower of the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowerRow {
    /// Picture.
    pub icon: Icon,
    /// "Search index".
    pub name: String,
    /// Its position: "4,182,906".
    pub at: String,
    /// "0", or "135, 2 m".
    pub behind: String,
    /// How it does.
    pub tone: Tone,
    /// "Level", "Catching up", "Rebuilding, 40 %".
    pub state: String,
}

/// Sends that wait, by channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Channel.
    pub badge: super::atoms::BadgeView,
    /// Name.
    pub name: String,
    /// How many wait.
    pub waiting: u64,
    /// Age of the oldest; a dash when none waits.
    pub oldest: String,
}

/// A slice of the disk: name, size, share in per cent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskSlice {
    /// "Messages".
    pub name: String,
    /// "1.9 GB".
    pub size: String,
    /// Share of what is used, 0 to 100.
    pub percent: u8,
}

/// What changes on the health page: `<div id="health">`, asked for every two seconds while it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, askama::Template)]
#[template(path = "parts/health.html")]
pub struct HealthPart {
    /// Four figures: memory, processor, messages in, webhook answer.
    pub figures: Vec<FigureView>,
    /// Newest position of the event log.
    pub newest: String,
    /// Followers.
    pub followers: Vec<FollowerRow>,
    /// Sends that wait in all.
    pub waiting: u64,
    /// Sends that wait, by channel.
    pub outbox: Vec<OutboxRow>,
    /// "6.0 GB used, 31.4 GB free".
    pub disk: String,
    /// Slices.
    pub slices: Vec<DiskSlice>,
    /// The checks of `linktor doctor`; `time` is not shown, `text` stands at the end of the line.
    pub checks: Vec<LogLine>,
}

impl HealthPart {
    /// The slices with the place where each starts in the drawn bar.
    #[must_use]
    pub fn placed(&self) -> Vec<(u32, &DiskSlice)> {
        self.slices
            .iter()
            .scan(0, |start, slice| {
                let at = *start;
                *start += u32::from(slice.percent);
                Some((at, slice))
            })
            .collect()
    }
}

/// When the last backup was written. Pushed when that changes.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "parts/last_backup.html")]
pub struct LastBackupPart {
    /// "Last backup 12 November".
    pub words: String,
}

/// `/app/settings/health`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "health.html")]
pub struct HealthPage {
    /// The frame.
    pub shell: ShellView,
    /// "All good", "Working, 2 warnings", "Needs help".
    pub verdict: ChipView,
    /// "linktor 0.1.0, up 41 days, chat.aurora.example".
    pub about: String,
    /// For those who may take one. Form: `POST /app/settings/health/backup`.
    pub backup: Option<LastBackupPart>,
    /// The rest.
    pub part: HealthPart,
}

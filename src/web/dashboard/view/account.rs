//! Set-up, sign in, and one's own page.

use super::assets;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::OptionView;
use super::atoms::TimeView;
use super::channels::TileView;
use super::filters;
use super::qr::Picture;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// `/login`: form fields `email`, `password`, `keep` (present when ticked), `next`, `_csrf`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    /// Name of the business; empty before set-up.
    pub workspace: String,
    /// Host people know the installation by.
    pub host: String,
    /// Chosen theme (from the cookie).
    pub theme: Theme,
    /// Proof for the form.
    pub csrf: String,
    /// Path asked for before signing in.
    pub next: String,
    /// What was typed as email.
    pub email: String,
    /// "Email or password is not right."
    pub error: Option<String>,
    /// Seconds until the next try is taken; 0 when it may be now. The button counts down.
    pub wait_secs: u64,
    /// A sentence above the form, such as after signing out.
    pub notice: Option<String>,
    /// Our version.
    pub version: String,
}

/// `/login/code`: form fields `code`, `remember`, `next`, `_csrf`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "login_code.html")]
pub struct LoginCodePage {
    /// Chosen theme.
    pub theme: Theme,
    /// Proof for the form.
    pub csrf: String,
    /// Path asked for before signing in.
    pub next: String,
    /// "That code is not right or has expired."
    pub error: Option<String>,
    /// Ask for a recovery code instead (`/login/recovery`).
    pub recovery: bool,
    /// Our version.
    pub version: String,
}

/// Where the first-run set-up stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetupStep {
    /// The token is missing, wrong or used: a sentence says what to do.
    Refused(String),
    /// 1: fields `name`, `email`, `password`.
    You {
        /// Your name.
        name: FieldView,
        /// Email.
        email: FieldView,
        /// Password: always empty, one that was typed never comes back.
        password: FieldView,
    },
    /// 2: fields `workspace`, `timeZone`.
    Workspace {
        /// Business name.
        workspace: FieldView,
        /// Public address: shown only, it is an option of the program.
        public_url: String,
        /// Zones; the client chooses the browser's when none is chosen.
        time_zones: Vec<OptionView>,
        /// Languages to choose from.
        languages: Vec<OptionView>,
    },
    /// 3: field `next` is `sample`, or empty for Skip.
    FirstChannel {
        /// The kinds to choose from.
        tiles: Vec<TileView>,
        /// Whether there is a sandbox to be filled.
        sample: bool,
    },
}

/// `/setup?token=...` for the first step, `/app/welcome` once the owner is signed in: each posts to its
/// own address with `step`, `token` and `_csrf`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "setup.html")]
pub struct SetupPage {
    /// Chosen theme.
    pub theme: Theme,
    /// Proof for the form.
    pub csrf: String,
    /// The one-time token.
    pub token: String,
    /// What is asked for.
    pub step: SetupStep,
    /// Our version.
    pub version: String,
}

impl SetupPage {
    /// 1 to 3; 0 when the link was refused.
    #[must_use]
    pub fn number(&self) -> u8 {
        match self.step {
            SetupStep::Refused(_) => 0,
            SetupStep::You { .. } => 1,
            SetupStep::Workspace { .. } => 2,
            SetupStep::FirstChannel { .. } => 3,
        }
    }
}

/// A place where the person is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// Id for the form that ends it.
    pub id: String,
    /// "Firefox on Linux".
    pub device: String,
    /// Address it came from.
    pub address: String,
    /// Last use.
    pub seen: TimeView,
    /// This very one.
    pub current: bool,
}

/// Whether somebody is written to about channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertsView {
    /// They want to be.
    pub on: bool,
    /// Mails can be sent at all.
    pub can_mail: bool,
}

/// `/app/me`. Forms: `POST /app/me` (`name`, `theme`, `alerts`), `POST /app/me/password` (`current`, `password`),
/// `POST /app/me/sessions/{id}/end`, `POST /app/me/sessions/end-others`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "me.html")]
pub struct MePage {
    /// The frame.
    pub shell: ShellView,
    /// "Saved." or what went wrong.
    pub banner: Option<BannerView>,
    /// Name.
    pub name: FieldView,
    /// What stands under mails.
    pub signature: FieldView,
    /// What is wrong with the present password.
    pub current_error: Option<String>,
    /// New password.
    pub password: FieldView,
    /// The look that is chosen.
    pub theme: Theme,
    /// Mails about channels; none for those who cannot manage them.
    pub alerts: Option<AlertsView>,
    /// Whether two-step sign-in is on.
    pub two_step: bool,
    /// Where the person is signed in.
    pub sessions: Vec<SessionView>,
}

/// A second factor to take into use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferView {
    /// The picture an authenticator scans.
    pub picture: Picture,
    /// The secret as text, in groups.
    pub secret: String,
    /// What gives the secret back.
    pub token: String,
    /// What is wrong with the code.
    pub code_error: Option<String>,
}

/// How one's second factor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwoStep {
    /// Off: fields `token`, `code`, `password`.
    Off(OfferView),
    /// Recovery codes that were just made: shown this once.
    Fresh(Vec<String>),
    /// On: forms with `password`.
    On {
        /// "3 Mar 2026".
        since: String,
        /// Recovery codes that still work.
        codes_left: usize,
    },
}

/// `/app/me/two-step`. Forms: `POST /app/me/two-step`, `/app/me/two-step/off`, `/app/me/two-step/codes`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "two_step.html")]
pub struct TwoStepPage {
    /// The frame.
    pub shell: ShellView,
    /// What went wrong.
    pub banner: Option<BannerView>,
    /// How it stands.
    pub two_step: TwoStep,
    /// What is wrong with the present password.
    pub password_error: Option<String>,
}

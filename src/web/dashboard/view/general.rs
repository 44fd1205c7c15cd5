//! The settings of the workspace itself.

use super::assets;
use super::atoms::BannerView;
use super::atoms::FieldView;
use super::atoms::OptionView;
use super::atoms::Tone;
use super::filters;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// What agents may see, as a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightView {
    /// The choice.
    pub option: OptionView,
    /// What it means.
    pub about: String,
}

/// The question before conversations are lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskView {
    /// For how many days they would be kept.
    pub days: u16,
    /// "12 conversations".
    pub what: String,
}

/// Where a program is told of channels that need somebody. Forms: `POST .../general/alerts` with
/// `alertUrl`, and `/test`, `/renew`, `/remove` below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertsView {
    /// The address.
    pub url: FieldView,
    /// Whether one is kept.
    pub is_set: bool,
    /// The secret, right after it was made.
    pub fresh: Option<String>,
    /// What became of the last post.
    pub last: Option<(Tone, String)>,
}

/// `/app/settings/general`. Form: `POST` to the same address with `name`, `timezone`, `language`,
/// `agentVisibility`, `suspended` (any value), `retentionDays`, `autoCloseAfterDays` (days, or empty for never) and, once
/// the question was answered, `sure` with the same number of days.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "general.html")]
pub struct GeneralPage {
    /// The frame.
    pub shell: ShellView,
    /// "Saved." or what is wrong.
    pub banner: Option<BannerView>,
    /// What is asked before it is saved.
    pub ask: Option<AskView>,
    /// The name customers know.
    pub name: FieldView,
    /// Zones.
    pub zones: Vec<OptionView>,
    /// Languages.
    pub languages: Vec<OptionView>,
    /// What agents see.
    pub sights: Vec<SightView>,
    /// Days after which conversations are forgotten.
    pub retention: FieldView,
    /// Days after which they are resolved.
    pub auto_close: FieldView,
    /// Whether nothing is sent.
    pub suspended: bool,
    /// Where alerts are posted.
    pub alerts: AlertsView,
}

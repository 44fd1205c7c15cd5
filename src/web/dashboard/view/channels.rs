//! Channels: the list of them, and adding one.

use super::assets;
use super::atoms::BadgeView;
use super::atoms::FieldView;
use super::atoms::Icon;
use super::atoms::TimeView;
use super::atoms::Tone;
use super::filters;
use super::format;
use super::shell::Area;
use super::shell::ShellView;
use super::shell::Theme;

/// How a channel is, in one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthView {
    /// "Healthy", "Not receiving", "Off", "Set-up not finished".
    pub word: String,
    /// Its colour.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
}

impl HealthView {
    /// Works.
    #[must_use]
    pub fn healthy() -> Self {
        Self::of("Healthy", Tone::Ok, Icon::HEALTHY)
    }

    /// Any other state.
    #[must_use]
    pub fn of(word: &str, tone: Tone, icon: Icon) -> Self {
        Self {
            word: word.to_owned(),
            tone,
            icon,
        }
    }
}

/// One channel in the table: `<tr id="channel-ch_...">`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelRow {
    /// `ch_...`
    pub id: String,
    /// Kind.
    pub badge: BadgeView,
    /// Name given by the owner.
    pub name: String,
    /// Address, or "auroracoffee.example, 41 visitors online".
    pub about: String,
    /// Stands in for a vendor.
    pub sandbox: bool,
    /// State.
    pub health: HealthView,
    /// How long its access holds: "Never expires", "Expires in 6 d".
    pub access: (Tone, String),
    /// Last message in.
    pub last_in: Option<TimeView>,
    /// Last message out.
    pub last_out: Option<TimeView>,
    /// Messages of the last 24 hours.
    pub messages_24h: u64,
    /// Messages per hour, oldest first, for the small line; may be empty.
    pub hours: Vec<u32>,
}

impl ChannelRow {
    /// The small line as points of an SVG 110 wide and 24 high.
    #[must_use]
    pub fn line(&self) -> String {
        sparkline(&self.hours, 110, 24)
    }
}

/// Points of a line through `values` in a box of that size; empty for fewer than two values.
#[must_use]
pub fn sparkline(values: &[u32], width: u32, height: u32) -> String {
    let top = u64::from(values.iter().copied().max().unwrap_or(0).max(1));
    let steps = values.len().saturating_sub(1);
    if steps == 0 {
        return String::new();
    }
    let room = u64::from(height - 2);
    values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let x = at * width as usize / steps;
            let y = 1 + room - u64::from(*value) * room / top;
            format!("{x},{y}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureView {
    /// "Messages, last 24 h".
    pub label: String,
    /// "14,208".
    pub value: String,
    /// Said smaller after the value: "MB of 256 MB limit"; may be empty.
    pub unit: String,
    /// The line below; may be empty.
    pub text: String,
}

/// A channel that somebody should look after, above the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TroubleView {
    /// How bad it is.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// What is wrong.
    pub title: String,
    /// Why, or what follows.
    pub text: String,
    /// Where it is mended.
    pub href: String,
    /// What is done there: "Reconnect".
    pub verb: &'static str,
}

/// `/app/settings/channels`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "channels.html")]
pub struct ChannelsPage {
    /// The frame.
    pub shell: ShellView,
    /// Four figures.
    pub figures: Vec<FigureView>,
    /// What is wrong, worst first, at most three.
    pub banners: Vec<TroubleView>,
    /// How many more are wrong.
    pub more: usize,
    /// Channels, worst first.
    pub channels: Vec<ChannelRow>,
    /// Whether the reader may add one.
    pub may_add: bool,
}

/// A kind of channel that can be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileView {
    /// Kind.
    pub badge: BadgeView,
    /// What it is called.
    pub title: String,
    /// One line.
    pub about: String,
    /// What is needed.
    pub needs: String,
    /// Rough time: "2 minutes".
    pub time: String,
    /// Address of its form.
    pub href: String,
}

/// `/app/settings/channels/new` (tiles) and `/app/settings/channels/new/webchat` (form).
/// The form posts to `/app/settings/channels` with `type`, `name`, `allowedOrigins`.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "channel_new.html")]
pub struct ChannelNewPage {
    /// The frame.
    pub shell: ShellView,
    /// Tiles, while nothing is chosen.
    pub tiles: Vec<TileView>,
    /// The form, once `WebChat` is chosen.
    pub form: Option<NewWebchatForm>,
}

/// What the form for a new `WebChat` channel asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebchatForm {
    /// Name.
    pub name: FieldView,
    /// Websites, one a line.
    pub origins: FieldView,
}

/// A line of a log, or a check and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When, with seconds.
    pub time: TimeView,
    /// How it went.
    pub tone: Tone,
    /// Its picture.
    pub icon: Icon,
    /// Plain title.
    pub title: String,
    /// Detail; may be empty.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_runs_from_the_left_edge_to_the_right_one() {
        assert_eq!(sparkline(&[0, 5, 10], 110, 24), "0,23 55,12 110,1");
        assert_eq!(sparkline(&[0, 0], 110, 24), "0,23 110,23");
        assert_eq!(sparkline(&[3], 110, 24), "");
        assert_eq!(sparkline(&[], 110, 24), "");
    }
}

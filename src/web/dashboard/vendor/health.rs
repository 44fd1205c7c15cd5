//! How channels are, in words: in the list, in bands above it, on their page.

use crate::base::time::Timestamp;
use crate::engine::alerts;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::inbound::Effect;
use crate::web::dashboard::channels::HERE;
use crate::web::dashboard::channels::WEBCHAT;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::channels::HealthView;
use crate::web::dashboard::view::channels::TroubleView;
use crate::web::dashboard::view::format;

/// Whether a channel still has to be set up.
#[must_use]
pub fn is_unfinished(channel: &Channel) -> bool {
    channel.enabled && channel.connected_at.is_none() && channel.state != ChannelState::Active
}

/// Where the set-up of a channel goes on, while it is not finished.
#[must_use]
pub fn setup_of(channel: &Channel) -> Option<String> {
    let has_steps = channel.kind.as_str() != WEBCHAT;
    (has_steps && is_unfinished(channel)).then(|| format!("{HERE}/{}/setup", channel.id))
}

/// Worst first.
#[must_use]
pub fn rank(channel: &Channel, now: Timestamp) -> u8 {
    match (channel.enabled, channel.state) {
        (false, _) => 6,
        (true, ChannelState::Error) if !is_unfinished(channel) => 0,
        (true, ChannelState::Active) if expires(channel, now) || warning(channel).is_some() => 1,
        (true, ChannelState::Connecting) => 2,
        (true, ChannelState::Active) => 3,
        (true, ChannelState::Error | ChannelState::Inactive) if is_unfinished(channel) => 4,
        (true, ChannelState::Error | ChannelState::Inactive) => 5,
    }
}

/// How a channel is.
#[must_use]
pub fn health(channel: &Channel, now: Timestamp) -> HealthView {
    let warn = |word| HealthView::of(word, Tone::Warn, Icon::WARNING);
    match (channel.enabled, channel.state) {
        (true, _) if is_unfinished(channel) && channel.state != ChannelState::Connecting => {
            warn("Set-up not finished")
        }
        (true, ChannelState::Active) if expires(channel, now) => warn("Token expiring"),
        (true, ChannelState::Active) if warning(channel).is_some() => warn("Worth a look"),
        (true, ChannelState::Active) => HealthView::healthy(),
        (true, ChannelState::Error) => HealthView::of("Not working", Tone::Bad, Icon::BROKEN),
        (true, ChannelState::Connecting) => HealthView::of("Connecting", Tone::Info, Icon::WAITING),
        (false, _) | (true, ChannelState::Inactive) => {
            HealthView::of("Off", Tone::Neutral, Icon::OFF)
        }
    }
}

fn expires(channel: &Channel, now: Timestamp) -> bool {
    alerts::expiry(channel).is_some_and(|end| alerts::ends_soon(end, now))
}

/// What the vendor warned of last.
fn warning(channel: &Channel) -> Option<&str> {
    let mut warned = channel
        .notes
        .iter()
        .rev()
        .filter(|note| note.effect == Effect::Warn);
    warned.next().map(|note| note.text.as_str())
}

/// What somebody should do something about; none where all is well or it is switched off.
#[must_use]
pub fn trouble(channel: &Channel, now: Timestamp) -> Option<TroubleView> {
    if !channel.enabled || is_unfinished(channel) {
        return None;
    }
    let page = format!("{HERE}/{}", channel.id);
    let setup = format!("{page}/setup?step=credentials");
    let name = &channel.name;
    let view = |tone, icon, title: String, text: &str, href: &str, verb| TroubleView {
        tone,
        icon,
        title,
        text: text.to_owned(),
        href: href.to_owned(),
        verb,
    };
    match channel.state {
        ChannelState::Error => {
            let why = channel.error.as_deref().unwrap_or_default();
            let title = format!("{name} does not work");
            let href = if channel.kind.as_str() == WEBCHAT {
                &page
            } else {
                &setup
            };
            Some(view(Tone::Bad, Icon::BROKEN, title, why, href, "Reconnect"))
        }
        ChannelState::Active if expires(channel, now) => {
            let left = alerts::expiry(channel).map_or(0, |end| end.since(now).as_secs());
            let title = if left == 0 {
                format!("The access of {name} has ended")
            } else {
                format!("The access of {name} ends in {}", format::span(left))
            };
            let text = "Make a new token at the vendor and enter it before then.";
            Some(view(
                Tone::Warn,
                Icon::WARNING,
                title,
                text,
                &setup,
                "Reconnect",
            ))
        }
        ChannelState::Active => {
            let text = warning(channel)?;
            let title = format!("{name} is worth a look");
            Some(view(Tone::Warn, Icon::WARNING, title, text, &page, "Look"))
        }
        ChannelState::Inactive | ChannelState::Connecting => None,
    }
}

/// How long the access of a channel holds, in words.
#[must_use]
pub fn access(channel: &Channel, now: Timestamp) -> (Tone, String) {
    if channel.kind.as_str() == WEBCHAT {
        return (Tone::Neutral, "Not needed".to_owned());
    }
    match alerts::expiry(channel) {
        Some(end) => {
            let left = end.since(now).as_secs();
            let tone = if alerts::ends_soon(end, now) {
                Tone::Warn
            } else {
                Tone::Neutral
            };
            (tone, format!("Expires in {}", format::span(left)))
        }
        None if channel.sandbox => (Tone::Neutral, "Sandbox".to_owned()),
        None if channel.connected_at.is_none() => (Tone::Neutral, "Not checked".to_owned()),
        None => (Tone::Neutral, "No end known".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Opaque;
    use crate::model::channel::ChannelKind;
    use crate::model::channel::HealthNote;
    use crate::model::ids::ChannelId;
    use crate::model::ids::Id as _;

    const NOW: Timestamp = Timestamp::from_secs(1_767_268_800);

    fn channel(state: ChannelState) -> Channel {
        let kind = ChannelKind::named("telegram");
        Channel {
            state,
            error: Some("Unauthorized".to_owned()),
            connected_at: Some(NOW),
            ..Channel::new(
                ChannelId::from_bytes([7; 16]),
                kind,
                "Aurora Bot".to_owned(),
                NOW,
            )
        }
    }

    fn ending(days: u64) -> Channel {
        let mut channel = channel(ChannelState::Active);
        let end = NOW.plus(Duration::from_secs(days * 24 * 3_600 + 60));
        channel
            .settings
            .insert("expiresAt".to_owned(), end.to_string().into());
        channel
    }

    #[test]
    fn every_state_has_its_word_and_its_band() {
        let unfinished = Channel {
            connected_at: None,
            ..channel(ChannelState::Error)
        };
        let off = Channel {
            enabled: false,
            ..channel(ChannelState::Error)
        };
        let mut warned = channel(ChannelState::Active);
        warned.notes.push(HealthNote {
            kind: "inspect".to_owned(),
            effect: Effect::Warn,
            text: "250 updates wait at Telegram.".to_owned(),
            data: Opaque::new(),
            at: NOW,
        });
        let cases = [
            (channel(ChannelState::Active), "Healthy", None),
            (
                channel(ChannelState::Error),
                "Not working",
                Some("Aurora Bot does not work"),
            ),
            (channel(ChannelState::Connecting), "Connecting", None),
            (channel(ChannelState::Inactive), "Off", None),
            (unfinished, "Set-up not finished", None),
            (off, "Off", None),
            (ending(60), "Healthy", None),
            (
                ending(6),
                "Token expiring",
                Some("The access of Aurora Bot ends in 6 d"),
            ),
            (warned, "Worth a look", Some("Aurora Bot is worth a look")),
        ];
        for (channel, word, title) in cases {
            assert_eq!(health(&channel, NOW).word, word);
            let band = trouble(&channel, NOW).map(|trouble| trouble.title);
            assert_eq!(band.as_deref(), title, "{word}");
        }
    }
}

//! What reaches a channel and how it is, as the pages show it.

use crate::base::time::Timestamp;
use crate::engine::alerts;
use crate::engine::error::EngineError;
use crate::engine::setup::checks::Check;
use crate::engine::setup::kinds::Kind;
use crate::model::channel::Channel;
use crate::model::channel::ChannelState;
use crate::model::channel::Setting;
use crate::model::guide::Reporting;
use crate::model::happening::Happening;
use crate::model::happening::HappeningKind;
use crate::model::inbound::Effect;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::setup::CheckView;
use crate::web::dashboard::view::setup::HappenedView;
use crate::web::dashboard::view::setup::LivePart;
use crate::web::state::State;

/// Lines beside the steps at most.
const LINES: usize = 30;
/// The setting with which a vendor can be asked what a token allows.
const APP_ID: &str = "appId";

/// What reaches a channel, beside the steps.
///
/// # Errors
/// The store's.
pub fn part(
    state: &State,
    reader: &Reader,
    channel: &Channel,
    kind: &Kind,
) -> Result<LivePart, EngineError> {
    let now = state.engine.context.clock.now();
    let all = state
        .engine
        .channels
        .happenings(&reader.actor(), channel.id)?;
    let (title, text) = match (channel.webhook_at, channel.last_inbound_at) {
        (Some(at), Some(message)) => (
            "Messages arrive".to_owned(),
            format!(
                "The last one came at {}, the last report at {}.",
                format::exact(message, now, &reader.zone),
                format::exact(at, now, &reader.zone)
            ),
        ),
        (Some(at), None) => (
            format!("{} reached linktor", capitalised(kind.guide.vendor)),
            format!(
                "At {}. {}",
                format::exact(at, now, &reader.zone),
                first_message(channel, kind)
            ),
        ),
        (None, Some(message)) => (
            "Messages arrive".to_owned(),
            format!(
                "The last one came at {}.",
                format::exact(message, now, &reader.zone)
            ),
        ),
        (None, None) => (
            "Waiting for the first message".to_owned(),
            first_message(channel, kind),
        ),
    };
    Ok(LivePart {
        vendor: kind.guide.vendor.to_owned(),
        heard: channel.webhook_at.is_some() || channel.last_inbound_at.is_some(),
        title,
        text,
        lines: lines(&all, kind, now, reader).take(LINES).collect(),
    })
}

fn capitalised(vendor: &str) -> String {
    crate::web::dashboard::reader::capitalised(vendor)
}

/// The log of a channel, in words.
pub fn lines<'a>(
    all: &'a [Happening],
    kind: &'a Kind,
    now: Timestamp,
    reader: &'a Reader,
) -> impl Iterator<Item = HappenedView> + 'a {
    all.iter().map(move |one| {
        let (title, text) = words(one, kind);
        let (tone, icon) = look(one.kind);
        HappenedView {
            iso: one.at.to_string(),
            time: format::exact(one.at, now, &reader.zone),
            tone,
            icon,
            title,
            text,
        }
    })
}

fn words(one: &Happening, kind: &Kind) -> (String, String) {
    use HappeningKind as K;
    let vendor = capitalised(kind.guide.vendor);
    let (title, usual) = match one.kind {
        K::Accepted => (format!("{vendor} accepted the account"), ""),
        K::NotAccepted => (format!("{vendor} did not accept the account"), ""),
        K::Broke => ("Stopped working".to_owned(), ""),
        K::Warned => ("Worth a look".to_owned(), ""),
        K::Told => (format!("{vendor} told something"), ""),
        K::Reconnecting => (
            "Connecting again".to_owned(),
            "Its settings changed. Messages wait meanwhile.",
        ),
        K::Greeted => (
            "Callback verified".to_owned(),
            "The vendor asked whether this address is ours and was answered.",
        ),
        K::NotGreeted => (
            "Verify token did not match".to_owned(),
            "Copy the whole token and try again.",
        ),
        K::FirstWebhook => (
            "First signed event received".to_owned(),
            "The address and the secret are right.",
        ),
        K::NotGenuine => (
            "Signature did not match".to_owned(),
            "A message arrived with a wrong signature and was refused. Check the secret: it may belong to another app or account.",
        ),
        K::Unreadable => (
            "Something could not be read".to_owned(),
            "It is kept and read again after an update of linktor.",
        ),
        K::Released => (
            format!("{vendor} does not report here any more"),
            "Its webhook was taken away.",
        ),
        K::NotReleased => (
            format!("{vendor} could not be told to stop reporting"),
            "Take the webhook away by hand.",
        ),
    };
    let text = if one.text.is_empty() {
        usual.to_owned()
    } else {
        one.text.clone()
    };
    (title, text)
}

const fn look(kind: HappeningKind) -> (Tone, Icon) {
    use HappeningKind as K;
    match kind {
        K::Accepted | K::Greeted | K::FirstWebhook => (Tone::Ok, Icon::HEALTHY),
        K::NotAccepted | K::Broke | K::NotGreeted | K::NotGenuine | K::Unreadable => {
            (Tone::Bad, Icon::BROKEN)
        }
        K::Warned | K::NotReleased => (Tone::Warn, Icon::WARNING),
        K::Told | K::Reconnecting | K::Released => (Tone::Info, Icon::INFO),
    }
}

/// Whether everything about a channel is in order, from what is known without asking anybody.
#[must_use]
pub fn checks(channel: &Channel, known: &[Check], kind: &Kind, now: Timestamp) -> Vec<CheckView> {
    let mut all: Vec<CheckView> = known
        .iter()
        .map(|check| known_check(check, channel, kind))
        .collect();
    if channel.state == ChannelState::Active {
        all.extend(access(channel, kind, now));
        let warned = channel
            .notes
            .iter()
            .filter(|note| note.effect == Effect::Warn);
        all.extend(warned.map(|note| found(Tone::Warn, "Worth a look", &note.text)));
    }
    if kind.is_own {
        return all;
    }
    all.push(match (channel.webhook_at, channel.last_inbound_at) {
        (Some(_), _) => found(Tone::Ok, "First signed event received", ""),
        // Of a vendor that is asked nothing comes signed.
        (None, Some(_)) => found(Tone::Ok, "First message received", ""),
        (None, None) => {
            let title = match kind.guide.webhook {
                Reporting::Fetched(_) => "First message received",
                Reporting::ByItself(_) | Reporting::ByHand(_) => "First signed event received",
            };
            waiting(title, &first_message(channel, kind))
        }
    });
    all
}

/// How somebody writes to a channel for the first time.
#[must_use]
pub fn first_message(channel: &Channel, kind: &Kind) -> String {
    let told = |name| channel.settings.get(name).and_then(|value| value.as_str());
    let address = told("inboundAddress").or_else(|| told("fromEmail"));
    let words = kind.guide.first_message;
    words.replace("{address}", address.unwrap_or("the address"))
}

fn known_check(check: &Check, channel: &Channel, kind: &Kind) -> CheckView {
    let vendor = format!("{} accepts the account", capitalised(kind.guide.vendor));
    let title = match check.name {
        "settings" => "Settings",
        "publicAddress" => "Public address",
        "vendor" => vendor.as_str(),
        other => other,
    };
    let is_open = check.name == "vendor"
        && matches!(
            channel.state,
            ChannelState::Inactive | ChannelState::Connecting
        );
    match (check.ok, is_open) {
        (true, _) => found(Tone::Ok, title, &check.message),
        (false, true) => waiting(title, &check.message),
        (false, false) => found(Tone::Bad, title, &check.message),
    }
}

/// What the vendor lets us do, and until when, where it told; or what it could be asked with.
fn access(channel: &Channel, kind: &Kind, now: Timestamp) -> Vec<CheckView> {
    let names = |setting: &str| -> Option<Vec<&str>> {
        let listed = channel.settings.get(setting)?.as_array()?;
        Some(listed.iter().filter_map(|name| name.as_str()).collect())
    };
    let mut all = Vec::new();
    let (granted, missing) = (names("grantedPermissions"), names("missingPermissions"));
    let is_told = granted.is_some();
    match (granted, missing) {
        (_, Some(missing)) if !missing.is_empty() => {
            let text = format!("Missing: {}.", missing.join(", "));
            all.push(found(Tone::Bad, "Permissions", &text));
        }
        (Some(granted), _) => {
            let text = format!("Granted: {}.", granted.join(", "));
            all.push(found(Tone::Ok, "Permissions", &text));
        }
        (None, _) => {
            let asked_with = |setting: &&Setting| setting.name == APP_ID;
            let could_be = kind.settings.iter().find(asked_with);
            let is_open = !channel.settings.contains_key(APP_ID);
            if let Some(setting) = could_be.filter(|_| is_open) {
                let text = format!(
                    "Not known. With {} and app secret, {} tells.",
                    setting.label, kind.guide.vendor
                );
                all.push(found(Tone::Info, "Permissions", &text));
            }
        }
    }
    match alerts::expiry(channel) {
        Some(end) if end <= now => all.push(found(Tone::Bad, "Access token", "It has ended.")),
        Some(end) => {
            let text = format!("Ends in {}.", format::span(end.since(now).as_secs()));
            let tone = if alerts::ends_soon(end, now) {
                Tone::Warn
            } else {
                Tone::Ok
            };
            all.push(found(tone, "Access token", &text));
        }
        None if is_told => all.push(found(Tone::Ok, "Access token", "It never ends.")),
        None => {}
    }
    all
}

fn found(tone: Tone, title: &str, text: &str) -> CheckView {
    CheckView {
        tone,
        icon: match tone {
            Tone::Ok => Icon::HEALTHY,
            Tone::Warn => Icon::WARNING,
            Tone::Bad => Icon::BROKEN,
            Tone::Neutral | Tone::Info | Tone::Accent => Icon::INFO,
        },
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

/// What is not known yet.
#[must_use]
pub fn waiting(title: &str, text: &str) -> CheckView {
    CheckView {
        tone: Tone::Warn,
        icon: Icon::WAITING,
        title: title.to_owned(),
        text: text.to_owned(),
    }
}

/// What went well.
#[must_use]
pub fn well(title: &str, text: &str) -> CheckView {
    found(Tone::Ok, title, text)
}

/// What went wrong.
#[must_use]
pub fn ill(title: &str, text: &str) -> CheckView {
    found(Tone::Bad, title, text)
}

//! What is left to do by hand once a channel is made: what to paste where.

use crate::channels::webchat::snippet::snippet;
use crate::model::channel::Channel;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::guide::Guide;
use crate::model::guide::Reporting;

/// One step of setting a channel up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instruction {
    /// What it is about.
    pub title: String,
    /// What to do.
    pub text: String,
    /// What to paste.
    pub value: Option<String>,
}

/// What a channel is, for the person who sets it up.
pub(super) struct Subject<'s> {
    /// The channel.
    pub(super) channel: &'s Channel,
    /// How its kind is connected.
    pub(super) guide: &'s Guide,
    /// Its settings.
    pub(super) settings: &'s [Setting],
    /// Whether it is carried by linktor itself rather than by a vendor.
    pub(super) is_own: bool,
    /// Our own address, without a slash at its end.
    pub(super) public_url: &'s str,
    /// Where its vendor reports.
    pub(super) webhook_url: &'s str,
}

/// The steps, in order; `fresh` are secrets that were just made.
pub(super) fn steps(subject: &Subject<'_>, fresh: &[(String, String)]) -> Vec<Instruction> {
    let mut steps = Vec::new();
    for (name, plain) in fresh {
        if let Some(setting) = subject.settings.iter().find(|one| one.name == name) {
            steps.push(step(setting.label, setting.help, Some(plain.as_str())));
        }
    }
    let brought = Shape::Secret { generated: None };
    for setting in subject.settings.iter().filter(|one| one.shape == brought) {
        let is_asked = setting.counts(&subject.channel.settings);
        if is_asked && !subject.channel.secrets.contains_key(setting.name) {
            steps.push(step(setting.label, setting.help, None));
        }
    }
    if subject.is_own {
        let lines = snippet(subject.public_url, subject.channel.id);
        let text = "Paste these lines before </body> on every page that should have the chat.";
        steps.push(step("Put the chat on your site", text, Some(&lines)));
    } else {
        let text = match subject.guide.webhook {
            Reporting::Fetched(words) | Reporting::ByItself(words) => words.to_owned(),
            Reporting::ByHand(steps) => steps.join(" "),
        };
        steps.push(step("Webhook address", &text, Some(subject.webhook_url)));
        if !subject.guide.topics.is_empty() {
            let named: Vec<&str> = subject.guide.topics.iter().map(|one| one.name).collect();
            let text = format!("Switch these on at {}.", subject.guide.vendor);
            steps.push(step("Webhook fields", &text, Some(&named.join(", "))));
        }
    }
    let text = "POST /channels/{id}/connect checks all of this and puts the channel into service.";
    let text = text.replace("{id}", &subject.channel.id.to_string());
    steps.push(step("Connect", &text, None));
    steps
}

fn step(title: &str, text: &str, value: Option<&str>) -> Instruction {
    Instruction {
        title: title.to_owned(),
        text: text.to_owned(),
        value: value.map(str::to_owned),
    }
}

//! A template in a mail: one of ours, filled in, or one that lies with the service. email.md section
//! 7.2.

use serde_json::Map;
use serde_json::Value;

use crate::channels::email::provider::NAMES;
use crate::channels::email::provider::provider;
use crate::channels::node::Node;
use crate::model::content::Content;
use crate::model::content::TemplateUse;
use crate::model::filling::Header;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;

/// The category that says how to hear no more.
const MARKETING: &str = "MARKETING";

/// A template that lies with the service, which fills it in itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Theirs {
    /// Its name there.
    pub name: String,
    /// What is filled in.
    pub values: Map<String, Value>,
}

/// The service that a name of a template names, and its name there: `sendgrid:d-1a2b`. None for one of
/// ours.
#[must_use]
pub fn place_of(name: &str) -> Option<(&str, &str)> {
    let (service, rest) = name.split_once(':')?;
    NAMES.contains(&service).then_some((service, rest.trim()))
}

/// The template that a message is, where it is one.
fn of<'a>(sending: &Sending<'a>) -> Option<&'a TemplateUse> {
    match sending.asked {
        Content::Template(template) => Some(template),
        _ => None,
    }
}

/// The subject of one of ours.
#[must_use]
pub fn subject(sending: &Sending<'_>) -> Option<String> {
    match &of(sending)?.preview.as_ref()?.header {
        Some(Header::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

/// The HTML of one of ours.
#[must_use]
pub fn html(sending: &Sending<'_>) -> Option<String> {
    of(sending)?.preview.as_ref()?.html.clone()
}

/// Whether it advertises.
#[must_use]
pub fn is_marketing(sending: &Sending<'_>) -> bool {
    let category = of(sending).and_then(|template| template.category.as_deref());
    category == Some(MARKETING)
}

/// The template of the account's service that a message is.
#[must_use]
pub fn theirs(sending: &Sending<'_>) -> Option<Theirs> {
    let template = of(sending)?;
    let (service, name) = place_of(&template.name)?;
    let is_own = provider(sending.account).is_some_and(|own| own.name() == service);
    is_own.then(|| Theirs {
        name: name.to_owned(),
        values: values(template),
    })
}

/// What is filled in, by the names of variables; those without one are numbered.
fn values(template: &TemplateUse) -> Map<String, Value> {
    let mut values = Map::new();
    for component in &template.components {
        let whole = Value::Object(component.clone());
        for (at, parameter) in Node::of(&whole).at("parameters").items().enumerate() {
            let name = parameter.word("parameter_name");
            let name = name.unwrap_or_else(|| (at + 1).to_string());
            let text = parameter.at("text").text().unwrap_or_default();
            values.insert(name, text.into());
        }
    }
    values
}

/// Why a template cannot go out through an account: nobody knows it, or another service does.
#[must_use]
pub fn refusal(account: &Account, template: &TemplateUse) -> Option<String> {
    if template.preview.is_some() {
        return None;
    }
    let own = provider(account).map_or("", |own| own.name());
    match place_of(&template.name) {
        Some((service, name)) if service == own && own != "smtp" && own != "resend" => name
            .is_empty()
            .then(|| "must name the template behind the colon".to_owned()),
        Some((service, _)) => Some(format!(
            "names a template of {service}, and this channel sends through {own}"
        )),
        None => Some(format!(
            "names no template of this channel: {}",
            template.name
        )),
    }
}

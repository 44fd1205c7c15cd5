//! A template as a form asks for it, and the components in the vendor's shape that it stands for.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::model::Opaque;
use crate::model::filling::TemplateTerms;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// The category of templates that carry a code to sign in: the vendor writes their words.
pub const AUTHENTICATION: &str = "AUTHENTICATION";

/// What a form holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateForm {
    /// The name.
    pub name: String,
    /// The language.
    pub language: String,
    /// The category, in the vendor's words.
    pub category: String,
    /// What stands above: `TEXT`, `IMAGE`; empty for nothing.
    pub header: String,
    /// The line above, where it is one.
    pub header_text: String,
    /// The example file above: our id, or the vendor's handle.
    pub header_file: String,
    /// The words.
    pub body: String,
    /// The line below; empty for none.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<ButtonForm>,
    /// An example of each variable, by the key of its blank: `header.1`, `body.first_name`.
    pub samples: BTreeMap<String, String>,
    /// Whether a code comes with the advice not to pass it on.
    pub advises: bool,
    /// For how many minutes a code holds; empty where nothing is said of it.
    pub minutes: String,
}

/// A button as a form holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ButtonForm {
    /// Its type, in the vendor's words: `QUICK_REPLY`, `URL`.
    pub kind: String,
    /// What stands on it.
    pub text: String,
    /// Where it leads: an address, a number, an example of a code.
    pub target: String,
    /// An example of what stands at the variable end of its address.
    pub sample: String,
}

impl TemplateForm {
    /// What is handed in.
    #[must_use]
    pub fn draft(&self) -> TemplateDraft {
        let is_named = self.texts().any(|(_, text)| {
            names(text)
                .iter()
                .any(|name| !name.bytes().all(|b| b.is_ascii_digit()))
        });
        let naming = if is_named { "NAMED" } else { "POSITIONAL" };
        let components = self.components(is_named);
        TemplateDraft {
            name: self.name.clone(),
            language: self.language.clone(),
            category: self.category.clone(),
            parameter_format: Some(naming.to_owned()),
            components: components
                .into_iter()
                .filter_map(|(_, component)| component.as_object().cloned())
                .collect(),
            ..TemplateDraft::default()
        }
    }

    /// The same as the vendor would tell of it: what a preview is made of.
    #[must_use]
    pub fn told(&self) -> VendorTemplate {
        let draft = self.draft();
        VendorTemplate {
            name: draft.name,
            language: draft.language,
            category: draft.category,
            parameter_format: draft.parameter_format,
            components: draft.components,
            ..VendorTemplate::default()
        }
    }

    /// The form of a template that is there.
    #[must_use]
    pub fn of(told: &VendorTemplate) -> Self {
        let mut form = Self {
            name: told.name.clone(),
            language: told.language.clone(),
            category: told.category.clone(),
            ..Self::default()
        };
        for component in &told.components {
            let text = word(component, "text");
            let example = component.get("example");
            match kind_of(component).as_str() {
                "HEADER" => {
                    form.header = word(component, "format");
                    form.sampled("header", &text, example);
                    form.header_text = text;
                    let handle = example.and_then(|example| example.pointer("/header_handle/0"));
                    form.header_file = plain(handle);
                }
                "BODY" => {
                    form.advises =
                        component.get("add_security_recommendation") == Some(&true.into());
                    form.sampled("body", &text, example);
                    form.body = text;
                }
                "FOOTER" => {
                    form.footer = text;
                    let minutes = component.get("code_expiration_minutes");
                    form.minutes = minutes.map(Value::to_string).unwrap_or_default();
                }
                "BUTTONS" => {
                    let buttons = component.get("buttons").and_then(Value::as_array);
                    form.buttons = buttons.into_iter().flatten().map(button_of).collect();
                }
                _ => {}
            }
        }
        form
    }

    /// Whether a form holds everything of a template, so that saving it loses nothing.
    #[must_use]
    pub fn holds(told: &VendorTemplate, terms: &TemplateTerms) -> bool {
        told.components.iter().all(|component| {
            let kinds: Vec<String> = match kind_of(component).as_str() {
                "BODY" | "FOOTER" => return true,
                "HEADER" => return terms.headers.contains(&word(component, "format").as_str()),
                "BUTTONS" => {
                    let buttons = component.get("buttons").and_then(Value::as_array);
                    let buttons = buttons.into_iter().flatten();
                    buttons.map(|button| plain(button.get("type"))).collect()
                }
                _ => return false,
            };
            kinds
                .iter()
                .all(|kind| terms.buttons.contains(&kind.as_str()) || kind == "OTP")
        })
    }

    /// The texts that may hold variables, by their part.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let header = (self.header == "TEXT").then_some(("header", self.header_text.as_str()));
        let body = (!self.is_code()).then_some(("body", self.body.as_str()));
        header.into_iter().chain(body)
    }

    /// Whether it carries a code to sign in.
    #[must_use]
    pub fn is_code(&self) -> bool {
        self.category == AUTHENTICATION
    }

    /// The key and the name of every variable in header and body, in order.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        let of_text = |(part, text): (&str, &str)| {
            let keyed = names(text).into_iter();
            keyed
                .map(|name| (format!("{part}.{name}"), name.to_owned()))
                .collect::<Vec<_>>()
        };
        self.texts().flat_map(of_text).collect()
    }

    /// What stands in every blank while nobody filled it in: the examples.
    #[must_use]
    pub fn examples(&self) -> BTreeMap<String, String> {
        let mut values = self.samples.clone();
        if !self.header_file.is_empty() {
            values.insert("header".to_owned(), self.header_file.clone());
        }
        for (index, button) in self.buttons.iter().enumerate() {
            let value = match button.kind.as_str() {
                "COPY_CODE" => &button.target,
                _ => &button.sample,
            };
            values.insert(format!("button.{index}"), value.clone());
        }
        if self.is_code() {
            values.insert("button.0".to_owned(), "123456".to_owned());
        }
        values.retain(|_, value| !value.trim().is_empty());
        values
    }

    /// The field of the form that a path into the draft is about: `components[1].text` is `body`.
    #[must_use]
    pub fn field(&self, path: &str) -> String {
        let Some(rest) = path.strip_prefix("components[") else {
            let known = ["name", "language", "category"].contains(&path);
            return if known { path } else { "body" }.to_owned();
        };
        let Some((index, rest)) = rest.split_once(']') else {
            return "body".to_owned();
        };
        let parts = self.components(false);
        let at = index.parse::<usize>().ok().and_then(|at| parts.get(at));
        let part = at.map_or("body", |(part, _)| *part);
        match (part, rest) {
            ("header", ".text") => "header.text".to_owned(),
            ("header", ".example.header_handle") => "header.file".to_owned(),
            ("header" | "body", ".example") => {
                let prefix = format!("{part}.");
                let of_part = self.variables().into_iter().map(|(key, _)| key);
                let mut lacking = of_part.filter(|key| {
                    key.starts_with(&prefix)
                        && self
                            .samples
                            .get(key)
                            .is_none_or(|held| held.trim().is_empty())
                });
                let first = lacking.next();
                first.map_or_else(|| part.to_owned(), |key| format!("sample.{key}"))
            }
            ("buttons", rest) => self.button_field(rest),
            (part, _) => part.to_owned(),
        }
    }

    /// `.buttons[0].url` is `buttons[0].target`.
    fn button_field(&self, rest: &str) -> String {
        let rest = rest.trim_start_matches('.');
        let Some((row, what)) = rest.split_once("].") else {
            return rest.to_owned();
        };
        let index = row.strip_prefix("buttons[").and_then(|at| at.parse().ok());
        let copies = |index: usize| {
            let button = self.buttons.get(index);
            button.is_some_and(|button| button.kind == "COPY_CODE")
        };
        let field = match what {
            "type" => "kind",
            "url" | "phone_number" => "target",
            "example" if index.is_some_and(copies) => "target",
            "example" => "sample",
            other => other,
        };
        format!("{row}].{field}")
    }

    fn components(&self, is_named: bool) -> Vec<(&'static str, Value)> {
        let mut components = Vec::new();
        if self.is_code() {
            components.push((
                "body",
                json!({"type": "BODY", "add_security_recommendation": self.advises}),
            ));
            if let Ok(minutes) = self.minutes.trim().parse::<u32>() {
                let footer = json!({"type": "FOOTER", "code_expiration_minutes": minutes});
                components.push(("footer", footer));
            }
            let text = self.buttons.first().map(|button| button.text.trim());
            let text = text.filter(|text| !text.is_empty()).unwrap_or("Copy code");
            let button = json!({"type": "OTP", "otp_type": "COPY_CODE", "text": text});
            components.push(("buttons", json!({"type": "BUTTONS", "buttons": [button]})));
            return components;
        }
        if !self.header.is_empty() {
            components.push(("header", self.header_component(is_named)));
        }
        let mut body = json!({"type": "BODY", "text": self.body});
        self.exemplify(&mut body, "body", &self.body, is_named);
        components.push(("body", body));
        if !self.footer.trim().is_empty() {
            components.push(("footer", json!({"type": "FOOTER", "text": self.footer})));
        }
        if !self.buttons.is_empty() {
            let buttons: Vec<Value> = self.buttons.iter().map(ButtonForm::value).collect();
            components.push(("buttons", json!({"type": "BUTTONS", "buttons": buttons})));
        }
        components
    }

    fn header_component(&self, is_named: bool) -> Value {
        let mut header = json!({"type": "HEADER", "format": self.header});
        match self.header.as_str() {
            "TEXT" => {
                header["text"] = self.header_text.as_str().into();
                self.exemplify(&mut header, "header", &self.header_text, is_named);
            }
            "LOCATION" => {}
            _ if !self.header_file.is_empty() => {
                header["example"] = json!({"header_handle": [self.header_file]});
            }
            _ => {}
        }
        header
    }

    /// Puts the examples of a text's variables beside it, as far as they are there.
    fn exemplify(&self, component: &mut Value, part: &str, text: &str, is_named: bool) {
        let held = names(text).into_iter().filter_map(|name| {
            let sample = self.samples.get(&format!("{part}.{name}"))?.trim();
            (!sample.is_empty()).then_some((name, sample))
        });
        let held: Vec<_> = held.collect();
        if held.is_empty() {
            return;
        }
        component["example"] = if is_named {
            let named: Vec<Value> = held
                .iter()
                .map(|(name, sample)| json!({"param_name": name, "example": sample}))
                .collect();
            json!({ format!("{part}_text_named_params"): named })
        } else {
            let samples: Vec<&str> = held.iter().map(|(_, sample)| *sample).collect();
            // The vendor keeps examples of bodies by set, of headers in one list.
            match part {
                "body" => json!({"body_text": [samples]}),
                _ => json!({"header_text": samples}),
            }
        };
    }

    fn sampled(&mut self, part: &str, text: &str, example: Option<&Value>) {
        let Some(example) = example else { return };
        let listed = example.get(format!("{part}_text"));
        let listed = listed.map(|list| list.get(0).filter(|set| set.is_array()).unwrap_or(list));
        let named = example.get(format!("{part}_text_named_params"));
        let named = named.and_then(Value::as_array);
        for (index, name) in names(text).into_iter().enumerate() {
            let beside = named.and_then(|all| all.iter().find(|one| one["param_name"] == name));
            let sample = match beside {
                Some(one) => one.get("example"),
                None => listed.and_then(|list| list.get(index)),
            };
            self.samples.insert(format!("{part}.{name}"), plain(sample));
        }
    }
}

impl ButtonForm {
    fn value(&self) -> Value {
        let mut value = json!({"type": self.kind, "text": self.text.trim()});
        let target = self.target.trim();
        match self.kind.as_str() {
            "URL" => {
                value["url"] = target.into();
                if target.contains("{{") && !self.sample.trim().is_empty() {
                    let start = target.split("{{").next().unwrap_or_default();
                    value["example"] = json!([format!("{start}{}", self.sample.trim())]);
                }
            }
            "PHONE_NUMBER" => value["phone_number"] = target.into(),
            "COPY_CODE" => value = json!({"type": self.kind, "example": target}),
            "POSTBACK" => value["payload"] = self.text.trim().into(),
            _ => {}
        }
        value
    }
}

fn button_of(value: &Value) -> ButtonForm {
    let word = |name: &str| plain(value.get(name));
    let kind = word("type");
    let example = value.get("example");
    let example = plain(example.map(|all| all.get(0).unwrap_or(all)));
    let target = match kind.as_str() {
        "URL" => word("url"),
        "PHONE_NUMBER" => word("phone_number"),
        "COPY_CODE" => example.clone(),
        _ => String::new(),
    };
    let start = target.split("{{").next().unwrap_or_default();
    let sample = match kind.as_str() {
        "URL" => example.strip_prefix(start).unwrap_or(&example).to_owned(),
        _ => String::new(),
    };
    ButtonForm {
        text: word("text"),
        kind,
        target,
        sample,
    }
}

fn kind_of(component: &Opaque) -> String {
    word(component, "type").to_ascii_uppercase()
}

fn word(component: &Opaque, name: &str) -> String {
    plain(component.get(name))
}

fn plain(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The variables of a text, each once: numbers in their order, names as they come.
fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let pieces = text.split("{{").skip(1);
    for name in pieces.filter_map(|piece| piece.split_once("}}")) {
        let name = name.0.trim();
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort_by_key(|name| name.parse::<u32>().unwrap_or(0));
    names
}

#[cfg(test)]
mod tests;

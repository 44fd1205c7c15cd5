//! What may stand in a template, checked before the vendor is asked. whatsapp.md sections 7.1 and
//! 11.

mod buttons;
#[cfg(test)]
mod tests;

use crate::base::text::Counting;
use crate::channels::meta::templates::texts_of;
use crate::channels::meta::templates::variables::Naming;
use crate::channels::meta::templates::variables::Piece;
use crate::channels::meta::templates::variables::names;
use crate::channels::meta::templates::variables::pieces;
use crate::channels::node::Node;
use crate::channels::table::wrong as field;
use crate::model::filling::TemplateTerms;
use crate::model::rejection::FieldError;
use crate::model::template::TemplateDraft;
use serde_json::Value;

const NAME_MAX: usize = 512;
const HEADER_MAX: usize = 60;
const BODY_MAX: usize = 1_024;
const FOOTER_MAX: usize = 60;
const BUTTONS_MAX: usize = 10;
const BUTTON_MAX: usize = 25;

/// The limits, with everything the vendor could let stand.
pub const TERMS: TemplateTerms = TemplateTerms {
    categories: &CATEGORIES,
    headers: &HEADERS,
    buttons: &[],
    header_max: HEADER_MAX,
    body_max: BODY_MAX,
    footer_max: FOOTER_MAX,
    html_max: 0,
    buttons_max: BUTTONS_MAX,
    button_max: BUTTON_MAX,
    edits: false,
    resumes: false,
};

const CATEGORIES: [&str; 3] = ["AUTHENTICATION", "MARKETING", "UTILITY"];
const HEADERS: [&str; 6] = ["DOCUMENT", "GIF", "IMAGE", "LOCATION", "TEXT", "VIDEO"];

/// Everything that is wrong with a draft, by the name of the field, such as
/// `components[1].buttons[0].url`.
#[must_use]
pub fn check(draft: &TemplateDraft) -> Vec<FieldError> {
    let mut checking = Checking {
        naming: Naming::of(draft.parameter_format.as_deref()),
        is_code: draft.category == "AUTHENTICATION",
        wrong: Vec::new(),
    };
    checking.head(draft);
    let components = draft.components.clone().into_iter().map(Value::Object);
    let components: Vec<Value> = components.collect();
    let mut seen = Vec::new();
    for (index, component) in components.iter().enumerate() {
        let path = format!("components[{index}]");
        let kind = Node::of(component).word("type").unwrap_or_default();
        let kind = kind.to_ascii_uppercase();
        if seen.contains(&kind) {
            checking.say(&format!("{path}.type"), "stands there twice");
        }
        checking.component(&path, &kind, Node::of(component));
        seen.push(kind);
    }
    if !seen.iter().any(|kind| kind == "BODY") {
        checking.say("components", "must hold a body");
    }
    checking.wrong
}

struct Checking {
    naming: Naming,
    /// Templates that carry a code to sign in have words of the vendor's own.
    is_code: bool,
    wrong: Vec<FieldError>,
}

impl Checking {
    fn say(&mut self, path: &str, words: &str) {
        self.wrong.push(field(path, words));
    }

    fn head(&mut self, draft: &TemplateDraft) {
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let fits = (1..=NAME_MAX).contains(&draft.name.len()) && draft.name.bytes().all(letters);
        if !fits {
            let words = "must be lower-case letters, digits and underscores, at most 512";
            self.say("name", words);
        }
        if !is_language(&draft.language) {
            self.say("language", "must look like en or pt_BR");
        }
        if !CATEGORIES.contains(&draft.category.as_str()) {
            let words = format!("must be one of {}", CATEGORIES.join(", "));
            self.say("category", &words);
        }
    }

    fn component(&mut self, path: &str, kind: &str, component: Node<'_>) {
        match kind {
            "HEADER" => self.header(path, component),
            "BODY" | "FOOTER" if self.is_code => {}
            "BODY" => self.body(path, component),
            "FOOTER" => self.footer(path, component),
            "BUTTONS" => self.buttons(path, component),
            _ => self.say(
                &format!("{path}.type"),
                "must be HEADER, BODY, FOOTER or BUTTONS",
            ),
        }
    }

    fn header(&mut self, path: &str, header: Node<'_>) {
        let format = header.word("format").unwrap_or_default();
        if !HEADERS.contains(&format.as_str()) {
            let words = format!("must be one of {}", HEADERS.join(", "));
            return self.say(&format!("{path}.format"), &words);
        }
        let example = header.at("example");
        match format.as_str() {
            "TEXT" => {
                let text = self.text(path, header, HEADER_MAX);
                if names(&text, self.naming).len() > 1 {
                    self.say(&format!("{path}.text"), "may hold one variable");
                }
                let given = [
                    example.at("header_text"),
                    example.at("header_text_named_params"),
                ];
                self.examples(path, &text, given);
            }
            "LOCATION" => {}
            _ if example.at("header_handle").first().is_there() => {}
            _ => self.say(
                &format!("{path}.example.header_handle"),
                "must hold an example file",
            ),
        }
    }

    fn body(&mut self, path: &str, body: Node<'_>) {
        let text = self.text(path, body, BODY_MAX);
        let all = pieces(text.trim());
        let at_edge = [all.first(), all.last()]
            .into_iter()
            .flatten()
            .any(|piece| matches!(piece, Piece::Variable(_)));
        if at_edge {
            let words = "must neither begin nor end with a variable";
            self.say(&format!("{path}.text"), words);
        }
        let example = body.at("example");
        let given = [
            example.at("body_text"),
            example.at("body_text_named_params"),
        ];
        self.examples(path, &text, given);
    }

    fn footer(&mut self, path: &str, footer: Node<'_>) {
        let text = self.text(path, footer, FOOTER_MAX);
        if !names(&text, self.naming).is_empty() {
            self.say(&format!("{path}.text"), "may not hold variables");
        }
    }

    /// The text of a component, with what is wrong with it and its variables.
    fn text(&mut self, path: &str, component: Node<'_>, max: usize) -> String {
        let path = format!("{path}.text");
        let text = component.word("text").unwrap_or_default();
        self.length(&path, &text, max);
        let held = names(&text, self.naming);
        if held.iter().any(|name| !self.naming.allows(name)) {
            let words = match self.naming {
                Naming::Positional => "must number its variables: {{1}}, {{2}}",
                Naming::Named => "must name its variables in lower case: {{first_name}}",
            };
            self.say(&path, words);
        } else if self.naming == Naming::Positional
            && (1..)
                .zip(&held)
                .any(|(number, name)| **name != format!("{number}"))
        {
            self.say(&path, "must number its variables from 1 without gaps");
        }
        text
    }

    fn length(&mut self, path: &str, text: &str, max: usize) {
        if text.trim().is_empty() {
            self.say(path, "must not be empty");
        } else if Counting::Utf16Units.measure(text) > max {
            self.say(path, &format!("must have at most {max} characters"));
        }
    }

    /// Every variable needs an example, without which the vendor refuses.
    fn examples(&mut self, path: &str, text: &str, [by_number, by_name]: [Node<'_>; 2]) {
        let held = names(text, self.naming);
        let is_complete = match self.naming {
            Naming::Positional => texts_of(by_number).len() == held.len(),
            Naming::Named => held.iter().all(|name| {
                let mut given = by_name.items();
                given.any(|one| one.at("param_name").is(name) && one.word("example").is_some())
            }),
        };
        if !held.is_empty() && !is_complete {
            let words = "must hold an example for every variable";
            self.say(&format!("{path}.example"), words);
        }
    }
}

fn is_language(text: &str) -> bool {
    let lower =
        |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase());
    let upper =
        |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase());
    match text.split_once('_') {
        Some((language, country)) => lower(language) && upper(country),
        None => lower(text),
    }
}

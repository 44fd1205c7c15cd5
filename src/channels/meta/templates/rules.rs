//! What may stand in a template, checked before the vendor is asked. whatsapp.md sections 7.1 and
//! 11.

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
const URL_MAX: usize = 2_000;
const CODE_MAX: usize = 15;

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
};

const CATEGORIES: [&str; 3] = ["AUTHENTICATION", "MARKETING", "UTILITY"];
const HEADERS: [&str; 6] = ["DOCUMENT", "GIF", "IMAGE", "LOCATION", "TEXT", "VIDEO"];

/// Buttons by type, and how many of each there may be.
const BUTTONS: [(&str, usize); 12] = [
    ("CATALOG", 1),
    ("COPY_CODE", 1),
    ("FLOW", 1),
    ("MPM", 1),
    ("OTP", 1),
    ("PHONE_NUMBER", 1),
    ("POSTBACK", BUTTONS_MAX),
    ("QUICK_REPLY", BUTTONS_MAX),
    ("REQUEST_CONTACT_INFO", 1),
    ("SPM", 1),
    ("URL", 2),
    ("VOICE_CALL", 1),
];

/// Buttons that only answer: they stand together.
const ANSWERS: [&str; 2] = ["QUICK_REPLY", "POSTBACK"];

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

    fn buttons(&mut self, path: &str, component: Node<'_>) {
        let path = format!("{path}.buttons");
        let buttons: Vec<_> = component.at("buttons").items().collect();
        if !(1..=BUTTONS_MAX).contains(&buttons.len()) {
            self.say(&path, "must hold 1 to 10 buttons");
        }
        let kinds: Vec<_> = buttons
            .iter()
            .map(|button| button.word("type").unwrap_or_default())
            .collect();
        for (kind, max) in BUTTONS {
            if kinds.iter().filter(|found| *found == kind).count() > max {
                self.say(&path, &format!("may hold at most {max} of the type {kind}"));
            }
        }
        let answers = |kind: &String| ANSWERS.contains(&kind.as_str());
        let changes = kinds
            .windows(2)
            .filter(|two| answers(&two[0]) != answers(&two[1]));
        if changes.count() > 1 {
            self.say(&path, "must keep quick replies together");
        }
        for (index, (button, kind)) in buttons.iter().zip(&kinds).enumerate() {
            self.button(&format!("{path}[{index}]"), kind, *button);
        }
    }

    fn button(&mut self, path: &str, kind: &str, button: Node<'_>) {
        if !BUTTONS.iter().any(|(known, _)| *known == kind) {
            return self.say(&format!("{path}.type"), "is not a type of button");
        }
        let text = button.word("text").unwrap_or_default();
        // The vendor writes these itself.
        if !matches!(kind, "COPY_CODE" | "OTP" | "REQUEST_CONTACT_INFO") {
            self.length(&format!("{path}.text"), &text, BUTTON_MAX);
        }
        match kind {
            "URL" => self.address(path, button),
            "PHONE_NUMBER" if button.word("phone_number").is_none() => {
                self.say(&format!("{path}.phone_number"), "must not be empty");
            }
            "COPY_CODE" => {
                let example = texts_of(button.at("example")).into_iter().next();
                let example = example
                    .or_else(|| button.word("example"))
                    .unwrap_or_default();
                self.length(&format!("{path}.example"), &example, CODE_MAX);
            }
            _ => {}
        }
    }

    fn address(&mut self, path: &str, button: Node<'_>) {
        let at = format!("{path}.url");
        let url = button.word("url").unwrap_or_default();
        self.length(&at, &url, URL_MAX);
        let all = pieces(&url);
        let variables = all
            .iter()
            .filter(|piece| matches!(piece, Piece::Variable(_)));
        match variables.count() {
            0 => {}
            1 if matches!(all.last(), Some(Piece::Variable(_))) => {
                let has_example = button.at("example").first().is_there();
                if !has_example {
                    self.say(&format!("{path}.example"), "must hold an example address");
                }
            }
            _ => self.say(&at, "may hold one variable, at its end"),
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    #![expect(
        clippy::needless_pass_by_value,
        reason = "JSON written in place reads best"
    )]
    use super::*;
    use serde_json::json;

    fn draft(components: Value) -> TemplateDraft {
        TemplateDraft {
            name: "order_confirmation".into(),
            language: "en_US".into(),
            category: "UTILITY".into(),
            components: serde_json::from_value(components).unwrap(),
            ..TemplateDraft::default()
        }
    }

    fn wrong(draft: &TemplateDraft) -> Vec<String> {
        check(draft).into_iter().map(|error| error.field).collect()
    }

    fn with(component: Value) -> Value {
        json!([{"type":"BODY","text":"Hello there"}, component])
    }

    fn buttons(buttons: Value) -> Value {
        with(json!({"type":"BUTTONS","buttons":buttons}))
    }

    #[test]
    fn the_documents_example_is_right() {
        let components = json!([
            {"type":"HEADER","format":"TEXT","text":"Order {{1}}","example":{"header_text":["123"]}},
            {"type":"BODY","text":"Hi {{1}}, order {{2}} is on its way.","example":{"body_text":[["John","123"]]}},
            {"type":"FOOTER","text":"Reply STOP to opt out"},
            {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Thanks"},
                {"type":"URL","text":"Track","url":"https://x.org/t/{{1}}","example":["https://x.org/t/123"]},
                {"type":"PHONE_NUMBER","text":"Call","phone_number":"+15550783881"}]}]);
        assert_eq!(wrong(&draft(components)), Vec::<String>::new());
        let code = TemplateDraft {
            category: "AUTHENTICATION".into(),
            ..draft(json!([{"type":"BODY","add_security_recommendation":true},
                {"type":"FOOTER","code_expiration_minutes":10},
                {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy"}]}]))
        };
        assert_eq!(wrong(&code), Vec::<String>::new());
    }

    #[test]
    fn every_limit_holds_at_its_edge_and_not_one_past_it() {
        type Make = fn(usize) -> TemplateDraft;
        let cases: [(Make, usize, &str); 9] = [
            (
                |length| TemplateDraft {
                    name: "x".repeat(length),
                    ..draft(json!([{"type":"BODY","text":"Hello"}]))
                },
                512,
                "name",
            ),
            (
                |length| draft(json!([{"type":"BODY","text":"x".repeat(length)}])),
                1_024,
                "components[0].text",
            ),
            (
                |length| {
                    draft(with(
                        json!({"type":"HEADER","format":"TEXT","text":"x".repeat(length)}),
                    ))
                },
                60,
                "components[1].text",
            ),
            (
                |length| draft(with(json!({"type":"FOOTER","text":"x".repeat(length)}))),
                60,
                "components[1].text",
            ),
            (
                |length| {
                    draft(buttons(
                        json!([{"type":"QUICK_REPLY","text":"x".repeat(length)}]),
                    ))
                },
                25,
                "components[1].buttons[0].text",
            ),
            (
                |count| {
                    let one = json!({"type":"QUICK_REPLY","text":"Yes"});
                    draft(buttons(vec![one; count].into()))
                },
                10,
                "components[1].buttons",
            ),
            (
                |count| {
                    let one = json!({"type":"URL","text":"Open","url":"https://x.org"});
                    draft(buttons(vec![one; count].into()))
                },
                2,
                "components[1].buttons",
            ),
            (
                |length| {
                    let url = format!("https://x.org/{}", "x".repeat(length - 14));
                    draft(buttons(json!([{"type":"URL","text":"Open","url":url}])))
                },
                2_000,
                "components[1].buttons[0].url",
            ),
            (
                |length| {
                    let code = "x".repeat(length);
                    draft(buttons(json!([{"type":"COPY_CODE","example":code}])))
                },
                15,
                "components[1].buttons[0].example",
            ),
        ];
        for (make, edge, field) in cases {
            assert_eq!(wrong(&make(edge)), Vec::<String>::new(), "{field} {edge}");
            let past = wrong(&make(edge + 1));
            assert!(past.iter().all(|found| found == field), "{past:?}");
            assert!(!past.is_empty(), "{field} {}", edge + 1);
        }
    }

    #[test]
    fn what_the_vendor_refuses_is_named() {
        let url = |url: &str, example: Value| {
            buttons(json!([{"type":"URL","text":"Open","url":url,"example":example}]))
        };
        let cases = [
            (json!([{"type":"FOOTER","text":"x"}]), "components"),
            (json!([{"type":"BODY","text":""}]), "components[0].text"),
            (
                json!([{"type":"BODY","text":"{{1}} hello","example":{"body_text":[["a"]]}}]),
                "components[0].text",
            ),
            (
                json!([{"type":"BODY","text":"hello {{1}}","example":{"body_text":[["a"]]}}]),
                "components[0].text",
            ),
            (
                json!([{"type":"BODY","text":"a {{1}} b {{3}} c","example":{"body_text":[["a","b"]]}}]),
                "components[0].text",
            ),
            (
                json!([{"type":"BODY","text":"a {{name}} b","example":{"body_text":[["a"]]}}]),
                "components[0].text",
            ),
            (
                json!([{"type":"BODY","text":"a {{1}} b"}]),
                "components[0].example",
            ),
            (
                with(
                    json!({"type":"HEADER","format":"TEXT","text":"{{1}} {{2}}","example":{"header_text":["a","b"]}}),
                ),
                "components[1].text",
            ),
            (
                with(json!({"type":"HEADER","format":"IMAGE"})),
                "components[1].example.header_handle",
            ),
            (
                with(json!({"type":"HEADER","format":"SOUND"})),
                "components[1].format",
            ),
            (
                with(json!({"type":"FOOTER","text":"for {{1}}"})),
                "components[1].text",
            ),
            (
                with(json!({"type":"BODY","text":"again"})),
                "components[1].type",
            ),
            (with(json!({"type":"SIDE"})), "components[1].type"),
            (
                buttons(
                    json!([{"type":"QUICK_REPLY","text":"a"},{"type":"PHONE_NUMBER","text":"b","phone_number":"+1"},{"type":"QUICK_REPLY","text":"c"}]),
                ),
                "components[1].buttons",
            ),
            (
                buttons(json!([{"type":"PHONE_NUMBER","text":"b"}])),
                "components[1].buttons[0].phone_number",
            ),
            (
                buttons(json!([{"type":"LEVER","text":"b"}])),
                "components[1].buttons[0].type",
            ),
            (buttons(json!([])), "components[1].buttons"),
            (
                url("https://x.org/{{1}}/y", json!(["https://x.org/1/y"])),
                "components[1].buttons[0].url",
            ),
            (
                url("https://x.org/{{1}}", json!(null)),
                "components[1].buttons[0].example",
            ),
        ];
        for (components, field) in cases {
            assert_eq!(wrong(&draft(components.clone())), [field], "{components}");
        }
        let mut head = draft(json!([{"type":"BODY","text":"hello"}]));
        head.name = "Order".into();
        head.language = "english".into();
        head.category = "FUN".into();
        assert_eq!(wrong(&head), ["name", "language", "category"]);
        let named = TemplateDraft {
            parameter_format: Some("NAMED".into()),
            ..draft(
                json!([{"type":"BODY","text":"a {{first_name}} b","example":{"body_text_named_params":[{"param_name":"first_name","example":"Pablo"}]}}]),
            )
        };
        assert_eq!(wrong(&named), Vec::<String>::new());
    }
}

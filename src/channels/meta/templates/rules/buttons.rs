//! What may stand on buttons of templates.

use crate::channels::meta::templates::rules::BUTTON_MAX;
use crate::channels::meta::templates::rules::BUTTONS_MAX;
use crate::channels::meta::templates::rules::Checking;
use crate::channels::meta::templates::texts_of;
use crate::channels::meta::templates::variables::Piece;
use crate::channels::meta::templates::variables::pieces;
use crate::channels::node::Node;

const URL_MAX: usize = 2_000;
const CODE_MAX: usize = 15;

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

impl Checking {
    /// Checks all buttons of a template.
    pub(super) fn buttons(&mut self, path: &str, component: Node<'_>) {
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

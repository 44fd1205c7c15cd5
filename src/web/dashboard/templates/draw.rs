//! The form of a template, drawn from what is typed or stored.

use crate::engine::rules::template_form::ButtonForm;
use crate::engine::rules::template_form::TemplateForm;
use crate::model::filling::TemplateTerms;
use crate::model::rejection::FieldError;
use crate::web::dashboard::present::template::spoken;
use crate::web::dashboard::view::atoms::FieldView;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::template::ButtonRow;
use crate::web::dashboard::view::template::SampleRow;
use crate::web::dashboard::view::template::TemplateFormView;

/// Languages that are offered; any other code can be typed.
const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("en_US", "English (US)"),
    ("en_GB", "English (UK)"),
    ("pt_BR", "Portuguese (Brazil)"),
    ("pt_PT", "Portuguese (Portugal)"),
    ("es", "Spanish"),
    ("es_MX", "Spanish (Mexico)"),
    ("es_AR", "Spanish (Argentina)"),
    ("es_ES", "Spanish (Spain)"),
    ("fr", "French"),
    ("de", "German"),
    ("it", "Italian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("tr", "Turkish"),
    ("ru", "Russian"),
    ("ar", "Arabic"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("id", "Indonesian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("zh_CN", "Chinese (China)"),
];

/// What stands above, in words.
const HEADERS: [(&str, &str); 6] = [
    ("TEXT", "A line of text"),
    ("IMAGE", "A picture"),
    ("VIDEO", "A film"),
    ("GIF", "A moving picture"),
    ("DOCUMENT", "A document"),
    ("LOCATION", "A place"),
];

/// What buttons do, in words.
const BUTTONS: [(&str, &str); 5] = [
    ("QUICK_REPLY", "Answers"),
    ("POSTBACK", "Answers"),
    ("URL", "Opens an address"),
    ("PHONE_NUMBER", "Calls a number"),
    ("COPY_CODE", "Copies a code"),
];

/// What a form is drawn from.
pub struct Easel<'a> {
    /// Where it is sent.
    pub action: String,
    /// What is typed or stored.
    pub form: &'a TemplateForm,
    /// What may stand in it.
    pub terms: &'static TemplateTerms,
    /// What is wrong, by the path in what is handed in.
    pub wrong: &'a [FieldError],
    /// Whether name and language are fixed.
    pub fixed: bool,
    /// Whether only what holds something is said to be wrong: the rest is not written yet.
    pub writing: bool,
}

impl Easel<'_> {
    /// The form.
    #[must_use]
    pub fn view(&self) -> TemplateFormView {
        let (form, terms) = (self.form, self.terms);
        TemplateFormView {
            action: self.action.clone(),
            name: self.field("name", &form.name),
            language: self.field("language", &form.language),
            fixed: self.fixed,
            languages: LANGUAGES,
            categories: (terms.categories.iter())
                .map(|word| OptionView::of(word, &spoken(word), &form.category))
                .collect(),
            category_error: self.error("category", &form.category),
            is_code: form.is_code(),
            headers: self.headers(),
            header_text: (form.header == "TEXT").then(|| {
                (
                    self.field("header.text", &form.header_text),
                    terms.header_max,
                )
            }),
            header_file: self.header_file(),
            body: (self.field("body", &form.body), terms.body_max),
            footer: (self.field("footer", &form.footer), terms.footer_max),
            html: (self.field("html", &form.html), terms.html_max),
            own: terms.is_own(),
            has_buttons: terms.buttons_max > 0,
            samples: self.samples(),
            buttons: form
                .buttons
                .iter()
                .enumerate()
                .map(|(index, button)| self.button(index, button))
                .collect(),
            buttons_error: self.said("buttons"),
            first_kind: terms.buttons.first().copied().unwrap_or_default(),
            may_add: form.buttons.len() < terms.buttons_max,
            button_max: terms.button_max,
            advises: form.advises,
            minutes: self.field("minutes", &form.minutes),
        }
    }

    /// What is wrong with a field, where anything is.
    fn said(&self, name: &str) -> Option<String> {
        let about = |wrong: &&FieldError| self.form.field(&wrong.field) == name;
        let found = self.wrong.iter().find(about)?;
        Some(format!("This {}.", found.message))
    }

    fn error(&self, name: &str, typed: &str) -> Option<String> {
        let is_early = self.writing && typed.trim().is_empty();
        self.said(name).filter(|_| !is_early)
    }

    fn field(&self, name: &str, typed: &str) -> FieldView {
        FieldView {
            value: typed.to_owned(),
            error: self.error(name, typed),
        }
    }

    fn headers(&self) -> Vec<OptionView> {
        let offered = HEADERS
            .iter()
            .filter(|(kind, _)| self.terms.headers.contains(kind));
        let named = offered.map(|(kind, words)| OptionView::of(kind, words, &self.form.header));
        std::iter::once(OptionView::of("", "Nothing", &self.form.header))
            .chain(named)
            .collect()
    }

    fn header_file(&self) -> Option<(FieldView, String, &'static str)> {
        let accept = match self.form.header.as_str() {
            "IMAGE" => "image/jpeg,image/png",
            "VIDEO" | "GIF" => "video/mp4",
            "DOCUMENT" => "application/pdf",
            _ => return None,
        };
        let held = &self.form.header_file;
        let words = if held.is_empty() {
            "No example yet."
        } else {
            "An example is chosen."
        };
        Some((self.field("header.file", held), words.to_owned(), accept))
    }

    fn samples(&self) -> Vec<SampleRow> {
        let all = self.form.variables().into_iter();
        all.map(|(key, name)| {
            let place = if key.starts_with("header") {
                "above"
            } else {
                "in the text"
            };
            let id = format!("sample.{key}");
            let held = self.form.samples.get(&key).map_or("", String::as_str);
            SampleRow {
                label: format!("{{{{{name}}}}} {place}"),
                field: self.field(&id, held),
                id,
            }
        })
        .collect()
    }

    fn button(&self, index: usize, button: &ButtonForm) -> ButtonRow {
        let id = format!("buttons[{index}]");
        let offered = BUTTONS
            .iter()
            .filter(|(kind, _)| self.terms.buttons.contains(kind));
        let field = |name: &str, typed: &str| self.field(&format!("{id}.{name}"), typed);
        let (label, hint) = match button.kind.as_str() {
            "URL" => (
                "Address",
                "It may end with one variable: https://shop.example/{{1}}",
            ),
            "PHONE_NUMBER" => ("Number", "With + and the code of the country."),
            "COPY_CODE" => ("Example of a code", "At most 15 characters."),
            _ => ("", ""),
        };
        ButtonRow {
            kinds: offered
                .map(|(kind, words)| OptionView::of(kind, words, &button.kind))
                .collect(),
            text: (button.kind != "COPY_CODE").then(|| field("text", &button.text)),
            target: (!label.is_empty()).then(|| (field("target", &button.target), label, hint)),
            sample: (button.kind == "URL" && button.target.contains("{{"))
                .then(|| field("sample", &button.sample)),
            error: self.said(&format!("{id}.kind")),
            number: index + 1,
            id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: TemplateTerms = TemplateTerms {
        categories: &["UTILITY"],
        headers: &["TEXT"],
        buttons: &["QUICK_REPLY", "URL"],
        header_max: 60,
        body_max: 1_024,
        footer_max: 60,
        html_max: 0,
        buttons_max: 1,
        button_max: 25,
        edits: true,
        resumes: false,
    };

    fn view(writing: bool) -> TemplateFormView {
        let wrong = ["name", "components[0].text", "components[1].buttons[0].url"];
        let wrong = wrong.map(|field| FieldError {
            field: field.to_owned(),
            message: "must be right".to_owned(),
        });
        let form = TemplateForm {
            body: "{{1}}".into(),
            buttons: vec![ButtonForm {
                kind: "URL".into(),
                target: "https://x.org/{{1}}".into(),
                ..ButtonForm::default()
            }],
            ..TemplateForm::default()
        };
        Easel {
            action: String::new(),
            form: &form,
            terms: &TERMS,
            wrong: &wrong,
            fixed: false,
            writing,
        }
        .view()
    }

    #[test]
    fn what_is_not_written_yet_is_not_wrong_yet() {
        let handed_in = view(false);
        assert!(handed_in.name.error.is_some() && handed_in.body.0.error.is_some());
        let writing = view(true);
        assert_eq!(writing.name.error, None);
        assert!(writing.body.0.error.is_some());
        let (target, ..) = writing.buttons[0].target.clone().unwrap_or_default();
        assert!(target.error.is_some());
        assert!(writing.buttons[0].sample.is_some() && !writing.may_add);
        assert_eq!(writing.samples[0].label, "{{1}} in the text");
    }
}

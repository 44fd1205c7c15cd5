//! The form of a template as it was sent.

use crate::engine::rules::template_form::ButtonForm;
use crate::engine::rules::template_form::TemplateForm;
use crate::web::dashboard::form::Fields;

/// What a button of the form does beside handing the template in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// Shows the form as it is typed: nothing is handed in.
    Look,
    /// Adds a button to the template.
    Add,
    /// Takes one out.
    Remove(usize),
    /// Puts one before the one above it.
    Up(usize),
}

/// What was pressed; none where the template is to be handed in.
#[must_use]
pub fn pressed(fields: &Fields) -> Option<Press> {
    let (word, at) = match fields.get("do").split_once(':') {
        Some((word, at)) => (word, at.parse().ok()),
        None => (fields.get("do"), None),
    };
    match (word, at) {
        ("", _) => None,
        ("add", _) => Some(Press::Add),
        ("remove", Some(at)) => Some(Press::Remove(at)),
        ("up", Some(at)) => Some(Press::Up(at)),
        _ => Some(Press::Look),
    }
}

/// What was typed, with what was pressed done to it.
#[must_use]
pub fn form(fields: &Fields, press: Option<Press>) -> TemplateForm {
    let text = |name: &str| fields.get(name).replace("\r\n", "\n");
    let mut form = TemplateForm {
        name: text("name").trim().to_owned(),
        language: text("language").trim().to_owned(),
        category: text("category"),
        header: text("header"),
        header_text: text("header.text"),
        header_file: text("header.file"),
        body: text("body"),
        footer: text("footer"),
        html: text("html"),
        buttons: buttons(fields),
        advises: fields.has("advises"),
        minutes: text("minutes"),
        ..TemplateForm::default()
    };
    for (key, _) in form.variables() {
        let sample = text(&format!("sample.{key}"));
        form.samples.insert(key, sample);
    }
    match press {
        Some(Press::Add) => form.buttons.push(ButtonForm {
            kind: text("kind"),
            ..ButtonForm::default()
        }),
        Some(Press::Remove(at)) if at < form.buttons.len() => {
            form.buttons.remove(at);
        }
        Some(Press::Up(at)) if (1..form.buttons.len()).contains(&at) => {
            form.buttons.swap(at - 1, at);
        }
        _ => {}
    }
    form
}

fn buttons(fields: &Fields) -> Vec<ButtonForm> {
    let rows = (0..).map(|index| format!("buttons[{index}]"));
    rows.take_while(|row| fields.has(&format!("{row}.kind")))
        .map(|row| {
            let text = |name: &str| fields.get(&format!("{row}.{name}")).to_owned();
            ButtonForm {
                kind: text("kind"),
                text: text("text"),
                target: text("target"),
                sample: text("sample"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(body: &str) -> Vec<String> {
        let fields = Fields::read(body.as_bytes());
        let form = form(&fields, pressed(&fields));
        form.buttons.into_iter().map(|button| button.text).collect()
    }

    #[test]
    fn buttons_are_added_taken_out_and_moved() {
        let rows = "buttons[0].kind=URL&buttons[0].text=a&buttons[1].kind=URL&buttons[1].text=b";
        let cases = [
            ("", &["a", "b"][..]),
            ("&do=look", &["a", "b"]),
            ("&do=add&kind=QUICK_REPLY", &["a", "b", ""]),
            ("&do=remove:0", &["b"]),
            ("&do=remove:7", &["a", "b"]),
            ("&do=up:1", &["b", "a"]),
            ("&do=up:0", &["a", "b"]),
        ];
        for (press, expected) in cases {
            assert_eq!(titles(&format!("{rows}{press}")), expected, "{press}");
        }
    }

    #[test]
    fn examples_go_with_their_variables() {
        let fields = Fields::read(
            b"header=TEXT&header.text=O+{{1}}&body=Hi+{{1}}&sample.header.1=7&sample.body.1=Ana&sample.body.2=x",
        );
        let samples = form(&fields, None).samples;
        let expected = [("body.1", "Ana"), ("header.1", "7")];
        let owned = |(a, b): (&str, &str)| (a.to_owned(), b.to_owned());
        assert_eq!(samples, expected.map(owned).into());
    }
}

//! A form of settings, drawn from the table and what is stored or was typed.

use serde_json::Value;

use crate::engine::webchat::contrast::Colour;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::setting::Input;
use crate::web::dashboard::view::setting::RowView;
use crate::web::dashboard::view::setting::SectionView;
use crate::web::dashboard::view::setting::SettingView;
use crate::web::dashboard::view::setting::WordingView;
use crate::web::dashboard::webchat::hours;
use crate::web::dashboard::webchat::place;
use crate::web::dashboard::webchat::read;
use crate::web::dashboard::webchat::table::Entry;
use crate::web::dashboard::webchat::table::Kind;
use crate::web::dashboard::webchat::table::LANGUAGES;
use crate::web::dashboard::webchat::table::List;
use crate::web::dashboard::webchat::table::Page;

/// What a form is drawn from.
pub struct Easel<'a> {
    /// The channel's name, stored or typed.
    pub name: &'a str,
    /// Its settings, stored or typed.
    pub settings: &'a Opaque,
    /// What is wrong.
    pub refused: &'a Refused,
    /// The channels that mail can go through.
    pub email: &'a [Channel],
    /// The time zone of the workspace.
    pub zone: &'a str,
}

impl Easel<'_> {
    /// The sections of a page.
    #[must_use]
    pub fn page(&self, page: &Page) -> Vec<SectionView> {
        let sections = page.sections.iter().map(|section| SectionView {
            title: section.title.to_owned(),
            lead: section.lead.to_owned(),
            fields: section
                .entries
                .iter()
                .flat_map(|entry| self.entry(entry))
                .collect(),
        });
        sections.collect()
    }

    fn entry(&self, entry: &Entry) -> Vec<SettingView> {
        let held = place::at(self.settings, entry.path);
        match &entry.kind {
            _ if entry.needs_email() && self.email.is_empty() => Vec::new(),
            Kind::Hours => hours::draw(entry.path, held, self.zone, self.refused),
            Kind::Rows(list) => {
                let input = self.rows(list, entry.path, held);
                let drawn = SettingView::new(entry.path, entry.label, entry.hint, input);
                vec![drawn.wrong(self.refused.exactly(entry.path))]
            }
            _ => vec![self.field(entry, entry.path, held)],
        }
    }

    fn field(&self, entry: &Entry, id: &str, held: Option<&Value>) -> SettingView {
        let text = held.map(plain).unwrap_or_default();
        let line = |kind, placeholder: String| Input::Line { kind, placeholder };
        let (input, value) = match &entry.kind {
            Kind::Name => (line("text", String::new()), self.name.to_owned()),
            Kind::Line | Kind::Hours | Kind::Rows(_) => (line("text", String::new()), text),
            Kind::Area(rows) => (Input::Area(*rows), text),
            Kind::Lines | Kind::Options => (Input::Area(3), text),
            Kind::Colour(default) => {
                let colour = if text.is_empty() {
                    (*default).to_owned()
                } else {
                    text
                };
                (Input::Colour(Colour::parse(&colour).map(contrast)), colour)
            }
            Kind::Tick(default) => {
                let on = held.and_then(Value::as_bool).unwrap_or(*default);
                (Input::Tick(on), String::new())
            }
            Kind::Choice(choices) => {
                let current = held.and_then(Value::as_str);
                let first = choices.first().map_or("", |(first, _)| *first);
                let current = current.unwrap_or(first);
                let options = choices
                    .iter()
                    .map(|(value, label)| OptionView::of(value, label, current));
                (Input::Choice(options.collect()), String::new())
            }
            Kind::Number(unit) => {
                let input = Input::Number {
                    unit: unit.name.to_owned(),
                    placeholder: unit
                        .default
                        .map(|default| default.to_string())
                        .unwrap_or_default(),
                };
                (
                    input,
                    held.map(|held| read::shown(unit, held)).unwrap_or_default(),
                )
            }
            Kind::Words(rows) => (self.words(*rows, held), String::new()),
            Kind::EmailChannel => (Input::Choice(self.email_channels(&text)), String::new()),
        };
        // An entry of a list that is typed one a line is said beside the list.
        let error = match entry.kind {
            Kind::Lines => self.refused.about(id),
            _ => self.refused.exactly(id),
        };
        SettingView::new(id, entry.label, entry.hint, input)
            .holding(&value)
            .wrong(error)
    }

    fn words(&self, rows: u8, held: Option<&Value>) -> Input {
        let main = self.settings.get("defaultLanguage").and_then(Value::as_str);
        let main = main.filter(|main| LANGUAGES.iter().any(|(known, _)| known == main));
        let main = main.unwrap_or("en");
        let text = |language: &str| match held {
            Some(Value::String(text)) if language == main => text.clone(),
            Some(Value::Object(wordings)) => wordings.get(language).map(plain).unwrap_or_default(),
            _ => String::new(),
        };
        let mut languages = LANGUAGES.to_vec();
        languages.sort_by_key(|(language, _)| *language != main);
        let wordings = languages.into_iter().map(|(language, name)| WordingView {
            language: language.to_owned(),
            name: name.to_owned(),
            text: text(language),
        });
        Input::Words {
            rows,
            main: main.to_owned(),
            wordings: wordings.collect(),
        }
    }

    fn rows(&self, list: &List, path: &str, held: Option<&Value>) -> Input {
        let held = held
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let empty = (held.len() < list.max).then_some(None);
        let rows = held
            .iter()
            .map(Some)
            .chain(empty)
            .enumerate()
            .map(|(index, row)| {
                let id = format!("{path}[{index}]");
                let row = row.and_then(Value::as_object);
                let fields: Vec<SettingView> = list
                    .columns
                    .iter()
                    .map(|column| {
                        let value = row.and_then(|row| place::at(row, column.path));
                        self.field(column, &format!("{id}.{}", column.path), value)
                    })
                    .collect();
                RowView {
                    was: row.map(|_| index),
                    title: title(fields.first()),
                    open: fields.iter().any(|field| field.field.error.is_some()),
                    fields,
                    id,
                }
            });
        Input::Rows {
            noun: list.noun.to_owned(),
            rows: rows.collect(),
        }
    }

    fn email_channels(&self, chosen: &str) -> Vec<OptionView> {
        let known = self.email.iter().map(|channel| {
            let id = channel.id.to_string();
            OptionView::of(&id, &channel.name, chosen)
        });
        std::iter::once(OptionView::of("", "None", chosen))
            .chain(known)
            .collect()
    }
}

/// What a row is known by: what stands in its first field.
fn title(first: Option<&SettingView>) -> String {
    let Some(first) = first else {
        return String::new();
    };
    match &first.input {
        Input::Words { wordings, .. } => {
            let said = wordings.iter().find(|wording| !wording.text.is_empty());
            said.map(|wording| wording.text.clone()).unwrap_or_default()
        }
        _ => first.field.value.clone(),
    }
}

/// A value as it is typed.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("\n"),
        Value::Object(choice) => match (choice.get("value"), choice.get("label")) {
            (Some(value), Some(label)) => format!("{} | {}", plain(value), plain(label)),
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

/// How well text reads on a colour.
fn contrast(colour: Colour) -> (Tone, String) {
    let ratio = colour.contrast(colour.text());
    if colour.is_readable() {
        (Tone::Ok, format!("Text on it reads well, {ratio:.1} to 1."))
    } else {
        let words = format!("Text on it is hard to read, {ratio:.1} to 1. Choose a darker one.");
        (Tone::Warn, words)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use serde_json::json;

    use super::*;
    use crate::web::dashboard::form::Fields;
    use crate::web::dashboard::webchat::table;

    fn drawn(page: &Page, settings: &Opaque, refused: &Refused) -> Vec<SettingView> {
        let easel = Easel {
            name: "Shop",
            settings,
            refused,
            email: &[],
            zone: "UTC",
        };
        easel
            .page(page)
            .into_iter()
            .flat_map(|section| section.fields)
            .collect()
    }

    /// The form as a browser would send it back without anybody having touched it.
    fn sent(fields: &[SettingView], out: &mut url::form_urlencoded::Serializer<'_, String>) {
        for view in fields {
            match &view.input {
                Input::Tick(on) => {
                    if *on {
                        out.append_pair(&view.id, "true");
                    }
                }
                Input::Choice(options) => {
                    let chosen = options
                        .iter()
                        .find(|option| option.selected)
                        .or(options.first());
                    out.append_pair(&view.id, &chosen.unwrap().value);
                }
                Input::Words { main, wordings, .. } => {
                    out.append_pair(&format!("{}.main", view.id), main);
                    for wording in wordings {
                        out.append_pair(
                            &format!("{}.{}", view.id, wording.language),
                            &wording.text,
                        );
                    }
                }
                Input::Rows { rows, .. } => {
                    for row in rows {
                        let was = row.was.map(|was| was.to_string()).unwrap_or_default();
                        out.append_pair(&format!("{}.was", row.id), &was);
                        sent(&row.fields, out);
                    }
                }
                _ => {
                    out.append_pair(&view.id, &view.field.value);
                }
            }
        }
    }

    #[test]
    fn a_form_that_nobody_touched_changes_nothing() {
        let stored: Opaque = serde_json::from_value(json!({
            "allowedOrigins":["a.example","*.b.example"],"identityMode":"required","defaultLanguage":"pt-BR",
            "theme":{"primaryColor":"#FFD400","position":"bottom-left","size":"large","colorScheme":"dark","borderRadius":4,
                "headerText":{"en":"Shop","pt-BR":"Loja","ja":"J"},"welcomeMessage":"Oi\nAna","logoUrl":"/l.png","zIndex":7},
            "requireEmail":true,
            "preChatForm":{"enabled":true,"title":"T","fields":[
                {"name":"topic","label":"Topic","type":"select","options":["A",{"value":"b","label":"B"}],"required":true},
                {"name":"size","label":"Size","type":"number","maxLength":3,"pattern":"[0-9]+","placeholder":"10"}]},
            "starters":[{"id":"s1","title":{"en":"Where?","pt-BR":"Onde?"},"icon":"box"}],
            "proactiveMessages":[{"id":"p1","trigger":"scroll","percentage":40,"delay":1500,"page":"/p/*","message":"Hi","onlyOnce":true,
                "maxPerDay":2,"author":{"name":"Rita","avatarUrl":"/r.png"}}],
            "fileUpload":{"enabled":false,"maxSize":5_000_000,"allowedTypes":["image/*"],"multiple":false},
            "businessHours":{"timezone":"America/Sao_Paulo","weekly":{"mon":[["09:00","12:00"],["13:00","18:00"]],"tue":[],"wed":[],
                "thu":[],"fri":[],"sat":[],"sun":[]},"holidays":["2026-12-25"]},
            "businessHoursOnly":true,
            "offline":{"enabled":false,"message":"Bye","form":{"submitButton":"Go","fields":[{"name":"m","label":"M","type":"textarea"}]}},
            "emailContinuity":{"afterMinutes":5},"sessionDuration":86_400_000,"showBranding":false,"soundEnabled":false,"emojiPicker":false,
            "typingPreview":true,"showReadReceipts":false,
            "privacy":{"cookieConsent":true,"dataRetention":30,"anonymizeIP":true,"policyUrl":"https://a.example/p"},
            "customCss":".linktor-header { color: red }","allowNullOrigin":true,"allowNonBrowser":true,
            "apiBaseUrl":"https://chat.a.example","mediaBaseUrl":"https://media.a.example","somethingElse":1
        }))
        .unwrap();
        for page in table::PAGES {
            for settings in [&stored, &Opaque::new()] {
                let fields = drawn(page, settings, &Refused::nothing());
                let mut body = url::form_urlencoded::Serializer::new(String::new());
                sent(&fields, &mut body);
                let typed = read::page(page, &Fields::read(body.finish().as_bytes()), settings);
                assert_eq!(typed.wrong, [], "{}", page.path);
                assert_eq!(&typed.settings, settings, "{}", page.path);
            }
        }
    }

    #[test]
    fn whatever_the_channel_lists_can_be_set_on_some_page() {
        let paths: Vec<_> = table::PAGES
            .iter()
            .flat_map(Page::entries)
            .map(|entry| entry.path)
            .collect();
        for setting in crate::engine::webchat::settings_table() {
            let is_secret = matches!(setting.shape, crate::model::channel::Shape::Secret { .. });
            let set = paths
                .iter()
                .any(|path| path.split('.').next() == Some(setting.name));
            assert!(is_secret || set, "{}", setting.name);
        }
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field_in_a_row_that_is_open() {
        let wrong = vec![crate::model::rejection::FieldError {
            field: "config.preChatForm.fields[1].name".to_owned(),
            message: "is there twice".to_owned(),
        }];
        let settings = serde_json::from_value(
            json!({"preChatForm":{"fields":[{"name":"a","label":"A"},{"name":"a","label":"B"}]}}),
        )
        .unwrap();
        let fields = drawn(
            table::page("forms").unwrap(),
            &settings,
            &Refused::because(wrong),
        );
        let rows = fields.iter().find_map(|field| match &field.input {
            Input::Rows { rows, .. } => Some(rows),
            _ => None,
        });
        let open: Vec<_> = rows
            .unwrap()
            .iter()
            .map(|row| (row.title.as_str(), row.open))
            .collect();
        assert_eq!(open, [("A", false), ("B", true), ("", false)]);
    }
}

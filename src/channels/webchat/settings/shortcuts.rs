//! Single switches that stand for parts of larger settings.

use serde_json::Value;
use serde_json::json;

use crate::channels::webchat::forms::Field;
use crate::channels::webchat::forms::FieldKind;
use crate::channels::webchat::settings::parts::Form;
use crate::channels::webchat::settings::parts::Words;
use crate::model::Opaque;

/// A field that one switch asks for. Nobody wrote its label, so it speaks every language of the
/// widget.
pub(super) struct Shortcut {
    name: &'static str,
    kind: FieldKind,
    labels: [(&'static str, &'static str); 8],
}

/// `requireEmail`.
pub(super) const EMAIL: Shortcut = Shortcut {
    name: "email",
    kind: FieldKind::Email,
    labels: [
        ("en", "Email"),
        ("pt-BR", "E-mail"),
        ("es", "Correo electr\u{f3}nico"),
        ("fr", "E-mail"),
        ("de", "E-Mail"),
        ("it", "Email"),
        (
            "ar",
            "\u{627}\u{644}\u{628}\u{631}\u{64a}\u{62f} \u{627}\u{644}\u{625}\u{644}\u{643}\u{62a}\u{631}\u{648}\u{646}\u{64a}",
        ),
        ("he", "\u{5d3}\u{5d5}\u{5d0}\u{5f4}\u{5dc}"),
    ],
};

/// `requireName`.
pub(super) const NAME: Shortcut = Shortcut {
    name: "name",
    kind: FieldKind::Text,
    labels: [
        ("en", "Name"),
        ("pt-BR", "Nome"),
        ("es", "Nombre"),
        ("fr", "Nom"),
        ("de", "Name"),
        ("it", "Nome"),
        ("ar", "\u{627}\u{644}\u{627}\u{633}\u{645}"),
        ("he", "\u{5e9}\u{5dd}"),
    ],
};

/// Makes a field part of the form and required, if it is asked for.
pub(super) fn ask_for(form: &mut Form, shortcut: &Shortcut, asked: bool) {
    if !asked {
        return;
    }
    form.enabled = true;
    let named = |field: &&mut Field| field.name == shortcut.name;
    match form.fields.iter_mut().find(named) {
        Some(field) => field.required = true,
        None => form.fields.insert(0, shortcut.field()),
    }
}

impl Shortcut {
    fn field(&self) -> Field {
        let labels = self.labels.iter();
        let labels = labels.map(|(tongue, label)| ((*tongue).to_owned(), (*label).to_owned()));
        Field {
            name: self.name.to_owned(),
            label: Words::ByLanguage(labels.collect()),
            kind: self.kind,
            required: true,
            ..Field::default()
        }
    }
}

/// Brings settings of the older shape into today's: single switches become parts of objects.
pub fn adopt(settings: &mut Opaque) {
    let moves = [
        ("allowAttachments", "fileUpload", "enabled"),
        ("maxFileSize", "fileUpload", "maxSize"),
        ("allowedFileTypes", "fileUpload", "allowedTypes"),
        ("offlineMessage", "offline", "message"),
    ];
    for (old, object, name) in moves {
        let Some(value) = settings.shift_remove(old) else {
            continue;
        };
        let place = settings.entry(object).or_insert_with(|| json!({}));
        if let Value::Object(fields) = place {
            fields.entry(name).or_insert(value);
        }
    }
}

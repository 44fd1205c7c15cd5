#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use super::*;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

fn opaque(value: Value) -> Opaque {
    serde_json::from_value(value).unwrap()
}

#[test]
fn nothing_chosen_is_a_working_chat() {
    let settings = Settings::checked(&Opaque::new()).unwrap();
    assert_eq!(settings.theme.primary_color, "#0066FF");
    assert_eq!(settings.file_upload.max_size, 10_485_760);
    assert_eq!(settings.session_duration_ms, 2_592_000_000);
    assert!(!settings.typing_preview && settings.sound_enabled);
    assert!(!settings.pre_chat_form.enabled);
    assert_eq!(settings.warnings().len(), 1);
}

#[test]
fn mistakes_are_named_by_their_path() {
    let cases = [
        (
            json!({"allowedOrigins":["a.example","*b"]}),
            "allowedOrigins[1]",
        ),
        (json!({"allowedOrigins":"a.example"}), "allowedOrigins"),
        (json!({"identityMode":"maybe"}), "identityMode"),
        (
            json!({"theme":{"primaryColor":"blue"}}),
            "theme.primaryColor",
        ),
        (json!({"theme":{"position":"top"}}), "theme"),
        (json!({"theme":{"logoUrl":"javascript:x"}}), "theme.logoUrl"),
        (
            json!({"preChatForm":{"fields":[{"name":"1","label":"x"}]}}),
            "preChatForm.fields[0].name",
        ),
        (
            json!({"offline":{"form":{"fields":[{"name":"message","label":""}]}}}),
            "offline.form.fields[0].label",
        ),
        (
            json!({"offline":{"form":{"fields":[{"name":"email","label":"Email"}]}}}),
            "offline.form.fields",
        ),
        (
            json!({"businessHours":{"timezone":"Mars"}}),
            "businessHours",
        ),
        (json!({"businessHoursOnly":true}), "businessHours"),
        (
            json!({"fileUpload":{"maxSize":200_000_000}}),
            "fileUpload.maxSize",
        ),
        (
            json!({"emailContinuity":{"enabled":true}}),
            "emailContinuity.channelId",
        ),
        (
            json!({"proactiveMessages":[{"trigger":"never","message":"x"}]}),
            "proactiveMessages",
        ),
        (json!({"customCss":"a{background:URL(x)}"}), "customCss"),
        (json!({"customCss":"@\\69mport 'x'"}), "customCss"),
        (json!({"apiBaseUrl":"ftp://x"}), "apiBaseUrl"),
    ];
    for (raw, expected) in cases {
        let wrong = Settings::checked(&opaque(raw.clone())).unwrap_err();
        assert_eq!(wrong[0].field, expected, "{raw} {wrong:?}");
        assert_eq!(wrong.len(), 1, "{raw} {wrong:?}");
    }
}

#[test]
fn a_list_nobody_can_read_opens_to_nobody() {
    let settings = Settings::of(&opaque(json!({"allowedOrigins":["*evil"]})));
    assert!(!settings.allowed_origins.is_empty());
    let open = Settings::of(&opaque(json!({"allowedOrigins":[]})));
    assert!(open.allowed_origins.is_empty());
}

#[test]
fn asking_for_an_address_adds_it_to_the_form() {
    let settings = Settings::of(&opaque(json!({"requireName":true,"requireEmail":true,
        "preChatForm":{"fields":[{"name":"email","label":"Your mail","type":"email"}]}})));
    let fields: Vec<_> = settings
        .pre_chat_form
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.required))
        .collect();
    assert_eq!(fields, [("name", true), ("email", true)]);
    assert!(settings.pre_chat_form.enabled);
    let email = &settings.pre_chat_form.fields[1];
    assert_eq!(
        email.label,
        Words::Plain("Your mail".into()),
        "what was written stays"
    );
    let name = &settings.pre_chat_form.fields[0].label;
    for (asked, expected) in [("pt-BR", "Nome"), ("es-MX", "Nombre"), ("ja", "Name")] {
        assert_eq!(name.in_language(asked, "en"), Some(expected), "{asked}");
    }
}

#[test]
fn texts_come_in_the_nearest_language() {
    let words: Words = serde_json::from_value(json!({"en":"Hi","pt-BR":"Oi","es":"Hola"})).unwrap();
    let cases = [
        ("pt-BR", "Oi"),
        ("pt-br", "Oi"),
        ("pt-PT", "Oi"),
        ("pt", "Oi"),
        ("es-MX", "Hola"),
        ("de", "Hi"),
        ("", "Hi"),
    ];
    for (asked, expected) in cases {
        assert_eq!(words.in_language(asked, "en"), Some(expected), "{asked}");
    }
    assert_eq!(Words::Plain("x".into()).in_language("de", "en"), Some("x"));
}

#[test]
fn older_names_find_their_place() {
    let mut settings = opaque(json!({"allowAttachments":false,"maxFileSize":5,
        "fileUpload":{"maxSize":9},"offlineMessage":"Bye"}));
    adopt(&mut settings);
    assert_eq!(
        Value::Object(settings),
        json!({"fileUpload":{"maxSize":9,"enabled":false},"offline":{"message":"Bye"}})
    );
}

proptest! {
    #[test]
    fn nothing_stored_makes_it_panic(name in "allowedOrigins|theme|preChatForm|offline|businessHours|customCss|starters", text in "\\PC{0,40}") {
        let values = [json!(text), json!([text]), json!({"fields":[{"name":text}]}), json!({"primaryColor":text})];
        for value in values {
            let _ = Settings::checked(&[(name.clone(), value)].into_iter().collect());
        }
    }
}

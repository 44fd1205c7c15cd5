//! From the form to the draft and back, and which field a refusal is about.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use super::*;

const TERMS: TemplateTerms = TemplateTerms {
    categories: &["UTILITY"],
    headers: &["TEXT", "IMAGE", "LOCATION"],
    buttons: &["QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE"],
    header_max: 60,
    body_max: 1_024,
    footer_max: 60,
    html_max: 100,
    buttons_max: 10,
    button_max: 25,
    edits: true,
    resumes: false,
};

fn told(format: &str, category: &str, components: Value) -> VendorTemplate {
    VendorTemplate {
        name: "order".into(),
        language: "en".into(),
        category: category.into(),
        parameter_format: Some(format.into()),
        components: serde_json::from_value(components).unwrap(),
        ..VendorTemplate::default()
    }
}

#[test]
fn a_form_that_nobody_touched_hands_in_what_was_there() {
    let cases = [
        told(
            "POSITIONAL",
            "UTILITY",
            json!([
                {"type":"HEADER","format":"TEXT","text":"Order {{1}}","example":{"header_text":["123"]}},
                {"type":"BODY","text":"Hi {{2}}, order {{1}} is on its way.","example":{"body_text":[["123","John"]]}},
                {"type":"FOOTER","text":"Reply STOP to opt out"},
                {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Thanks"},
                    {"type":"URL","text":"Track","url":"https://x.org/t/{{1}}","example":["https://x.org/t/123"]},
                    {"type":"URL","text":"Shop","url":"https://x.org"},
                    {"type":"PHONE_NUMBER","text":"Call","phone_number":"+15550783881"},
                    {"type":"COPY_CODE","example":"SAVE10"}]}]),
        ),
        told(
            "NAMED",
            "MARKETING",
            json!([
                {"type":"HEADER","format":"IMAGE","example":{"header_handle":["4::aW"]}},
                {"type":"BODY","text":"Hi {{first_name}}!","example":{"body_text_named_params":[{"param_name":"first_name","example":"Pablo"}]}}]),
        ),
        told(
            "POSITIONAL",
            "AUTHENTICATION",
            json!([
                {"type":"BODY","add_security_recommendation":true},
                {"type":"FOOTER","code_expiration_minutes":10},
                {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy"}]}]),
        ),
        told(
            "POSITIONAL",
            "UTILITY",
            json!([{"type":"HEADER","format":"LOCATION"},{"type":"BODY","text":"We are here."}]),
        ),
        told(
            "NAMED",
            "UTILITY",
            json!([{"type":"BODY","text":"Hi {{name}}","example":{"body_text_named_params":[{"param_name":"name","example":"Ana"}]}},
                {"type":"HTML","text":"<b>{{shop}}</b>","example":{"body_text_named_params":[{"param_name":"shop","example":"Aurora"}]}}]),
        ),
    ];
    for held in cases {
        assert!(TemplateForm::holds(&held, &TERMS), "{held:?}");
        assert_eq!(TemplateForm::of(&held).told(), held);
    }
}

#[test]
fn what_a_form_cannot_hold_is_not_changed_by_it() {
    let flow = json!([{"type":"BODY","text":"x"},{"type":"BUTTONS","buttons":[{"type":"FLOW","text":"Book"}]}]);
    let cards = json!([{"type":"BODY","text":"x"},{"type":"CAROUSEL","cards":[]}]);
    let film = json!([{"type":"HEADER","format":"GIF"},{"type":"BODY","text":"x"}]);
    for components in [flow, cards, film] {
        let held = told("POSITIONAL", "UTILITY", components);
        assert!(!TemplateForm::holds(&held, &TERMS), "{held:?}");
    }
}

#[test]
fn what_is_wrong_is_said_beside_its_field() {
    let form = TemplateForm {
        category: "UTILITY".into(),
        header: "TEXT".into(),
        header_text: "Order {{1}}".into(),
        body: "Hi {{1}}, order {{2}} is here.".into(),
        samples: [("body.1".to_owned(), "Ana".to_owned())].into(),
        buttons: vec![
            ButtonForm {
                kind: "URL".into(),
                ..ButtonForm::default()
            },
            ButtonForm {
                kind: "COPY_CODE".into(),
                ..ButtonForm::default()
            },
        ],
        ..TemplateForm::default()
    };
    let cases = [
        ("name", "name"),
        ("components", "body"),
        ("components[0].text", "header.text"),
        ("components[0].example", "sample.header.1"),
        ("components[0].example.header_handle", "header.file"),
        ("components[0].format", "header"),
        ("components[1].text", "body"),
        ("components[1].example", "sample.body.2"),
        ("components[2].buttons", "buttons"),
        ("components[2].buttons[0].url", "buttons[0].target"),
        ("components[2].buttons[0].example", "buttons[0].sample"),
        ("components[2].buttons[1].example", "buttons[1].target"),
        ("components[2].buttons[1].type", "buttons[1].kind"),
        ("components[9].text", "body"),
    ];
    for (path, field) in cases {
        assert_eq!(form.field(path), field, "{path}");
    }
    let keys: Vec<_> = form.variables().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["header.1", "body.1", "body.2"]);
}

//! What the vendor takes and what it does not, at each limit and one past it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON written in place reads best"
)]

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::templates::rules::check;
use crate::model::template::TemplateDraft;

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

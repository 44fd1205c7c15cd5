//! What carriers answer to a message.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::channels::Sends as _;
use crate::channels::sms::Sms;
use crate::channels::sms::tests::SECRETS;
use crate::channels::sms::tests::ours;
use crate::channels::sms::tests::reply;
use crate::model::contact::Shut;
use crate::model::refusal::Refusal;

/// A word for each way an answer may be read.
fn outcome(settings: &Value, reply: &HttpReply) -> String {
    let account = ours(settings.clone(), SECRETS);
    match Sms.read_reply(&account, reply) {
        Ok(ids) => ids.join(","),
        Err(Refusal::Later { error, .. }) => format!("later {}", error.reason),
        Err(Refusal::SlowDown { error, wait }) => {
            format!(
                "slow {} {}",
                error.reason,
                wait.map_or(0, |wait| wait.as_secs())
            )
        }
        Err(Refusal::Never(error)) => format!("never {}", error.reason),
        Err(Refusal::Account(error)) => format!("account {}", error.reason),
        Err(Refusal::Shut {
            error,
            why: Shut::OptedOut,
        }) => format!("shut {}", error.reason),
        Err(other) => format!("{other:?}"),
    }
}

#[test]
fn a_long_text_that_vonage_took_in_part_says_so() {
    let part = |id: &str| json!({"message-id":id,"status":"0"});
    let refused = json!({"status":"1","error-text":"Throughput Rate Exceeded"});
    let account = ours(json!({"provider":"vonage"}), SECRETS);
    let kept = |parts: Value| {
        let answer = reply(200, &json!({"message-count":"2","messages":parts}));
        Value::Object(
            crate::channels::sms::speaker(&account.settings)
                .unwrap()
                .remark(&answer),
        )
    };
    assert_eq!(kept(json!([part("a"), part("b")])), json!({}));
    assert_eq!(kept(json!([refused])), json!({}));
    assert_eq!(
        kept(json!([part("a"), refused])),
        json!({"partialFailure":true,"partialError":"Throughput Rate Exceeded"})
    );
}

#[test]
fn answers_of_twilio_are_understood() {
    let twilio = json!({"provider":"twilio"});
    let error = |code: i64| json!({"code":code,"message":"No.","status":400});
    let cases = [
        (201, json!({"sid":"SM1","status":"queued"}), "SM1"),
        (401, error(20_003), "account credentials"),
        (403, error(20_005), "account account_suspended"),
        (429, error(20_429), "slow rate_limited 0"),
        (400, error(21_211), "never invalid_recipient"),
        (400, error(21_614), "never invalid_recipient"),
        (400, error(21_635), "never landline"),
        (400, error(21_217), "never invalid_recipient"),
        (400, error(21_606), "never sender_not_allowed"),
        (400, error(21_603), "never sender_not_allowed"),
        (400, error(21_212), "never sender_not_allowed"),
        (400, error(21_659), "never sender_not_allowed"),
        (400, error(21_660), "never sender_not_allowed"),
        (400, error(21_408), "never country_not_allowed"),
        (400, error(21_610), "shut opted_out"),
        (400, error(21_612), "never unroutable"),
        (400, error(21_608), "never unverified_recipient"),
        (400, error(21_602), "never invalid_request"),
        (400, error(21_617), "never too_long"),
        (400, error(21_620), "never media_failed"),
        (400, error(21_623), "never media_failed"),
        (400, error(21_266), "never invalid_recipient"),
        (429, error(21_611), "slow queue_full 30"),
        (400, error(99_999), "never refused"),
        (500, error(20_500), "later temporary"),
        (503, Value::Null, "later temporary"),
        (429, Value::Null, "slow rate_limited 0"),
        (401, Value::Null, "account credentials"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(
            outcome(&twilio, &reply(status, &body)),
            expected,
            "{status} {body}"
        );
    }
    let mut busy = reply(429, &Value::Null);
    busy.headers = busy.headers.with("retry-after", "7");
    assert_eq!(outcome(&twilio, &busy), "slow rate_limited 7");
}

#[test]
fn answers_of_vonage_are_understood() {
    let vonage = json!({"provider":"vonage"});
    let status = |status: &str| json!({"message-count":"1","messages":[{"status":status,"error-text":"No."}]});
    let cases = [
        (
            200,
            json!({"messages":[{"status":"0","message-id":"a"},{"status":"0","message-id":"b"}]}),
            "a,b",
        ),
        (
            200,
            json!({"messages":[{"status":"0","message-id":"a"},{"status":"1"}]}),
            "a",
        ),
        (200, status("1"), "slow rate_limited 0"),
        (200, status("5"), "later temporary"),
        (200, status("10"), "later temporary"),
        (200, status("2"), "never invalid_request"),
        (200, status("6"), "never invalid_request"),
        (200, status("12"), "never too_long"),
        (200, status("4"), "account credentials"),
        (200, status("14"), "account signature"),
        (200, status("32"), "account signature"),
        (200, status("8"), "account account_barred"),
        (200, status("11"), "account http_disabled"),
        (200, status("9"), "account insufficient_funds"),
        (200, status("7"), "never number_barred"),
        (200, status("29"), "never unverified_recipient"),
        (200, status("33"), "never number_deactivated"),
        (200, status("15"), "never sender_not_allowed"),
        (200, status("98"), "never refused"),
        (202, json!({"message_uuid":"u-1"}), "u-1"),
        (401, json!({"title":"Unauthorized"}), "account credentials"),
        (
            402,
            json!({"title":"Low balance"}),
            "account insufficient_funds",
        ),
        (422, json!({"detail":"Invalid"}), "never refused"),
        (429, json!({}), "slow rate_limited 0"),
        (503, Value::Null, "later temporary"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(
            outcome(&vonage, &reply(status, &body)),
            expected,
            "{status} {body}"
        );
    }
}

#[test]
fn answers_of_plivo_are_understood() {
    let plivo = json!({"provider":"plivo"});
    let cases = [
        (
            202,
            json!({"message":"message(s) queued","message_uuid":["u-1"]}),
            "u-1",
        ),
        (400, json!({"error":"src is invalid"}), "never refused"),
        (401, Value::Null, "account credentials"),
        (403, json!({"error":"geo"}), "never refused"),
        (404, Value::Null, "never refused"),
        (429, Value::Null, "slow rate_limited 0"),
        (500, Value::Null, "later temporary"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(
            outcome(&plivo, &reply(status, &body)),
            expected,
            "{status} {body}"
        );
    }
}

#[test]
fn a_generic_carrier_says_itself_what_success_is() {
    let rule = json!({"provider":"generic","idPath":"/messages/0/id","errorPath":"/error",
        "successWhen":{"status":[200],"path":"/status","equals":["ok",0]}});
    let cases = [
        (200, json!({"status":"ok","messages":[{"id":17}]}), "17"),
        (200, json!({"status":0,"messages":[{"id":"x"}]}), "x"),
        (
            200,
            json!({"status":"no","error":"Bad number"}),
            "never refused",
        ),
        (201, json!({"status":"ok"}), "never refused"),
        (500, json!({}), "later temporary"),
        (401, json!({}), "account credentials"),
    ];
    for (status, body, expected) in cases {
        assert_eq!(
            outcome(&rule, &reply(status, &body)),
            expected,
            "{status} {body}"
        );
    }
    let plain = json!({"provider":"generic"});
    assert_eq!(outcome(&plain, &reply(202, &json!({}))), "");
    assert_eq!(outcome(&plain, &reply(302, &json!({}))), "never refused");
    assert_eq!(
        outcome(&json!({}), &reply(200, &json!({}))),
        "account configuration"
    );
}

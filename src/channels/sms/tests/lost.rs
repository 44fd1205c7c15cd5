//! Asking carriers for messages whose answers got lost, and what is kept of answers.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::channels::Sends as _;
use crate::channels::fixtures::shown;
use crate::channels::sms::Sms;
use crate::channels::sms::tests::NOW;
use crate::channels::sms::tests::SECRETS;
use crate::channels::sms::tests::SID;
use crate::channels::sms::tests::ours;
use crate::channels::sms::tests::reply;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Lost;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

/// Asks for a message of these parts, of which so many calls were taken.
fn find(
    account: &Account,
    parts: &[Content],
    calls_taken: usize,
    replies: &[HttpReply],
) -> Option<Next<Vec<String>>> {
    let metadata = Opaque::new();
    let lost = Lost {
        to: "+15552223333",
        parts,
        calls_taken,
        metadata: &metadata,
        since: NOW,
    };
    let asked = Asked {
        account,
        replies,
        now: NOW,
    };
    Sms.find_lost(&lost, &asked)
}

fn url(next: Option<Next<Vec<String>>>) -> String {
    match next {
        Some(Ok(Step::Ask { call, .. })) => shown(&call)["url"].as_str().unwrap().to_owned(),
        other => unreachable!("there is something to ask: {other:?}"),
    }
}

fn found(next: Option<Next<Vec<String>>>) -> Vec<String> {
    match next {
        Some(Ok(Step::Done(found))) => found,
        other => unreachable!("nothing more to ask: {other:?}"),
    }
}

/// `NOW` and moments around it, as Twilio writes them.
fn message(sid: &str, body: &str, time: &str) -> Value {
    json!({"sid":sid,"body":body,"direction":"outbound-api","num_media":"0",
        "date_created":format!("Mon, 15 Jan 2024 {time} +0000")})
}

#[test]
fn twilio_is_asked_for_what_says_the_same_and_is_no_older() {
    let settings = json!({"provider":"twilio","accountSid":SID,"phoneNumber":"+15550001111"});
    let account = ours(settings, SECRETS);
    let hello = [Content::text("Hello")];
    let api = "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000";
    assert_eq!(
        url(find(&account, &hello, 0, &[])),
        format!("{api}/Messages.json?To=%2B15552223333&From=%2B15550001111&PageSize=50")
    );
    let mut inbound = message("SM6", "Hello", "10:30:01");
    inbound["direction"] = "inbound".into();
    let mut picture = message("SM7", "Hello", "10:30:01");
    picture["num_media"] = "1".into();
    let list = json!({"messages":[
        message("SM5", "Something else", "10:30:02"),
        message("SM4", "Sent from your Twilio trial account - Hello", "10:30:02"),
        message("SM3", "Hello", "10:30:01"),
        inbound,
        picture,
        message("SM2", "Hello", "10:29:29"),
    ]});
    let list = [reply(200, &list)];
    assert_eq!(found(find(&account, &hello, 0, &list)), ["SM3", "SM4"]);
    let parts = [Content::text("One"), Content::text("Something else")];
    assert_eq!(found(find(&account, &parts, 1, &list)), ["SM5"]);
    assert!(find(&account, &parts, 2, &list).is_none(), "no such call");
    let broken = [reply(503, &json!({}))];
    let next = find(&account, &hello, 0, &broken);
    assert!(matches!(next, Some(Err(Refusal::Later { .. }))), "{next:?}");
    let service = json!({"provider":"twilio","accountSid":SID,"phoneNumber":"+15550001111",
        "messagingServiceSid":"MG00000000000000000000000000000000"});
    let asked = url(find(&ours(service, SECRETS), &hello, 0, &[]));
    assert!(
        !asked.contains("From="),
        "any number of the service: {asked}"
    );
}

#[test]
fn plivo_is_asked_for_what_went_there_in_those_moments() {
    let account = ours(
        json!({"provider":"plivo","authId":"MA000000000000000000","phoneNumber":"+15550001111"}),
        SECRETS,
    );
    let hello = [Content::text("Hello")];
    assert_eq!(
        url(find(&account, &hello, 0, &[])),
        "https://api.plivo.com/v1/Account/MA000000000000000000/Message/?message_direction=outbound&to_number=%2B15552223333&message_time__gte=2024-01-15+10%3A29%3A30&message_time__lte=2024-01-15+10%3A31%3A30&limit=20"
    );
    let list = json!({"objects":[
        {"message_uuid":"c","message_type":"sms"},
        {"message_uuid":"b","message_type":"mms"},
        {"message_uuid":"a","message_type":"sms"},
    ]});
    assert_eq!(
        found(find(&account, &hello, 0, &[reply(200, &list)])),
        ["a", "c"]
    );
    let broken = find(&account, &hello, 0, &[reply(429, &json!({}))]);
    assert!(matches!(broken, Some(Err(Refusal::SlowDown { .. }))));
}

#[test]
fn the_others_are_not_asked() {
    for provider in ["vonage", "generic"] {
        let account = ours(json!({"provider":provider}), SECRETS);
        assert!(find(&account, &[Content::text("Hi")], 0, &[]).is_none());
    }
}

//! Proving accounts with their carriers.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::channels::Connects as _;
use crate::channels::fixtures::shown;
use crate::channels::sms::Sms;
use crate::channels::sms::tests::BASE;
use crate::channels::sms::tests::NOW;
use crate::channels::sms::tests::SID;
use crate::channels::sms::tests::TOKEN;
use crate::channels::sms::tests::ours;
use crate::channels::sms::tests::reply;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

fn next(account: &Account, replies: &[HttpReply]) -> Next<Connected> {
    Sms.connect(&Asked {
        account,
        replies,
        now: NOW,
    })
}

fn asks(account: &Account, replies: &[HttpReply]) -> Value {
    match next(account, replies) {
        Ok(Step::Ask { call, .. }) => shown(&call),
        other => unreachable!("there is more to ask: {other:?}"),
    }
}

fn done(account: &Account, replies: &[HttpReply]) -> Vec<String> {
    match next(account, replies) {
        Ok(Step::Done(connected)) => connected.warnings,
        other => unreachable!("nothing more to ask: {other:?}"),
    }
}

#[test]
fn a_number_of_twilio_is_proved_and_pointed_at_us() {
    let settings = json!({"provider":"twilio","accountSid":SID,"phoneNumber":"+15550001111"});
    let account = ours(settings, &[("authToken", TOKEN)]);
    let api = "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000";
    assert_eq!(asks(&account, &[])["url"], format!("{api}.json"));
    let active = reply(200, &json!({"status":"active"}));
    let number = asks(&account, std::slice::from_ref(&active));
    assert_eq!(
        number["url"],
        format!("{api}/IncomingPhoneNumbers.json?PhoneNumber=%2B15550001111")
    );
    let found = reply(200, &json!({"incoming_phone_numbers":[{"sid":"PN1"}]}));
    let set = asks(&account, &[active.clone(), found.clone()]);
    assert_eq!(set["url"], format!("{api}/IncomingPhoneNumbers/PN1.json"));
    assert_eq!(
        set["body"],
        json!([
            ["SmsUrl", BASE],
            ["SmsMethod", "POST"],
            ["SmsApplicationSid", ""]
        ])
    );
    let ok = reply(200, &json!({}));
    assert_eq!(
        done(&account, &[active.clone(), found.clone(), ok]),
        Vec::<String>::new()
    );
    let by_hand = format!("Set the webhook for incoming messages at Twilio to {BASE} (POST).");
    let nothing = reply(200, &json!({"incoming_phone_numbers":[]}));
    assert_eq!(
        done(&account, &[active.clone(), nothing]),
        [format!("Twilio does not list the number. {by_hand}")]
    );
    let refused = reply(
        400,
        &json!({"code":21_402,"message":"SmsUrl is not valid."}),
    );
    assert_eq!(
        done(&account, &[active, found, refused]),
        [format!("SmsUrl is not valid. {by_hand}")]
    );
    let suspended = reply(200, &json!({"status":"suspended"}));
    assert!(matches!(
        next(&account, &[suspended]),
        Err(Refusal::Account(_))
    ));
    let wrong = reply(401, &json!({"code":20_003,"message":"Authenticate"}));
    assert!(matches!(next(&account, &[wrong]), Err(Refusal::Account(_))));
}

#[test]
fn a_service_of_twilio_reports_to_us_and_a_key_proves_itself_otherwise() {
    let service = "MG00000000000000000000000000000000";
    let settings = json!({"provider":"twilio","accountSid":SID,"messagingServiceSid":service});
    let account = ours(settings, &[("authToken", TOKEN)]);
    let active = reply(200, &json!({"status":"active"}));
    let set = asks(&account, &[active]);
    assert_eq!(
        set["url"],
        format!("https://messaging.twilio.com/v1/Services/{service}")
    );
    let key = ours(
        json!({"provider":"twilio","accountSid":SID,"apiKeySid":"SK0","phoneNumber":"+15550001111","autoConfigureWebhook":false}),
        &[("apiKeySecret", "k")],
    );
    let url = asks(&key, &[])["url"].as_str().unwrap().to_owned();
    assert!(url.ends_with("/Messages.json?PageSize=1"), "{url}");
    assert_eq!(
        done(&key, &[reply(200, &json!({}))]),
        ["Without the auth token nothing that comes in can be checked, so nothing is taken in."]
    );
}

#[test]
fn a_number_of_vonage_is_proved_and_pointed_at_us() {
    let settings = json!({"provider":"vonage","apiKey":"abcd1234","phoneNumber":"+447700900000"});
    let account = ours(settings, &[("apiSecret", "s"), ("signatureSecret", "x")]);
    let url = "https://rest.nexmo.com";
    assert_eq!(
        asks(&account, &[])["url"],
        format!("{url}/account/get-balance?api_key=abcd1234&api_secret=s")
    );
    let balance = reply(200, &json!({"value":10.5}));
    let numbers = asks(&account, std::slice::from_ref(&balance));
    assert_eq!(
        numbers["url"],
        format!(
            "{url}/account/numbers?api_key=abcd1234&api_secret=s&pattern=447700900000&search_pattern=0"
        )
    );
    let found = reply(
        200,
        &json!({"numbers":[{"country":"GB","msisdn":"447700900000"}]}),
    );
    let update = asks(&account, &[balance.clone(), found.clone()]);
    assert_eq!(update["url"], format!("{url}/number/update"));
    let ok = reply(200, &json!({"error-code":"200"}));
    assert_eq!(
        done(&account, &[balance.clone(), found, ok]),
        Vec::<String>::new()
    );
    let none = reply(200, &json!({}));
    assert_eq!(done(&account, &[balance, none]).len(), 1);
    let wrong = reply(401, &json!({}));
    assert!(matches!(next(&account, &[wrong]), Err(Refusal::Account(_))));
    let odd = reply(200, &json!({}));
    assert!(matches!(next(&account, &[odd]), Err(Refusal::Account(_))));
}

#[test]
fn plivo_and_generic_carriers_are_proved() {
    let id = "MA000000000000000000";
    let plivo = ours(
        json!({"provider":"plivo","authId":id,"phoneNumber":"+15550001111"}),
        &[("authToken", "t")],
    );
    assert_eq!(
        asks(&plivo, &[])["url"],
        format!("https://api.plivo.com/v1/Account/{id}/")
    );
    assert_eq!(done(&plivo, &[reply(200, &json!({}))]).len(), 1);
    assert!(matches!(
        next(&plivo, &[reply(401, &json!({}))]),
        Err(Refusal::Account(_))
    ));
    let silent = ours(json!({"provider":"generic"}), &[]);
    assert_eq!(done(&silent, &[]), Vec::<String>::new());
    let asked = ours(
        json!({"provider":"generic","healthUrl":"https://a.example/ok"}),
        &[],
    );
    assert_eq!(asks(&asked, &[])["url"], "https://a.example/ok");
    assert!(matches!(
        next(&asked, &[reply(503, &json!({}))]),
        Err(Refusal::Later { .. })
    ));
}

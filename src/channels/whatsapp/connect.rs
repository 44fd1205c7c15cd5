//! Proving an account and having it report to us. whatsapp.md sections 1.1 and 1.2.

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::callback;
use crate::channels::meta::graph::FACEBOOK;
use crate::channels::meta::graph::Graph;
use crate::channels::meta::settings::deaf;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::talk::refused;
use crate::channels::meta::token;
use crate::channels::meta::token::Needs;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::channels::whatsapp::business;
use crate::channels::whatsapp::faults::FAULTS;
use crate::channels::whatsapp::settings::OverrideFor;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::opaque;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::refusal::Refusal;

/// The name of the setting that holds the token.
pub const TOKEN: &str = "accessToken";

/// The name of the setting that holds the digits of two-step verification.
pub const PIN: &str = "pin";

/// What the vendor calls a parameter it does not take.
const INVALID: Option<i64> = Some(100);

/// What is asked about a number, and what is asked where the vendor does not tell all of that.
const FIELDS: [&str; 2] = [
    "id,verified_name,display_phone_number,quality_rating,platform_type,throughput,status,name_status,code_verification_status,messaging_limit_tier",
    "id,verified_name,display_phone_number",
];

/// The product in the app, and what of it is read.
const PRODUCT: (&str, &str) = (
    "whatsapp_business_account",
    "messages,message_template_status_update,message_template_quality_update,template_category_update,message_template_components_update,account_update,phone_number_quality_update,user_preferences,smb_message_echoes,history,smb_app_state_sync",
);

const SCOPES: [&str; 2] = [
    "whatsapp_business_messaging",
    "whatsapp_business_management",
];

/// The vendor's interface as an account uses it.
#[must_use]
pub fn graph(account: &Account) -> Graph {
    Graph::of(account, FACEBOOK, TOKEN)
}

/// The id of the account's number at the vendor.
#[must_use]
pub fn number_id(account: &Account) -> &str {
    account.text("phoneNumberId").unwrap_or_default()
}

/// Proves an account: its number, its token, and that its events reach us.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn walk(asked: &Asked<'_>) -> Result<Connected, Pause> {
    let account = asked.account;
    let mut talk = Talk::of(asked, FAULTS);
    let mut connected = Connected::default();
    number(&mut talk, account, &mut connected)?;
    let needs = Needs {
        token: account.secret(TOKEN).unwrap_or_default(),
        scopes: &SCOPES,
    };
    token::look(&mut talk, account, needs, asked.now, &mut connected)?;
    match account.text("businessAccountId") {
        Some(business) => {
            owns(&mut talk, account, business)?;
            subscribe(&mut talk, account, business)?;
        }
        None => connected.warnings.push(
            "Without the WhatsApp Business Account ID it is unknown whether messages are reported to this app, and templates cannot be used.".to_owned(),
        ),
    }
    callback::enter(&mut talk, account, PRODUCT, &mut connected)?;
    answer_at(&mut talk, account)?;
    opaque::merge(
        &mut connected.settings,
        &business::adopt(&mut talk, account)?,
    );
    connected.warnings.extend(deaf(account));
    Ok(connected)
}

fn number(talk: &mut Talk<'_>, account: &Account, connected: &mut Connected) -> Result<(), Pause> {
    let graph = graph(account);
    let ask = |fields| {
        let id = number_id(account);
        Call::http(graph.get(&format!("{id}?fields={fields}")))
    };
    let told = match talk.may("phoneNumberId", ask(FIELDS[0]))? {
        Ok(told) => told,
        Err(declined) if declined.fault.code == INVALID && declined.fault.subcode.is_none() => {
            talk.must("phoneNumberId", ask(FIELDS[1]))?
        }
        Err(declined) => return Err(talk.refuse(&declined)),
    };
    let number = Node::of(&told);
    let mut kept = Kept::default();
    let shown = number.word("display_phone_number");
    let digits = shown.map(|shown| {
        shown
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    });
    kept.put("displayPhoneNumber", digits);
    kept.put("verifiedName", number.word("verified_name"));
    kept.put("qualityRating", number.word("quality_rating"));
    connected.settings = kept.into_inner();
    connected.warnings.extend(doubts(number));
    Ok(())
}

/// What should be looked at on a number.
fn doubts(number: Node<'_>) -> Vec<String> {
    let mut doubts = Vec::new();
    let other = |name: &str, good: &str| number.word(name).filter(|told| told != good);
    if let Some(platform) = other("platform_type", "CLOUD_API") {
        doubts.push(format!(
            "The number is not registered with the Cloud API ({platform})."
        ));
    }
    if let Some(status) = other("status", "CONNECTED") {
        doubts.push(format!(
            "The number is not registered ({status}): register it with its PIN."
        ));
    }
    match number.word("quality_rating").as_deref() {
        Some("RED") => doubts.push("The quality of the number is low.".to_owned()),
        Some("YELLOW") => doubts.push("The quality of the number is middling.".to_owned()),
        _ => {}
    }
    if let Some(status @ ("DECLINED" | "EXPIRED")) = number.word("name_status").as_deref() {
        doubts.push(format!("The display name is not approved ({status})."));
    }
    doubts
}

/// Puts the number into service at the Cloud API, with the six digits of its two-step verification:
/// those it has, or those it gets where it had none.
///
/// # Errors
/// It has to be asked first; the digits are not set; the vendor refused.
pub fn register(asked: &Asked<'_>) -> Result<(), Pause> {
    let account = asked.account;
    let Some(pin) = account.secret(PIN).filter(|pin| !pin.is_empty()) else {
        let words = "Registering the number needs its two-step PIN among the channel's settings.";
        return Err(refused("configuration", words.to_owned()));
    };
    let path = format!("{}/register", number_id(account));
    let body = json!({"messaging_product": "whatsapp", "pin": pin});
    let call = Call::http(graph(account).post(&path, &body));
    let mut talk = Talk::of(asked, FAULTS);
    talk.must(PIN, call).map(drop::<Value>)
}

/// Checks that the number belongs to the business account.
fn owns(talk: &mut Talk<'_>, account: &Account, business: &str) -> Result<(), Pause> {
    let path = format!("{business}/phone_numbers?fields=id&limit=100");
    let told = talk.must("businessAccountId", Call::http(graph(account).get(&path)))?;
    let mut numbers = Node::of(&told).at("data").items();
    if numbers.any(|number| number.at("id").is(number_id(account))) {
        return Ok(());
    }
    Err(Pause::Refused(Refusal::Account(SendError::passing(
        "wrong_account",
        "The number does not belong to this WhatsApp Business Account.",
    ))))
}

/// Has the business account report to the app. Subscribing again without an address would take an
/// address away that somebody registered, so it is only done where it is missing.
fn subscribe(talk: &mut Talk<'_>, account: &Account, business: &str) -> Result<(), Pause> {
    let path = format!("{business}/subscribed_apps");
    let graph = graph(account);
    let told = talk.must("subscription", Call::http(graph.get(&path)))?;
    let apps: Vec<_> = Node::of(&told).at("data").items().collect();
    let app = account.text("appId");
    let ours = match app {
        Some(app) => apps
            .iter()
            .find(|entry| entry.at("whatsapp_business_api_data").at("id").is(app)),
        None => apps.first(),
    };
    let url = account.text("webhookOverrideUrl");
    if let Some(url) = url.filter(|_| OverrideFor::of(account) == OverrideFor::Business) {
        if ours.is_some_and(|entry| entry.at("override_callback_uri").is(url)) {
            return Ok(());
        }
        let token = account.secret("verifyToken").unwrap_or_default();
        let body = json!({"override_callback_uri": url, "verify_token": token});
        return talk
            .must("webhookOverrideUrl", Call::http(graph.post(&path, &body)))
            .map(drop::<Value>);
    }
    if ours.is_some() {
        return Ok(());
    }
    talk.must("subscription", Call::http(graph.act(&path)))
        .map(drop::<Value>)
}

/// Has this number alone report to an address, or no more to one of its own.
fn answer_at(talk: &mut Talk<'_>, account: &Account) -> Result<(), Pause> {
    if OverrideFor::of(account) != OverrideFor::Number {
        return Ok(());
    }
    let url = account.text("webhookOverrideUrl").unwrap_or_default();
    let mut address = json!({ "override_callback_uri": url });
    if !url.is_empty() {
        address["verify_token"] = account.secret("verifyToken").unwrap_or_default().into();
    }
    let body = json!({ "webhook_configuration": address });
    let call = graph(account).post(number_id(account), &body);
    talk.must("webhookOverrideUrl", Call::http(call))
        .map(drop::<Value>)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;

    const SECRETS: [(&str, &str); 2] = [("accessToken", "EAAT"), ("verifyToken", "tok")];

    fn number() -> (u16, Value) {
        let told = json!({"id":"106540352242922","verified_name":"Lucky Shrub","display_phone_number":"+1 555-078-3881",
            "quality_rating":"GREEN","platform_type":"CLOUD_API","status":"CONNECTED","name_status":"APPROVED"});
        (200, told)
    }

    fn error(status: u16, code: i64) -> (u16, Value) {
        (status, json!({"error":{"message":"no","code":code}}))
    }

    fn connected(
        settings: Value,
        secrets: &[(&str, &str)],
        answers: &[(u16, Value)],
    ) -> (Vec<String>, Result<Connected, Refusal>) {
        // The profile is read at the end: a test of its own looks at that.
        let profile = (200, json!({"data":[]}));
        let answers: Vec<_> = answers.iter().cloned().chain([profile]).collect();
        let account = account(settings, secrets);
        let (mut calls, done) = hold(&account, &answers, |asked| next(walk(asked)));
        calls.retain(|call| !call.contains("whatsapp_business_profile"));
        (calls, done)
    }

    #[test]
    fn a_number_is_proved_and_what_is_not_in_order_is_said() {
        let settings = json!({"phoneNumberId":"106540352242922"});
        let (calls, done) = connected(settings.clone(), &SECRETS, &[number()]);
        assert_eq!(calls.len(), 1);
        assert!(
            calls[0].starts_with("GET /106540352242922?fields=id,verified_name,"),
            "{calls:?}"
        );
        let done = done.unwrap();
        let expected = json!({"displayPhoneNumber":"15550783881","verifiedName":"Lucky Shrub","qualityRating":"GREEN"});
        assert_eq!(Value::Object(done.settings), expected);
        let about: Vec<_> = done
            .warnings
            .iter()
            .map(|words| words.contains("Business Account"))
            .collect();
        assert_eq!(about, [true, false], "no account, and no app secret");
        assert!(done.warnings[1].starts_with("Nothing is taken in"));

        let refused = [error(400, 100), number()];
        let (calls, done) = connected(settings.clone(), &SECRETS, &refused);
        assert_eq!(
            calls[1],
            "GET /106540352242922?fields=id,verified_name,display_phone_number"
        );
        assert!(done.is_ok());

        let poor = json!({"id":"1","platform_type":"NOT_APPLICABLE","status":"PENDING","quality_rating":"RED","name_status":"DECLINED"});
        let (_, done) = connected(settings, &SECRETS, &[(200, poor)]);
        assert_eq!(done.unwrap().warnings.len(), 6);
    }

    #[test]
    fn a_number_is_registered_with_its_digits() {
        let settings = || json!({"phoneNumberId":"1"});
        let ours = account(settings(), &[SECRETS[0], ("pin", "123456")]);
        let ask = |account: &Account, answers: &[(u16, Value)]| {
            hold(account, answers, |asked| next(register(asked)))
        };
        let (calls, done) = ask(&ours, &[(200, json!({"success":true}))]);
        assert_eq!(
            calls,
            [r#"POST /1/register {"messaging_product":"whatsapp","pin":"123456"}"#]
        );
        assert_eq!(done, Ok(()));
        let wrong = error(400, 133_005);
        assert!(matches!(ask(&ours, &[wrong]).1, Err(Refusal::Never(_))));
        let (calls, without) = ask(&account(settings(), &SECRETS), &[]);
        assert!(
            calls.is_empty()
                && matches!(without, Err(Refusal::Never(error)) if error.message.contains("PIN"))
        );
    }

    #[test]
    fn what_the_vendor_refuses_stops_the_account() {
        let wrong_id = (
            400,
            json!({"error":{"message":"no","code":100,"error_subcode":33}}),
        );
        for answer in [error(401, 190), error(400, 803), error(403, 10), wrong_id] {
            let settings = json!({"phoneNumberId":"1"});
            let (_, done) = connected(settings, &SECRETS, std::slice::from_ref(&answer));
            assert!(matches!(done, Err(Refusal::Account(_))), "{answer:?}");
        }
    }

    #[test]
    fn events_are_subscribed_to_only_where_they_are_not() {
        let settings = |extra: Value| {
            let mut all =
                json!({"phoneNumberId":"106540352242922","businessAccountId":"102","appId":"7"});
            all.as_object_mut()
                .unwrap()
                .extend(extra.as_object().unwrap().clone());
            all
        };
        let owned = (200, json!({"data":[{"id":"106540352242922"}]}));
        let apps = |apps: Value| (200, json!({"data": apps}));
        let ours = json!([{"whatsapp_business_api_data":{"id":"7","name":"Us"},"override_callback_uri":"https://a.example/hook"}]);
        let others = json!([{"whatsapp_business_api_data":{"id":"8"}}]);
        let done = (200, json!({"success":true}));
        let override_url = json!({"webhookOverrideUrl":"https://a.example/hook"});
        let registered = r#"POST /102/subscribed_apps {"override_callback_uri":"https://a.example/hook","verify_token":"tok"}"#;
        let cases = [
            (json!({}), ours.clone(), None),
            (json!({}), others.clone(), Some("POST /102/subscribed_apps")),
            (json!({}), json!([]), Some("POST /102/subscribed_apps")),
            (override_url.clone(), ours, None),
            (override_url, others, Some(registered)),
        ];
        for (extra, listed, call) in cases {
            let mut answers = vec![number(), owned.clone(), apps(listed)];
            answers.extend(call.map(|_| done.clone()));
            let (calls, ended) = connected(settings(extra), &SECRETS, &answers);
            assert_eq!(calls[1], "GET /102/phone_numbers?fields=id&limit=100");
            assert_eq!(calls[2], "GET /102/subscribed_apps");
            assert_eq!(calls.get(3).map(String::as_str), call);
            assert!(ended.is_ok());
        }
        let elsewhere = (200, json!({"data":[{"id":"999"}]}));
        let (_, ended) = connected(settings(json!({})), &SECRETS, &[number(), elsewhere]);
        assert!(matches!(ended, Err(Refusal::Account(error)) if error.reason == "wrong_account"));
    }

    #[test]
    fn what_the_token_may_and_how_long_it_holds_is_looked_at() {
        let secrets = [SECRETS[0], SECRETS[1], ("appSecret", "s3cret")];
        let settings = json!({"phoneNumberId":"106540352242922","appId":"7"});
        let token = |told: Value| (200, json!({"data": told}));
        let soon = 1_767_268_800 + 3 * 86_400;
        let fine = json!({"is_valid":true,"app_id":"7","expires_at":0,"scopes":SCOPES});
        let cases = [
            (fine, 0, json!(null)),
            (
                json!({"is_valid":true,"app_id":"8","expires_at":soon,"data_access_expires_at":soon,"scopes":["whatsapp_business_messaging"]}),
                4,
                json!("2026-01-04T12:00:00.000Z"),
            ),
        ];
        for (told, warnings, ends) in cases {
            let (calls, done) = connected(settings.clone(), &secrets, &[number(), token(told)]);
            assert!(
                calls[1].starts_with("GET /debug_token?input_token=EAAT&appsecret_proof="),
                "{calls:?}"
            );
            let done = done.unwrap();
            // One more: the business account is not known.
            assert_eq!(done.warnings.len(), warnings + 1, "{:?}", done.warnings);
            assert_eq!(done.settings["expiresAt"], ends);
        }
        let gone = json!({"is_valid":false,"error":{"code":190,"message":"Session has expired"}});
        let (_, done) = connected(settings.clone(), &secrets, &[number(), token(gone)]);
        assert!(
            matches!(done, Err(Refusal::Account(error)) if error.message == "Session has expired")
        );
        let (_, done) = connected(settings, &secrets, &[number(), error(400, 100)]);
        assert!(done.unwrap().warnings[0].contains("App ID"));
    }

    #[test]
    fn a_number_may_report_to_an_address_of_its_own() {
        let override_of = |url: &str| {
            let settings = json!({"phoneNumberId":"106540352242922","webhookOverrideFor":"number","webhookOverrideUrl":url});
            let answers = [number(), (200, json!({"success":true}))];
            let (calls, done) = connected(settings, &SECRETS, &answers);
            done.unwrap();
            calls[1].clone()
        };
        assert_eq!(
            override_of("https://desk.example/hook"),
            r#"POST /106540352242922 {"webhook_configuration":{"override_callback_uri":"https://desk.example/hook","verify_token":"tok"}}"#
        );
        assert_eq!(
            override_of(""),
            r#"POST /106540352242922 {"webhook_configuration":{"override_callback_uri":""}}"#
        );
    }
}

//! Proving a page and having it report to us. facebook.md section 1.

use std::collections::BTreeMap;

use crate::base::secret::Secret;
use crate::channels::meta::callback;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::comments::with_field;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::direct::subscription::subscribe;
use crate::channels::meta::graph::FACEBOOK;
use crate::channels::meta::graph::Graph;
use crate::channels::meta::settings::deaf;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::token;
use crate::channels::meta::token::Needs;
use crate::channels::node::Kept;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Renewed;
use crate::model::refusal::Refusal;

/// The name of the secret that holds the token.
pub const TOKEN: &str = "pageAccessToken";

const USER_TOKEN: &str = "userAccessToken";

const SCOPES: [&str; 2] = ["pages_messaging", "pages_manage_metadata"];

/// What we want to hear of, and what every page tells.
const FIELDS: [&str; 2] = [
    "messages,messaging_postbacks,messaging_optins,messaging_referrals,message_deliveries,message_reads,message_echoes,message_reactions,message_edits,messaging_handovers,standby,messaging_policy_enforcement",
    "messages,messaging_postbacks,messaging_optins,message_deliveries,message_reads,message_echoes",
];

/// Where a page's calls go and as whom.
#[must_use]
pub fn way(account: &Account) -> Way<'_> {
    Way {
        graph: Graph::of(account, FACEBOOK, TOKEN),
        node: account.text("pageId").unwrap_or_default(),
    }
}

/// Proves a page and subscribes to what happens on it. Subscribing again does no harm, and mends a
/// subscription the vendor took away.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn walk(asked: &Asked<'_>) -> Result<Connected, Pause> {
    let account = asked.account;
    let way = way(account);
    let mut talk = Talk::of(asked, FAULTS);
    let mut connected = Connected::default();
    let path = "me?fields=id,name,category,picture%7Burl%7D";
    let told = talk.must("pageAccessToken", Call::http(way.graph.get(path)))?;
    connected.settings = is_ours(account, Node::of(&told))?;
    let needs = Needs {
        token: account.secret(TOKEN).unwrap_or_default(),
        scopes: &SCOPES,
    };
    token::look(&mut talk, account, needs, asked.now, &mut connected)?;
    let fields = FIELDS.map(|fields| with_field(account, fields, "feed"));
    subscribe(&mut talk, &way, &fields)?;
    let product = ("page", fields[0].as_str());
    callback::enter(&mut talk, account, product, &mut connected)?;
    connected.warnings.extend(deaf(account));
    if account.text("appId").is_none() {
        connected.warnings.push(
            "Without the App ID, what is sent through this app cannot be told from what other apps send.".to_owned(),
        );
    }
    Ok(connected)
}

/// Whether the token is the page's own.
fn is_ours(account: &Account, told: Node<'_>) -> Result<Opaque, Pause> {
    let id = told.word("id").unwrap_or_default();
    if account.text("pageId") != Some(id.as_str()) {
        let name = told.word("name").unwrap_or_default();
        let message = if told.at("category").is_there() {
            format!("The token is that of another page: {name} ({id}).")
        } else {
            format!("This is a token of a person ({name}); a Page access token is needed.")
        };
        return Err(Pause::Refused(Refusal::Account(SendError::passing(
            "wrong_account",
            message,
        ))));
    }
    let mut kept = Kept::default();
    kept.put("pageName", told.word("name"));
    Ok(kept.into_inner())
}

/// Fetches the page's token with the token of a person who may, where there is none.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn renew(asked: &Asked<'_>) -> Result<Renewed, Pause> {
    let account = asked.account;
    let has = |name| account.secret(name).is_some_and(|token| !token.is_empty());
    if has(TOKEN) || !has(USER_TOKEN) {
        return Ok(Renewed::default());
    }
    let graph = Graph::of(account, FACEBOOK, USER_TOKEN);
    let page = account.text("pageId").unwrap_or_default();
    let call = Call::http(graph.get(&format!("{page}?fields=access_token")));
    let told = Talk::of(asked, FAULTS).must("userAccessToken", call)?;
    let Some(token) = Node::of(&told).word("access_token") else {
        return Err(Pause::Refused(Refusal::Account(SendError::passing(
            "permission_missing",
            "The person of the user access token may not speak for this page.",
        ))));
    };
    Ok(Renewed {
        secrets: BTreeMap::from([(TOKEN.to_owned(), Secret::new(token))]),
        settings: Opaque::new(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use serde_json::Value;
    use serde_json::json;

    fn page() -> (u16, Value) {
        (
            200,
            json!({"id":"1234567890","name":"Acme","category":"Shop"}),
        )
    }

    #[test]
    fn a_page_is_proved_and_subscribed_to() {
        let ours = account(
            json!({"pageId":"1234567890","appId":"7"}),
            &[("pageAccessToken", "EAAT")],
        );
        let walk = |answers: &[(u16, Value)]| hold(&ours, answers, |asked| next(walk(asked)));
        let done = (200, json!({"success":true}));
        let (calls, connected) = walk(&[page(), done.clone()]);
        let all = format!(
            "POST /1234567890/subscribed_apps?subscribed_fields={}",
            FIELDS[0]
        );
        assert_eq!(
            calls,
            [
                "GET /me?fields=id,name,category,picture%7Burl%7D".to_owned(),
                all
            ]
        );
        let connected = connected.unwrap();
        assert_eq!(
            Value::Object(connected.settings),
            json!({"pageName":"Acme"})
        );
        assert_eq!(connected.warnings.len(), 1, "{:?}", connected.warnings);

        let refused = (400, json!({"error":{"code":100,"message":"(#100) field"}}));
        let (calls, connected) = walk(&[page(), refused, done]);
        assert!(
            calls[2].ends_with(FIELDS[1]) && connected.is_ok(),
            "{calls:?}"
        );
        let gone = (
            401,
            json!({"error":{"code":190,"error_subcode":463,"message":"expired"}}),
        );
        assert!(matches!(walk(&[gone]).1, Err(Refusal::Account(_))));
    }

    #[test]
    fn the_token_of_a_person_is_told_from_that_of_another_page() {
        let ours = account(json!({"pageId":"1"}), &[("pageAccessToken", "EAAT")]);
        let person = json!({"id":"99","name":"Ana"});
        let other = json!({"id":"2","name":"Beta","category":"Shop"});
        for (told, words) in [
            (person, "a person (Ana)"),
            (other, "another page: Beta (2)"),
        ] {
            let (_, ended) = hold(&ours, &[(200, told)], |asked| next(walk(asked)));
            assert!(matches!(ended, Err(Refusal::Account(error)) if error.message.contains(words)));
        }
    }

    #[test]
    fn a_page_token_is_fetched_with_that_of_a_person() {
        let person = account(json!({"pageId":"1"}), &[("userAccessToken", "EAAU")]);
        let answers = [(200, json!({"access_token":"EAAP","id":"1"}))];
        let (calls, renewed) = hold(&person, &answers, |asked| next(renew(asked)));
        assert_eq!(calls, ["GET /1?fields=access_token"]);
        let renewed = renewed.unwrap();
        assert_eq!(renewed.secrets["pageAccessToken"].reveal(), "EAAP");
        let (_, none) = hold(&person, &[(200, json!({"id":"1"}))], |asked| {
            next(renew(asked))
        });
        assert!(matches!(none, Err(Refusal::Account(_))));
        let has = account(
            json!({"pageId":"1"}),
            &[("pageAccessToken", "EAAP"), ("userAccessToken", "EAAU")],
        );
        let (calls, renewed) = hold(&has, &[], |asked| next(renew(asked)));
        assert!(calls.is_empty() && renewed.unwrap().is_nothing());
    }
}

//! Proving an account, having it report to us, and keeping its token alive. instagram.md section 1.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::base::secret::Secret;
use crate::base::time::Timestamp;
use crate::channels::instagram::settings::Login;
use crate::channels::meta::callback;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::comments::with_field;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::direct::subscription::subscribe;
use crate::channels::meta::graph::FACEBOOK;
use crate::channels::meta::graph::Graph;
use crate::channels::meta::graph::INSTAGRAM;
use crate::channels::meta::settings::deaf;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::meta::token;
use crate::channels::meta::token::ENDS;
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

/// The name of the setting that holds the token.
pub const TOKEN: &str = "accessToken";

const SCOPES: [&str; 3] = [
    "instagram_basic",
    "instagram_manage_messages",
    "pages_manage_metadata",
];

/// What we want to hear of through a page, and what every account tells.
const PAGE_FIELDS: [&str; 2] = [
    "messages,messaging_postbacks,message_reactions,messaging_referrals,messaging_handovers,standby",
    "messages,messaging_postbacks,message_reactions",
];

/// The same where the account logs in by itself.
const OWN_FIELDS: [&str; 2] = [
    "messages,messaging_postbacks,message_reactions,messaging_seen,messaging_referral,message_edit,standby",
    "messages,messaging_postbacks,message_reactions,messaging_seen",
];

/// What of the product in the app is read.
const PRODUCT_FIELDS: &str = "messages,messaging_postbacks,message_reactions,messaging_seen,messaging_referral,message_edit,messaging_handover,standby";

/// The codes of a token that does not hold any more.
const TOKEN_GONE: [Option<i64>; 2] = [Some(102), Some(190)];

/// How long a token is taken to hold that is too young to be renewed, so that its end is not known.
const AT_LEAST: Duration = Duration::from_secs(50 * 24 * 3_600);

/// Where an account's calls go and as whom.
#[must_use]
pub fn way(account: &Account) -> Way<'_> {
    let (base, node) = match Login::of(account) {
        Login::Page => (FACEBOOK, "pageId"),
        Login::Itself => (INSTAGRAM, "instagramId"),
    };
    Way {
        graph: Graph::of(account, base, TOKEN),
        node: account.text(node).unwrap_or("me"),
    }
}

/// Proves an account and subscribes to what happens on it.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn walk(asked: &Asked<'_>) -> Result<Connected, Pause> {
    let account = asked.account;
    let way = way(account);
    let mut talk = Talk::of(asked, FAULTS);
    let mut connected = Connected::default();
    match Login::of(account) {
        Login::Page => {
            connected.settings = through_page(&mut talk, account, &way)?;
            let needs = Needs {
                token: account.secret(TOKEN).unwrap_or_default(),
                scopes: &SCOPES,
            };
            token::look(&mut talk, account, needs, asked.now, &mut connected)?;
            subscribe(&mut talk, &way, &PAGE_FIELDS)?;
        }
        Login::Itself => {
            connected.settings = by_itself(&mut talk, account, &way)?;
            if let Some(ends) = account.text(ENDS).and_then(Timestamp::parse) {
                let warning = token::ending("The access token", ends, asked.now);
                connected.warnings.extend(warning);
            }
            let fields = OWN_FIELDS.map(|fields| with_field(account, fields, "comments"));
            subscribe(&mut talk, &way, &fields)?;
        }
    }
    let product = (
        "instagram",
        &*with_field(account, PRODUCT_FIELDS, "comments"),
    );
    callback::enter(&mut talk, account, product, &mut connected)?;
    let has_own_secret = account
        .secret("instagramAppSecret")
        .is_some_and(|secret| !secret.is_empty());
    if !has_own_secret {
        connected.warnings.extend(deaf(account));
    }
    Ok(connected)
}

fn through_page(talk: &mut Talk<'_>, account: &Account, way: &Way<'_>) -> Result<Opaque, Pause> {
    let fields = "id,name,instagram_business_account%7Bid,username,name,profile_picture_url%7D";
    let path = format!("{}?fields={fields}", way.node);
    let told = talk.must("pageId", Call::http(way.graph.get(&path)))?;
    let found = Node::of(&told).at("instagram_business_account");
    let Some(id) = found.word("id") else {
        let words = "The page has no linked Instagram professional account.";
        return Err(refused("account_not_linked", words));
    };
    is_ours(account, &id, found)
}

/// Webhooks name the account by its `user_id`; its `id` is known to this app alone.
fn by_itself(talk: &mut Talk<'_>, account: &Account, way: &Way<'_>) -> Result<Opaque, Pause> {
    let path = "me?fields=user_id,username,name,account_type,profile_picture_url";
    let told = talk.must("accessToken", Call::http(way.graph.get(path)))?;
    let found = Node::of(&told);
    let Some(id) = found.word("user_id") else {
        let words = "The vendor does not tell which professional account the token is for.";
        return Err(refused("account_not_eligible", words));
    };
    is_ours(account, &id, found)
}

fn is_ours(account: &Account, id: &str, found: Node<'_>) -> Result<Opaque, Pause> {
    if account.text("instagramId").is_some_and(|given| given != id) {
        let words = "The token belongs to another Instagram account than the Instagram account ID.";
        return Err(refused("wrong_account", words));
    }
    let mut kept = Kept::default();
    kept.put("instagramId", Some(id));
    kept.put("username", found.word("username"));
    Ok(kept.into_inner())
}

fn refused(reason: &str, message: &str) -> Pause {
    Pause::Refused(Refusal::Account(SendError::passing(reason, message)))
}

/// Renews the token of an account that logs in by itself before its 60 days end. A token the vendor
/// will not renew yet is young, and so far from its end.
///
/// # Errors
/// It has to be asked first; the token does not hold any more.
pub fn renew(asked: &Asked<'_>) -> Result<Renewed, Pause> {
    let account = asked.account;
    let ends = account.text(ENDS).and_then(Timestamp::parse);
    let holds = ends.is_some_and(|ends| asked.now.plus(token::SOON) < ends);
    if holds || Login::of(account) == Login::Page {
        return Ok(Renewed::default());
    }
    let graph = way(account).graph;
    let call = graph.get_unversioned("refresh_access_token?grant_type=ig_refresh_token");
    let mut talk = Talk::of(asked, FAULTS);
    let told = match talk.may("accessToken", Call::http(call))? {
        Ok(told) => told,
        Err(declined) if TOKEN_GONE.contains(&declined.fault.code) => {
            return Err(talk.refuse(&declined));
        }
        Err(_) if ends.is_some() => return Ok(Renewed::default()),
        Err(_) => {
            return Ok(Renewed {
                settings: until(asked.now.plus(AT_LEAST)),
                ..Renewed::default()
            });
        }
    };
    let told = Node::of(&told);
    let lasts = told
        .at("expires_in")
        .whole()
        .and_then(|secs| u64::try_from(secs).ok());
    let (Some(fresh), Some(secs)) = (told.word("access_token"), lasts) else {
        return Ok(Renewed::default());
    };
    Ok(Renewed {
        secrets: BTreeMap::from([(TOKEN.to_owned(), Secret::new(fresh))]),
        settings: until(asked.now.plus(Duration::from_secs(secs))),
    })
}

/// The end of a token, as it is kept.
#[must_use]
pub fn until(ends: Timestamp) -> Opaque {
    [(ENDS.to_owned(), Value::from(ends.to_string()))]
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::NOW;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use serde_json::json;

    const SECRETS: [(&str, &str); 2] = [("accessToken", "EAAT"), ("appSecret", "s")];
    const OWN: [(&str, &str); 2] = [("accessToken", "IGAAT"), ("instagramAppSecret", "s")];

    #[test]
    fn an_account_is_proved_through_its_page() {
        let found = json!({"id":"123","name":"Acme","instagram_business_account":{"id":"17841405822304914","username":"acme"}});
        let done = (200, json!({"success":true}));
        let walk = |settings: Value, answers: &[(u16, Value)]| {
            let account = account(settings, &SECRETS[..1]);
            hold(&account, answers, |asked| next(walk(asked)))
        };
        let (calls, connected) = walk(json!({"pageId":"123"}), &[(200, found.clone()), done]);
        assert_eq!(
            calls[0],
            "GET /123?fields=id,name,instagram_business_account%7Bid,username,name,profile_picture_url%7D"
        );
        let subscribed = format!(
            "POST /123/subscribed_apps?subscribed_fields={}",
            PAGE_FIELDS[0]
        );
        assert_eq!(calls[1], subscribed);
        let connected = connected.unwrap();
        let expected = json!({"instagramId":"17841405822304914","username":"acme"});
        assert_eq!(Value::Object(connected.settings), expected);
        assert!(connected.warnings[0].starts_with("Nothing is taken in"));

        let (_, other) = walk(json!({"pageId":"123","instagramId":"1"}), &[(200, found)]);
        assert!(matches!(other, Err(Refusal::Account(error)) if error.reason == "wrong_account"));
        let (_, none) = walk(json!({"pageId":"123"}), &[(200, json!({"id":"123"}))]);
        assert!(
            matches!(none, Err(Refusal::Account(error)) if error.reason == "account_not_linked")
        );
    }

    #[test]
    fn an_account_by_itself_is_known_by_its_user_id() {
        let me = (
            200,
            json!({"user_id":"17841405822304914","id":"26055","username":"acme","account_type":"BUSINESS"}),
        );
        let settings =
            json!({"instagramId":"17841405822304914","expiresAt":"2026-01-05T00:00:00.000Z"});
        let account = account(settings, &OWN);
        let answers = [me, (200, json!({"success":true}))];
        let (calls, connected) = hold(&account, &answers, |asked| next(walk(asked)));
        let base = "https://graph.instagram.com/v25.0";
        let expected = [
            format!("GET {base}/me?fields=user_id,username,name,account_type,profile_picture_url"),
            format!(
                "POST {base}/17841405822304914/subscribed_apps?subscribed_fields={}",
                OWN_FIELDS[0]
            ),
        ];
        assert_eq!(calls, expected);
        let warnings = connected.unwrap().warnings;
        assert_eq!(
            warnings,
            ["The access token ends at 2026-01-05T00:00:00.000Z."]
        );
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        let renew = |settings: Value, token: &str, answers: &[(u16, Value)]| {
            let account = account(settings, &[("accessToken", token)]);
            hold(&account, answers, |asked| next(renew(asked)))
        };
        let ends = |days: u64| json!({"expiresAt": NOW.plus(Duration::from_secs(days * 86_400)).to_string()});
        let fresh = (
            200,
            json!({"access_token":"IGNEW","token_type":"bearer","expires_in":5_183_944}),
        );
        for (settings, token) in [(ends(11), "IGAAT"), (ends(1), "EAAT")] {
            let (calls, renewed) = renew(settings, token, &[]);
            assert!(calls.is_empty() && renewed.unwrap().is_nothing());
        }
        for settings in [ends(9), json!({})] {
            let (calls, renewed) = renew(settings, "IGAAT", std::slice::from_ref(&fresh));
            assert_eq!(
                calls,
                [
                    "GET https://graph.instagram.com/refresh_access_token?grant_type=ig_refresh_token"
                ]
            );
            let renewed = renewed.unwrap();
            assert_eq!(renewed.secrets["accessToken"].reveal(), "IGNEW");
            assert_eq!(renewed.settings["expiresAt"], "2026-03-02T11:59:04.000Z");
        }
        let young = (400, json!({"error":{"code":100,"message":"too young"}}));
        let (_, waits) = renew(json!({}), "IGAAT", std::slice::from_ref(&young));
        let waits = waits.unwrap();
        assert!(waits.secrets.is_empty());
        assert_eq!(waits.settings["expiresAt"], "2026-02-20T12:00:00.000Z");
        let (_, waits) = renew(ends(5), "IGAAT", &[young]);
        assert!(waits.unwrap().is_nothing());
        let gone = (400, json!({"error":{"code":190,"message":"expired"}}));
        assert!(matches!(
            renew(ends(0), "IGAAT", &[gone]).1,
            Err(Refusal::Account(_))
        ));
    }
}

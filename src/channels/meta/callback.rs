//! Entering a channel's address in the app itself, which a person else does by hand. meta section 8.

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::graph::Graph;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::table::optional;
use crate::model::call::Call;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::outbound::Connected;

/// Whether the address is entered in the app each time the channel connects.
pub const ENTERS_ADDRESS: Setting = optional(
    "entersWebhook",
    "Enter the webhook at Meta",
    "The app then reports here what it has been ticked for and all that linktor reads, each time the channel connects. An app has one address for each product: the one that stands there is replaced. Needs App ID and App secret.",
    Shape::Switch,
)
.rare();

/// Has the app report what happens on one of its products to this channel, where that is wanted. The
/// vendor asks our address during the call. Whether it worked is told, but keeps no channel from
/// working: the address may be right already.
///
/// # Errors
/// It has to be asked first.
pub fn enter(
    talk: &mut Talk<'_>,
    account: &Account,
    (product, fields): (&str, &str),
    connected: &mut Connected,
) -> Result<(), Pause> {
    if account.settings.get(ENTERS_ADDRESS.name) != Some(&Value::Bool(true)) {
        return Ok(());
    }
    // The token of an app is its two halves, so none has to be asked for.
    let (Some(app), Some(id)) = (Graph::of_app(account), account.text("appId")) else {
        let words = "The webhook could not be entered at Meta: that needs App ID and App secret.";
        connected.warnings.push(words.to_owned());
        return Ok(());
    };
    // In the body, not in the address, which ends up in logs.
    let body = json!({
        "object": product,
        "callback_url": account.webhook_url,
        "verify_token": account.secret("verifyToken").unwrap_or_default(),
        "fields": fields,
    });
    let call = Call::http(app.post(&format!("{id}/subscriptions"), &body));
    if let Err(declined) = talk.may("webhook", call)? {
        let why = &declined.fault.sentence;
        let words = format!("The webhook could not be entered at Meta: {why}");
        connected.warnings.push(words);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::direct::faults::FAULTS;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;

    fn entered(settings: Value, answers: &[(u16, Value)]) -> (Vec<String>, Vec<String>) {
        let secrets = [("appSecret", "s"), ("verifyToken", "tok")];
        let mut account = account(settings, &secrets);
        account.webhook_url = "https://desk.example/webhooks/facebook/ch_1".to_owned();
        let (calls, connected) = hold(&account, answers, |asked| {
            let mut connected = Connected::default();
            let mut talk = Talk::of(asked, FAULTS);
            let product = ("page", "messages,standby");
            next(enter(&mut talk, asked.account, product, &mut connected).map(|()| connected))
        });
        (calls, connected.unwrap().warnings)
    }

    #[test]
    fn the_address_is_entered_where_that_is_wanted_and_a_refusal_is_told() {
        let nothing = (Vec::<String>::new(), Vec::<String>::new());
        assert_eq!(entered(json!({"appId": "7"}), &[]), nothing);
        let (calls, warnings) = entered(json!({"entersWebhook": true}), &[]);
        assert!(calls.is_empty() && warnings[0].contains("needs App ID"));
        let wanted = json!({"appId": "7", "entersWebhook": true});
        let (calls, warnings) = entered(wanted.clone(), &[(200, json!({"success": true}))]);
        let (line, sent) = calls[0].split_once(' ').unwrap().1.split_once(' ').unwrap();
        assert!(line.starts_with("/7/subscriptions"), "{line}");
        let sent: Value = serde_json::from_str(sent).unwrap();
        let expected = json!({"object": "page", "fields": "messages,standby", "verify_token": "tok",
            "callback_url": "https://desk.example/webhooks/facebook/ch_1"});
        assert_eq!((sent, warnings), (expected, Vec::new()));
        let refused = json!({"error": {"code": 2200, "message": "Callback verification failed"}});
        let (_, warnings) = entered(wanted, &[(400, refused)]);
        assert!(
            warnings[0].ends_with("Callback verification failed"),
            "{warnings:?}"
        );
    }
}

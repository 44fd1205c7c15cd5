//! Who has a conversation: this app, or the inbox in which people of the business write by hand.

use serde_json::Value;
use serde_json::json;

use crate::base::http::HttpReply;
use crate::base::http::Method;
use crate::sandbox::call::Call;
use crate::sandbox::desk::Desk;
use crate::sandbox::graph;
use crate::sandbox::graph::Fault;
use crate::sandbox::page::Kind;
use crate::sandbox::page::List;
use crate::sandbox::page::tell_in;
use crate::sandbox::queue::About;

/// The inbox of the vendor's, which is an app too.
const fn inbox(kind: Kind) -> &'static str {
    match kind {
        Kind::Messenger => "263902037430900",
        Kind::Instagram => "1217981644879628",
    }
}

fn place(customer: &str) -> String {
    format!("thread/{customer}")
}

/// Whether the inbox has somebody's conversation.
#[must_use]
pub fn is_elsewhere(desk: &Desk<'_>, customer: &str) -> bool {
    desk.account.kept.contains_key(&place(customer))
}

/// Somebody of the business takes a conversation into the inbox, or hands it back; the app hears of
/// both.
pub fn moved(kind: Kind, desk: &mut Desk<'_>, customer: &str, elsewhere: bool) {
    if is_elsewhere(desk, customer) == elsewhere {
        return;
    }
    set(desk, customer, elsewhere);
    let (ours, inbox) = (desk.account.key("appId"), inbox(kind));
    let (name, owners) = if elsewhere {
        ("take_thread_control", (ours, inbox))
    } else {
        ("pass_thread_control", (inbox, ours))
    };
    let told = json!({
        "previous_owner_app_id": owners.0, "new_owner_app_id": owners.1, "metadata": "",
    });
    let element = json!({
        "sender": {"id": customer}, "recipient": {"id": desk.account.key(kind.entry())},
        "timestamp": desk.now.as_millis(), name: told,
    });
    let event = (About::Customer, customer, name);
    tell_in(desk, kind, List::Messaging, event, &element);
}

fn set(desk: &mut Desk<'_>, customer: &str, elsewhere: bool) {
    let kept = &mut desk.account.kept;
    if elsewhere {
        kept.insert(place(customer), true.into());
    } else {
        kept.remove(&place(customer));
    }
}

/// What the vendor says to an app that writes where the inbox has the conversation.
#[must_use]
pub fn not_ours(kind: Kind) -> Fault {
    let subcode = match kind {
        Kind::Messenger => 2_018_300,
        Kind::Instagram => 2_534_037,
    };
    Fault::parameter("Message failed to send because another app is controlling this thread now.")
        .within(subcode)
}

/// Answers a call about a conversation.
///
/// # Errors
/// What the vendor would say.
pub fn answer(
    kind: Kind,
    desk: &mut Desk<'_>,
    call: &Call,
    below: &str,
) -> Result<HttpReply, Fault> {
    let body = Value::Object(call.json().unwrap_or_default());
    let asked = call.query("recipient");
    let customer = asked.or_else(|| body["recipient"]["id"].as_str().map(str::to_owned));
    let customer = customer.unwrap_or_default();
    if desk.chat(&customer).is_none() {
        return Err(Fault::parameter("No matching user found").within(kind.nobody()));
    }
    let elsewhere = is_elsewhere(desk, &customer);
    match (call.method, below) {
        (Method::Get, "thread_owner") => {
            let owner = if elsewhere {
                inbox(kind)
            } else {
                desk.account.key("appId")
            };
            let owner = json!({"thread_owner": {"app_id": owner}});
            return Ok(graph::answer(200, &json!({"data": [owner]})));
        }
        (Method::Post, "pass_thread_control") => {
            let target = match &body["target_app_id"] {
                Value::Number(id) => id.to_string(),
                other => other.as_str().unwrap_or_default().to_owned(),
            };
            if target != inbox(kind) {
                return Err(Fault::parameter(
                    "Param target_app_id is no app of this page",
                ));
            }
            if elsewhere {
                return Err(not_ours(kind));
            }
            set(desk, &customer, true);
        }
        (Method::Post, "take_thread_control") => set(desk, &customer, false),
        (Method::Post, "release_thread_control" | "extend_thread_control") if elsewhere => {
            return Err(not_ours(kind));
        }
        (Method::Post, _) => {}
        _ => return Err(Fault::no_object(below)),
    }
    Ok(graph::answer(200, &json!({"success": true})))
}

//! Who has a thread where several apps share a page. facebook.md section 7.4, instagram.md section 7.

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::direct::Product;
use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::fault::Class;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::model::call::Call;
use crate::model::outbound::Asked;
use crate::model::outbound::Regained;

/// Takes the thread with a customer back from another app. Only the first app of a page may take;
/// any other one can but ask.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn take(way: &Way<'_>, asked: &Asked<'_>, address: &str) -> Result<Regained, Pause> {
    let mut talk = Talk::of(asked, FAULTS);
    match talk.may("thread", call(way, "take_thread_control", &to(address)))? {
        Ok(_) => Ok(Regained::Ours),
        Err(declined) if declined.fault.judge(FAULTS).0 == Class::Never => {
            talk.must("thread", call(way, "request_thread_control", &to(address)))?;
            Ok(Regained::AskedFor)
        }
        Err(declined) => Err(talk.refuse(&declined)),
    }
}

/// Hands the thread with a customer to the inbox of the page.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn pass(
    product: &Product,
    way: &Way<'_>,
    asked: &Asked<'_>,
    address: &str,
) -> Result<(), Pause> {
    let mut body = to(address);
    body["target_app_id"] = product.inbox.into();
    let call = call(way, "pass_thread_control", &body);
    let mut talk = Talk::of(asked, FAULTS);
    talk.must("thread", call).map(drop::<Value>)
}

fn to(address: &str) -> Value {
    json!({"recipient": {"id": address}})
}

fn call(way: &Way<'_>, edge: &str, body: &Value) -> Call {
    Call::http(way.graph.post(&format!("{}/{edge}", way.node), body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::graph::FACEBOOK;
    use crate::channels::meta::graph::Graph;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::model::refusal::Refusal;

    #[test]
    fn the_first_app_takes_a_thread_and_any_other_asks_for_it() {
        let account = account(json!({}), &[("token", "EAAT")]);
        let way = Way {
            graph: Graph::of(&account, FACEBOOK, "token"),
            node: "1",
        };
        let done = (200, json!({"success":true}));
        let error = |code: i64, subcode: i64| {
            (
                400,
                json!({"error":{"message":"no","code":code,"error_subcode":subcode}}),
            )
        };
        let ask = |answers: &[(u16, Value)]| {
            hold(&account, answers, |asked| next(take(&way, asked, "PSID")))
        };
        let (calls, taken) = ask(std::slice::from_ref(&done));
        assert_eq!(
            calls,
            [r#"POST /1/take_thread_control {"recipient":{"id":"PSID"}}"#]
        );
        assert_eq!(taken, Ok(Regained::Ours));
        let (calls, asked_for) = ask(&[error(100, 2_534_037), done]);
        assert_eq!(
            calls[1],
            r#"POST /1/request_thread_control {"recipient":{"id":"PSID"}}"#
        );
        assert_eq!(asked_for, Ok(Regained::AskedFor));
        let (calls, refused) = ask(&[error(190, 463)]);
        assert!(calls.len() == 1 && matches!(refused, Err(Refusal::Account(_))));
    }
}

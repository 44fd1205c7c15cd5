//! Keeping somebody out at the vendor. whatsapp.md section 7.3.

use serde_json::json;

use crate::channels::meta::fault::Fault;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::connect::number_id;
use crate::channels::whatsapp::faults::FAULTS;
use crate::model::call::Call;
use crate::model::contact::Admission;
use crate::model::outbound::Asked;
use crate::model::refusal::Refusal;

/// Has the vendor keep somebody out, or let them in again. It only keeps out who wrote within a day.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn tell(address: &str, admission: Admission, asked: &Asked<'_>) -> Result<(), Pause> {
    let user = match address.strip_prefix('+') {
        Some(digits) => json!({ "user": digits }),
        None => json!({ "user_id": address }),
    };
    let body = json!({"messaging_product": "whatsapp", "block_users": [user]});
    let path = format!("{}/block_users", number_id(asked.account));
    let graph = graph(asked.account);
    let request = match admission {
        Admission::Blocked => graph.post(&path, &body),
        Admission::Free => graph.delete_with(&path, &body),
    };
    let told = Talk::of(asked, FAULTS).must("block", Call::http(request))?;
    let failed = Node::of(&told).at("block_users").at("failed_users").first();
    let error = failed.at("errors").first();
    if error.is_there() {
        let refused = Fault::of(error).as_error(FAULTS);
        return Err(Pause::Refused(Refusal::Never(refused)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;

    #[test]
    fn somebody_is_kept_out_by_number_or_by_id() {
        let ours = account(json!({"phoneNumberId":"1"}), &[("accessToken", "EAAT")]);
        let cases = [
            (
                "+16505551234",
                Admission::Blocked,
                r#"POST /1/block_users {"block_users":[{"user":"16505551234"}],"messaging_product":"whatsapp"}"#,
            ),
            (
                "US.134",
                Admission::Free,
                r#"DELETE /1/block_users {"block_users":[{"user_id":"US.134"}],"messaging_product":"whatsapp"}"#,
            ),
        ];
        let done = (200, json!({"block_users":{"added_users":[{"input":"1"}]}}));
        for (address, admission, expected) in cases {
            let (calls, told) = hold(&ours, std::slice::from_ref(&done), |asked| {
                next(tell(address, admission, asked))
            });
            assert_eq!(told, Ok(()));
            let body = |text: &str| text.split_once(" {").map(|(path, _)| path.to_owned());
            assert_eq!(body(&calls[0]), body(expected));
            let json = |text: &str| -> serde_json::Value {
                let at = text.find('{').unwrap_or_default();
                serde_json::from_str(&text[at..]).unwrap_or_default()
            };
            assert_eq!(json(&calls[0]), json(expected));
        }
        let silent = (
            200,
            json!({"block_users":{"failed_users":[{"input":"1","errors":[{"code":139_101,"message":"Not within 24 hours"}]}]}}),
        );
        let (_, refused) = hold(&ours, &[silent], |asked| {
            next(tell("+1", Admission::Blocked, asked))
        });
        assert!(matches!(refused, Err(Refusal::Never(error)) if error.reason == "not_blocked"));
    }
}

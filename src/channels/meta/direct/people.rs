//! Who a customer is. facebook.md section 7.6, instagram.md section 7.

use serde_json::json;

use crate::channels::meta::direct::Way;
use crate::channels::meta::direct::faults::FAULTS;
use crate::channels::meta::fault::Class;
use crate::channels::meta::graph::escape;
use crate::channels::meta::graph::media_url;
use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::model::call::Call;
use crate::model::contact::Admission;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Person;
use crate::model::outbound::Source;

/// What the vendor calls a token that does not hold: nothing to do with the customer.
const TOKEN: [Option<i64>; 2] = [Some(102), Some(190)];

/// Asks about a customer. Whoever does not show themselves, or never wrote, stays unknown.
///
/// # Errors
/// It has to be asked first; not now.
pub fn look_up(
    way: &Way<'_>,
    asked: &Asked<'_>,
    address: &str,
    fields: &str,
) -> Result<Person, Pause> {
    let mut talk = Talk::of(asked, FAULTS);
    let path = format!("{}?fields={fields}", escape(address));
    let told = match talk.may("profile", Call::http(way.graph.get(&path)))? {
        Ok(told) => told,
        Err(declined) => {
            let (class, _) = declined.fault.judge(FAULTS);
            let is_ours = TOKEN.contains(&declined.fault.code);
            return match class {
                Class::Never => Ok(Person::default()),
                Class::Account if !is_ours => Ok(Person::default()),
                _ => Err(talk.refuse(&declined)),
            };
        }
    };
    Ok(read(asked.account, Node::of(&told)))
}

/// Has the vendor keep a customer out, or let them in again. instagram.md section 7.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn block(
    way: &Way<'_>,
    asked: &Asked<'_>,
    address: &str,
    admission: Admission,
) -> Result<(), Pause> {
    let action = match admission {
        Admission::Blocked => "block_user",
        Admission::Free => "unblock_user",
    };
    let path = format!("{}/moderate_conversations", way.node);
    let body = json!({"user_ids": [{"id": address}], "actions": [action]});
    let mut talk = Talk::of(asked, FAULTS);
    talk.must("block", Call::http(way.graph.post(&path, &body)))?;
    Ok(())
}

fn read(account: &Account, person: Node<'_>) -> Person {
    let parts = [person.word("first_name"), person.word("last_name")];
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = person
        .word("name")
        .or(Some(joined).filter(|name| !name.is_empty()))
        .or_else(|| person.word("username"));
    let picture = person.word("profile_pic");
    Person {
        name,
        picture: picture.and_then(|url| {
            Some(Source {
                url: media_url(account, &url)?,
                authorization: None,
                digest: None,
            })
        }),
        language: person.word("locale").map(|locale| locale.replace('_', "-")),
        timezone: None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::graph::FACEBOOK;
    use crate::channels::meta::graph::Graph;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::model::refusal::Refusal;
    use serde_json::Value;
    use serde_json::json;

    fn ask(status: u16, told: Value) -> (Vec<String>, Result<Person, Refusal>) {
        let account = account(json!({}), &[("token", "EAAT")]);
        let way = Way {
            graph: Graph::of(&account, FACEBOOK, "token"),
            node: "1",
        };
        hold(&account, &[(status, told)], |asked| {
            next(look_up(&way, asked, "PSID/1", "name"))
        })
    }

    #[test]
    fn people_have_names_and_pictures_or_stay_unknown() {
        let (calls, person) = ask(
            200,
            json!({"first_name":"Ana","last_name":"Silva","locale":"pt_BR",
            "profile_pic":"https://platform-lookaside.fbsbx.com/x","id":"PSID"}),
        );
        assert_eq!(calls, ["GET /PSID%2F1?fields=name"]);
        let person = person.unwrap();
        assert_eq!(person.name.as_deref(), Some("Ana Silva"));
        assert_eq!(person.language.as_deref(), Some("pt-BR"));
        assert!(
            person
                .picture
                .is_some_and(|picture| picture.authorization.is_none())
        );
        let (_, person) = ask(
            200,
            json!({"name":null,"username":"ana","profile_pic":"http://evil.example/"}),
        );
        let person = person.unwrap();
        assert_eq!(
            (person.name.as_deref(), person.picture.is_none()),
            (Some("ana"), true)
        );
    }

    #[test]
    fn whoever_does_not_show_themselves_is_no_trouble() {
        let error = |code: i64, subcode: i64| json!({"error":{"message":"m","code":code,"error_subcode":subcode}});
        for (code, subcode) in [
            (100, 33),
            (100, 2_018_218),
            (100, 2_534_014),
            (230, 0),
            (9_010, 0),
            (10, 0),
        ] {
            let (_, person) = ask(400, error(code, subcode));
            assert!(person.unwrap().name.is_none(), "{code}/{subcode}");
        }
        assert!(matches!(
            ask(401, error(190, 463)).1,
            Err(Refusal::Account(_))
        ));
        assert!(matches!(
            ask(500, error(2, 0)).1,
            Err(Refusal::Later { .. })
        ));
        assert!(matches!(
            ask(400, error(4, 0)).1,
            Err(Refusal::SlowDown { .. })
        ));
    }
}

//! The business profile of a number: what customers see who look at whom they write with.
//! whatsapp.md section 7.3.
//!
//! What was never set here is left to whoever set it at the vendor, and shown as it is there.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::channels::meta::talk::Pause;
use crate::channels::meta::talk::Talk;
use crate::channels::node::Node;
use crate::channels::table::optional;
use crate::channels::table::wrong as field;
use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::connect::number_id;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::channel::Setting;
use crate::model::channel::Shape;
use crate::model::outbound::Account;
use crate::model::rejection::FieldError;

/// The line below the name.
pub const ABOUT: Setting = optional(
    "profileAbout",
    "About",
    "The line below the name, at most 139 characters. It cannot be taken away, only changed.",
    Shape::Text,
);

/// Where the business is.
pub const ADDRESS: Setting = optional(
    "profileAddress",
    "Address",
    "At most 256 characters.",
    Shape::Text,
);

/// What it does.
pub const DESCRIPTION: Setting = optional(
    "profileDescription",
    "Description",
    "At most 512 characters.",
    Shape::Text,
);

/// Where to write to it.
pub const EMAIL: Setting = optional(
    "profileEmail",
    "Email",
    "At most 128 characters.",
    Shape::Text,
);

/// Its pages.
pub const WEBSITES: Setting = optional(
    "profileWebsites",
    "Websites",
    "At most 2, each with http:// or https:// in front.",
    Shape::List,
);

/// Its trade.
pub const VERTICAL: Setting = optional(
    "profileVertical",
    "Category",
    "One of the vendor's words.",
    Shape::Choice(VERTICALS),
);

/// What the vendor calls a trade that nobody named.
const UNTOLD: &str = "UNDEFINED";

/// The trades the vendor knows.
const VERTICALS: &[&str] = &[
    UNTOLD,
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "NOT_A_BIZ",
];

/// Each setting with the vendor's name for it.
const NAMES: [(&Setting, &str); 6] = [
    (&ABOUT, "about"),
    (&ADDRESS, "address"),
    (&DESCRIPTION, "description"),
    (&EMAIL, "email"),
    (&WEBSITES, "websites"),
    (&VERTICAL, "vertical"),
];

/// Where the vendor has the picture of the profile: it only tells that, under this name.
pub const PICTURE: (&str, &str) = ("profilePictureUrl", "profile_picture_url");

/// How long each text may be.
const LENGTHS: [(&Setting, usize); 4] = [
    (&ABOUT, 139),
    (&ADDRESS, 256),
    (&DESCRIPTION, 512),
    (&EMAIL, 128),
];

const WEBSITES_MAX: usize = 2;
const WEBSITE_MAX: usize = 256;

/// What is wrong with what was typed.
#[must_use]
pub fn check(account: &Account) -> Vec<FieldError> {
    let text = |setting: &Setting| account.settings.get(setting.name).and_then(Value::as_str);
    let mut wrong = Vec::new();
    for (setting, max) in LENGTHS {
        let length = text(setting).unwrap_or_default().encode_utf16().count();
        if length > max {
            let what = format!("must have at most {max} characters");
            wrong.push(field(setting.name, &what));
        }
    }
    if text(&ABOUT).is_some_and(|about| about.trim().is_empty()) {
        wrong.push(field(ABOUT.name, "must not be empty"));
    }
    if text(&EMAIL).is_some_and(|email| !email.is_empty() && !email.contains('@')) {
        wrong.push(field(EMAIL.name, "must be an email address"));
    }
    let websites = account.settings.get(WEBSITES.name);
    let websites = websites.map(Node::of).into_iter().flat_map(Node::items);
    let websites: Vec<String> = websites.filter_map(Node::text).collect();
    if websites.len() > WEBSITES_MAX {
        wrong.push(field(WEBSITES.name, "must hold at most 2 entries"));
    }
    for (index, website) in websites.iter().enumerate() {
        let is_page = website.starts_with("http://") || website.starts_with("https://");
        if !is_page || website.chars().count() > WEBSITE_MAX {
            let what = "must be an http or https address of at most 256 characters";
            wrong.push(field(&format!("{}[{index}]", WEBSITES.name), what));
        }
    }
    wrong
}

/// Reads what the vendor shows of what was never set here, and the picture. A vendor that does not
/// tell takes nothing away.
///
/// # Errors
/// It has to be asked first.
pub fn adopt(talk: &mut Talk<'_>, account: &Account) -> Result<Opaque, Pause> {
    let is_unset = |setting: &Setting| !account.settings.contains_key(setting.name);
    let mut adopted = Opaque::new();
    let Ok(told) = talk.may("profile", ask(account))? else {
        return Ok(adopted);
    };
    let shown = Node::of(&told).at("data").first();
    let picture = shown.word(PICTURE.1);
    if picture.is_some() || account.settings.contains_key(PICTURE.0) {
        adopted.insert(PICTURE.0.to_owned(), picture.unwrap_or_default().into());
    }
    for (setting, name) in NAMES {
        let value = shown.at(name);
        let is_known = match &setting.shape {
            Shape::Choice(_) if value.is(UNTOLD) => false,
            Shape::Choice(words) => value
                .text()
                .is_some_and(|word| words.contains(&word.as_str())),
            Shape::List => value.items().next().is_some(),
            _ => value.text().is_some_and(|text| !text.is_empty()),
        };
        if is_known && is_unset(setting) {
            adopted.insert(setting.name.to_owned(), value.raw());
        }
    }
    Ok(adopted)
}

/// Brings the vendor's profile in line with the settings.
///
/// # Errors
/// It has to be asked first; the vendor refused.
pub fn publish(talk: &mut Talk<'_>, account: &Account) -> Result<(), Pause> {
    let wanted = NAMES.iter().filter_map(|(setting, name)| {
        let value = account.settings.get(setting.name)?;
        Some((*name, value.clone()))
    });
    let wanted: Vec<(&str, Value)> = wanted.collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let told = talk.must("business profile", ask(account))?;
    let shown = Node::of(&told).at("data").first();
    let is_new = |(name, value): &(&str, Value)| {
        let there = shown.at(name);
        // What is empty is not named.
        if there.is_there() {
            there.raw() != *value
        } else {
            ![json!(""), json!([]), json!(UNTOLD)].contains(value)
        }
    };
    let changed = wanted.into_iter().filter(is_new);
    let mut body: Map<String, Value> = changed
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    if body.is_empty() {
        return Ok(());
    }
    body.insert("messaging_product".to_owned(), "whatsapp".into());
    let path = format!("{}/whatsapp_business_profile", number_id(account));
    let call = Call::http(graph(account).post(&path, &Value::Object(body)));
    talk.must("business profile", call).map(drop::<Value>)
}

fn ask(account: &Account) -> Call {
    let fields = NAMES.map(|(_, name)| name).join(",");
    let (id, picture) = (number_id(account), PICTURE.1);
    let path = format!("{id}/whatsapp_business_profile?fields={fields},{picture}");
    Call::http(graph(account).get(&path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::talk::next;
    use crate::channels::meta::tests::account;
    use crate::channels::meta::tests::hold;
    use crate::channels::whatsapp::faults::FAULTS;

    const ASK: &str = "GET /1/whatsapp_business_profile?fields=about,address,description,email,websites,vertical,profile_picture_url";

    fn ours(mut settings: Value) -> Account {
        settings["phoneNumberId"] = "1".into();
        account(settings, &[("accessToken", "EAAT")])
    }

    #[test]
    fn only_what_differs_is_set_at_the_vendor() {
        let held =
            json!({"data":[{"about":"Hi","vertical":"RETAIL","messaging_product":"whatsapp"}]});
        let published = |settings: Value, answers: &[(u16, Value)]| {
            let (calls, done) = hold(&ours(settings), answers, |asked| {
                next(publish(&mut Talk::of(asked, FAULTS), asked.account))
            });
            assert_eq!(done, Ok(()));
            calls
        };
        assert_eq!(published(json!({}), &[]), Vec::<String>::new());
        let same = json!({"profileAbout":"Hi","profileAddress":"","profileWebsites":[],"profileVertical":"RETAIL"});
        assert_eq!(published(same, &[(200, held.clone())]), [ASK]);
        let set = published(
            json!({"profileAbout":"Hi","profileVertical":"OTHER","profileWebsites":["https://acme.example"]}),
            &[(200, held), (200, json!({"success":true}))],
        );
        let body = r#"{"messaging_product":"whatsapp","vertical":"OTHER","websites":["https://acme.example"]}"#;
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let sent = set[1].strip_prefix("POST /1/whatsapp_business_profile ");
        let sent: Value = serde_json::from_str(sent.unwrap_or_default()).unwrap_or_default();
        assert_eq!(sent, body, "{set:?}");
    }

    #[test]
    fn what_was_never_set_is_shown_as_it_is_at_the_vendor() {
        let held = json!({"data":[{"about":"Hi","email":"","websites":["https://acme.example"],"vertical":"NEW_ONE"}]});
        let adopted = |settings: Value, answers: &[(u16, Value)]| {
            let (_, adopted) = hold(&ours(settings), answers, |asked| {
                next(adopt(&mut Talk::of(asked, FAULTS), asked.account))
            });
            adopted.map(Value::Object)
        };
        let all = json!({"profileAbout":"Hi","profileWebsites":["https://acme.example"]});
        assert_eq!(adopted(json!({}), &[(200, held.clone())]), Ok(all));
        let rest = json!({"profileWebsites":["https://acme.example"]});
        assert_eq!(
            adopted(json!({"profileAbout":"Ours"}), &[(200, held)]),
            Ok(rest)
        );
        let picture = "https://pps.whatsapp.net/v/1.jpg";
        let seen = json!({"data":[{"profile_picture_url":picture}]});
        assert_eq!(
            adopted(json!({}), &[(200, seen)]),
            Ok(json!({"profilePictureUrl":picture}))
        );
        assert_eq!(
            adopted(
                json!({"profilePictureUrl":picture}),
                &[(200, json!({"data":[{}]}))]
            ),
            Ok(json!({"profilePictureUrl":""})),
            "taken away at the vendor"
        );
        let refused = (400, json!({"error":{"code":100,"message":"no"}}));
        assert_eq!(adopted(json!({}), &[refused]), Ok(json!({})));
    }

    #[test]
    fn every_limit_holds_at_its_edge_and_not_one_past_it() {
        let wrong = |name: &str, value: Value| {
            let account = ours(json!({name: value}));
            let fields = check(&account).into_iter().map(|error| error.field);
            fields.collect::<Vec<_>>()
        };
        for (setting, max) in LENGTHS {
            let edge = format!("@{}", "x".repeat(max - 1));
            assert_eq!(
                wrong(setting.name, edge.clone().into()),
                Vec::<String>::new()
            );
            assert_eq!(
                wrong(setting.name, format!("{edge}x").into()),
                [setting.name]
            );
        }
        let page = "https://acme.example";
        assert_eq!(
            wrong(WEBSITES.name, json!([page, page])),
            Vec::<String>::new()
        );
        assert_eq!(
            wrong(WEBSITES.name, json!([page, page, page])),
            [WEBSITES.name]
        );
        assert_eq!(
            wrong(WEBSITES.name, json!(["acme.example"])),
            ["profileWebsites[0]"]
        );
        assert_eq!(wrong(ABOUT.name, json!("")), [ABOUT.name]);
        assert_eq!(wrong(EMAIL.name, json!("acme")), [EMAIL.name]);
        assert_eq!(wrong(ADDRESS.name, json!("")), Vec::<String>::new());
    }
}

//! Messages into calls. whatsapp.md section 4.

use serde_json::Value;
use serde_json::json;

use crate::channels::RenderError;
use crate::channels::whatsapp::KIND;
use crate::channels::whatsapp::body;
use crate::channels::whatsapp::body::Body;
use crate::channels::whatsapp::choices;
use crate::channels::whatsapp::connect::graph;
use crate::channels::whatsapp::connect::number_id;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::outbound::Sending;

/// The calls that carry a message, in order.
///
/// # Errors
/// Content the channel cannot carry.
pub fn calls(sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
    let mut bodies = Vec::new();
    for part in sending.parts {
        let written = bodies_of(sending, part).ok_or(RenderError {
            kind: KIND,
            content: part.kind(),
        })?;
        bodies.extend(written);
    }
    let path = format!("{}/messages", number_id(sending.account));
    let graph = graph(sending.account);
    let call = |(index, body): (usize, Body)| {
        let whole = Value::Object(enveloped(sending, index, body));
        Call::http(graph.post(&path, &whole))
    };
    Ok(bodies.into_iter().enumerate().map(call).collect())
}

/// One part of a message; what it takes several messages for becomes several bodies.
fn bodies_of(sending: &Sending<'_>, part: &Content) -> Option<Vec<Body>> {
    Some(match part {
        Content::Text(text) if text.quick_replies.is_empty() => vec![body::text(&text.text)],
        Content::Text(text) => vec![choices::quick_replies(text)],
        Content::Image(media)
        | Content::Video(media)
        | Content::Audio(media)
        | Content::Document(media)
        | Content::Sticker(media) => body::file(sending, part, media)?,
        Content::Location(place) => vec![body::location(place)],
        Content::Contacts(cards) => body::contacts(cards),
        Content::Buttons(buttons) => vec![choices::buttons(buttons)?],
        Content::List(list) => vec![choices::list(sending.account, list)],
        Content::Carousel(carousel) => choices::carousel(sending, carousel)?,
        Content::Template(template) => vec![body::template(sending, template)],
        Content::Reaction(reaction) => vec![body::reaction(sending, reaction)],
        _ => return None,
    })
}

/// A body with whom it goes to and what it answers. Only the first message of several answers; a
/// reaction names its message itself.
fn enveloped(sending: &Sending<'_>, index: usize, body: Body) -> Body {
    let mut whole = Opaque::new();
    let mut put = |name: &str, value: Value| whole.insert(name.to_owned(), value);
    put("messaging_product", "whatsapp".into());
    match Recipient::of(sending.to) {
        Recipient::Number(digits) => {
            put("recipient_type", "individual".into());
            put("to", digits.into());
        }
        Recipient::User(id) => {
            put("recipient_type", "individual".into());
            put("recipient", id.into());
        }
        Recipient::Group(id) => {
            put("recipient_type", "group".into());
            put("to", id.into());
        }
    }
    put(
        "biz_opaque_callback_data",
        sending.message_id.to_string().into(),
    );
    let answers = index == 0 && !body.contains_key("reaction");
    if let Some(quoted) = sending.reply_to.filter(|_| answers) {
        put("context", json!({"message_id": quoted}));
    }
    whole.extend(body);
    whole
}

/// Whom a message goes to.
enum Recipient {
    /// A number, digits only.
    Number(String),
    /// Somebody the vendor knows by an id towards this business.
    User(String),
    /// A group.
    Group(String),
}

impl Recipient {
    fn of(address: &str) -> Self {
        let is_number = address
            .chars()
            .all(|c| c.is_ascii_digit() || "+ -.()".contains(c));
        if is_number {
            let digits: String = address.chars().filter(char::is_ascii_digit).collect();
            let without_zeros = digits.strip_prefix("00").map(str::to_owned);
            return Self::Number(without_zeros.unwrap_or(digits));
        }
        if is_user(address) {
            Self::User(address.to_owned())
        } else {
            Self::Group(address.to_owned())
        }
    }
}

/// Whether an address is the id of a user towards a business: `US.1349...`, `US.ENT.1181...`.
fn is_user(address: &str) -> bool {
    let Some((country, rest)) = address.split_once('.') else {
        return false;
    };
    let id = rest.strip_prefix("ENT.").unwrap_or(rest);
    country.len() == 2
        && country.bytes().all(|b| b.is_ascii_uppercase())
        && (1..=128).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_numbers_users_or_groups() {
        let longest = format!("US.{}", "1".repeat(128));
        let too_long = format!("US.{}", "1".repeat(129));
        let cases = [
            ("+16505551234", "to", "16505551234", "individual"),
            ("0049 (30) 123-45", "to", "493012345", "individual"),
            ("16505551234", "to", "16505551234", "individual"),
            (
                "US.13491208655302741918",
                "recipient",
                "US.13491208655302741918",
                "individual",
            ),
            ("US.ENT.118157", "recipient", "US.ENT.118157", "individual"),
            (&longest, "recipient", &longest, "individual"),
            (&too_long, "to", &too_long, "group"),
            ("Y2FwaV9ncm91cDox", "to", "Y2FwaV9ncm91cDox", "group"),
            ("us.1", "to", "us.1", "group"),
        ];
        for (address, field, value, kind) in cases {
            let found = match Recipient::of(address) {
                Recipient::Number(to) => ("to", to, "individual"),
                Recipient::User(id) => ("recipient", id, "individual"),
                Recipient::Group(id) => ("to", id, "group"),
            };
            assert_eq!(found, (field, value.to_owned(), kind), "{address}");
        }
    }
}

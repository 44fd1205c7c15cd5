//! What a customer sees of a template that is filled in.

use serde_json::Value;

use crate::channels::meta::templates::variables::Naming;
use crate::channels::meta::templates::variables::filled;
use crate::channels::meta::templates::variables::filled_where;
use crate::channels::meta::templates::variables::names;
use crate::channels::node::Node;
use crate::model::Opaque;
use crate::model::filling::Header;
use crate::model::filling::Preview;
use crate::model::filling::PreviewButton;
use crate::model::template::VendorTemplate;

/// The vendor's words in an authentication template, which has none of its own.
const CODE_WORDS: &str = "{{1}} is your verification code.";

/// A template with these components filled in.
#[must_use]
pub fn preview(template: &VendorTemplate, used: &[Opaque]) -> Preview {
    let naming = Naming::of(template.parameter_format.as_deref());
    let used: Vec<Value> = used.iter().cloned().map(Value::Object).collect();
    let mut preview = Preview::default();
    for component in &template.components {
        let whole = Value::Object(component.clone());
        let component = Node::of(&whole);
        let kind = component
            .word("type")
            .unwrap_or_default()
            .to_ascii_uppercase();
        let values = parameters(&used, &kind.to_ascii_lowercase());
        let text = component.word("text");
        match kind.as_str() {
            "HEADER" => preview.header = header(component, &values, naming),
            "BODY" => {
                let is_code = template.category.eq_ignore_ascii_case("AUTHENTICATION")
                    || component.at("add_security_recommendation").is_there();
                let own = if is_code { CODE_WORDS } else { "" };
                let words = text.unwrap_or_else(|| own.to_owned());
                (preview.body, preview.fills) = with_values(&words, &values, naming);
            }
            "FOOTER" => preview.footer = text.or_else(|| ends_in(component)),
            "BUTTONS" => {
                let buttons = component.at("buttons").items().enumerate();
                preview.buttons = buttons.map(|(at, one)| button(at, one, &used)).collect();
            }
            _ => {}
        }
    }
    preview
}

fn header(component: Node<'_>, values: &[Value], naming: Naming) -> Option<Header> {
    let format = component.word("format").unwrap_or_default();
    if format == "TEXT" {
        let text = component.word("text")?;
        return Some(Header::Text(with_values(&text, values, naming).0));
    }
    let link = values.first().and_then(|value| {
        let value = Node::of(value);
        let file = value.at(&value.word("type")?);
        file.word("link").or_else(|| file.word("id"))
    });
    Some(Header::Media {
        kind: format.to_ascii_lowercase(),
        link,
    })
}

fn ends_in(footer: Node<'_>) -> Option<String> {
    let minutes = footer.at("code_expiration_minutes").whole()?;
    Some(format!("This code expires in {minutes} minutes."))
}

fn button(index: usize, button: Node<'_>, used: &[Value]) -> PreviewButton {
    let kind = button.word("type").unwrap_or_default();
    let own = used.iter().map(Node::of).find(|one| {
        one.at("type").is("button") && one.at("index").text() == Some(index.to_string())
    });
    let value = own.and_then(|one| shown(one.at("parameters").first()));
    let target = match kind.as_str() {
        "URL" => button
            .word("url")
            .map(|url| filled(&url, |_| value.clone())),
        "PHONE_NUMBER" => button.word("phone_number"),
        "COPY_CODE" | "OTP" => value,
        _ => None,
    };
    PreviewButton {
        title: button.word("text").unwrap_or_else(|| match kind.as_str() {
            "COPY_CODE" | "OTP" => "Copy code".to_owned(),
            _ => String::new(),
        }),
        kind,
        target,
    }
}

/// The parameters of a component that was filled in.
fn parameters(used: &[Value], kind: &str) -> Vec<Value> {
    let all = used.iter().map(Node::of);
    let own = all.filter(|one| {
        let told = one.word("type").unwrap_or_default();
        told.eq_ignore_ascii_case(kind) && kind != "buttons"
    });
    own.flat_map(|one| one.at("parameters").items().map(Node::raw))
        .collect()
}

/// A text with its values, and where they stand in it.
fn with_values(text: &str, values: &[Value], naming: Naming) -> (String, Vec<(usize, usize)>) {
    let held = names(text, naming);
    filled_where(text, |name| {
        let by_name = values
            .iter()
            .find(|value| Node::of(value).at("parameter_name").is(name));
        let by_place = || values.get(held.iter().position(|held| *held == name)?);
        shown(Node::of(by_name.or_else(by_place)?))
    })
}

/// A value as it is shown. Money and dates bring their own words.
fn shown(value: Node<'_>) -> Option<String> {
    let fallback = |kind: &str| value.at(kind).word("fallback_value");
    value
        .word("text")
        .or_else(|| fallback("currency"))
        .or_else(|| fallback("date_time"))
        .or_else(|| value.word("coupon_code"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::channels::meta::templates::blanks::tests::order;
    use crate::channels::meta::templates::blanks::tests::template;
    use serde_json::json;

    fn used(components: Value) -> Vec<Opaque> {
        serde_json::from_value(components).unwrap()
    }

    #[test]
    fn a_preview_is_what_the_customer_sees() {
        let components = used(json!([
            {"type":"header","parameters":[{"type":"text","text":"7"}]},
            {"type":"body","parameters":[{"type":"text","text":"Ana"},
                {"type":"currency","currency":{"fallback_value":"$99.90","code":"USD","amount_1000":99900}}]},
            {"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"7"}]},
            {"type":"button","sub_type":"copy_code","index":2,"parameters":[{"type":"coupon_code","coupon_code":"SAVE20"}]}]));
        let seen = preview(&order(), &components);
        assert_eq!(seen.header, Some(Header::Text("Order 7".into())));
        assert_eq!(seen.body, "Hi Ana, order $99.90 is on its way.");
        let values = seen.fills.iter().map(|(from, to)| &seen.body[*from..*to]);
        assert_eq!(values.collect::<Vec<_>>(), ["Ana", "$99.90"]);
        assert_eq!(
            seen.words(),
            "Order 7\nHi Ana, order $99.90 is on its way.\nReply STOP to opt out"
        );
        let buttons: Vec<_> = seen
            .buttons
            .iter()
            .map(|button| (button.title.as_str(), button.target.as_deref()))
            .collect();
        let expected = [
            ("Thanks", None),
            ("Track", Some("https://x.org/t/7")),
            ("Copy code", Some("SAVE20")),
        ];
        assert_eq!(buttons, expected);
    }

    #[test]
    fn what_is_not_filled_in_stands_as_it_is() {
        let seen = preview(&order(), &[]);
        assert_eq!(seen.body, "Hi {{1}}, order {{2}} is on its way.");
        assert_eq!(
            seen.buttons[1].target.as_deref(),
            Some("https://x.org/t/{{1}}")
        );
        let named = template(
            "NAMED",
            json!([{"type":"HEADER","format":"IMAGE"},{"type":"BODY","text":"{{b}} and {{a}}"}]),
        );
        let components = used(json!([
            {"type":"header","parameters":[{"type":"image","image":{"link":"https://x.org/a.jpg"}}]},
            {"type":"body","parameters":[{"type":"text","parameter_name":"a","text":"A"},{"type":"text","parameter_name":"b","text":"B"}]}]));
        let seen = preview(&named, &components);
        assert_eq!(seen.body, "B and A");
        let header = Header::Media {
            kind: "image".into(),
            link: Some("https://x.org/a.jpg".into()),
        };
        assert_eq!(seen.header, Some(header));
    }

    #[test]
    fn a_code_comes_in_the_vendors_own_words() {
        let code = template(
            "POSITIONAL",
            json!([{"type":"BODY","add_security_recommendation":true},{"type":"FOOTER","code_expiration_minutes":10},
                {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy"}]}]),
        );
        let components = used(
            json!([{"type":"body","parameters":[{"type":"text","text":"123456"}]},
            {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"123456"}]}]),
        );
        let seen = preview(&code, &components);
        assert_eq!(
            seen.words(),
            "123456 is your verification code.\nThis code expires in 10 minutes."
        );
        assert_eq!(seen.buttons[0].target.as_deref(), Some("123456"));
        let blank = preview(&template("POSITIONAL", json!([{"type":"BODY"}])), &[]);
        assert_eq!(blank.words(), "", "nothing is written yet");
    }
}

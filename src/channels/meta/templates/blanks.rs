//! What somebody has to fill in before a template can be sent, and the components that come of it.
//! whatsapp.md section 4.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::channels::meta::templates::texts_of;
use crate::channels::meta::templates::variables::Naming;
use crate::channels::meta::templates::variables::names;
use crate::channels::node::Node;
use crate::channels::table::wrong as field;
use crate::model::Opaque;
use crate::model::filling::Blank;
use crate::model::filling::BlankKind;
use crate::model::filling::Filling;
use crate::model::ids::MediaId;
use crate::model::template::VendorTemplate;

/// Blanks in a row that the vendor still takes in a value.
const BLANKS_MAX: usize = 4;

/// Where a value goes.
enum Place<'a> {
    Header,
    Body,
    Button { index: usize, sub_type: &'a str },
}

/// A blank and where it goes.
struct Slot<'a> {
    blank: Blank,
    place: Place<'a>,
    /// The name of the variable, where variables have names.
    variable: Option<String>,
}

impl Slot<'_> {
    /// Whether it is the code of a button that does nothing but copy it.
    fn copies(&self) -> bool {
        matches!(
            self.place,
            Place::Button {
                sub_type: "copy_code",
                ..
            }
        )
    }

    fn is_own_words(&self) -> bool {
        self.blank.kind == BlankKind::Code && !self.copies()
    }
}

/// Everything to fill in, in the order of the template.
#[must_use]
pub fn blanks(template: &VendorTemplate) -> Vec<Blank> {
    slots(template).into_iter().map(|slot| slot.blank).collect()
}

/// The template with these values in its blanks, in the vendor's shape.
#[must_use]
pub fn fill(template: &VendorTemplate, values: &BTreeMap<String, String>) -> Filling {
    let mut wrong = Vec::new();
    let mut filled = Filled::default();
    for slot in slots(template) {
        let key = &slot.blank.key;
        let value = values
            .get(key)
            .map(|value| value.trim())
            .unwrap_or_default();
        match parameter(&slot, value) {
            Ok(parameter) => {
                // A code to sign in stands in the vendor's own words too.
                if slot.is_own_words() {
                    filled.put(&Place::Body, parameter.clone());
                }
                filled.put(&slot.place, parameter);
            }
            Err(words) => {
                wrong.push(field(key, words));
                if let Some(standing) = standing(&slot) {
                    filled.put(&slot.place, standing);
                }
            }
        }
    }
    Filling {
        components: filled.components(),
        wrong,
    }
}

/// What holds the place of a variable that has no value, so that those behind it keep theirs.
fn standing(slot: &Slot<'_>) -> Option<Value> {
    if slot.blank.kind != BlankKind::Text {
        return None;
    }
    let (_, name) = slot.blank.key.split_once('.')?;
    let mut parameter = json!({"type": "text", "text": format!("{{{{{name}}}}}")});
    if let Some(name) = &slot.variable {
        parameter["parameter_name"] = name.as_str().into();
    }
    Some(parameter)
}

fn slots(template: &VendorTemplate) -> Vec<Slot<'static>> {
    let naming = Naming::of(template.parameter_format.as_deref());
    let mut slots = Vec::new();
    for component in &template.components {
        let whole = Value::Object(component.clone());
        let component = Node::of(&whole);
        match component
            .word("type")
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "HEADER" => slots.extend(of_header(component, naming)),
            "BODY" => slots.extend(of_text("body", component, "body_text", naming)),
            "BUTTONS" => {
                let buttons = component.at("buttons").items().enumerate();
                slots.extend(buttons.filter_map(|(index, button)| of_button(index, button)));
            }
            _ => {}
        }
    }
    slots
}

fn of_header(header: Node<'_>, naming: Naming) -> Vec<Slot<'static>> {
    let kind = match header.word("format").unwrap_or_default().as_str() {
        "TEXT" => return of_text("header", header, "header_text", naming),
        "IMAGE" => BlankKind::Image,
        "VIDEO" | "GIF" => BlankKind::Video,
        "DOCUMENT" => BlankKind::Document,
        "LOCATION" => BlankKind::Location,
        _ => return Vec::new(),
    };
    let blank = Blank {
        key: "header".to_owned(),
        kind,
        example: None,
    };
    vec![Slot {
        blank,
        place: Place::Header,
        variable: None,
    }]
}

/// The variables of a text. Their examples stand in a list, or beside their names.
fn of_text(part: &str, component: Node<'_>, examples: &str, naming: Naming) -> Vec<Slot<'static>> {
    let text = component.word("text").unwrap_or_default();
    let example = component.at("example");
    let listed = texts_of(example.at(examples));
    let named = example.at(&format!("{examples}_named_params"));
    let slot = |(index, name): (usize, &str)| {
        let beside_name = || {
            let mut all = named.items();
            all.find(|one| one.at("param_name").is(name))?
                .word("example")
        };
        Slot {
            blank: Blank {
                key: format!("{part}.{name}"),
                kind: BlankKind::Text,
                example: beside_name().or_else(|| listed.get(index).cloned()),
            },
            place: if part == "header" {
                Place::Header
            } else {
                Place::Body
            },
            variable: (naming == Naming::Named).then(|| name.to_owned()),
        }
    };
    names(&text, naming)
        .into_iter()
        .enumerate()
        .map(slot)
        .collect()
}

fn of_button(index: usize, button: Node<'_>) -> Option<Slot<'static>> {
    let example = texts_of(button.at("example")).into_iter().next();
    let example = example.or_else(|| button.word("example"));
    let url = button.word("url").unwrap_or_default();
    let (kind, sub_type, example) = match button.word("type")?.as_str() {
        "URL" if url.contains("{{") => {
            let start = url.split("{{").next().unwrap_or_default();
            let end = example.and_then(|whole| whole.strip_prefix(start).map(str::to_owned));
            (BlankKind::AddressEnd, "url", end)
        }
        "OTP" => (BlankKind::Code, "url", None),
        "COPY_CODE" => (BlankKind::Code, "copy_code", example),
        _ => return None,
    };
    Some(Slot {
        blank: Blank {
            key: format!("button.{index}"),
            kind,
            example,
        },
        place: Place::Button { index, sub_type },
        variable: None,
    })
}

/// A value in the vendor's shape.
fn parameter(slot: &Slot<'_>, value: &str) -> Result<Value, &'static str> {
    if value.is_empty() {
        return Err("must not be empty");
    }
    let file = |kind: &str| {
        if value.parse::<MediaId>().is_ok() {
            return Ok(json!({"type": kind, kind: {"id": value}}));
        }
        let is_web = url::Url::parse(value).is_ok_and(|url| url.scheme() == "https");
        if is_web {
            Ok(json!({"type": kind, kind: {"link": value}}))
        } else {
            Err("must be a file, or an https address of one")
        }
    };
    match slot.blank.kind {
        BlankKind::Image => file("image"),
        BlankKind::Video => file("video"),
        BlankKind::Document => file("document"),
        BlankKind::Location => place(value).ok_or("must be latitude, longitude and a name"),
        BlankKind::Code if slot.copies() => {
            Ok(json!({"type": "coupon_code", "coupon_code": value}))
        }
        BlankKind::Text | BlankKind::AddressEnd | BlankKind::Code => {
            let mut parameter = json!({"type": "text", "text": one_line(value)?});
            if let Some(name) = &slot.variable {
                parameter["parameter_name"] = name.as_str().into();
            }
            Ok(parameter)
        }
    }
}

/// The vendor takes no breaks, no tabs and no wide gaps in a value.
fn one_line(value: &str) -> Result<&str, &'static str> {
    let gap = " ".repeat(BLANKS_MAX + 1);
    if value.contains(['\n', '\r', '\t']) || value.contains(&gap) {
        return Err("must be one line without tabs and without more than four blanks in a row");
    }
    Ok(value)
}

fn place(value: &str) -> Option<Value> {
    let mut parts = value.splitn(3, ',').map(str::trim);
    let latitude: f64 = parts.next()?.parse().ok()?;
    let longitude: f64 = parts.next()?.parse().ok()?;
    let name = parts.next().unwrap_or_default();
    let is_there = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    let mut place = json!({"latitude": latitude, "longitude": longitude});
    if !name.is_empty() {
        place["name"] = name.into();
    }
    is_there.then(|| json!({"type": "location", "location": place}))
}

/// Components under construction.
#[derive(Default)]
struct Filled {
    header: Vec<Value>,
    body: Vec<Value>,
    buttons: Vec<Value>,
}

impl Filled {
    fn put(&mut self, place: &Place<'_>, parameter: Value) {
        match place {
            Place::Header => self.header.push(parameter),
            Place::Body => self.body.push(parameter),
            Place::Button { index, sub_type } => self.buttons.push(json!({
                "type": "button",
                "sub_type": sub_type,
                "index": index.to_string(),
                "parameters": [parameter],
            })),
        }
    }

    fn components(self) -> Vec<Opaque> {
        let part = |kind: &str, parameters: Vec<Value>| {
            (!parameters.is_empty()).then(|| json!({"type": kind, "parameters": parameters}))
        };
        let head = [part("header", self.header), part("body", self.body)];
        head.into_iter()
            .flatten()
            .chain(self.buttons)
            .filter_map(|value| match value {
                Value::Object(fields) => Some(fields),
                _ => None,
            })
            .collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::base::id::Id as _;

    fn complete(template: &VendorTemplate, given: &BTreeMap<String, String>) -> Vec<Opaque> {
        let filled = fill(template, given);
        assert_eq!(filled.wrong, []);
        filled.components
    }

    /// A template with something of everything.
    pub(in crate::channels::meta::templates) fn template(
        format: &str,
        components: Value,
    ) -> VendorTemplate {
        VendorTemplate {
            name: "order".into(),
            language: "en".into(),
            parameter_format: Some(format.into()),
            components: serde_json::from_value(components).unwrap(),
            ..VendorTemplate::default()
        }
    }

    pub(in crate::channels::meta::templates) fn order() -> VendorTemplate {
        template(
            "POSITIONAL",
            json!([
                {"type":"HEADER","format":"TEXT","text":"Order {{1}}","example":{"header_text":["123"]}},
                {"type":"BODY","text":"Hi {{1}}, order {{2}} is on its way.","example":{"body_text":[["John","123"]]}},
                {"type":"FOOTER","text":"Reply STOP to opt out"},
                {"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Thanks"},
                    {"type":"URL","text":"Track","url":"https://x.org/t/{{1}}","example":["https://x.org/t/123"]},
                    {"type":"COPY_CODE","text":"Copy code","example":"SAVE10"}]}]),
        )
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn a_form_asks_for_everything_and_the_components_carry_it() {
        let asked: Vec<_> = blanks(&order())
            .into_iter()
            .map(|blank| (blank.key, blank.kind, blank.example.unwrap_or_default()))
            .collect();
        let expected = [
            ("header.1", BlankKind::Text, "123"),
            ("body.1", BlankKind::Text, "John"),
            ("body.2", BlankKind::Text, "123"),
            ("button.1", BlankKind::AddressEnd, "123"),
            ("button.2", BlankKind::Code, "SAVE10"),
        ];
        let expected =
            expected.map(|(key, kind, example)| (key.to_owned(), kind, example.to_owned()));
        assert_eq!(asked, expected);
        let given = values(&[
            ("header.1", "7"),
            ("body.1", " Ana "),
            ("body.2", "7"),
            ("button.1", "7"),
            ("button.2", "SAVE20"),
        ]);
        let filled = complete(&order(), &given);
        let expected = json!([
            {"type":"header","parameters":[{"type":"text","text":"7"}]},
            {"type":"body","parameters":[{"type":"text","text":"Ana"},{"type":"text","text":"7"}]},
            {"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"7"}]},
            {"type":"button","sub_type":"copy_code","index":"2","parameters":[{"type":"coupon_code","coupon_code":"SAVE20"}]}]);
        assert_eq!(serde_json::to_value(filled).unwrap(), expected);
    }

    #[test]
    fn files_places_and_names_take_the_vendors_shape() {
        let media = template(
            "NAMED",
            json!([{"type":"HEADER","format":"IMAGE"},
                {"type":"BODY","text":"Hi {{first_name}}!","example":{"body_text_named_params":[{"param_name":"first_name","example":"Pablo"}]}}]),
        );
        assert_eq!(blanks(&media)[1].example.as_deref(), Some("Pablo"));
        let given = values(&[
            ("header", "https://x.org/a.jpg"),
            ("body.first_name", "Ana"),
        ]);
        let expected = json!([
            {"type":"header","parameters":[{"type":"image","image":{"link":"https://x.org/a.jpg"}}]},
            {"type":"body","parameters":[{"type":"text","text":"Ana","parameter_name":"first_name"}]}]);
        let filled = complete(&media, &given);
        assert_eq!(serde_json::to_value(filled).unwrap(), expected);

        let place = template("POSITIONAL", json!([{"type":"HEADER","format":"LOCATION"}]));
        let given = values(&[("header", "37.5, -122.25, Philz Coffee, Palo Alto")]);
        let filled = complete(&place, &given);
        let expected = json!([{"type":"header","parameters":[{"type":"location","location":
            {"latitude":37.5,"longitude":-122.25,"name":"Philz Coffee, Palo Alto"}}]}]);
        assert_eq!(serde_json::to_value(filled).unwrap(), expected);
    }

    #[test]
    fn what_is_missing_or_cannot_be_sent_is_named() {
        let given = values(&[
            ("header.1", "a\nb"),
            ("body.1", "a    b"),
            ("body.2", "a     b"),
            ("button.1", ""),
        ]);
        let filled = fill(&order(), &given);
        let shown = serde_json::to_value(&filled.components).unwrap();
        let expected = json!([
            {"type":"header","parameters":[{"type":"text","text":"{{1}}"}]},
            {"type":"body","parameters":[{"type":"text","text":"a    b"},{"type":"text","text":"{{2}}"}]}]);
        assert_eq!(shown, expected, "values keep their places");
        let wrong = filled.wrong;
        let keys: Vec<_> = wrong.into_iter().map(|error| error.field).collect();
        assert_eq!(keys, ["header.1", "body.2", "button.1", "button.2"]);
        let place = template("POSITIONAL", json!([{"type":"HEADER","format":"LOCATION"}]));
        for value in ["here", "91,0", "1"] {
            let wrong = fill(&place, &values(&[("header", value)])).wrong;
            assert_eq!(wrong.len(), 1, "{value}");
        }
        let image = template("POSITIONAL", json!([{"type":"HEADER","format":"IMAGE"}]));
        let http = values(&[("header", "http://x.org/a.jpg")]);
        assert_eq!(fill(&image, &http).wrong.len(), 1);
        let stored = MediaId::from_bytes([9; 16]).to_string();
        let filled = complete(&image, &values(&[("header", &stored)]));
        let expected =
            json!([{"type":"header","parameters":[{"type":"image","image":{"id":stored}}]}]);
        assert_eq!(serde_json::to_value(filled).unwrap(), expected);
    }

    #[test]
    fn a_code_to_sign_in_stands_in_the_words_and_on_the_button() {
        let code = template(
            "POSITIONAL",
            json!([{"type":"BODY","add_security_recommendation":true},
                {"type":"BUTTONS","buttons":[{"type":"OTP","otp_type":"COPY_CODE","text":"Copy"}]}]),
        );
        let filled = complete(&code, &values(&[("button.0", "123456")]));
        let text = json!([{"type":"text","text":"123456"}]);
        let expected = json!([{"type":"body","parameters":text},
            {"type":"button","sub_type":"url","index":"0","parameters":text}]);
        assert_eq!(serde_json::to_value(filled).unwrap(), expected);
    }
}

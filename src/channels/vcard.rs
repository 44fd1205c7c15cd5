//! Visiting cards as phones write them (vCard 2.1 to 4.0): a name, numbers, addresses of mail, whom
//! the person works for.

use crate::model::content::ContactCard;

/// The cards of a file, each with a name or a number.
#[must_use]
pub fn read(text: &str) -> Vec<ContactCard> {
    let mut cards = Vec::new();
    let mut open: Option<Vec<Property>> = None;
    for property in properties(text) {
        match (property.name.as_str(), &mut open) {
            ("BEGIN", _) => open = Some(Vec::new()),
            ("END", _) => cards.extend(open.take().map(of).filter(says_something)),
            (_, Some(of_one)) => of_one.push(property),
            (_, None) => {}
        }
    }
    cards
}

/// What the lines of one card say of a person.
#[must_use]
pub fn card(text: &str) -> ContactCard {
    of(properties(text).collect())
}

/// The values of one property, wherever it stands.
#[must_use]
pub fn values(text: &str, name: &str) -> Vec<String> {
    let named = properties(text).filter(|property| property.name == name);
    named.map(|property| plain(&property.value)).collect()
}

/// A line that says something.
struct Property {
    /// In capitals, without group (`item1.TEL`) and parameters.
    name: String,
    /// As it is written.
    value: String,
}

fn properties(text: &str) -> impl Iterator<Item = Property> {
    unfolded(text).into_iter().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.split(';').next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        let value = value.trim().trim_end_matches(';');
        (!value.is_empty()).then(|| Property {
            name: name.to_ascii_uppercase(),
            value: value.to_owned(),
        })
    })
}

/// The lines of a card; one that begins with a blank goes on where the one before it ended.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn of(properties: Vec<Property>) -> ContactCard {
    let mut card = ContactCard::default();
    let mut in_parts = String::new();
    for Property { name, value } in properties {
        match name.as_str() {
            "FN" => card.name = plain(&value),
            "N" => in_parts = in_order(&value),
            "TEL" => card.phones.push(number(&value)),
            "EMAIL" => card.emails.push(plain(&value)),
            "ORG" => card.organization = Some(plain(&value.replace(';', ", "))),
            _ => {}
        }
    }
    if card.name.is_empty() {
        card.name = in_parts;
    }
    card
}

fn says_something(card: &ContactCard) -> bool {
    !card.name.is_empty() || !card.phones.is_empty()
}

/// Family, given and further names, as they are said.
fn in_order(value: &str) -> String {
    let mut parts = value.split(';').map(|part| plain(part.trim()));
    let (family, given) = (parts.next().unwrap_or_default(), parts.next());
    format!("{} {family}", given.unwrap_or_default())
        .trim()
        .to_owned()
}

/// A number, which newer cards write as an address.
fn number(value: &str) -> String {
    let scheme = value
        .get(..4)
        .filter(|head| head.eq_ignore_ascii_case("tel:"));
    plain(&value[scheme.map_or(0, str::len)..])
}

/// A value without what keeps its signs from meaning something.
fn plain(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        let meant = match sign {
            '\\' => signs
                .next()
                .map(|next| if matches!(next, 'n' | 'N') { ' ' } else { next }),
            sign => Some(sign),
        };
        plain.extend(meant);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, phones: &[&str], emails: &[&str], organization: &str) -> ContactCard {
        let all = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        ContactCard {
            name: name.to_owned(),
            phones: all(phones),
            emails: all(emails),
            organization: (!organization.is_empty()).then(|| organization.to_owned()),
        }
    }

    #[test]
    fn cards_are_read_as_phones_write_them() {
        let cases = [
            (
                "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Silva\r\nitem1.TEL;type=CELL:+5511988880002\r\n\
                 EMAIL;TYPE=INTERNET:ana@shop.example\r\nORG:Aurora Coffee;Roastery;\r\nEND:VCARD\r\n",
                vec![person(
                    "Ana Silva",
                    &["+5511988880002"],
                    &["ana@shop.example"],
                    "Aurora Coffee, Roastery",
                )],
            ),
            (
                "BEGIN:VCARD\nVERSION:2.1\nN:Silva;Ana;;;\nTEL:123\nTEL:456\nEND:VCARD",
                vec![person("Ana Silva", &["123", "456"], &[], "")],
            ),
            (
                "BEGIN:VCARD\nVERSION:4.0\nFN:A very long na\n me\nTEL;VALUE=uri:tel:+44\nEND:VCARD\n\
                 BEGIN:VCARD\nFN:Second\nEND:VCARD",
                vec![
                    person("A very long name", &["+44"], &[], ""),
                    person("Second", &[], &[], ""),
                ],
            ),
            ("BEGIN:VCARD\nEND:VCARD", vec![]),
            ("FN:outside", vec![]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(values("x.EMAIL;a=b:c@d\nemail:", "EMAIL"), ["c@d"]);
    }

    #[test]
    fn lines_alone_say_something_of_a_person_too() {
        let cases = [
            (
                "FN:Gomez\\, Luc\r\n ia\r\nitem1.TEL;TYPE=CELL;waid=5511:+55 11 9\r\n\
                 item1.X-ABLabel:Mobile\r\nEMAIL;TYPE=WORK:l@x.org",
                person("Gomez, Lucia", &["+55 11 9"], &["l@x.org"], ""),
            ),
            (
                "tel;value=uri:tel:+1-555\nTEL:\nemail:a@x.org\nEMAIL:b@x.org",
                person("", &["+1-555"], &["a@x.org", "b@x.org"], ""),
            ),
            ("no card at all", person("", &[], &[], "")),
        ];
        for (text, expected) in cases {
            assert_eq!(card(text), expected, "{text}");
        }
    }
}

//! Visiting cards as phones write them (vCard 2.1 to 4.0): a name, numbers, addresses of mail, whom
//! the person works for.

use crate::model::content::ContactCard;

/// The cards of a file, each with a name or a number.
#[must_use]
pub fn read(text: &str) -> Vec<ContactCard> {
    let mut cards = Vec::new();
    let mut open: Option<ContactCard> = None;
    for (name, value) in properties(text) {
        match (name.as_str(), &mut open) {
            ("BEGIN", _) => open = Some(ContactCard::default()),
            ("END", _) => cards.extend(open.take().filter(says_something)),
            (_, None) => {}
            ("FN", Some(card)) => card.name = value,
            ("N", Some(card)) if card.name.is_empty() => card.name = in_order(&value),
            ("TEL", Some(card)) => card.phones.push(value.replace("tel:", "")),
            ("EMAIL", Some(card)) => card.emails.push(value),
            ("ORG", Some(card)) => card.organization = Some(value.replace(';', ", ")),
            _ => {}
        }
    }
    cards
}

/// The values of one property, wherever it stands.
#[must_use]
pub fn values(text: &str, property: &str) -> Vec<String> {
    let named = properties(text).filter(|(name, _)| name == property);
    named.map(|(_, value)| value).collect()
}

fn says_something(card: &ContactCard) -> bool {
    !card.name.is_empty() || !card.phones.is_empty()
}

/// Family, given and further names, as they are said.
fn in_order(value: &str) -> String {
    let mut parts = value.split(';').map(str::trim);
    let (family, given) = (parts.next().unwrap_or_default(), parts.next());
    format!("{} {family}", given.unwrap_or_default())
        .trim()
        .to_owned()
}

/// Names in capitals, without group and parameters, and values that say something; lines that go on
/// in the next are joined.
fn properties(text: &str) -> impl Iterator<Item = (String, String)> {
    let joined = text.replace("\r\n", "\n");
    let joined = joined.replace("\n ", "").replace("\n\t", "");
    let lines: Vec<String> = joined.lines().map(str::to_owned).collect();
    lines.into_iter().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.split(';').next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default();
        let value = value.replace("\\,", ",").replace("\\;", ";");
        let value = value.trim().trim_end_matches(';').to_owned();
        (!value.is_empty()).then(|| (name.to_ascii_uppercase(), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(name: &str, phones: &[&str], emails: &[&str], organization: &str) -> ContactCard {
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
                vec![card(
                    "Ana Silva",
                    &["+5511988880002"],
                    &["ana@shop.example"],
                    "Aurora Coffee, Roastery",
                )],
            ),
            (
                "BEGIN:VCARD\nVERSION:2.1\nN:Silva;Ana;;;\nTEL:123\nTEL:456\nEND:VCARD",
                vec![card("Ana Silva", &["123", "456"], &[], "")],
            ),
            (
                "BEGIN:VCARD\nVERSION:4.0\nFN:A very long na\n me\nTEL;VALUE=uri:tel:+44\nEND:VCARD\n\
                 BEGIN:VCARD\nFN:Second\nEND:VCARD",
                vec![
                    card("A very long name", &["+44"], &[], ""),
                    card("Second", &[], &[], ""),
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
}

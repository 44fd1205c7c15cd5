//! Contact cards as a file (vCard 3.0, RFC 2426).

use crate::model::content::ContactCard;

/// A card in one line: `Ana Souza: +5511987654321, ana@example.com`.
#[must_use]
pub fn line(card: &ContactCard) -> String {
    let ways: Vec<&str> = card
        .phones
        .iter()
        .chain(&card.emails)
        .map(String::as_str)
        .collect();
    let name = match &card.organization {
        Some(organization) => format!("{} ({organization})", card.name),
        None => card.name.clone(),
    };
    if ways.is_empty() {
        name
    } else {
        format!("{name}: {}", ways.join(", "))
    }
}

/// Cards as one file.
#[must_use]
pub fn file(cards: &[ContactCard]) -> String {
    cards.iter().map(one).collect()
}

fn one(card: &ContactCard) -> String {
    let mut lines = vec![
        "BEGIN:VCARD".to_owned(),
        "VERSION:3.0".to_owned(),
        format!("FN:{}", value(&card.name)),
        format!("N:{};;;;", value(&card.name)),
    ];
    lines.extend(
        card.organization
            .iter()
            .map(|name| format!("ORG:{}", value(name))),
    );
    lines.extend(
        card.phones
            .iter()
            .map(|phone| format!("TEL:{}", value(phone))),
    );
    lines.extend(
        card.emails
            .iter()
            .map(|mail| format!("EMAIL:{}", value(mail))),
    );
    lines.push("END:VCARD".to_owned());
    lines.push(String::new());
    lines.join("\r\n")
}

fn value(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(',', "\\,")
        .replace(';', "\\;")
        .replace("\r\n", "\\n")
        .replace(['\n', '\r'], "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_is_escaped() {
        let card = ContactCard {
            name: "Souza, Ana; x\nTEL:1".to_owned(),
            phones: vec!["+5511".to_owned()],
            emails: vec!["ana@example.com".to_owned()],
            organization: Some("Acme".to_owned()),
        };
        let expected = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Souza\\, Ana\\; x\\nTEL:1\r\n\
            N:Souza\\, Ana\\; x\\nTEL:1;;;;\r\nORG:Acme\r\nTEL:+5511\r\nEMAIL:ana@example.com\r\n\
            END:VCARD\r\n";
        assert_eq!(file(std::slice::from_ref(&card)), expected);
        assert_eq!(
            line(&card),
            "Souza, Ana; x\nTEL:1 (Acme): +5511, ana@example.com"
        );
    }
}

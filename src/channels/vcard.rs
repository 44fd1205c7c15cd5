//! Reading visiting cards as phones pass them on (vCard 2.1 to 4.0): the few lines that concern us.

use crate::model::content::ContactCard;

/// What a card says of a person.
#[must_use]
pub fn card(text: &str) -> ContactCard {
    ContactCard {
        name: values(text, "FN").into_iter().next().unwrap_or_default(),
        phones: values(text, "TEL"),
        emails: values(text, "EMAIL"),
        organization: values(text, "ORG").into_iter().next(),
    }
}

/// The values of a property, in their order.
#[must_use]
pub fn values(text: &str, property: &str) -> Vec<String> {
    let lines = unfolded(text);
    let named = lines.iter().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.split(';').next().unwrap_or_default();
        // Properties that belong together are grouped: `item1.TEL`.
        let name = name.rsplit('.').next().unwrap_or_default();
        name.eq_ignore_ascii_case(property).then_some(value)
    });
    let plain = named.map(|value| {
        let value = value.trim().trim_end_matches(';');
        let scheme = value
            .get(..4)
            .filter(|head| head.eq_ignore_ascii_case("tel:"));
        unescaped(&value[scheme.map_or(0, str::len)..])
    });
    plain.filter(|value| !value.is_empty()).collect()
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

/// A value without what keeps its signs from meaning something.
fn unescaped(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        let meant = if sign == '\\' {
            signs
                .next()
                .map(|next| if matches!(next, 'n' | 'N') { ' ' } else { next })
        } else {
            Some(sign)
        };
        plain.extend(meant);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_read_however_they_are_written() {
        let cases = [
            (
                "BEGIN:VCARD\nVERSION:3.0\nFN:Paula\nTEL:+5511988880009\nEND:VCARD",
                ("Paula", vec!["+5511988880009"], vec![], None),
            ),
            (
                "BEGIN:VCARD\r\nFN:Gomez\\, Luc\r\n ia\r\nitem1.TEL;TYPE=CELL;waid=5511:+55 11 9\r\nitem1.X-ABLabel:Mobile\r\nORG:Acme;Sales;\r\nEMAIL;TYPE=WORK:l@x.org\r\nEND:VCARD",
                (
                    "Gomez, Lucia",
                    vec!["+55 11 9"],
                    vec!["l@x.org"],
                    Some("Acme;Sales"),
                ),
            ),
            (
                "tel;value=uri:tel:+1-555\nTEL:\nemail:a@x.org\nEMAIL:b@x.org",
                ("", vec!["+1-555"], vec!["a@x.org", "b@x.org"], None),
            ),
            ("no card at all", ("", vec![], vec![], None)),
        ];
        for (text, (name, phones, emails, organization)) in cases {
            let read = card(text);
            assert_eq!(read.name, name, "{text}");
            assert_eq!(read.phones, phones, "{text}");
            assert_eq!(read.emails, emails, "{text}");
            assert_eq!(read.organization.as_deref(), organization, "{text}");
        }
    }
}

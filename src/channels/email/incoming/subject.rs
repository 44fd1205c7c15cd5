//! What a subject tells: whether it was answered or forwarded, and the token of a conversation.

/// Marks of a forwarded mail, in lower case.
const FORWARDED: [&str; 9] = ["fwd", "fw", "enc", "wg", "tr", "rv", "i", "vs", "doorst"];

/// Marks of an answer, in lower case.
const ANSWERED: [&str; 14] = [
    "re",
    "aw",
    "res",
    "sv",
    "antw",
    "ref",
    "rif",
    "odp",
    "vs",
    "ynt",
    "r",
    "\u{56de}\u{590d}",
    "\u{7b54}\u{590d}",
    "\u{8fd4}\u{4fe1}",
];

/// The first mark of a subject and what follows it.
fn mark(subject: &str) -> Option<(String, &str)> {
    let (first, rest) = subject.split_once([':', '\u{ff1a}'])?;
    let name = first.trim().to_lowercase();
    // Some programs count: Re[2].
    let name = name.split('[').next().unwrap_or_default().trim().to_owned();
    Some((name, rest.trim_start()))
}

/// Whether a mail was forwarded: then what it quotes is what it is about.
pub(super) fn is_forwarded(subject: &str) -> bool {
    mark(subject).is_some_and(|(name, _)| FORWARDED.contains(&name.as_str()) && name != "vs")
}

/// The subject without the marks of answers and of forwarding.
#[must_use]
pub fn bare(subject: &str) -> &str {
    let mut rest = subject.trim();
    while let Some((name, behind)) = mark(rest) {
        let is_mark = ANSWERED.contains(&name.as_str()) || FORWARDED.contains(&name.as_str());
        if !is_mark || behind.is_empty() {
            break;
        }
        rest = behind;
    }
    rest
}

/// The token of a conversation in a subject: `[#K3J9]`.
pub(super) fn token(subject: &str) -> Option<&str> {
    let (_, rest) = subject.rsplit_once("[#")?;
    let (token, _) = rest.split_once(']')?;
    let is_token =
        (4..=32).contains(&token.len()) && token.chars().all(|c| c.is_ascii_alphanumeric());
    is_token.then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_off() {
        let cases = [
            ("Re: Order", "Order", false),
            ("RE: AW: Re[2]: Order", "Order", false),
            ("RES: Pedido 12: urgente", "Pedido 12: urgente", false),
            ("Fwd: Order", "Order", true),
            ("FW: Order", "Order", true),
            ("WG: Bestellung", "Bestellung", true),
            ("Enc: Pedido", "Pedido", true),
            ("TR: Commande", "Commande", true),
            ("Re: Fwd: Order", "Order", false),
            ("Order", "Order", false),
            ("Re:", "Re:", false),
            ("Price: 10", "Price: 10", false),
        ];
        for (subject, expected, forwarded) in cases {
            assert_eq!(bare(subject), expected, "{subject}");
            assert_eq!(is_forwarded(subject), forwarded, "{subject}");
        }
    }

    #[test]
    fn a_token_is_found_in_a_subject() {
        let cases = [
            ("Re: Order [#K3J9]", Some("K3J9")),
            ("[#K3J9xQ2m] Order", Some("K3J9xQ2m")),
            ("Order [#1]", None),
            ("Order [#12 34]", None),
            ("Order #K3J9", None),
        ];
        for (subject, expected) in cases {
            assert_eq!(token(subject), expected, "{subject}");
        }
    }
}

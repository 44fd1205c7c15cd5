//! Which contact a sender is, and what name to show.

use crate::base::text::one_line;
use crate::model::contact::NameSource;
use crate::model::ids::ContactId;
use crate::model::inbound::InboundSender;

/// Contacts that share something proved with a sender whose address is new, as far as the store knows
/// them. A contact that was merged stands here as the one it was merged into.
///
/// Only what is proved may be put in: for a phone the owner of an identity on a channel that works
/// by number, for an address of mail one that mailed from it or signed for it. What somebody typed
/// into a form proves nothing.
#[expect(clippy::struct_field_names, reason = "each says what is the same")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The contact with the id in the business's own systems that a signed identity names.
    pub same_external_id: Option<ContactId>,
    /// Owners of the same proved phone number.
    pub same_phone: Vec<ContactId>,
    /// Owners of the same proved address of mail.
    pub same_email: Vec<ContactId>,
}

/// Which contact a sender with a new address is, the strongest proof first; none for a stranger.
/// Several owners of one number or mailbox are one person as far as we can tell; the oldest stands
/// for them.
#[must_use]
pub fn who(found: &Found) -> Option<ContactId> {
    let oldest = |contacts: &[ContactId]| contacts.iter().min().copied();
    found
        .same_external_id
        .or_else(|| oldest(&found.same_phone))
        .or_else(|| oldest(&found.same_email))
}

/// A name and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name; never empty.
    pub name: String,
    /// Where it comes from.
    pub source: NameSource,
}

/// The name a sender arrives with: the one of a signed identity or a profile, else one made from
/// the address, in the language of whoever reads it.
#[must_use]
pub fn name_of(sender: &InboundSender, language: &str) -> Named {
    let Some(name) = given_name(sender) else {
        return Named {
            name: name_from_address(&sender.address, language),
            source: NameSource::Address,
        };
    };
    let source = if sender.proof.external_id.is_some() {
        NameSource::Verified
    } else {
        NameSource::Profile
    };
    Named { name, source }
}

/// The name a sender gives, as it may be shown; none where there is nothing to be seen in it.
#[must_use]
pub fn given_name(sender: &InboundSender) -> Option<String> {
    let name = one_line(sender.name.as_deref()?);
    Some(name).filter(|name| !name.is_empty())
}

/// Whether `offered` takes the place of `present`: a newer name from the same kind of source or a
/// better one, never a weaker one.
#[must_use]
pub fn renames(present: &Named, offered: &Named) -> bool {
    offered.source >= present.source
        && offered.source != NameSource::Address
        && offered.name != present.name
}

/// How many characters of an opaque address tell visitors apart in a list.
const SHORT_ID: usize = 4;

/// "Visitor", by language.
const VISITOR: [(&str, &str); 8] = [
    ("ar", "\u{632}\u{627}\u{626}\u{631}"),
    ("de", "Besucher"),
    ("en", "Visitor"),
    ("es", "Visitante"),
    ("fr", "Visiteur"),
    ("he", "\u{5de}\u{5d1}\u{5e7}\u{5e8}"),
    ("it", "Visitatore"),
    ("pt", "Visitante"),
];

/// What to call somebody without a name, in a language such as `pt-BR`; English where the word is
/// not known.
#[must_use]
pub fn visitor_in(language: &str) -> &'static str {
    let main = language.split(['-', '_']).next().unwrap_or_default();
    let known = VISITOR
        .iter()
        .find(|(code, _)| main.eq_ignore_ascii_case(code));
    known.map_or("Visitor", |(_, word)| word)
}

/// What to call somebody of whom only the address is known: the address itself where people can
/// read it, else "Visitor" and its last characters.
fn name_from_address(address: &str, language: &str) -> String {
    let readable = address.contains('@') || address.starts_with('+');
    if readable {
        return address.to_owned();
    }
    let letters: Vec<char> = address.chars().filter(|c| c.is_alphanumeric()).collect();
    let tail = &letters[letters.len().saturating_sub(SHORT_ID)..];
    let tail: String = tail.iter().collect();
    let word = visitor_in(language);
    if tail.is_empty() {
        word.to_owned()
    } else {
        format!("{word} {}", tail.to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;
    use crate::model::inbound::Proof;

    fn contact(number: u8) -> ContactId {
        ContactId::from_bytes([number; 16])
    }

    #[test]
    fn the_strongest_evidence_decides() {
        let nothing = Found::default();
        let cases = [
            (nothing.clone(), None),
            (
                Found {
                    same_external_id: Some(contact(2)),
                    same_phone: vec![contact(1)],
                    ..nothing.clone()
                },
                Some(contact(2)),
            ),
            (
                Found {
                    same_phone: vec![contact(6), contact(5)],
                    same_email: vec![contact(1)],
                    ..nothing.clone()
                },
                Some(contact(5)),
            ),
            (
                Found {
                    same_email: vec![contact(7)],
                    ..nothing
                },
                Some(contact(7)),
            ),
        ];
        for (found, expected) in cases {
            assert_eq!(who(&found), expected, "{found:?}");
        }
    }

    fn sender(address: &str, name: Option<&str>, external_id: Option<&str>) -> InboundSender {
        InboundSender {
            address: address.to_owned(),
            name: name.map(str::to_owned),
            proof: Proof {
                external_id: external_id.map(str::to_owned),
                ..Proof::default()
            },
            ..InboundSender::default()
        }
    }

    #[test]
    fn everybody_has_a_name() {
        let cases = [
            (
                sender("+5511", Some(" Ana "), None),
                "Ana",
                NameSource::Profile,
            ),
            (
                sender("+5511", Some("Ana\n\u{202e}Lima\0"), None),
                "Ana Lima",
                NameSource::Profile,
            ),
            (
                sender("vis_1", Some("Ana"), Some("u1")),
                "Ana",
                NameSource::Verified,
            ),
            (
                sender("+5511987", None, None),
                "+5511987",
                NameSource::Address,
            ),
            (
                sender("a@b.c", Some("  "), None),
                "a@b.c",
                NameSource::Address,
            ),
            (
                sender("vis_01hf7yat0000000000000k3f9", None, None),
                "Visitor K3F9",
                NameSource::Address,
            ),
            (sender("", None, None), "Visitor", NameSource::Address),
        ];
        for (sender, name, source) in cases {
            let named = name_of(&sender, "en");
            assert_eq!((named.name.as_str(), named.source), (name, source));
        }
        let nobody = sender("vis_01hf7yat0000000000000k3f9", None, None);
        for (language, name) in [
            ("pt-BR", "Visitante K3F9"),
            ("DE", "Besucher K3F9"),
            ("ja", "Visitor K3F9"),
            ("", "Visitor K3F9"),
        ] {
            assert_eq!(name_of(&nobody, language).name, name, "{language}");
        }
    }

    #[test]
    fn a_weaker_source_never_renames() {
        use NameSource::{Address, Person, Profile, Verified};
        let order = [Address, Profile, Verified, Person];
        let named = |name: &str, source| Named {
            name: name.to_owned(),
            source,
        };
        for (weak, present) in order.into_iter().enumerate() {
            for (strong, offered) in order.into_iter().enumerate() {
                let renamed = renames(&named("old", present), &named("new", offered));
                assert_eq!(
                    renamed,
                    strong >= weak && offered != Address,
                    "{offered:?} over {present:?}"
                );
                assert!(!renames(&named("same", present), &named("same", offered)));
            }
        }
    }
}

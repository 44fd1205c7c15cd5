//! Which conversation a mail belongs to. email.md section 3.4.
//!
//! Never by its subject alone and never by its sender alone: strangers are not merged, whatever
//! they write.

use crate::model::ids::ConversationId;

/// How a mail leads to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By the token in an address it went to.
    Token,
    /// By the id of a mail it answers.
    Reply,
    /// By the token in its subject.
    Subject,
    /// Because there is one conversation for each customer.
    Contact,
    /// By nothing: it begins one.
    New,
}

impl By {
    /// The word for it in the metadata of a message.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "plus",
            Self::Reply => "reply",
            Self::Subject => "subject",
            Self::Contact => "contact",
            Self::New => "new",
        }
    }
}

/// A conversation that a mail leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// How.
    pub by: By,
    /// The conversation.
    pub conversation: ConversationId,
    /// Whether its customer is who wrote the mail.
    pub is_customer: bool,
    /// Whether who wrote the mail was in it before: mail went to that address, or came from it.
    pub is_known: bool,
    /// The address of its customer.
    pub address: String,
}

/// Where a mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Into a conversation.
    Into(By, ConversationId),
    /// Into a new one, which may be related to one that is not the sender's.
    New {
        /// That one.
        related: Option<ConversationId>,
    },
}

/// Finds the place of a mail: the first lead counts that its sender may follow.
#[must_use]
pub fn place(leads: &[Lead], sender: &str, own: Option<ConversationId>) -> Place {
    if let Some(lead) = leads.iter().find(|lead| may_follow(lead, sender)) {
        return Place::Into(lead.by, lead.conversation);
    }
    if let Some(own) = own {
        return Place::Into(By::Contact, own);
    }
    Place::New {
        related: leads.first().map(|lead| lead.conversation),
    }
}

/// Whether who wrote a mail belongs into a conversation that it leads to.
fn may_follow(lead: &Lead, sender: &str) -> bool {
    if lead.is_customer || lead.is_known {
        return true;
    }
    // Anybody can write a token into a subject.
    lead.by != By::Subject && are_colleagues(&lead.address, sender)
}

/// Whether two addresses are of one firm.
fn are_colleagues(one: &str, other: &str) -> bool {
    let domain = |address: &str| {
        let (_, domain) = address.rsplit_once('@')?;
        Some(domain.to_lowercase()).filter(|domain| domain.contains('.'))
    };
    match (domain(one), domain(other)) {
        (Some(one), Some(other)) => one == other && !is_shared(&one),
        _ => false,
    }
}

/// Whether a domain gives addresses to anybody: those who share it have nothing else in common.
fn is_shared(domain: &str) -> bool {
    SHARED.contains(&domain)
        || SHARED_FAMILIES
            .iter()
            .any(|family| domain.starts_with(family))
}

/// Starts of domains that one provider has in many countries.
const SHARED_FAMILIES: [&str; 6] = ["yahoo.", "hotmail.", "outlook.", "live.", "gmx.", "yandex."];

/// Other domains that give addresses to anybody.
const SHARED: [&str; 46] = [
    "gmail.com",
    "googlemail.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "msn.com",
    "ymail.com",
    "rocketmail.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "fastmail.com",
    "zoho.com",
    "mail.com",
    "tutanota.com",
    "tuta.io",
    "hey.com",
    "web.de",
    "t-online.de",
    "freenet.de",
    "posteo.de",
    "mailbox.org",
    "orange.fr",
    "free.fr",
    "laposte.net",
    "sfr.fr",
    "wanadoo.fr",
    "libero.it",
    "virgilio.it",
    "tiscali.it",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "ig.com.br",
    "globo.com",
    "mail.ru",
    "bk.ru",
    "inbox.ru",
    "qq.com",
    "163.com",
    "126.com",
    "naver.com",
    "comcast.net",
    "verizon.net",
    "btinternet.com",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::Id as _;

    fn id(number: u8) -> ConversationId {
        ConversationId::from_bytes([number; 16])
    }

    fn lead(by: By, number: u8, address: &str) -> Lead {
        Lead {
            by,
            conversation: id(number),
            is_customer: false,
            is_known: false,
            address: address.to_owned(),
        }
    }

    #[test]
    fn a_mail_finds_its_place() {
        let customer = |by, number| Lead {
            is_customer: true,
            ..lead(by, number, "ana@acme.example")
        };
        let known = |by, number| Lead {
            is_known: true,
            ..lead(by, number, "ana@gmail.com")
        };
        let new = |related| Place::New { related };
        let cases = [
            (vec![], "ana@acme.example", None, new(None)),
            (
                vec![customer(By::Token, 1), customer(By::Reply, 2)],
                "ana@acme.example",
                None,
                Place::Into(By::Token, id(1)),
            ),
            (
                vec![known(By::Reply, 1)],
                "boss@gmail.com",
                None,
                Place::Into(By::Reply, id(1)),
            ),
            (
                vec![known(By::Subject, 1)],
                "boss@gmail.com",
                None,
                Place::Into(By::Subject, id(1)),
            ),
            // A colleague takes over.
            (
                vec![lead(By::Reply, 1, "ana@acme.example")],
                "bob@ACME.example",
                None,
                Place::Into(By::Reply, id(1)),
            ),
            (
                vec![lead(By::Token, 1, "ana@acme.example")],
                "bob@acme.example",
                None,
                Place::Into(By::Token, id(1)),
            ),
            (
                vec![lead(By::Subject, 1, "ana@acme.example")],
                "bob@acme.example",
                None,
                new(Some(id(1))),
            ),
            // Strangers hold a token or quote a mail of somebody else.
            (
                vec![lead(By::Token, 1, "ana@gmail.com")],
                "eve@gmail.com",
                None,
                new(Some(id(1))),
            ),
            (
                vec![lead(By::Token, 1, "ana@yahoo.com.br")],
                "eve@yahoo.com.br",
                None,
                new(Some(id(1))),
            ),
            (
                vec![lead(By::Reply, 1, "ana@acme.example")],
                "eve@evil.example",
                None,
                new(Some(id(1))),
            ),
            (
                vec![lead(By::Token, 1, "ana@localhost")],
                "eve@localhost",
                None,
                new(Some(id(1))),
            ),
            // The token is a stranger's, the reply is not.
            (
                vec![lead(By::Token, 1, "x@y.example"), customer(By::Reply, 2)],
                "ana@acme.example",
                None,
                Place::Into(By::Reply, id(2)),
            ),
            (
                vec![],
                "ana@acme.example",
                Some(id(9)),
                Place::Into(By::Contact, id(9)),
            ),
            (
                vec![customer(By::Reply, 1)],
                "ana@acme.example",
                Some(id(9)),
                Place::Into(By::Reply, id(1)),
            ),
        ];
        for (number, (leads, sender, own, expected)) in cases.into_iter().enumerate() {
            assert_eq!(place(&leads, sender, own), expected, "case {number}");
        }
    }
}

//! Any mail server. email.md sections 1.2, 4.2, 8 and 9.

use serde_json::Value;

use crate::base::http::HttpReply;
use crate::base::mail::Encryption;
use crate::base::mail::Envelope;
use crate::base::mail::Login;
use crate::base::mail::MailServer;
use crate::base::mail::Proof;
use crate::base::secret::Secret;
use crate::channels::email::address;
use crate::channels::email::compose::Letter;
use crate::channels::email::compose::mime;
use crate::channels::email::compose::mime::Unwritable;
use crate::channels::email::dkim;
use crate::channels::email::fault::Class;
use crate::channels::email::fault::Fault;
use crate::channels::email::provider::Limits;
use crate::channels::email::provider::MB;
use crate::channels::email::provider::Provider;
use crate::channels::table::wrong;
use crate::model::Opaque;
use crate::model::call::Call;
use crate::model::call::MailCall;
use crate::model::message::RATE_LIMITED;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::FieldError;

/// Under which name the largest mail is kept that the server takes, in bytes.
pub(super) const SIZE: &str = "smtpSizeMax";

/// The largest mail where a server does not say.
const USUAL_SIZE: u64 = 25 * MB;

/// Codes, the beginnings of enhanced codes (any where empty) or words, what follows, and our word
/// for it. The first that fits counts.
const RULES: &[(u16, &str, Class, &str)] = &[
    (452, "4.5.3", Class::Rate, RATE_LIMITED),
    (421, "4.7.28", Class::Rate, RATE_LIMITED),
    (450, "4.2.1", Class::Rate, RATE_LIMITED),
    (535, "", Class::Account, "credentials"),
    (534, "", Class::Account, "credentials"),
    (530, "", Class::Account, "credentials"),
    (538, "", Class::Account, "credentials"),
    (550, "5.1.1", Class::Invalid, "invalid_recipient"),
    (550, "5.1.2", Class::Invalid, "invalid_recipient"),
    (550, "5.1.3", Class::Invalid, "invalid_recipient"),
    (553, "", Class::Invalid, "invalid_recipient"),
    (552, "5.3.4", Class::Never, "too_large"),
    (552, "5.2.3", Class::Never, "too_large"),
    (552, "5.2.2", Class::Never, "mailbox_full"),
    (552, "", Class::Never, "too_large"),
    (550, "5.7.1", Class::Never, "policy"),
    (554, "", Class::Never, "refused"),
];

/// Any mail server.
#[derive(Debug)]
pub struct Smtp;

impl Provider for Smtp {
    fn name(&self) -> &'static str {
        "smtp"
    }

    fn check(&self, account: &Account) -> Vec<FieldError> {
        let mut all = Vec::new();
        if account.text("smtpHost").is_none() {
            all.push(wrong("smtpHost", "is missing: Server"));
        }
        let by_token = is_by_token(account);
        let user = account.text("smtpUsername");
        match (user, account.secret("smtpPassword")) {
            (Some(_), None) if !by_token => {
                all.push(wrong("smtpPassword", "is missing: Password"));
            }
            (None, Some(_)) => all.push(wrong("smtpUsername", "is missing: User")),
            _ => {}
        }
        if by_token && account.text("oauthProvider").is_none() {
            all.push(wrong("oauthProvider", "is missing: With whom to sign in"));
        }
        if (user.is_some() || by_token)
            && encryption(account) == Encryption::None
            && !is_near(account)
        {
            let sentence = "must be tls or starttls: the password would travel in the open";
            all.push(wrong("smtpEncryption", sentence));
        }
        all
    }

    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let Some(reply) = asked.replies.first() else {
            let call = MailCall {
                server: server(asked.account),
                mail: None,
                is_copy: false,
                dkim: None,
            };
            return Ok(Step::Ask {
                what: "credentials",
                call: Call::Mail(Box::new(call)),
            });
        };
        accepted(reply)?;
        let size = size(&String::from_utf8_lossy(&reply.body));
        Ok(Step::Done(Connected {
            settings: Opaque::from_iter([(SIZE.to_owned(), size.into())]),
            ..Connected::default()
        }))
    }

    fn is_service(&self) -> bool {
        false
    }

    fn limits(&self, account: &Account) -> Limits {
        let told = account.settings.get(SIZE).and_then(Value::as_u64);
        Limits {
            bytes_max: told.unwrap_or(USUAL_SIZE),
            recipients_max: 100,
        }
    }

    /// One transaction for each recipient, of the same bytes: a server that refuses one of several
    /// refuses all. The customer's comes first.
    fn send(&self, letter: &Letter<'_>) -> Result<Vec<Call>, Unwritable> {
        let mail = mime::written(letter)?;
        let everybody = letter.everybody();
        let dkim = dkim::of(letter.account);
        let calls = everybody.into_iter().enumerate().map(|(index, one)| {
            let envelope = Envelope {
                from: letter.from.address.clone(),
                to: one.address.clone(),
            };
            Call::Mail(Box::new(MailCall {
                server: server(letter.account),
                mail: Some((envelope, mail.clone())),
                is_copy: index > 0,
                dkim: dkim.clone(),
            }))
        });
        Ok(calls.collect())
    }

    /// The server has no id of its own that anybody would name.
    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        accepted(reply).map(|()| Vec::new())
    }
}

/// The server of an account.
pub(super) fn server(account: &Account) -> MailServer {
    let encryption = encryption(account);
    let usual = match encryption {
        Encryption::Tls => 465,
        Encryption::Starttls => 587,
        Encryption::None => 25,
    };
    let port = account.settings.get("smtpPort");
    let port = port.and_then(Value::as_u64);
    MailServer {
        host: account.text("smtpHost").unwrap_or_default().to_owned(),
        port: port
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or(usual),
        encryption,
        hello: address::id_domain(account),
        login: login(account),
    }
}

fn encryption(account: &Account) -> Encryption {
    let named = account.text("smtpEncryption").and_then(Encryption::named);
    named.unwrap_or_else(
        || match account.settings.get("smtpPort").and_then(Value::as_u64) {
            Some(587) => Encryption::Starttls,
            _ => Encryption::Tls,
        },
    )
}

fn is_by_token(account: &Account) -> bool {
    account.text("smtpAuth") == Some("oauth2")
}

fn login(account: &Account) -> Option<Login> {
    let secret = |name: &str| Secret::new(account.secret(name).unwrap_or_default().to_owned());
    if is_by_token(account) {
        let own = || address::own(account);
        return Some(Login {
            user: account.text("smtpUsername").map_or_else(own, str::to_owned),
            proof: Proof::Token(secret("oauthAccessToken")),
        });
    }
    let user = account.text("smtpUsername")?.to_owned();
    Some(Login {
        user,
        proof: Proof::Password(secret("smtpPassword")),
    })
}

/// Whether the server is this machine: nobody is on the way.
fn is_near(account: &Account) -> bool {
    let host = account.text("smtpHost").unwrap_or_default();
    let is_loopback = |ip: std::net::IpAddr| ip.is_loopback();
    host == "localhost" || host.parse().is_ok_and(is_loopback)
}

/// The largest mail a server takes, by the lines of what it can do; none where it does not say.
fn size(lines: &str) -> Option<u64> {
    let mut sizes = lines.lines().filter_map(|line| {
        let (word, size) = line.trim().split_once(' ')?;
        word.eq_ignore_ascii_case("SIZE").then_some(size)
    });
    sizes.next()?.trim().parse().ok().filter(|size| *size > 0)
}

/// Whether the server took what it was given.
fn accepted(reply: &HttpReply) -> Result<(), Refusal> {
    let words = String::from_utf8_lossy(&reply.body);
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let code = reply.status;
    if (200..300).contains(&code) {
        return Ok(());
    }
    let lower = words.to_lowercase();
    let is_too_fast =
        lower.contains("rate limit") || lower.contains("too many") || lower.contains("ratelimit");
    let known = RULES
        .iter()
        .find(|(known, begins, ..)| *known == code && words.starts_with(begins));
    let (class, reason) = match known {
        Some((_, _, class, reason)) => (*class, *reason),
        None if code < 500 && is_too_fast => (Class::Rate, RATE_LIMITED),
        None if code < 500 => (Class::Retry, "temporary"),
        None => (Class::Never, "refused"),
    };
    Err(Fault::new(class, reason, code.to_string(), &words).refusal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_how_large_a_mail_it_takes() {
        let cases = [
            (
                "mail.example.com\nSIZE 36700160\n8BITMIME",
                Some(36_700_160),
            ),
            ("mail.example.com\nsize 10\nHELP", Some(10)),
            ("mail.example.com\nSIZE 0", None),
            ("mail.example.com\nSIZE", None),
            ("", None),
        ];
        for (lines, expected) in cases {
            assert_eq!(size(lines), expected, "{lines}");
        }
    }
}

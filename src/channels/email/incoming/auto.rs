//! Mail that a program wrote. email.md section 3.5.

use crate::channels::email::address;
use crate::channels::email::incoming::header::Header;
use crate::model::mail::Auto;

/// Starts of subjects that programs write when somebody is away, in lower case.
const AWAY: [&str; 24] = [
    "out of office",
    "out of the office",
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto:",
    "on vacation",
    "vacation reply",
    "resposta autom\u{e1}tica",
    "respuesta autom\u{e1}tica",
    "respuesta automatica",
    "fuera de la oficina",
    "ausencia de la oficina",
    "fora do escrit\u{f3}rio",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesend",
    "r\u{e9}ponse automatique",
    "absence du bureau",
    "risposta automatica",
    "automatisch antwoord",
    "automatiskt svar",
    "autosvar",
];

/// Parts before the @ that nobody reads.
const UNREAD: [&str; 7] = [
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "do_not_reply",
    "bounces",
];

/// Parts before the @ by which servers write of themselves.
const SERVERS: [&str; 2] = ["mailer-daemon", "postmaster"];

/// Fields that only answering machines write.
const MACHINES: [&str; 4] = [
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponse",
    "X-Auto-Reply",
];

/// Which kind of program wrote a mail; none where a person seems to have.
pub(super) fn kind(header: &Header<'_>, from: &str, sender: Option<&str>) -> Option<Auto> {
    let local = from.split(['@', '+']).next().unwrap_or_default();
    let is_report = header.mime_type() == "multipart/report";
    let report = header
        .parameter("report-type")
        .unwrap_or_default()
        .to_lowercase();
    let has_no_sender = match sender {
        Some(sender) => sender.is_empty(),
        None => header.raw("Return-Path").as_deref() == Some("<>"),
    };
    if is_report && report == "delivery-status"
        || SERVERS.contains(&local) && (has_no_sender || is_report)
    {
        return Some(Auto::Dsn);
    }
    if is_report && report == "disposition-notification" {
        return Some(Auto::Mdn);
    }
    let precedence = header.lower("Precedence");
    let subject = header.subject().unwrap_or_default().to_lowercase();
    let is_away = AWAY.iter().any(|start| subject.starts_with(start));
    if is_away
        || MACHINES.iter().any(|name| header.has(name))
        || precedence.replace('-', "_") == "auto_reply"
    {
        return Some(Auto::Ooo);
    }
    let submitted = header.lower("Auto-Submitted");
    let submitted = submitted.split([';', ' ']).next().unwrap_or_default();
    if !matches!(submitted, "" | "no") {
        return Some(Auto::Auto);
    }
    if header.has("List-Id")
        || header.has("List-Unsubscribe")
        || matches!(precedence.as_str(), "bulk" | "list" | "junk")
    {
        return Some(Auto::List);
    }
    let is_unread = UNREAD.contains(&local) || SERVERS.contains(&local);
    (has_no_sender || is_unread).then_some(Auto::Auto)
}

/// Whether the sender's program asks for no automatic answers.
pub(super) fn wants_silence(header: &Header<'_>) -> bool {
    let asked = header.lower("X-Auto-Response-Suppress");
    asked
        .split([',', ' '])
        .any(|word| matches!(word, "all" | "autoreply" | "oof"))
}

/// Whether an address is one that no automatic answer may go to.
#[must_use]
pub fn is_unread(address: &str) -> bool {
    let address = address::clean(address).unwrap_or_default();
    let local = address.split(['@', '+']).next().unwrap_or_default();
    UNREAD.contains(&local) || SERVERS.contains(&local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_people() {
        let report = "Content-Type: multipart/report; report-type=";
        let cases = [
            ("Subject: Hi".to_owned(), "ana@x.example", None),
            (
                format!("{report}delivery-status"),
                "ana@x.example",
                Some(Auto::Dsn),
            ),
            (
                "Return-Path: <>".to_owned(),
                "mailer-daemon@x.example",
                Some(Auto::Dsn),
            ),
            (
                "Subject: x".to_owned(),
                "postmaster@x.example",
                Some(Auto::Auto),
            ),
            (
                format!("{report}disposition-notification"),
                "ana@x.example",
                Some(Auto::Mdn),
            ),
            ("Auto-Submitted: no".to_owned(), "ana@x.example", None),
            (
                "Auto-Submitted: auto-replied (vacation)".to_owned(),
                "ana@x.example",
                Some(Auto::Auto),
            ),
            (
                "X-Autoreply: yes".to_owned(),
                "ana@x.example",
                Some(Auto::Ooo),
            ),
            (
                "Precedence: auto_reply".to_owned(),
                "ana@x.example",
                Some(Auto::Ooo),
            ),
            (
                "Subject: =?utf-8?q?Resposta_autom=C3=A1tica=3A_Pedido?=".to_owned(),
                "ana@x.example",
                Some(Auto::Ooo),
            ),
            (
                "Subject: Automatische Antwort: Bestellung".to_owned(),
                "ana@x.example",
                Some(Auto::Ooo),
            ),
            (
                "List-Id: <l.x.example>".to_owned(),
                "ana@x.example",
                Some(Auto::List),
            ),
            (
                "List-Unsubscribe: <mailto:x>".to_owned(),
                "ana@x.example",
                Some(Auto::List),
            ),
            (
                "Precedence: Bulk".to_owned(),
                "ana@x.example",
                Some(Auto::List),
            ),
            (
                "Return-Path: <>".to_owned(),
                "ana@x.example",
                Some(Auto::Auto),
            ),
            (
                "Subject: x".to_owned(),
                "no-reply@x.example",
                Some(Auto::Auto),
            ),
            (
                "X-Auto-Response-Suppress: All".to_owned(),
                "ana@x.example",
                None,
            ),
        ];
        for (fields, from, expected) in cases {
            let raw = format!("{fields}\r\n\r\n");
            let header = Header::read(raw.as_bytes());
            assert_eq!(kind(&header, from, None), expected, "{fields} {from}");
        }
    }

    #[test]
    fn programs_that_say_the_same_otherwise_are_told_too() {
        let cases = [
            ("X-Autorespond: yes", "ana@x.example", Auto::Ooo),
            ("X-Autoresponse: yes", "ana@x.example", Auto::Ooo),
            ("Subject: Out of office: Monday", "ana@x.example", Auto::Ooo),
            (
                "Subject: Automatic reply: Order",
                "ana@x.example",
                Auto::Ooo,
            ),
            ("Precedence: list", "ana@x.example", Auto::List),
            ("Precedence: junk", "ana@x.example", Auto::List),
            (
                "Auto-Submitted: auto-generated",
                "ana@x.example",
                Auto::Auto,
            ),
            ("Subject: x", "noreply@x.example", Auto::Auto),
            ("Subject: x", "donotreply@x.example", Auto::Auto),
        ];
        for (fields, from, expected) in cases {
            let raw = format!("{fields}\r\n\r\n");
            let header = Header::read(raw.as_bytes());
            assert_eq!(kind(&header, from, None), Some(expected), "{fields} {from}");
        }
    }

    #[test]
    fn outlook_asks_for_silence() {
        for (field, expected) in [
            ("X-Auto-Response-Suppress: All", true),
            (
                "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",
                true,
            ),
            ("X-Auto-Response-Suppress: DR, RN", false),
            ("Subject: x", false),
        ] {
            let raw = format!("{field}\r\n\r\n");
            let header = Header::read(raw.as_bytes());
            assert_eq!(wants_silence(&header), expected, "{field}");
        }
        assert!(is_unread("No-Reply@x.example"));
        assert!(!is_unread("ana@x.example"));
    }
}

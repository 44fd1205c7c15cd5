//! Whole mails, from bytes to what they mean.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod files;
mod reports;

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::base::crypto;
use crate::channels::email::incoming::message::TEXT_MAX;
use crate::channels::email::incoming::split::BOUNDS;
use crate::channels::email::incoming::split::Splitter;
use crate::model::content::Content;
use crate::model::mail::Mail;

const ARRIVED: Timestamp = Timestamp::from_secs(1_767_268_900);

fn us() -> Us {
    Us {
        addresses: vec![
            "support@in.example.com".to_owned(),
            "support@example.com".to_owned(),
        ],
        others: vec!["sales@example.com".to_owned()],
        mark: "inst_1".to_owned(),
        folds: true,
    }
}

fn reading(raw: &[u8], envelope: &Envelope) -> Reading {
    let (mut splitter, mut shelf) = (Splitter::new(BOUNDS), Vec::<Vec<u8>>::new());
    splitter.take(raw, &mut shelf).unwrap();
    let parts = splitter.end(&mut shelf).unwrap();
    read(&parts, &crypto::digest(raw), envelope, &us(), ARRIVED)
}

fn message(raw: &str) -> (ReadMail, Mail, Files) {
    let raw = raw.replace('\n', "\r\n");
    match reading(raw.as_bytes(), &Envelope::default()) {
        Reading::Message(read, files) => {
            let mail = Mail::of(&read.message.metadata).unwrap();
            (*read, mail, files)
        }
        other => unreachable!("{other:?}"),
    }
}

const ANA: &str = "Return-Path: <ana@example.com>
From: =?UTF-8?Q?Ana_S=C3=ADlva?= <Ana@Example.com>
To: Support <support+conv-k3J9xQ2m@in.example.com>
Cc: boss@example.com
Subject: =?utf-8?B?UmU6IFBlZGlkbyAxMjM0?=
Message-ID: <CAF1x@mail.example.com>
In-Reply-To: <msg_01.a7@example.org>
References: <first@example.com> <msg_01.a7@example.org>
Date: Thu, 01 Jan 2026 09:00:00 -0300
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b1

--b1
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Chegou, obrigada!

Em qui., 1 de jan. de 2026 =C3=A0s 08:00, Acme escreveu:
> Chegou?
--b1
Content-Type: text/html; charset=utf-8

<div>Chegou, obrigada!</div><div class=\"gmail_quote\">Chegou?</div>
--b1--
";

#[test]
fn the_mail_of_the_contract_becomes_what_it_says() {
    let (read, mail, _) = message(ANA);
    let message = &read.message;
    assert_eq!(message.from.address, "ana@example.com");
    assert_eq!(message.to, "support@in.example.com");
    assert_eq!(message.content, Content::text("Chegou, obrigada!"));
    assert_eq!(message.external_id, "CAF1x@mail.example.com");
    assert_eq!(message.reply_to.as_deref(), Some("msg_01.a7@example.org"));
    assert_eq!(message.sent_at, Timestamp::parse("2026-01-01T12:00:00Z"));
    assert_eq!(mail.profile_name.as_deref(), Some("Ana S\u{ed}lva"));
    assert_eq!(mail.subject.as_deref(), Some("Re: Pedido 1234"));
    assert_eq!(
        mail.references,
        ["first@example.com", "msg_01.a7@example.org"]
    );
    assert_eq!(mail.cc, ["boss@example.com"]);
    assert_eq!(mail.to_all, ["support+conv-k3j9xq2m@in.example.com"]);
    assert_eq!(mail.html.as_deref(), Some("<div>Chegou, obrigada!</div>"));
    assert!(mail.quoted_text.unwrap().contains("> Chegou?"));
    assert_eq!(mail.quoted_html.as_deref(), Some("<div>Chegou?</div>"));
    assert_eq!(
        read.clues.ids,
        ["msg_01.a7@example.org", "first@example.com"]
    );
    assert_eq!(read.clues.others, ["boss@example.com"]);
}

#[test]
fn only_the_sender_says_who_wrote() {
    let cases = [
        (
            "From: a@x.example\nReply-To: b@x.example",
            Some("a@x.example"),
        ),
        ("Sender: b@x.example", Some("b@x.example")),
        (
            "From: nobody\nReturn-Path: <c@x.example>",
            Some("c@x.example"),
        ),
        ("Subject: x", None),
        (
            "From: \"Ana via Support\" <support@example.com>\nList-Id: <support.example.com>\n\
             X-Original-Sender: ana@x.example",
            Some("ana@x.example"),
        ),
        (
            "From: list@x.example\nList-Id: <l.x.example>\nX-Original-Sender: ana@x.example",
            Some("list@x.example"),
        ),
    ];
    for (fields, expected) in cases {
        let raw = format!("{fields}\n\nHello").replace('\n', "\r\n");
        let found = match reading(raw.as_bytes(), &Envelope::default()) {
            Reading::Message(read, _) => Some(read.message.from.address),
            _ => None,
        };
        assert_eq!(found.as_deref(), expected, "{fields}");
    }
}

#[test]
fn mail_for_others_and_our_own_is_left_alone() {
    let cases = [
        (
            "From: a@x.example\nTo: sales@example.com",
            "it is for another channel",
        ),
        ("From: a@x.example\nX-Linktor-Loop: inst_1", "it is our own"),
        ("To: support@example.com", "nobody sent it"),
    ];
    for (fields, expected) in cases {
        let raw = format!("{fields}\n\nHello");
        let found = reading(raw.as_bytes(), &Envelope::default());
        assert!(
            matches!(found, Reading::Nothing(why) if why == expected),
            "{fields}"
        );
    }
    let both = "From: a@x.example\nTo: sales@example.com, support@example.com\n\nHello";
    assert_eq!(message(both).0.message.to, "support@example.com");
    let blind = "From: a@x.example\nTo: undisclosed-recipients:;\n\nHello";
    assert_eq!(message(blind).0.message.to, "support@in.example.com");
}

#[test]
fn dates_that_cannot_be_give_way_to_the_arrival() {
    let cases = [
        (
            "Thu, 01 Jan 2026 09:00:00 -0300",
            "2026-01-01T12:00:00Z",
            false,
        ),
        (
            "Thu, 01 Jan 1970 00:00:00 +0000",
            "2026-01-01T12:01:40Z",
            true,
        ),
        (
            "Thu, 01 Jan 2026 12:30:00 +0000",
            "2026-01-01T12:01:40Z",
            true,
        ),
        (
            "Thu, 01 Jan 2026 12:05:00 +0000",
            "2026-01-01T12:05:00Z",
            false,
        ),
        ("yesterday", "2026-01-01T12:01:40Z", true),
    ];
    for (date, expected, is_kept) in cases {
        let (read, mail, _) = message(&format!("From: a@x.example\nDate: {date}\n\nHello"));
        assert_eq!(read.message.sent_at, Timestamp::parse(expected), "{date}");
        assert_eq!(mail.date_header.is_some(), is_kept, "{date}");
    }
}

#[test]
fn a_mail_is_announced_by_its_header_alone() {
    let cases: [(&[u8], Option<&str>, Option<&str>); 3] = [
        (
            b"From: Ana <ANA@x.example>\r\nSubject: =?utf-8?q?Ol=C3=A1?=\r\n\r\nSubject: no",
            Some("ana@x.example"),
            Some("Ol\u{e1}"),
        ),
        (b"Subject: cut o", None, Some("cut o")),
        (b"\xff\x00\n\nx", None, None),
    ];
    for (head, from, subject) in cases {
        let found = announced(head);
        assert_eq!(found.from.as_deref(), from);
        assert_eq!(found.subject.as_deref(), subject);
    }
}

#[test]
fn of_a_long_mail_the_beginning_is_kept_as_text() {
    for (length, kept) in [
        (TEXT_MAX - 1, TEXT_MAX - 1),
        (TEXT_MAX, TEXT_MAX),
        (TEXT_MAX + 1, TEXT_MAX),
    ] {
        let words = "\u{e9}".repeat(length);
        let (read, ..) = message(&format!(
            "From: a@x.example\nContent-Type: text/plain; charset=utf-8\n\n{words}"
        ));
        assert_eq!(read.message.content.words().chars().count(), kept);
    }
}

#[test]
fn a_mail_without_an_id_gets_one_from_its_bytes() {
    let raw = "From: a@x.example\n\nHello";
    let first = message(raw).0.message.external_id;
    assert!(first.starts_with("sha256-") && first.ends_with("@in.example.com"));
    assert_eq!(message(raw).0.message.external_id, first);
    assert_ne!(
        message("From: a@x.example\n\nHallo").0.message.external_id,
        first
    );
}

#[test]
fn the_word_of_the_mailbox_is_trusted_and_that_of_a_sender_is_not() {
    let raw = "Authentication-Results: mx.example; spf=pass smtp.mailfrom=x; dkim=fail;\n\
        \x20dmarc=none\nAuthentication-Results: evil; dmarc=pass\nFrom: a@x.example\n\nHello";
    let auth = |is_header_trusted| {
        let envelope = Envelope {
            is_header_trusted,
            ..Envelope::default()
        };
        match reading(raw.as_bytes(), &envelope) {
            Reading::Message(read, _) => Mail::of(&read.message.metadata).unwrap().auth,
            other => unreachable!("{other:?}"),
        }
    };
    assert_eq!(auth(true)["spf"], "pass");
    assert_eq!(auth(true)["dmarc"], "none");
    assert!(auth(false).is_empty());
}

#[test]
fn html_that_is_made_to_hurt_is_read_soon_or_not_at_all() {
    let begun = std::time::Instant::now();
    for piece in [
        "<div>",
        "<b><p>",
        "<a><table>",
        "<font color=x><p>",
        "<b id=1><i><p>x",
        "</p></b>",
        "<select><option>",
    ] {
        for times in [100, 480, 20_000, dom::HTML_BYTES / piece.len()] {
            let html = piece.repeat(times);
            let raw = format!("From: a@x.example\nContent-Type: text/html\n\n{html}");
            assert_eq!(message(&raw).0.message.from.address, "a@x.example");
        }
    }
    assert!(
        begun.elapsed() < Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
}

const BOUNCE: &str = "From: MAILER-DAEMON@mx.example
To: support@example.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r

Sorry.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; nobody@x.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such
 user

--r
Content-Type: message/rfc822

From: support@example.com
To: nobody@x.example
Message-ID: <msg_01.a7@example.com>
X-Linktor-Message-Id: msg_01

Hello
--r--
";

proptest! {
    #[test]
    fn no_bytes_bring_the_reader_down(
        fields in proptest::collection::vec("(From|To|Subject|Date|Message-ID|Content-Type|References|Content-Transfer-Encoding): [ -~]{0,40}", 0..8),
        body in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let raw = [fields.join("\r\n").as_bytes(), b"\r\n\r\n", &body].concat();
        drop(reading(&raw, &Envelope::default()));
        drop(reading(&body, &Envelope::default()));
    }

    #[test]
    fn broken_off_mails_are_read_as_far_as_they_go(end in 0usize..1_200) {
        for raw in [ANA, BOUNCE] {
            let end = end.min(raw.len());
            if raw.is_char_boundary(end) {
                drop(reading(&raw.as_bytes()[..end], &Envelope::default()));
            }
        }
    }
}

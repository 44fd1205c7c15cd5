//! Mails that tell of mails of ours.

use super::BOUNCE;
use super::reading;
use crate::channels::email::incoming::Reading;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::Receipt;
use crate::model::mail::Envelope;
use crate::model::message::Delivery;

fn news(raw: &str) -> Vec<InboundEvent> {
    match reading(raw.as_bytes(), &Envelope::default()) {
        Reading::News(events) => events,
        other => unreachable!("{other:?}"),
    }
}

fn receipts(raw: &str) -> Vec<Receipt> {
    let events = news(raw).into_iter();
    let receipts = events.filter_map(|event| match event {
        InboundEvent::Receipt(receipt) => Some(receipt),
        _ => None,
    });
    receipts.collect()
}

#[test]
fn reports_name_the_mail_they_are_about() {
    let bounced = &receipts(BOUNCE)[0];
    assert_eq!(bounced.external_id, "msg_01.a7@example.com");
    assert_eq!(bounced.tag.as_deref(), Some("msg_01"));
    assert_eq!(bounced.state, Delivery::Failed);
    let error = bounced.error.clone().unwrap();
    assert_eq!(error.reason, "invalid_recipient");
    assert_eq!(error.vendor_code.as_deref(), Some("5.1.1"));
    assert!(
        error.message.contains("550 5.1.1 No such user"),
        "{}",
        error.message
    );
    let cases = [
        ("delayed", "4.4.7", Delivery::Sent),
        ("delivered", "2.0.0", Delivery::Delivered),
        ("relayed", "2.0.0", Delivery::Sent),
        ("failed", "4.4.7", Delivery::Failed),
    ];
    for (action, status, expected) in cases {
        let raw = BOUNCE.replace("failed", action).replace("5.1.1", status);
        assert_eq!(receipts(&raw)[0].state, expected, "{action}");
    }
    let named = BOUNCE.replace("message/rfc822", "text/x-none").replace(
        "To: support@example.com\nSubject",
        "References: <a@b> <msg_02.b8@example.com>\nSubject",
    );
    assert_eq!(receipts(&named)[0].external_id, "msg_02.b8@example.com");
}

#[test]
fn readers_and_complaints_are_heard() {
    let shown = "From: ana@x.example\nContent-Type: multipart/report; boundary=r;\n\
        \x20report-type=disposition-notification\n\n--r\n\nShown.\n--r\n\
        Content-Type: message/disposition-notification\n\n\
        Original-Message-ID: <msg_01.a7@example.com>\n\
        Disposition: manual-action/MDN-sent-manually; displayed\n\n--r\n\
        Content-Type: text/rfc822-headers\n\nMessage-ID: <msg_01.a7@example.com>\n\n--r--\n";
    assert_eq!(receipts(shown)[0].state, Delivery::Read);
    let deleted = shown.replace("; displayed", "; deleted");
    assert!(matches!(
        reading(deleted.as_bytes(), &Envelope::default()),
        Reading::Nothing(_)
    ));
    let complaint = "From: feedback@isp.example\nContent-Type: multipart/report; boundary=r;\n\
        \x20report-type=feedback-report\n\n--r\n\nSpam.\n--r\n\
        Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n\
        Original-Rcpt-To: <ana@x.example>\n\n--r\n\
        Content-Type: message/rfc822\n\nMessage-ID: <msg_01.a7@example.com>\n\nHi\n--r--\n";
    let events = news(complaint);
    assert!(
        matches!(&events[0], InboundEvent::Consent(consent)
            if consent.from.address == "ana@x.example" && !consent.is_given),
        "{events:?}"
    );
}

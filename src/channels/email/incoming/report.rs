//! Reports of servers and mail programs about a mail of ours: that it bounced, waits, arrived, was
//! shown, or was called spam. email.md sections 3.5 and 5.

use crate::channels::email::address;
use crate::channels::email::incoming::header::Header;
use crate::channels::email::incoming::split::Body;
use crate::channels::email::incoming::split::Part;
use crate::model::Opaque;
use crate::model::inbound::Consent;
use crate::model::inbound::EVERYTHING;
use crate::model::inbound::InboundEvent;
use crate::model::inbound::InboundSender;
use crate::model::inbound::Receipt;
use crate::model::message::Delivery;
use crate::model::message::SendError;

/// The most recipients of one report.
const RECIPIENTS_MAX: usize = 100;

/// What a report says; empty for what is no report, or one that names no mail of ours.
///
/// The mail it is about is named by what is attached of it, else by the references of the report.
pub(super) fn read(header: &Header<'_>, parts: &[Part]) -> Vec<InboundEvent> {
    let original = original(parts);
    let named = original
        .iter()
        .flat_map(|original| original.ids.iter().cloned())
        .chain(header.ids("References").into_iter().rev())
        .chain(header.ids("In-Reply-To"));
    let Some(id) = named.into_iter().next() else {
        return Vec::new();
    };
    let tag = original.as_ref().and_then(|original| original.tag.clone());
    // The ids that we give begin with that of the message.
    let minted = id
        .split(['.', '@'])
        .next()
        .filter(|id| id.starts_with("msg_"));
    let tag = tag.or_else(|| minted.map(str::to_owned));
    let mut events = Vec::new();
    for part in parts {
        let ended = ended(&part.header);
        let kind = Header::read(&ended).mime_type();
        let Body::Text(text) = &part.body else {
            continue;
        };
        let text = String::from_utf8_lossy(text);
        match kind.as_str() {
            "message/delivery-status" => events.extend(delivery(&text, &id, tag.as_deref())),
            "message/disposition-notification" => {
                events.extend(disposition(&text, &id, tag.as_deref()));
            }
            "message/feedback-report" => {
                let to = original.as_ref().and_then(|original| original.to.clone());
                events.extend(complaint(&text, to));
            }
            _ => {}
        }
    }
    events
}

/// The mail of ours that a report is about.
struct Original {
    ids: Vec<String>,
    tag: Option<String>,
    to: Option<String>,
}

fn original(parts: &[Part]) -> Option<Original> {
    parts.iter().skip(1).find_map(|part| {
        let outer = ended(&part.header);
        let kind = Header::read(&outer).mime_type();
        let is_mail = matches!(
            kind.as_str(),
            "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/rfc822-headers"
        );
        let Body::File(file) = &part.body else {
            return None;
        };
        if !is_mail {
            return None;
        }
        let inner = ended(&file.head);
        let inner = Header::read(&inner);
        Some(Original {
            ids: inner.ids("Message-ID"),
            tag: inner.raw("X-Linktor-Message-Id"),
            to: inner
                .mailboxes("To")
                .into_iter()
                .next()
                .map(|one| one.address),
        })
    })
}

fn ended(header: &[u8]) -> Vec<u8> {
    [header, b"\r\n\r\n"].concat()
}

/// One group of fields of a report, by lower-case name.
fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups = vec![Vec::new()];
    for line in text.lines() {
        if line.trim().is_empty() {
            groups.push(Vec::new());
            continue;
        }
        let Some(group) = groups.last_mut() else {
            continue;
        };
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                let value: &mut String = value;
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_lowercase(), value.trim().to_owned()));
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn value<'g>(group: &'g [(String, String)], name: &str) -> Option<&'g str> {
    group
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

/// What stands behind the type: `rfc822; x@y` is `x@y`.
fn behind_type(text: &str) -> &str {
    text.split_once(';').map_or(text, |(_, rest)| rest).trim()
}

fn delivery(text: &str, id: &str, tag: Option<&str>) -> Vec<InboundEvent> {
    let groups = groups(text);
    let recipients = groups.iter().filter(|group| {
        value(group, "final-recipient")
            .or(value(group, "original-recipient"))
            .is_some()
    });
    recipients
        .take(RECIPIENTS_MAX)
        .filter_map(|group| recipient(group, id, tag))
        .collect()
}

fn recipient(group: &[(String, String)], id: &str, tag: Option<&str>) -> Option<InboundEvent> {
    let of = |name| value(group, name).map(behind_type).and_then(address::clean);
    let to = of("original-recipient").or_else(|| of("final-recipient"));
    let status = value(group, "status").and_then(|text| text.split_whitespace().next());
    let said = value(group, "diagnostic-code").map(behind_type);
    let (state, word) = match value(group, "action")?.to_lowercase().as_str() {
        "failed" => (Delivery::Failed, "failed"),
        "delayed" => (Delivery::Sent, "delayed"),
        "delivered" => (Delivery::Delivered, "delivered"),
        // Handed on to where nobody reports, or to many: that is no more than sent.
        "relayed" | "expanded" => (Delivery::Sent, "relayed"),
        _ => return None,
    };
    let mut metadata = Opaque::new();
    if let Some(to) = &to {
        let one = serde_json::json!({ to: { "status": word, "code": status, "said": said } });
        metadata.insert("recipients".to_owned(), one);
    }
    if word == "delayed" {
        metadata.insert("delayed".to_owned(), true.into());
    }
    let error = (state == Delivery::Failed).then(|| bounced(status, said));
    Some(InboundEvent::Receipt(Receipt {
        external_id: id.to_owned(),
        state,
        at: None,
        error,
        tag: tag.map(str::to_owned),
        metadata,
        address: to,
    }))
}

fn bounced(status: Option<&str>, said: Option<&str>) -> SendError {
    let is_address = matches!(
        status,
        Some("5.1.1" | "5.1.2" | "5.1.3" | "5.1.10" | "5.4.4")
    );
    let reason = if is_address {
        "invalid_recipient"
    } else {
        "bounced"
    };
    let said = said.or(status).unwrap_or("no reason was given");
    SendError {
        retryable: status.is_some_and(|status| status.starts_with('4')),
        ..SendError::lasting(reason, format!("The mail came back: {said}")).coded(status)
    }
}

fn disposition(text: &str, id: &str, tag: Option<&str>) -> Option<InboundEvent> {
    let groups = groups(text);
    let said = groups
        .iter()
        .find_map(|group| value(group, "disposition"))?;
    let (_, what) = said.split_once(';')?;
    let what = what.trim().to_lowercase();
    let is_shown = what.split(['/', ',', ' ']).next() == Some("displayed");
    is_shown.then(|| {
        InboundEvent::Receipt(Receipt {
            external_id: id.to_owned(),
            state: Delivery::Read,
            at: None,
            error: None,
            tag: tag.map(str::to_owned),
            metadata: Opaque::new(),
            address: None,
        })
    })
}

/// A complaint does not undo the delivery: it closes the address.
fn complaint(text: &str, to: Option<String>) -> Option<InboundEvent> {
    let groups = groups(text);
    let group = groups.first()?;
    let kind = value(group, "feedback-type")?.to_lowercase();
    if !matches!(
        kind.as_str(),
        "abuse" | "fraud" | "other" | "virus" | "opt-out"
    ) {
        return None;
    }
    let named = value(group, "original-rcpt-to")
        .and_then(|text| address::clean(text.trim_matches(['<', '>'])));
    Some(InboundEvent::Consent(Consent {
        from: InboundSender {
            address: named.or(to)?,
            ..InboundSender::default()
        },
        topic: EVERYTHING.to_owned(),
        is_given: false,
        at: None,
        answer: None,
    }))
}

//! Judging a domain, as a table of cases.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::base::id::Id as _;
use crate::model::domain::Finding;
use crate::model::domain::State;
use crate::model::ids::ChannelId;
use crate::model::outbound::Account;

fn sender(settings: &Value) -> Sender {
    let account = Account {
        channel_id: ChannelId::from_bytes([1; 16]),
        settings: settings.as_object().unwrap().clone(),
        secrets: std::collections::BTreeMap::new(),
        webhook_url: String::new(),
    };
    Sender::of(&account).unwrap()
}

fn own_server() -> Sender {
    sender(
        &json!({"fromEmail":"desk@aurora.example","smtpHost":"mail.aurora.example","imapHost":"mail.aurora.example"}),
    )
}

#[expect(clippy::unnecessary_wraps, reason = "as the name system answers")]
fn texts(all: &[&str]) -> Answer<Vec<String>> {
    Ok(all.iter().map(|text| (*text).to_owned()).collect())
}

/// Everything in order for a server of one's own.
fn records(sender: &Sender) -> Records {
    Records {
        exchangers: texts(&["mail.aurora.example"]),
        texts: texts(&["v=spf1 a:mail.aurora.example -all"]),
        keys: sender
            .keys()
            .iter()
            .map(|_| texts(&["v=DKIM1; p=MIIB"]))
            .collect(),
        policies: sender
            .policies()
            .iter()
            .map(|_| texts(&["v=DMARC1; p=reject"]))
            .collect(),
    }
}

fn judged(sender: &Sender, records: &Records) -> [Finding; 4] {
    judge(sender, records, "in.linktor.example")
        .try_into()
        .unwrap()
}

#[expect(clippy::too_many_lines, reason = "a table of cases")]
#[test]
fn every_spf_record_is_what_it_means() {
    use State::{Bad, Good, Note, Unknown};
    let none: &Value = &json!({"fromEmail":"desk@aurora.example","smtpHost":"mail.aurora.example"});
    let google = &json!({"fromEmail":"desk@aurora.example","smtpHost":"smtp.gmail.com"});
    let sendgrid = &json!({"fromEmail":"desk@aurora.example","provider":"sendgrid"});
    for (settings, found, state, add) in [
        (
            none,
            texts(&[]),
            Bad,
            Some("v=spf1 a:mail.aurora.example ~all"),
        ),
        (
            none,
            texts(&["google-site-verification=x"]),
            Bad,
            Some("v=spf1 a:mail.aurora.example ~all"),
        ),
        (
            none,
            texts(&["v=spf10 -all"]),
            Bad,
            Some("v=spf1 a:mail.aurora.example ~all"),
        ),
        (none, texts(&["V=SPF1 mx -all", "other"]), Good, None),
        (none, texts(&["v=spf1 mx -all", "v=spf1 a -all"]), Bad, None),
        (none, texts(&["v=spf1 +all"]), Bad, None),
        (none, texts(&["v=spf1 mx all"]), Bad, None),
        (none, texts(&["v=spf1 mx"]), Note, None),
        (none, texts(&["v=spf1 mx ?all"]), Note, None),
        (
            none,
            texts(&["v=spf1 redirect=_spf.aurora.example"]),
            Good,
            None,
        ),
        (
            none,
            texts(&[
                "v=spf1 include:a.x include:b.x include:c.x include:d.x include:e.x include:f.x include:g.x a:h.x mx/24 exists:i.x ptr -all",
            ]),
            Bad,
            None,
        ),
        (
            google,
            texts(&[]),
            Bad,
            Some("v=spf1 include:_spf.google.com ~all"),
        ),
        (
            google,
            texts(&["v=spf1 include:_spf.google.com ~all"]),
            Good,
            None,
        ),
        (
            google,
            texts(&["v=spf1 +include:_SPF.google.com ~all"]),
            Good,
            None,
        ),
        (
            google,
            texts(&["v=spf1 ip4:192.0.2.1 -all"]),
            Bad,
            Some("v=spf1 include:_spf.google.com ip4:192.0.2.1 -all"),
        ),
        (
            google,
            texts(&["v=spf1 include:_spf.other.example -all"]),
            Note,
            Some("v=spf1 include:_spf.google.com include:_spf.other.example -all"),
        ),
        (
            sendgrid,
            texts(&["v=spf1 mx -all"]),
            Note,
            Some("v=spf1 include:sendgrid.net mx -all"),
        ),
        (
            sendgrid,
            texts(&["v=spf1 include:sendgrid.net -all"]),
            Good,
            None,
        ),
        (none, Err("it took too long".to_owned()), Unknown, None),
    ] {
        let sender = sender(settings);
        let all = Records {
            texts: found.clone(),
            ..records(&sender)
        };
        let [_, spf, _, _] = judged(&sender, &all);
        assert_eq!(spf.state, state, "{settings} {found:?}: {}", spf.text);
        let added = spf.add.map(|record| {
            assert_eq!(
                (record.kind, record.name.as_str()),
                ("TXT", "aurora.example")
            );
            record.value
        });
        assert_eq!(added.as_deref(), add, "{settings} {found:?}");
    }
}

#[test]
fn every_exchanger_is_what_it_means() {
    use State::{Bad, Good, Note, Unknown};
    let mailbox = &json!({"fromEmail":"desk@aurora.example","imapHost":"imap.aurora.example"});
    let own = &json!({"fromEmail":"desk@aurora.example","inboundMode":"smtp","inboundAddress":"desk@in.aurora.example"});
    let none = &json!({"fromEmail":"desk@aurora.example"});
    let ses = &json!({"fromEmail":"desk@aurora.example","provider":"ses","sesRegion":"eu-west-1"});
    let hooks =
        &json!({"fromEmail":"desk@aurora.example","provider":"mailgun","inboundMode":"webhook"});
    for (settings, found, state, add) in [
        (mailbox, texts(&["mx.example"]), Good, None),
        (mailbox, texts(&[]), Bad, None),
        (mailbox, texts(&["."]), Bad, None),
        (none, texts(&[]), Good, None),
        (own, texts(&["in.linktor.example."]), Good, None),
        (
            own,
            texts(&["mx.example"]),
            Note,
            Some(("in.aurora.example", "10 in.linktor.example")),
        ),
        (
            own,
            texts(&[]),
            Bad,
            Some(("in.aurora.example", "10 in.linktor.example")),
        ),
        (hooks, texts(&["mxb.mailgun.org"]), Good, None),
        (
            hooks,
            texts(&["mx.notmailgun.org"]),
            Note,
            Some(("aurora.example", "10 mxa.mailgun.org")),
        ),
        (
            ses,
            texts(&[]),
            Bad,
            Some(("aurora.example", "10 inbound-smtp.eu-west-1.amazonaws.com")),
        ),
        (mailbox, Err("it took too long".to_owned()), Unknown, None),
    ] {
        let sender = sender(settings);
        let all = Records {
            exchangers: found.clone(),
            ..records(&sender)
        };
        let [mx, ..] = judged(&sender, &all);
        assert_eq!(mx.state, state, "{settings} {found:?}: {}", mx.text);
        let added = mx.add.map(|record| (record.name, record.value));
        let added = added
            .as_ref()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(added, add, "{settings} {found:?}");
    }
}

#[test]
fn every_key_is_what_it_means() {
    use State::{Bad, Good, Unknown};
    let google = &json!({"fromEmail":"desk@aurora.example","smtpHost":"smtp.gmail.com"});
    let own = &json!({"fromEmail":"desk@aurora.example","smtpHost":"mail.aurora.example"});
    let signed = &json!({"fromEmail":"desk@aurora.example","smtpHost":"mail.aurora.example","dkimSelector":"linktor"});
    for (settings, found, state) in [
        (google, texts(&["v=DKIM1; k=rsa; p=MIIB"]), Good),
        (google, texts(&["k=rsa; p=MIIB"]), Good),
        (google, texts(&["v=DKIM2; p=MIIB"]), Bad),
        (google, texts(&["v=DKIM1; p="]), Bad),
        (google, texts(&["hello"]), Bad),
        (google, texts(&[]), Bad),
        (google, Err("it took too long".to_owned()), Unknown),
        (own, texts(&[]), Unknown),
        (signed, texts(&[]), Bad),
        (signed, texts(&["v=DKIM1;p=MIIB"]), Good),
    ] {
        let sender = sender(settings);
        let keys = sender.keys().iter().map(|_| found.clone()).collect();
        let all = Records {
            keys,
            ..records(&sender)
        };
        let [_, _, dkim, _] = judged(&sender, &all);
        assert_eq!(dkim.state, state, "{settings} {found:?}: {}", dkim.text);
    }
    assert_eq!(sender(google).keys(), ["google._domainkey.aurora.example"]);
    let elsewhere = &json!({"fromEmail":"desk@eu.aurora.example","smtpHost":"mail.aurora.example","dkimSelector":"L1","dkimDomain":"aurora.example"});
    assert_eq!(sender(elsewhere).keys(), ["l1._domainkey.aurora.example"]);
    assert_eq!(sender(signed).keys(), ["linktor._domainkey.aurora.example"]);
}

#[test]
fn every_policy_is_what_it_means() {
    use State::{Bad, Good, Note, Unknown};
    for (found, state) in [
        (texts(&["v=DMARC1; p=reject"]), Good),
        (texts(&["v=DMARC1;p=quarantine; rua=mailto:x@y.z"]), Good),
        (texts(&["v=DMARC1; p=none"]), Note),
        (texts(&["v=DMARC1; p=nothing"]), Bad),
        (texts(&["v=DMARC1; rua=mailto:x@y.z"]), Bad),
        (texts(&["v=DMARC1; p=none", "v=DMARC1; p=reject"]), Bad),
        (Err("it took too long".to_owned()), Unknown),
    ] {
        let sender = own_server();
        let all = Records {
            policies: vec![found.clone()],
            ..records(&sender)
        };
        let [_, _, _, dmarc] = judged(&sender, &all);
        assert_eq!(dmarc.state, state, "{found:?}: {}", dmarc.text);
        assert_eq!(dmarc.add, None);
    }
    let below = sender(&json!({"fromEmail":"desk@eu.mail.aurora.example"}));
    assert_eq!(
        below.policies(),
        [
            "_dmarc.eu.mail.aurora.example",
            "_dmarc.mail.aurora.example",
            "_dmarc.aurora.example"
        ]
    );
    let above = Records {
        policies: vec![
            texts(&[]),
            texts(&["unrelated"]),
            texts(&["v=DMARC1; p=reject"]),
        ],
        ..records(&below)
    };
    assert_eq!(judged(&below, &above)[3].state, Good);
    let nowhere = Records {
        policies: vec![texts(&[]), texts(&[]), texts(&[])],
        ..records(&below)
    };
    let [_, _, _, dmarc] = judged(&below, &nowhere);
    let add = dmarc.add.unwrap();
    assert_eq!(add.name, "_dmarc.eu.mail.aurora.example");
    assert_eq!(
        add.value,
        "v=DMARC1; p=none; rua=mailto:desk@eu.mail.aurora.example"
    );
}

#[test]
fn an_address_of_a_large_service_leaves_through_it_alone() {
    for (settings, state) in [
        (
            json!({"fromEmail":"aurora@gmail.com","smtpHost":"smtp.gmail.com"}),
            State::Good,
        ),
        (
            json!({"fromEmail":"aurora@gmail.com","smtpHost":"mail.aurora.example"}),
            State::Bad,
        ),
        (
            json!({"fromEmail":"aurora@gmail.com","provider":"sendgrid"}),
            State::Bad,
        ),
    ] {
        let sender = sender(&settings);
        assert!(sender.is_looked_after());
        let all = judge(&sender, &records(&sender), "");
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].state, state, "{settings}: {}", all[0].text);
    }
}

#[test]
fn a_key_of_ones_own_must_be_the_one_that_lies_there() {
    use State::{Bad, Good, Unknown};
    let mut sender = own_server();
    sender.own_key = Some(("linktor".to_owned(), "aurora.example".to_owned()));
    let name = "linktor._domainkey.aurora.example";
    let value = "v=DKIM1; k=rsa; p=MIIBkey";
    sender.own_record = Some((name.to_owned(), value.to_owned()));
    for (found, state) in [
        (texts(&["v=DKIM1; k=rsa; p=MIIB key"]), Good),
        (texts(&["v=DKIM1; k=rsa; p=other"]), Bad),
        (texts(&["v=DKIM1; p="]), Bad),
        (texts(&["hello"]), Bad),
        (texts(&[]), Bad),
        (Err("it took too long".to_owned()), Unknown),
    ] {
        let all = Records {
            keys: vec![found.clone()],
            ..records(&sender)
        };
        let [_, _, dkim, _] = judged(&sender, &all);
        assert_eq!(dkim.state, state, "{found:?}: {}", dkim.text);
        let added = dkim.add.map(|record| (record.name, record.value));
        let expected = (state == Bad).then(|| (name.to_owned(), value.to_owned()));
        assert_eq!(added, expected, "{found:?}");
    }
}

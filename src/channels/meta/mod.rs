//! What WhatsApp, Messenger and Instagram share: one vendor, one way to sign, one envelope, one
//! shape of errors. Not a channel.
//!
//! Facts are from `channels/meta.md`, cited by section.

pub mod callback;
pub mod direct;
pub mod envelope;
pub mod fault;
pub mod graph;
pub mod settings;
pub mod sign;
pub mod talk;
pub mod templates;
pub mod token;
pub mod usage;

/// What a quick reply is called that hands over the number of the customer's profile.
pub const PHONE_REPLY: &str = "user_phone_number";

#[cfg(test)]
pub(super) mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use crate::base::http::Headers;
    use crate::base::http::HttpReply;
    use crate::base::http::HttpRequest;
    use crate::base::http::Method;
    use crate::base::http::Webhook;
    use crate::base::id::Id as _;
    use crate::base::secret::Secret;
    use crate::base::time::Timestamp;
    use crate::channels::ParseError;
    use crate::channels::fixtures::each;
    use crate::channels::fixtures::without_empty;
    use crate::channels::fixtures::woven_text;
    use crate::model::Opaque;
    use crate::model::call::Call;
    use crate::model::call::FieldValue;
    use crate::model::ids::ChannelId;
    use crate::model::inbound::InboundEvent;
    use crate::model::opaque::merge;
    use crate::model::outbound::Account;
    use crate::model::outbound::Asked;
    use crate::model::outbound::Next;
    use crate::model::outbound::Step;
    use crate::model::refusal::Refusal;
    use serde_json::Value;

    /// An account with these settings and secrets.
    pub(in crate::channels) fn account(
        settings: serde_json::Value,
        secrets: &[(&str, &str)],
    ) -> Account {
        Account {
            channel_id: ChannelId::from_bytes([1; 16]),
            settings: serde_json::from_value(settings).unwrap(),
            secrets: secrets
                .iter()
                .map(|(name, value)| ((*name).to_owned(), Secret::new((*value).to_owned())))
                .collect(),
            webhook_url: "https://chat.example/webhooks/x/ch_1".to_owned(),
        }
    }

    /// A webhook of a fixture, and the facts it must become.
    #[derive(serde::Deserialize)]
    struct Case {
        #[serde(default)]
        settings: Opaque,
        webhook: Value,
        events: Value,
    }

    /// Reads every fixture of a folder and compares what becomes of it with what it says. Fields
    /// that are empty are left out of fixtures.
    pub(in crate::channels) fn every_fixture_parses(
        folder: &str,
        account: &Account,
        parse: impl Fn(&Account, &Webhook) -> Result<Vec<InboundEvent>, ParseError>,
    ) {
        let mut wrong = Vec::new();
        each(folder, |name, text| {
            let case: Case = serde_json::from_str(text).unwrap();
            let mut account = account.clone();
            merge(&mut account.settings, &case.settings);
            let events = parse(&account, &post(&case.webhook.to_string())).unwrap();
            let found = without_empty(serde_json::to_value(&events).unwrap());
            if found != case.events {
                wrong.push(format!("{name}: {found:#}"));
            }
        });
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Holds a dialogue against a vendor who answers so, one after the other: the calls that were
    /// made, without what is the same in all, and how it ended.
    pub(in crate::channels) fn hold<T>(
        account: &Account,
        answers: &[(u16, Value)],
        next: impl Fn(&Asked<'_>) -> Next<T>,
    ) -> (Vec<String>, Result<T, Refusal>) {
        let replies: Vec<_> = answers
            .iter()
            .map(|(status, body)| HttpReply {
                status: *status,
                headers: Headers::default(),
                body: body.to_string().into_bytes(),
            })
            .collect();
        let mut calls = Vec::new();
        for count in 0..=replies.len() {
            let asked = Asked {
                account,
                replies: &replies[..count],
                now: NOW,
            };
            match next(&asked) {
                Ok(Step::Ask { call, .. }) => calls.push(told(&call)),
                Ok(Step::Done(done)) => return (calls, Ok(done)),
                Err(refusal) => return (calls, Err(refusal)),
            }
        }
        unreachable!("asked more than was answered: {calls:?}")
    }

    /// The present of dialogues.
    pub(in crate::channels) const NOW: Timestamp = Timestamp::from_secs(1_767_268_800);

    /// A call in one line: method, path, body. Files go by their names.
    pub(in crate::channels) fn told(call: &Call) -> String {
        let line = |request: &HttpRequest| {
            let method = format!("{:?}", request.method).to_uppercase();
            let url = request.url.replace("https://graph.facebook.com/v25.0", "");
            let body = String::from_utf8(request.body.clone()).unwrap();
            format!("{method} {url} {body}").trim_end().to_owned()
        };
        match call {
            Call::Http(request) => line(request),
            Call::File(file) => format!("{} <{}>", line(&file.request), file.media_id),
            Call::Woven(woven) => {
                format!("{} {}", line(&woven.request), woven_text(&woven.body))
            }
            Call::Mail(mail) => format!("MAIL {}:{}", mail.server.host, mail.server.port),
            Call::Flag(flag) => format!("FLAG {}", flag.places.len()),
            Call::Form(form) => {
                let fields = form.fields.iter().map(|field| match &field.value {
                    FieldValue::Text(text) => format!("{}={text}", field.name),
                    FieldValue::File {
                        filename,
                        mime_type,
                        ..
                    }
                    | FieldValue::Bytes {
                        filename,
                        mime_type,
                        ..
                    } => format!("{}=<{filename}, {mime_type}>", field.name),
                });
                let fields: Vec<_> = fields.collect();
                format!("{} {}", line(&form.request), fields.join("&"))
            }
        }
    }

    /// A webhook with this body.
    pub(in crate::channels) fn post(body: &str) -> Webhook {
        Webhook {
            method: Method::Post,
            headers: Headers::default(),
            query: String::new(),
            body: body.as_bytes().to_vec(),
        }
    }
}

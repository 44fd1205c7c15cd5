//! A channel for these tests alone: the plainest translation there can be.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::channels::Channel;
use crate::channels::Connects;
use crate::channels::Headers;
use crate::channels::HttpReply;
use crate::channels::HttpRequest;
use crate::channels::KeepsTemplates;
use crate::channels::Method;
use crate::channels::NotGenuine;
use crate::channels::ParseError;
use crate::channels::Receives;
use crate::channels::RenderError;
use crate::channels::Secret;
use crate::channels::Sends;
use crate::channels::Timestamp;
use crate::channels::Webhook;
use crate::model::call::Call;
use crate::model::call::Field;
use crate::model::call::FieldValue;
use crate::model::call::FileBody;
use crate::model::call::Form;
use crate::model::capability::Capabilities;
use crate::model::channel::Setting;
use crate::model::contact::Shut;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::filling::TemplateTerms;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Connected;
use crate::model::outbound::Next;
use crate::model::outbound::Person;
use crate::model::outbound::Polled;
use crate::model::outbound::Pressed;
use crate::model::outbound::Renewed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::outbound::Taken;
use crate::model::outbound::Watcher;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::refusal::Wish;
use crate::model::rejection::FieldError;
use crate::model::template::TemplateDraft;
use crate::model::template::VendorTemplate;

/// A channel of a kind, with its row.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) kind: &'static str,
    pub(super) row: &'static Capabilities,
}

/// What may stand in its templates.
static TERMS: TemplateTerms = TemplateTerms {
    categories: &["UTILITY"],
    headers: &[],
    buttons: &[],
    header_max: 60,
    body_max: 1_024,
    footer_max: 60,
    html_max: 0,
    buttons_max: 0,
    button_max: 0,
    edits: true,
    resumes: false,
};

/// How long the vendor may take, in the time of the world outside the test.
const PATIENCE: Duration = Duration::from_secs(20);

impl Channel for Probe {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn name(&self) -> &'static str {
        "Probe"
    }

    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.row
    }

    fn check(&self, _account: &Account) -> Result<(), Vec<FieldError>> {
        Ok(())
    }
}

impl Connects for Probe {
    fn connect(&self, asked: &Asked<'_>) -> Next<Connected> {
        let Some(reply) = asked.replies.first() else {
            let call = Call::http(get(asked.account, "/me"));
            return Ok(Step::Ask { what: "me", call });
        };
        accepted(reply)?;
        Ok(Step::Done(Connected {
            settings: serde_json::from_value(json!({ "known": true })).unwrap_or_default(),
            warnings: vec!["Nobody calls back yet.".to_owned()],
            ..Connected::default()
        }))
    }

    fn refresh(&self, asked: &Asked<'_>) -> Next<Renewed> {
        if asked.account.text("stale").is_none() {
            return Ok(Step::Done(Renewed::default()));
        }
        let Some(reply) = asked.replies.first() else {
            let call = Call::http(get(asked.account, "/token"));
            return Ok(Step::Ask {
                what: "token",
                call,
            });
        };
        let token = accepted(reply)?["id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Ok(Step::Done(Renewed {
            secrets: [("token".to_owned(), Secret::new(token))].into(),
            settings: serde_json::from_value(json!({ "stale": null })).unwrap_or_default(),
        }))
    }

    fn publish(&self, asked: &Asked<'_>) -> Next<()> {
        let Some(menu) = asked.account.text("menu") else {
            return Ok(Step::Done(()));
        };
        if let Some(reply) = asked.replies.first() {
            return accepted(reply).map(|_| Step::Done(()));
        }
        let body = json!({ "text": menu });
        Ok(ask("menu", asked.account, "/menu", &body))
    }

    fn look_up(&self, address: &str, asked: &Asked<'_>) -> Next<Person> {
        let Some(reply) = asked.replies.first() else {
            let body = json!({ "text": address });
            return Ok(ask("person", asked.account, "/who", &body));
        };
        let told = accepted(reply)?;
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        Ok(Step::Done(Person {
            name: text("name"),
            picture: text("picture").map(|url| Source {
                url,
                authorization: None,
                digest: None,
            }),
            ..Person::default()
        }))
    }
}

impl KeepsTemplates for Probe {
    fn templates(&self, asked: &Asked<'_>) -> Next<Vec<VendorTemplate>> {
        let Some(reply) = asked.replies.first() else {
            return Ok(ask("templates", asked.account, "/list", &json!({})));
        };
        let told = accepted(reply)?;
        Ok(Step::Done(serde_json::from_value(told).unwrap_or_default()))
    }

    fn create_template(&self, draft: &TemplateDraft, asked: &Asked<'_>) -> Next<VendorTemplate> {
        if let Some(file) = draft.files.values().find_map(|file| file.media_id)
            && asked.replies.is_empty()
        {
            let body = FileBody {
                request: HttpRequest {
                    method: Method::Post,
                    ..get(asked.account, "/raw")
                },
                media_id: file,
            };
            let call = Call::File(Box::new(body));
            return Ok(Step::Ask {
                what: "example",
                call,
            });
        }
        let Some(reply) = asked.replies.get(draft.files.len()) else {
            let body = json!({ "text": draft.name });
            return Ok(ask("template", asked.account, "/create", &body));
        };
        let told = accepted(reply)?;
        Ok(Step::Done(VendorTemplate {
            external_id: told["id"].as_str().map(str::to_owned),
            ..VendorTemplate::default()
        }))
    }

    fn template_terms(&self) -> Option<&'static TemplateTerms> {
        (self.kind == "reaching").then_some(&TERMS)
    }

    fn check_template(&self, draft: &TemplateDraft) -> Vec<FieldError> {
        let is_wrong = draft.category == "WRONG";
        let wrong = is_wrong.then(|| FieldError {
            field: "category".to_owned(),
            message: "must be right".to_owned(),
        });
        wrong.into_iter().collect()
    }

    fn edit_template(
        &self,
        template: &VendorTemplate,
        draft: &TemplateDraft,
        asked: &Asked<'_>,
    ) -> Next<VendorTemplate> {
        if let Some(reply) = asked.replies.first() {
            accepted(reply)?;
            return Ok(Step::Done(VendorTemplate {
                status: "PENDING".to_owned(),
                components: draft.components.clone(),
                ..template.clone()
            }));
        }
        let body = json!({ "text": template.name });
        Ok(ask("template", asked.account, "/change", &body))
    }

    fn delete_template(&self, template: &VendorTemplate, asked: &Asked<'_>) -> Next<()> {
        if let Some(reply) = asked.replies.first() {
            return accepted(reply).map(|_| Step::Done(()));
        }
        let body = json!({ "text": template.name });
        Ok(ask("template", asked.account, "/remove", &body))
    }
}

impl Receives for Probe {
    fn verify(
        &self,
        _account: &Account,
        _hook: &Webhook,
        _now: Timestamp,
    ) -> Result<(), NotGenuine> {
        Ok(())
    }

    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError> {
        let all: Value = serde_json::from_slice(&hook.body)
            .map_err(|error| ParseError::Unreadable(error.to_string()))?;
        assert!(all["panic"].is_null(), "a channel that cannot bear this");
        let own = &all[account.text("name").unwrap_or("events")];
        serde_json::from_value(own.clone())
            .map_err(|error| ParseError::Unreadable(error.to_string()))
    }

    fn shares_webhooks(&self) -> bool {
        true
    }

    fn poll(&self, position: Option<&str>, asked: &Asked<'_>) -> Option<Next<Polled>> {
        asked.account.text("polled")?;
        let position = position.unwrap_or("0").to_owned();
        let Some(reply) = asked.replies.first() else {
            let call = Call::http(get(asked.account, &format!("/updates?after={position}")));
            return Some(Ok(Step::Ask {
                what: "updates",
                call,
            }));
        };
        Some(accepted(reply).map(|told| {
            Step::Done(Polled {
                events: serde_json::from_value(told["events"].clone()).unwrap_or_default(),
                position: told["next"].as_str().unwrap_or(&position).to_owned(),
            })
        }))
    }
}

impl Sends for Probe {
    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        let Some(reply) = asked.replies.first() else {
            let file = media.media_id.map(|media_id| FieldValue::File {
                media_id,
                filename: media.filename.clone().unwrap_or_default(),
                mime_type: media.mime_type.clone().unwrap_or_default(),
            });
            let form = Form {
                request: HttpRequest {
                    method: Method::Post,
                    ..get(asked.account, "/upload")
                },
                fields: file
                    .into_iter()
                    .map(|value| Field {
                        name: "file".to_owned(),
                        value,
                    })
                    .collect(),
            };
            let call = Call::Form(Box::new(form));
            return Ok(Step::Ask {
                what: "upload",
                call,
            });
        };
        Ok(Step::Done(
            accepted(reply)?["id"].as_str().map(str::to_owned),
        ))
    }

    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError> {
        let words = sending.parts.iter().map(Content::words);
        assert!(
            !words.clone().any(|text| text == "panic"),
            "a channel that cannot bear this"
        );
        let handle = sending.handles.values().next();
        let call = |(index, text): (usize, &str)| {
            let body = json!({
                "to": sending.to,
                "text": text,
                "key": format!("{}-{index}", sending.message_id),
                "handle": handle,
            });
            Call::http(HttpRequest {
                method: Method::Post,
                body: body.to_string().into_bytes(),
                ..get(sending.account, "/send")
            })
        };
        Ok(words.enumerate().map(call).collect())
    }

    fn read_reply(&self, _account: &Account, reply: &HttpReply) -> Outcome {
        assert_ne!(reply.body, b"panic", "a channel that cannot bear this");
        let taken = accepted(reply)?;
        Ok(taken["id"]
            .as_str()
            .map(str::to_owned)
            .into_iter()
            .collect())
    }

    fn acknowledge(&self, pressed: &Pressed<'_>) -> Vec<Call> {
        let body = json!({"press": pressed.metadata.get("press"), "under": pressed.under});
        vec![Call::http(HttpRequest {
            method: Method::Post,
            body: body.to_string().into_bytes(),
            ..get(pressed.account, "/pressed")
        })]
    }

    fn edit(&self, taken: &Taken<'_>, parts: &[Content], asked: &Asked<'_>) -> Next<()> {
        if let Some(reply) = asked.replies.last() {
            accepted(reply)?;
        }
        let mut todo = taken.external_ids.iter().zip(parts);
        Ok(match todo.nth(asked.replies.len()) {
            Some((id, part)) => {
                let body = json!({ "id": id, "to": taken.to, "text": part.words() });
                ask("edit", asked.account, "/edit", &body)
            }
            None => Step::Done(()),
        })
    }

    fn delete(&self, taken: &Taken<'_>, asked: &Asked<'_>) -> Next<()> {
        if let Some(reply) = asked.replies.first() {
            return accepted(reply).map(|_| Step::Done(()));
        }
        let body = json!({ "ids": taken.external_ids.join(" ") });
        Ok(ask("delete", asked.account, "/delete", &body))
    }

    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        let path = match sign {
            Sign::Typing => "/typing",
            Sign::Seen => "/seen",
        };
        let body = json!({ "to": watcher.address, "text": watcher.last_external_id });
        Some(Call::http(HttpRequest {
            method: Method::Post,
            body: body.to_string().into_bytes(),
            ..get(watcher.account, path)
        }))
    }
}

fn ask<T>(what: &'static str, account: &Account, path: &str, body: &Value) -> Step<T> {
    let call = Call::http(HttpRequest {
        method: Method::Post,
        body: body.to_string().into_bytes(),
        ..get(account, path)
    });
    Step::Ask { what, call }
}

fn get(account: &Account, path: &str) -> HttpRequest {
    let token = account.secret("token").unwrap_or("none");
    HttpRequest {
        method: Method::Get,
        url: format!("{}{path}", account.text("apiBaseUrl").unwrap_or_default()),
        headers: Headers::default(),
        authorization: Some(Secret::new(format!("Bearer {token}"))),
        body: Vec::new(),
        timeout: PATIENCE,
    }
}

fn accepted(reply: &HttpReply) -> Result<Value, Refusal> {
    let error = SendError::passing(
        format!("status_{}", reply.status),
        "The probe's vendor said no.",
    )
    .coded(Some(reply.status));
    let wait = reply
        .headers
        .get("retry-after")
        .and_then(|secs| secs.parse().ok());
    let wait = wait.map(Duration::from_secs);
    match reply.status {
        200 => Ok(serde_json::from_slice(&reply.body).unwrap_or_default()),
        401 => Err(Refusal::Account(error)),
        403 => Err(Refusal::Shut {
            error,
            why: Shut::Unreachable,
        }),
        409 => Err(Refusal::Reword {
            error,
            wish: Box::new(Wish {
                name: "form",
                value: "plain".to_owned(),
            }),
        }),
        429 => Err(Refusal::SlowDown { error, wait }),
        500.. => Err(Refusal::Later { error, wait }),
        _ => Err(Refusal::Never(error)),
    }
}

//! The forms before and in place of a conversation.

use serde_json::Value;

use crate::channels::webchat::clean;
use crate::channels::webchat::content::Said;
use crate::channels::webchat::forms;
use crate::channels::webchat::forms::Answers;
use crate::channels::webchat::forms::Field;
use crate::channels::webchat::frames::FormRequest;
use crate::channels::webchat::wire::Ack;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::arrivals;
use crate::engine::webchat::contacts as behind;
use crate::engine::webchat::error::Flaw;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::saying::Saying;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::store::records::visitors;

/// Under this name what a machine seems to have written is marked, for people to judge.
const SUSPECT: &str = "spamSuspect";

/// Under this name it is kept whether the visitor agreed to be remembered.
const CONSENT: &str = "consent";

impl Webchat {
    /// Takes the answers of the form before a conversation. They are claims: nobody proved them.
    ///
    /// # Errors
    /// `validation` with the fields, `rate_limited`.
    pub async fn prechat(&self, caller: &Caller, form: FormRequest) -> Result<(), WebchatError> {
        self.count(Limit::Identify, &caller.session.id.to_string())?;
        let asked = &caller.site.settings.pre_chat_form;
        let answers = if asked.enabled {
            read(&asked.fields, &form)?
        } else {
            // The page brought a form of its own.
            read(&forms::implied(&form.fields), &form)?
        };
        self.claim(caller, &answers, Some(marked(&answers, &form)))
            .await
    }

    /// Takes the form that stands in place of the chat: one message, acknowledged like any other.
    ///
    /// # Errors
    /// `validation` with the fields, `rate_limited`, `id_conflict`.
    pub async fn offline(&self, caller: &Caller, form: FormRequest) -> Result<Ack, WebchatError> {
        self.count(Limit::Messages, &caller.session.id.to_string())?;
        if !clean::is_client_id(&form.client_message_id) {
            return Err(Problem::validation("clientMessageId must not be empty.").into());
        }
        let answers = match caller.site.settings.offline.fields() {
            [] => read(&forms::implied(&form.fields), &form)?,
            asked => read(asked, &form)?,
        };
        let text = answers
            .message
            .clone()
            .ok_or_else(|| flawed("message", Flaw::Required))?;
        self.claim(caller, &answers, None).await?;
        let mut metadata = marked(&answers, &form);
        metadata.shift_remove("message");
        metadata.insert("offline".to_owned(), true.into());
        let whole = Value::Object(answers.fields).to_string();
        let saying = Saying {
            client_id: form.client_message_id,
            digest: crate::base::crypto::digest(whole.as_bytes()),
            said: Said::Words(Content::text(text)),
            reply_to: None,
            metadata,
            proactive: None,
            form_due: false,
        };
        self.say(caller, saying).await
    }

    /// Keeps what somebody claims about themselves, never in place of what was proved.
    async fn claim(
        &self,
        caller: &Caller,
        answers: &Answers,
        prechat: Option<Opaque>,
    ) -> Result<(), WebchatError> {
        let claims = answers.claims.clone();
        let channel = caller.site.channel.clone();
        self.with_visitor(caller, "keeping a form", move |tx, pen, mut visitor| {
            if visitor.external_id.is_none() {
                arrivals::claim(&mut visitor, &claims, &Opaque::new());
            }
            visitor.prechat = prechat.clone().or(visitor.prechat.take());
            if visitor.contact_id.is_some() {
                behind::of_visitor(tx, pen, &channel, &mut visitor)?;
            }
            Ok(visitors::put(tx, &visitor)?)
        })
        .await
    }
}

fn read(fields: &[Field], form: &FormRequest) -> Result<Answers, Problem> {
    forms::read(fields, &form.fields).map_err(Problem::of_fields)
}

/// One field that is not right.
pub(super) fn flawed(field: &str, flaw: Flaw) -> Problem {
    Problem::of_fields([(field.to_owned(), flaw)].into())
}

/// The answers with the consent that came with them, marked where a machine seems to have given
/// them.
fn marked(answers: &Answers, form: &FormRequest) -> Opaque {
    let mut fields = answers.fields.clone();
    if let Some(consent) = form.consent {
        fields.insert(CONSENT.to_owned(), consent.into());
    }
    if forms::smells_of_spam(&form.hp, form.elapsed) {
        fields.insert(SUSPECT.to_owned(), true.into());
    }
    fields
}

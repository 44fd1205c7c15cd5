//! What clients write when they send: the flat and the nested forms of every kind of content.

use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use utoipa::ToSchema;

use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::revising::Revision;
use crate::engine::inbox::revising::Saying;
use crate::engine::rules::fit::Mode;
use crate::model::content::Content;
use crate::model::message::Source;
use crate::model::rejection::Rejection;
use crate::web::api::content_in::read;

/// The name of what is a mail.
const EMAIL: &str = "email";

/// A message to be sent. One of `content`, `text`, `media`, `location`, `buttons` or `template`
/// says what.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MessageIn {
    /// Into which conversation; where the address does not say it.
    pub conversation_id: Option<String>,
    /// On which channel, with `to`.
    pub channel_id: Option<String>,
    /// To which address, contact or visitor.
    pub to: Option<String>,
    /// What it says: words, or an object with a `type`.
    #[schema(value_type = Option<Object>)]
    pub content: Option<Value>,
    /// Words.
    pub text: Option<String>,
    /// A file: `{type, url | mediaId, caption, filename}`.
    #[schema(value_type = Option<Object>)]
    pub media: Option<Value>,
    /// A place.
    #[schema(value_type = Option<Object>)]
    pub location: Option<Value>,
    /// Buttons under the words.
    #[schema(value_type = Option<Vec<Object>>)]
    pub buttons: Option<Value>,
    /// Answers offered under the words.
    #[schema(value_type = Option<Vec<Object>>)]
    pub quick_replies: Option<Value>,
    /// A template.
    #[schema(value_type = Option<Object>)]
    pub template: Option<Value>,
    /// A mail: `{subject, text, html, cc, bcc, replyTo, inReplyTo, references, attachments}`. Each
    /// file of it has `content` (base64), `url` or `mediaId`, and `filename`; one that the HTML shows
    /// has `contentId`.
    #[schema(value_type = Option<Object>)]
    pub email: Option<Value>,
    /// What of a mail is noticed: `{opens, clicks}`.
    #[schema(value_type = Option<Object>)]
    pub tracking: Option<Value>,
    /// The message it answers.
    pub reply_to: Option<String>,
    /// Refuse rather than convert what the channel cannot show.
    pub strict: bool,
    /// A note among us.
    pub private: bool,
    /// `bot` for what no person wrote: a mail says so then, and there are so many an hour to one
    /// address. `agent` where it is left out.
    pub sender_type: Option<String>,
    /// Refused: what is sent goes out at once.
    pub scheduled_at: Option<String>,
    /// The id of the message in your own program.
    pub client_id: Option<String>,
    /// What you keep with it.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
}

impl MessageIn {
    /// The draft it amounts to.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field.
    pub fn draft(mut self) -> Result<Draft, Rejection> {
        if self.scheduled_at.is_some() {
            let wrong = "must be left out: what is sent goes out at once";
            return Err(Rejection::field("scheduledAt", wrong));
        }
        let source = match self.sender_type.as_deref() {
            None | Some("agent" | "user") => Source::Api,
            Some("bot") => Source::Bot,
            Some(_) => return Err(Rejection::field("senderType", "must be agent or bot")),
        };
        self.take_letter()?;
        let reply_to = match &self.reply_to {
            Some(id) => Some(
                id.parse()
                    .map_err(|_| Rejection::field("replyTo", "must be a message id"))?,
            ),
            None => None,
        };
        Ok(Draft {
            audience: if self.private {
                Audience::Team
            } else {
                Audience::Customer
            },
            mode: if self.strict {
                Mode::Strict
            } else {
                Mode::Degrade
            },
            reply_to,
            client_id: self.client_id.clone(),
            metadata: self.metadata.clone(),
            ..Draft::new(self.content()?, source)
        })
    }

    /// Puts what is a mail where channels of mail look for it: its words are the content, the rest is
    /// kept with the message.
    fn take_letter(&mut self) -> Result<(), Rejection> {
        if let Some(tracking) = self.tracking.take() {
            self.metadata.insert("tracking".to_owned(), tracking);
        }
        let is_letter =
            |content: &Value| content.get("type").and_then(Value::as_str) == Some(EMAIL);
        let letter = match self.content.take_if(|content| is_letter(content)) {
            Some(mut content) => match content.get_mut(EMAIL).map(Value::take) {
                Some(nested) => Some((nested, "content.email")),
                None => Some((content, "content")),
            },
            None => self.email.take().map(|letter| (letter, EMAIL)),
        };
        let Some((letter, place)) = letter else {
            return Ok(());
        };
        let Value::Object(mut letter) = letter else {
            return Err(Rejection::field(place, "must be an object"));
        };
        letter.remove("type");
        if let Some(Value::String(text)) = letter.remove("text")
            && self.content.is_none()
        {
            self.text.get_or_insert(text);
        }
        match self.metadata.get_mut(EMAIL) {
            Some(Value::Object(kept)) => kept.extend(letter),
            _ => {
                self.metadata
                    .insert(EMAIL.to_owned(), Value::Object(letter));
            }
        }
        Ok(())
    }

    /// What it changes about a message that is there. Words alone are its words: its text, or what
    /// stands under its file.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field.
    pub fn revision(self) -> Result<Revision, Rejection> {
        let mode = if self.strict {
            Mode::Strict
        } else {
            Mode::Degrade
        };
        let metadata = self.metadata.clone();
        let saying = match (&self.content, &self.text) {
            (Some(Value::String(words)), _) => Some(Saying::Words(words.clone())),
            (None, Some(words)) if !self.says_more_than_words() => {
                Some(Saying::Words(words.clone()))
            }
            (None, None) if !self.says_more_than_words() => None,
            _ => Some(Saying::Content(Box::new(self.content()?))),
        };
        Ok(Revision {
            saying,
            metadata,
            mode,
        })
    }

    fn says_more_than_words(&self) -> bool {
        let forms = [
            &self.media,
            &self.location,
            &self.buttons,
            &self.quick_replies,
            &self.template,
        ];
        forms.iter().any(|form| form.is_some())
    }

    fn content(self) -> Result<Content, Rejection> {
        match self.content {
            Some(Value::String(text)) => return Ok(Content::text(text)),
            Some(content) => return read(content),
            None => {}
        }
        let text = self.text.unwrap_or_default();
        if let Some(media) = self.media {
            return read(with_type(media, "document"));
        }
        if let Some(location) = self.location {
            return read(with_type(location, "location"));
        }
        if let Some(template) = self.template {
            return read(with_type(template, "template"));
        }
        if let Some(buttons) = self.buttons {
            return read(json!({ "type": "buttons", "text": text, "buttons": buttons }));
        }
        if let Some(replies) = self.quick_replies {
            return read(json!({ "type": "text", "text": text, "quickReplies": replies }));
        }
        Ok(Content::text(text))
    }
}

fn with_type(mut value: Value, kind: &str) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.entry("type").or_insert_with(|| kind.into());
    }
    value
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::rejection::Code;

    fn sent(json: &str) -> Content {
        serde_json::from_str::<MessageIn>(json)
            .unwrap()
            .draft()
            .unwrap()
            .content
    }

    #[test]
    fn every_form_of_the_clients_is_read() {
        let kinds = [
            (r#"{"text":"Hi"}"#, "text"),
            (r#"{"content":"Hi"}"#, "text"),
            (
                r#"{"content":{"type":"text","text":"Hi","quickReplies":["Yes",{"id":"n","title":"No"}]}}"#,
                "text",
            ),
            (
                r#"{"media":{"type":"image","url":"https://x/i.png","caption":"cap"}}"#,
                "image",
            ),
            (
                r#"{"media":{"type":"document","url":"https://x/d.pdf","filename":"d.pdf"}}"#,
                "document",
            ),
            (
                r#"{"content":{"type":"image","image":{"url":"https://x/i.png"}}}"#,
                "image",
            ),
            (
                r#"{"location":{"latitude":-23.5,"longitude":-46.6,"name":"Office"}}"#,
                "location",
            ),
            (
                r#"{"text":"pick","buttons":[{"type":"reply","text":"Yes","payload":"y"},{"type":"url","text":"More","url":"https://x"}]}"#,
                "buttons",
            ),
            (
                r#"{"content":{"type":"interactive","interactive":{"body":{"text":"x"},"action":{"button":"Open","sections":[{"title":"a","rows":[{"id":"1","title":"One"}]}]}}}}"#,
                "list",
            ),
            (
                r#"{"content":{"type":"card","card":{"title":"A","subtitle":"b","imageUrl":"https://x/i.png","buttons":[{"id":"q","label":"Go"}]}}}"#,
                "carousel",
            ),
            (
                r#"{"content":{"type":"contact","contact":{"name":"Ana","phones":["+55"]}}}"#,
                "contacts",
            ),
            (
                r#"{"template":{"name":"order","language":"en"}}"#,
                "template",
            ),
            (
                r#"{"content":{"type":"list","header":"H","items":[{"title":"a","description":"d","value":"v"}]}}"#,
                "list",
            ),
            (
                r#"{"content":{"type":"interactive","interactive":{"body":{"text":"x"},"action":{"buttons":[{"type":"reply","reply":{"id":"r","title":"Go"}}]}}}}"#,
                "buttons",
            ),
        ];
        for (json, kind) in kinds {
            assert_eq!(sent(json).kind(), kind, "{json}");
        }
        for (at, choices) in [(7, ("y", "Yes")), (12, ("v", "a")), (13, ("r", "Go"))] {
            assert_eq!(sent(kinds[at].0).choices(), [choices]);
        }
    }

    #[test]
    fn a_mail_is_read_in_every_form() {
        let letter = r#"{"subject":"Hi","text":"Words","html":"<p>Words</p>","cc":["a@b.c"]}"#;
        for json in [
            format!(r#"{{"email":{letter},"tracking":{{"opens":true}}}}"#),
            format!(r#"{{"content":{{"type":"email","email":{letter}}},"tracking":{{"opens":true}}}}"#),
            r#"{"content":{"type":"email","subject":"Hi","text":"Words","html":"<p>Words</p>","cc":["a@b.c"]},"metadata":{"tracking":{"opens":true}}}"#.to_owned(),
            r#"{"text":"Words","metadata":{"email":{"subject":"Hi"},"tracking":{"opens":true}},"email":{"html":"<p>Words</p>","cc":["a@b.c"]}}"#.to_owned(),
        ] {
            let draft = serde_json::from_str::<MessageIn>(&json).unwrap().draft().unwrap();
            assert_eq!(draft.content, Content::text("Words"), "{json}");
            let expected = json!({
                "email": {"subject":"Hi","html":"<p>Words</p>","cc":["a@b.c"]},
                "tracking": {"opens":true},
            });
            assert_eq!(Value::Object(draft.metadata), expected, "{json}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (json, field, code) in [
            (r#"{"content":7}"#, "content", Code::ValidationError),
            (r#"{"email":"x"}"#, "email", Code::ValidationError),
            (
                r#"{"content":{"type":"nothing"}}"#,
                "content.type",
                Code::UnsupportedContentType,
            ),
            (
                r#"{"text":"x","replyTo":"no"}"#,
                "replyTo",
                Code::ValidationError,
            ),
            (
                r#"{"text":"x","scheduledAt":"2030-01-01T00:00:00Z"}"#,
                "scheduledAt",
                Code::ValidationError,
            ),
        ] {
            let message = serde_json::from_str::<MessageIn>(json).unwrap();
            let refused = message.draft().unwrap_err();
            assert_eq!(refused.code, code, "{json}");
            assert_eq!(refused.fields[0].field, field, "{json}");
        }
    }
}

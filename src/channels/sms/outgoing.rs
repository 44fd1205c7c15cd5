//! What is handed to a carrier, and the requests that carry it. sms.md section 4.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::http::Webhook;
use crate::base::secret::Secret;
use crate::base::text::Counting;
use crate::base::text::split;
use crate::base::time::Timestamp;
use crate::channels::RenderError;
use crate::channels::sms::KIND;
use crate::channels::sms::form;
use crate::channels::sms::form::Pairs;
use crate::channels::sms::numbers;
use crate::channels::sms::segments;
use crate::model::Opaque;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::content::TemplateUse;
use crate::model::ids::MessageId;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Sending;
use crate::model::outbound::Switch;
use crate::model::refusal::Refusal;

/// How long a carrier may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// One text, or one file with words under it, on its way.
#[derive(Debug)]
pub struct Outgoing<'a> {
    /// The account.
    pub account: &'a Account,
    /// Our id of the message.
    pub id: String,
    /// The number.
    pub to: &'a str,
    /// The number or name it comes from, where the account or the sender chose one.
    pub from: Option<&'a str>,
    /// The words.
    pub text: String,
    /// A file, and where the carrier can fetch it.
    pub file: Option<(&'a Media, String, FileKind)>,
    /// Where it can fetch the other files of the same message.
    pub more: Vec<String>,
    /// Our ids of the messages that go along with it.
    pub companions: &'a [MessageId],
    /// A template that the carrier fills in, in place of words.
    pub template: Option<&'a TemplateUse>,
    /// The present.
    pub now: Timestamp,
    /// What the sender keeps with the message, among it what it wants of the carrier.
    pub wishes: &'a Opaque,
}

/// What kind of file goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A recording.
    Audio,
    /// Anything else.
    Document,
}

impl<'a> Outgoing<'a> {
    /// A part of a message as a carrier gets it.
    ///
    /// # Errors
    /// [`RenderError`]: a part that is neither words nor a file.
    pub fn of(sending: &Sending<'a>, part: &'a Content) -> Result<Self, RenderError> {
        let account = sending.account;
        let mut outgoing = Outgoing {
            account,
            id: sending.message_id.to_string(),
            to: sending.to,
            from: sender(account, sending.metadata),
            text: String::new(),
            file: None,
            more: Vec::new(),
            companions: &[],
            template: None,
            now: sending.now,
            wishes: sending.metadata,
        };
        let (words, file) = match part {
            Content::Text(text) => (text.text.as_str(), None),
            Content::Template(template) => {
                outgoing.template = Some(template);
                ("", None)
            }
            Content::Image(media) | Content::Sticker(media) => {
                (part.words(), Some((media, FileKind::Image)))
            }
            Content::Video(media) => (part.words(), Some((media, FileKind::Video))),
            Content::Audio(media) => (part.words(), Some((media, FileKind::Audio))),
            Content::Document(media) => (part.words(), Some((media, FileKind::Document))),
            _ => return Err(not_ours(part)),
        };
        outgoing.text = spelled(account, words);
        if let Some((media, kind)) = file {
            let id = media.media_id.map(|id| id.to_string()).unwrap_or_default();
            let url = sending.media_urls.get(&id).or(media.url.as_ref());
            let url = url.ok_or_else(|| not_ours(part))?;
            outgoing.file = Some((media, url.clone(), kind));
        }
        Ok(outgoing)
    }

    /// The same as often as the account's carrier takes no more characters at once; a file goes with
    /// the first.
    #[must_use]
    pub fn pieces(self) -> Vec<Self> {
        let mut texts = cut(self.account, &self.text).into_iter();
        let (account, to, from) = (self.account, self.to, self.from);
        let (now, wishes) = (self.now, self.wishes);
        let id = self.id.clone();
        let first = Self {
            text: texts.next().unwrap_or_default(),
            ..self
        };
        let rest = texts.map(|text| Self {
            account,
            id: id.clone(),
            to,
            from,
            text,
            file: None,
            more: Vec::new(),
            companions: &[],
            template: None,
            now,
            wishes,
        });
        std::iter::once(first).chain(rest).collect()
    }

    /// For how many seconds the carrier is to try, where the sender or the account says so.
    #[must_use]
    pub fn validity_secs(&self) -> Option<u64> {
        let own = self.wishes.get("validitySecs");
        let set = own.or_else(|| self.account.settings.get("validitySecs"));
        set.and_then(Value::as_u64)
    }

    /// Whether the sender or the account wants something that is said by a switch of this name.
    #[must_use]
    pub fn wants(&self, name: &str) -> bool {
        match self.wishes.get(name).and_then(Value::as_bool) {
            Some(wish) => wish,
            None => self.account.is_on(name, Switch::Off),
        }
    }

    /// Where the carrier reports how the delivery goes.
    #[must_use]
    pub fn status_url(&self) -> String {
        let own = self.account.text("statusCallbackUrl");
        own.map_or_else(|| status_url(self.account), str::to_owned)
    }

    /// The same for a carrier that hands nothing of ours back: the address then says which message
    /// is meant, also when the answer with the carrier's own id got lost.
    #[must_use]
    pub fn tagged_status_url(&self) -> String {
        if let Some(own) = self.account.text("statusCallbackUrl") {
            return own.to_owned();
        }
        let others = self.companions.iter().map(ToString::to_string);
        let ids = std::iter::once(self.id.clone()).chain(others);
        let tags: Vec<String> = ids.map(|id| format!("{TAG}={id}")).collect();
        format!("{}?{}", status_url(self.account), tags.join("&"))
    }

    /// Where the carrier can fetch every file.
    pub fn file_urls(&self) -> impl Iterator<Item = &str> {
        let first = self.file.iter().map(|(_, url, _)| url);
        first.chain(&self.more).map(String::as_str)
    }
}

/// The texts in which an account's carrier takes one; one at least.
#[must_use]
pub fn cut(account: &Account, text: &str) -> Vec<String> {
    let most = account.settings.get("maxLength").and_then(Value::as_u64);
    let most = most.and_then(|most| usize::try_from(most).ok());
    match most {
        Some(most) if Counting::Characters.measure(text) > most => {
            split(text, most, Counting::Characters)
        }
        _ => vec![text.to_owned()],
    }
}

/// The number or name a message comes from: what its sender chose, else the account's.
#[must_use]
pub fn sender<'a>(account: &'a Account, metadata: &'a Opaque) -> Option<&'a str> {
    let chosen = metadata.get("from").and_then(Value::as_str);
    chosen
        .filter(|name| numbers::is_sender(name))
        .or_else(|| account.text("phoneNumber"))
}

/// Whether an account sends MMS to a number: it is switched on, and phones take them in its country.
#[must_use]
pub fn goes_as_mms(account: &Account, to: &str) -> bool {
    let set = account.settings.get("mmsCountries");
    let set = set.and_then(Value::as_array);
    let in_country = |code: &str| {
        let code = code.trim_start_matches('+');
        !code.is_empty() && numbers::digits(to).starts_with(code)
    };
    let takes = match set.filter(|list| !list.is_empty()) {
        Some(list) => list.iter().filter_map(Value::as_str).any(in_country),
        None => in_country("1"),
    };
    takes && account.is_on("mmsEnabled", Switch::Off)
}

/// Under which name our id of the message stands in an address for reports.
const TAG: &str = "message";

/// Our id of the message a report is about, where its address says so.
#[must_use]
pub fn tag_of(hook: &Webhook) -> Option<String> {
    tags_of(hook).into_iter().next()
}

/// The same of every message that the carrier took as one.
#[must_use]
pub fn tags_of(hook: &Webhook) -> Vec<String> {
    let query = Pairs::decoded(hook.query.as_bytes());
    let tags = query
        .iter()
        .filter(|(name, id)| *name == TAG && !id.is_empty());
    tags.map(|(_, id)| id.to_owned()).collect()
}

/// Where reports of deliveries arrive.
#[must_use]
pub fn status_url(account: &Account) -> String {
    format!("{}/status", account.webhook_url)
}

/// The words as they are sent: with look-alikes where that makes them cheaper.
#[must_use]
pub fn spelled(account: &Account, words: &str) -> String {
    let words = words.replace('\0', "");
    if account.is_on("smartEncoding", Switch::On) {
        segments::smart(&words)
    } else {
        words
    }
}

fn not_ours(part: &Content) -> RenderError {
    RenderError {
        kind: KIND,
        content: part.kind(),
    }
}

/// Asks for something.
#[must_use]
pub fn get(url: String, authorization: Option<String>) -> HttpRequest {
    request(Method::Get, url, authorization)
}

/// Sends pairs.
#[must_use]
pub fn post_form(
    url: String,
    authorization: Option<String>,
    pairs: &[(&str, String)],
) -> HttpRequest {
    let mut request = request(Method::Post, url, authorization);
    request.headers = request
        .headers
        .with("content-type", "application/x-www-form-urlencoded");
    request.body = form::encoded(pairs);
    request
}

/// Sends JSON.
#[must_use]
pub fn post_json(url: String, authorization: Option<String>, body: &Value) -> HttpRequest {
    let mut request = request(Method::Post, url, authorization);
    request.headers = request.headers.with("content-type", "application/json");
    request.body = body.to_string().into_bytes();
    request
}

fn request(method: Method, url: String, authorization: Option<String>) -> HttpRequest {
    HttpRequest {
        method,
        url,
        headers: Headers::default().with("accept", "application/json"),
        authorization: authorization.map(Secret::new),
        body: Vec::new(),
        timeout: TIMEOUT,
    }
}

/// The value of `Authorization` for a name and a password.
#[must_use]
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

/// What follows from a carrier's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Tried again.
    Retry,
    /// The whole account waits.
    Rate,
    /// Final.
    Never,
    /// Final, and the person does not want to be written to.
    OptedOut,
    /// The account does not work.
    Account,
}

/// A line of a table of errors: the carrier's code, what follows, and our word for it.
pub type Rule = (i64, Class, &'static str);

/// An error as it is kept with a message. What nobody knows is final.
#[must_use]
pub fn judged(rules: &[Rule], code: Option<i64>, sentence: String) -> (Class, SendError) {
    let known = rules.iter().find(|(known, ..)| Some(*known) == code);
    let (class, reason) = known.map_or((Class::Never, "refused"), |(_, class, reason)| {
        (*class, *reason)
    });
    let error = SendError {
        retryable: matches!(class, Class::Retry | Class::Rate | Class::Account),
        ..SendError::lasting(reason, sentence).coded(code)
    };
    (class, error)
}

/// What comes of a call that ended in an error.
#[must_use]
pub fn refusal(class: Class, error: SendError, wait: Option<Duration>) -> Refusal {
    match class {
        Class::Retry => Refusal::Later { error, wait },
        Class::Rate => Refusal::SlowDown { error, wait },
        Class::Never => Refusal::Never(error),
        Class::OptedOut => Refusal::Shut {
            error,
            why: crate::model::contact::Shut::OptedOut,
        },
        Class::Account => Refusal::Account(error),
    }
}

/// What the status of an answer means by itself, whoever gave it; none where its body must tell.
#[must_use]
pub fn by_status(reply: &HttpReply, sentence: &str) -> Option<Refusal> {
    let sentence = if sentence.is_empty() {
        format!("The carrier answered with status {}.", reply.status)
    } else {
        sentence.to_owned()
    };
    let error = |reason: &str, retryable| SendError {
        retryable,
        ..SendError::lasting(reason, sentence.as_str()).coded(Some(reply.status))
    };
    match reply.status {
        200..=299 => None,
        401 => Some(Refusal::Account(error("credentials", true))),
        402 => Some(Refusal::Account(error("insufficient_funds", true))),
        429 => Some(Refusal::SlowDown {
            error: error("rate_limited", true),
            wait: retry_after(reply),
        }),
        408 | 425 | 500.. => Some(Refusal::Later {
            error: error("temporary", true),
            wait: retry_after(reply),
        }),
        _ => Some(Refusal::Never(error("refused", false))),
    }
}

/// How long the carrier asks us to wait.
#[must_use]
pub fn retry_after(reply: &HttpReply) -> Option<Duration> {
    let seconds = reply.headers.get("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The body of an answer as JSON; null where it is none.
#[must_use]
pub fn json(reply: &HttpReply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_default()
}

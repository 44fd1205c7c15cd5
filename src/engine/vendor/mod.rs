//! Talking with vendors in the name of a channel: calls, and dialogues of several.
//!
//! Channels name calls; here they are made, through the one way out. Nothing is decided here and
//! nothing of a message is written down. A channel that panics is a channel that could not answer.

mod access;
mod caught;
mod declined;
mod flagging;
mod mute;
pub mod strain;
pub mod trips;
mod weaving;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::channels::Channel as Translation;
use crate::engine::context::Context;
use crate::engine::error::EngineError;
pub use crate::engine::vendor::caught::caught;
pub use crate::engine::vendor::declined::declined;
use crate::engine::vendor::mute::Mute;
use crate::engine::vendor::strain::Strain;
use crate::engine::vendor::trips::Trips;
use crate::model::call::Call;
use crate::model::call::FieldValue;
use crate::model::call::Form;
use crate::model::channel::Channel;
use crate::model::ids::ChannelId;
use crate::model::ids::MediaId;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;
use crate::net::form::Part;
use crate::net::form::PartBody;
use crate::net::http::Http;
use crate::net::http::HttpError;
use crate::net::post::Post;
use crate::store::records::attachments;

/// The most calls of one dialogue, such as one that reads page after page: more would be a channel
/// that never finds its end.
const STEPS_MAX: usize = 64;

/// How many proofs of webhooks are kept: vendors have a few.
const PROOFS_MAX: usize = 16;

/// The way out to vendors, shared by everybody who talks with them. Cheap to clone.
#[derive(Clone)]
pub struct Vendors {
    /// The client.
    pub http: Arc<Http>,
    /// The way to mail servers.
    pub post: Arc<Post>,
    /// Mails that try both ways.
    pub trips: Trips,
    /// Channels that cannot show that one of us types.
    pub mute: Mute,
    /// Channels whose vendor allows little more.
    pub strain: Strain,
    renewing: Arc<Mutex<BTreeMap<ChannelId, Arc<tokio::sync::Mutex<()>>>>>,
    proofs: Arc<Mutex<BTreeMap<String, Arc<Vec<u8>>>>>,
}

impl Vendors {
    /// The way out through a client.
    #[must_use]
    pub fn new(http: Http) -> Self {
        Self {
            post: Arc::new(Post::new(http.reach())),
            http: Arc::new(http),
            trips: Trips::default(),
            mute: Mute::default(),
            strain: Strain::default(),
            renewing: Arc::default(),
            proofs: Arc::default(),
        }
    }

    /// What was fetched from the address of a proof.
    #[must_use]
    pub fn proof(&self, url: &str) -> Option<Arc<Vec<u8>>> {
        let all = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(url).cloned()
    }

    /// Keeps what lies at the address of a proof.
    #[must_use]
    pub fn keep_proof(&self, url: String, proof: Vec<u8>) -> Arc<Vec<u8>> {
        let mut all = self.proofs.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= PROOFS_MAX {
            all.clear();
        }
        let proof = Arc::new(proof);
        all.insert(url, proof.clone());
        proof
    }

    /// Held by whoever renews the access of a channel.
    fn renewing(&self, channel: ChannelId) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(channel).or_default().clone()
    }
}

/// Why there is no answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The call was not made.
    NotMade(Refusal),
    /// The vendor may have done what it was asked.
    Unknown(SendError),
}

/// A dialogue that came to no end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What the last call was about; none when it broke before the first.
    pub what: Option<&'static str>,
    /// Why.
    pub refusal: Refusal,
}

/// A channel's line to its vendor.
pub struct Line<'a> {
    context: &'a Context,
    /// The channel as it was when the line was opened.
    pub channel: Channel,
    /// What speaks the vendor's language.
    pub translation: &'a dyn Translation,
    /// The channel as its translation sees it.
    pub account: Account,
}

impl<'a> Line<'a> {
    /// Opens the line of a channel.
    ///
    /// # Errors
    /// There is no translation for its kind; a secret does not open.
    pub fn open(context: &'a Context, channel: Channel) -> Result<Self, EngineError> {
        let translation = context.channels.channel(&channel.kind).ok_or_else(|| {
            EngineError::Broken(format!(
                "channels of the kind {} are not known",
                channel.kind
            ))
        })?;
        let account = context.account(&channel)?;
        Ok(Self {
            context,
            channel,
            translation,
            account,
        })
    }

    /// Makes one call.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn call(&self, call: Call) -> Result<HttpReply, NoAnswer> {
        let http = &self.context.vendors.http;
        let made = match call {
            Call::Http(request) => http.exchange(*request).await,
            Call::Form(form) => {
                let (request, parts) = self.on_disk(*form)?;
                http.exchange_form(request, &parts).await
            }
            Call::File(body) => {
                let path = self.place_of(body.media_id)?;
                http.exchange_file(body.request, &path).await
            }
            Call::Woven(woven) => return weaving::exchange(self, *woven).await,
            Call::Mail(call) => return weaving::post(self, *call).await,
            Call::Flag(call) => return flagging::mark(self, *call).await,
        };
        let reply = made.map_err(no_answer)?;
        strain::heed(self, &reply).await;
        Ok(reply)
    }

    /// Finds the files of a form.
    fn on_disk(&self, form: Form) -> Result<(HttpRequest, Vec<Part>), NoAnswer> {
        let mut parts = Vec::with_capacity(form.fields.len());
        for field in form.fields {
            let body = match field.value {
                FieldValue::Text(text) => PartBody::Text(text),
                FieldValue::File {
                    media_id,
                    filename,
                    mime_type,
                } => PartBody::File {
                    path: self.place_of(media_id)?,
                    filename,
                    mime_type,
                },
                FieldValue::Bytes {
                    bytes,
                    filename,
                    mime_type,
                } => PartBody::Bytes {
                    bytes,
                    filename,
                    mime_type,
                },
            };
            parts.push(Part {
                name: field.name,
                body,
            });
        }
        Ok((form.request, parts))
    }

    /// Where a stored file lies.
    pub(super) fn place_of(&self, media_id: MediaId) -> Result<PathBuf, NoAnswer> {
        let store = &self.context.store;
        let stored = store
            .snapshot()
            .and_then(|read| attachments::get(&read, media_id))
            .map_err(|error| NoAnswer::NotMade(ours(&error.to_string())))?;
        let Some(stored) = stored else {
            let gone = error("file_gone", "The file is not kept any more.");
            return Err(NoAnswer::NotMade(Refusal::Never(SendError {
                retryable: false,
                ..gone
            })));
        };
        Ok(store.blobs().path(&stored.digest))
    }

    /// Holds a dialogue to its end.
    ///
    /// # Errors
    /// [`Broken`].
    pub async fn hold<T>(
        &self,
        next: impl Fn(&Asked<'_>) -> Next<T> + Send + Sync,
    ) -> Result<T, Broken> {
        let mut replies = Vec::new();
        let mut last = None;
        let broken = |what, refusal| Broken { what, refusal };
        while replies.len() <= STEPS_MAX {
            let step = self
                .step(&replies, &next)
                .map_err(|refusal| broken(last, refusal))?;
            match step {
                Step::Done(result) => return Ok(result),
                Step::Ask { what, call } => {
                    last = Some(what);
                    let reply = self.call(call).await;
                    replies.push(reply.map_err(|none| broken(last, none.refusal()))?);
                }
            }
        }
        Err(broken(last, ours("The vendor's answers led nowhere.")))
    }

    fn step<T>(&self, replies: &[HttpReply], next: impl Fn(&Asked<'_>) -> Next<T>) -> Next<T> {
        let asked = Asked {
            account: &self.account,
            replies,
            now: self.context.clock.now(),
        };
        caught(|| next(&asked)).unwrap_or_else(|panic| Err(ours(&panic)))
    }
}

impl NoAnswer {
    /// What it means for a call that can be made again without harm.
    #[must_use]
    pub fn refusal(self) -> Refusal {
        match self {
            Self::NotMade(refusal) => refusal,
            Self::Unknown(error) => Refusal::Later { error, wait: None },
        }
    }
}

fn no_answer(failed: HttpError) -> NoAnswer {
    let later = |reason, message: String| Refusal::Later {
        error: error(reason, &message),
        wait: None,
    };
    match failed {
        // Where vendors are is a setting of the account, so it is the account that must be mended.
        HttpError::Target(why) => NoAnswer::NotMade(Refusal::Account(error("target", &why))),
        HttpError::NeverLeft(_) => NoAnswer::NotMade(later("unreachable", failed.to_string())),
        HttpError::TooLarge { .. } | HttpError::Unsure(_) => {
            NoAnswer::Unknown(error("no_answer", &failed.to_string()))
        }
    }
}

/// A failure of our own, or of a channel's code: not for the vendor to mend.
#[must_use]
pub fn ours(why: &str) -> Refusal {
    tracing::error!("talking with a vendor failed: {why}");
    let message = "Something went wrong in linktor; its log says more.";
    Refusal::Never(error("internal", message))
}

fn error(reason: &str, message: &str) -> SendError {
    SendError::passing(reason, sentence(message))
}

/// A sentence of its own: what others report often begins small and has no end.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if message.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

//! Sessions: opened, resumed, updated, ended.

use crate::base::crypto::new_token;
use crate::base::crypto::token_hash;
use crate::base::time::Timestamp;
use crate::channels::webchat::clean;
use crate::channels::webchat::forms::Field;
use crate::channels::webchat::frames::Attributes;
use crate::channels::webchat::frames::SessionRequest;
use crate::channels::webchat::identity;
use crate::channels::webchat::identity::Proof;
use crate::channels::webchat::wire::Features;
use crate::channels::webchat::wire::IdentityOut;
use crate::channels::webchat::wire::SessionOut;
use crate::channels::webchat::wire::UserOut;
use crate::engine::inbox::moves;
use crate::engine::live::visitors::News;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::arrivals;
use crate::engine::webchat::arrivals::Arrival;
use crate::engine::webchat::arrivals::Arrived;
use crate::engine::webchat::arrivals::Fate;
use crate::engine::webchat::arrivals::Proved;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::send::name_of;
use crate::engine::webchat::site::Site;
use crate::model::Opaque;
use crate::model::content::EventLine;
use crate::model::event::Change;
use crate::model::webchat::Claims;
use crate::model::webchat::Visitor;
use crate::store::records::conversations;
use crate::store::records::visitors;
use std::sync::Arc;

/// The prefix of tokens.
const TOKEN: &str = "wct_";

/// Whether everything a visitor left is to be erased, when a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Farewell {
    /// No: the visitor logs out.
    LogOut,
    /// Yes: the business is asked to.
    Erase,
}

impl Webchat {
    /// The browser with this token.
    ///
    /// # Errors
    /// `token_missing`, `token_invalid`, `token_expired`.
    pub fn caller(&self, site: &Arc<Site>, token: Option<&str>) -> Result<Caller, WebchatError> {
        let token = token.filter(|token| !token.is_empty()).ok_or_else(|| {
            Problem::new(Code::TokenMissing, "This needs the token of a session.")
        })?;
        self.caller_by_hash(site, &token_hash(token))
    }

    /// The same by the digest of the token.
    ///
    /// # Errors
    /// As [`Webchat::caller`].
    pub fn caller_by_hash(
        &self,
        site: &Arc<Site>,
        token: &[u8; 32],
    ) -> Result<Caller, WebchatError> {
        let read = self.context.store.snapshot()?;
        let now = self.context.clock.now();
        let (session, visitor) = arrivals::holder(&read, &site.channel, token, now)?;
        arrivals::refuse_blocked(&read, &visitor)?;
        Ok(Caller {
            site: site.clone(),
            session,
            visitor,
        })
    }

    /// Opens a session, or resumes the one of the token.
    ///
    /// # Errors
    /// `rate_limited`, `visitor_blocked`, `upgrade_required`.
    pub async fn open(
        &self,
        site: &Arc<Site>,
        token: Option<&str>,
        said: SessionRequest,
        peer: &Peer,
    ) -> Result<SessionOut, WebchatError> {
        let known = match token {
            Some(token) => self.caller(site, Some(token)).ok(),
            None => None,
        };
        if known.is_none() {
            self.count_peer(Limit::NewSessions, peer)?;
        }
        self.settle(site, token.map(token_hash), said, peer).await
    }

    /// Brings what is known of a visitor up to date.
    ///
    /// # Errors
    /// `rate_limited`, `visitor_blocked`.
    pub async fn update(
        &self,
        caller: &Caller,
        said: SessionRequest,
        peer: &Peer,
    ) -> Result<SessionOut, WebchatError> {
        self.count(Limit::Identify, &caller.session.id.to_string())?;
        let token = Some(caller.session.token_hash);
        self.settle(&caller.site, token, said, peer).await
    }

    async fn settle(
        &self,
        site: &Arc<Site>,
        token: Option<[u8; 32]>,
        said: SessionRequest,
        peer: &Peer,
    ) -> Result<SessionOut, WebchatError> {
        let fresh = new_token(&self.context.random, TOKEN);
        let now = self.context.clock.now();
        let judged = Judged::of(site, &said, now);
        let arrival = Arrival {
            token,
            proof: judged.proof,
            claims: judged.claims,
            attributes: judged.attributes,
            locale: short(said.locale.clone()),
            timezone: short(said.timezone.clone()),
            fresh: token_hash(&fresh),
            life: site.session_life(),
            user_agent: peer.user_agent.clone(),
            ip: peer.stored_ip(site),
        };
        let arrived = self.arrive_in_store(site, arrival).await?;
        let caller = Caller {
            site: site.clone(),
            session: arrived.session.clone(),
            visitor: arrived.visitor.clone(),
        };
        if let Some(before) = arrived.was {
            // Other tabs of the browser hold the old token; they come back with the new one.
            let live = self.context.live.visitors();
            live.ring_session(before, arrived.session.id, News::TIMELINE);
        }
        if let Some(page) = &said.page {
            self.looks_at(&caller, page, peer);
        }
        let refused = judged.refused || self.unproved(&caller, &said);
        self.answer(&caller, &arrived, fresh, refused)
    }

    async fn arrive_in_store(
        &self,
        site: &Arc<Site>,
        arrival: Arrival,
    ) -> Result<Arrived, WebchatError> {
        let stamp = self.context.stamp();
        let channel = site.channel.clone();
        let write = self.context.store.write("opening a chat", move |tx| {
            arrivals::settle(tx, &mut stamp.pen(), &channel, &arrival)
        });
        write.await
    }

    /// Whether facts about a verified person were said without a proof.
    fn unproved(&self, caller: &Caller, said: &SessionRequest) -> bool {
        let _ = self;
        let Some(user) = &said.user else { return false };
        let proof = identity::prove(
            user,
            caller.site.settings.identity_mode,
            caller.site.identity_secret.reveal().as_bytes(),
            self.context.clock.now(),
        );
        let plain = matches!(proof, Proof::Anonymous { .. });
        plain && caller.visitor.external_id.is_some()
    }

    fn answer(
        &self,
        caller: &Caller,
        arrived: &Arrived,
        fresh: String,
        refused: bool,
    ) -> Result<SessionOut, WebchatError> {
        let state = self.state(caller)?;
        let (session, visitor) = (&caller.session, &caller.visitor);
        let is_new = matches!(arrived.fate, Fate::New { .. });
        let lost = arrived.fate == Fate::New { lost: true };
        let base = self.context.links.public_url();
        let settings = &caller.site.settings;
        let base = settings.api_base_url.as_deref().unwrap_or(base);
        Ok(SessionOut {
            token: (arrived.fate != Fate::Kept).then_some(fresh),
            session_id: session.id,
            visitor_id: visitor.id,
            verified: session.verified,
            resumed: !is_new && arrived.was.is_none(),
            reason: lost.then_some("token_invalid"),
            expires_at: session.expires_at,
            ws: format!(
                "{}/webchat/v1/{}/ws",
                base.replacen("http", "ws", 1),
                caller.site.channel.id
            ),
            cursor: visitor.newest,
            reset: arrived.was.is_some(),
            unread: visitor.unread,
            prechat_required: form_comes_first(caller),
            conversation: state.conversation,
            availability: state.availability,
            features: Features {
                upload: settings.file_upload.enabled,
                typing: true,
            },
            user: user_out(visitor),
            identity: refused.then_some(IdentityOut {
                verified: session.verified,
                error: "identity_unverified",
            }),
            server_time: state.server_time,
        })
    }

    /// Notes that a known browser connects again: its session lasts on, at most once an hour.
    ///
    /// # Errors
    /// The store's.
    pub async fn returns(
        &self,
        caller: Caller,
        locale: Option<String>,
        peer: &Peer,
    ) -> Result<Caller, WebchatError> {
        let locale = short(locale);
        let hour = std::time::Duration::from_secs(3_600);
        let fresh = self.context.clock.now().since(caller.session.last_seen_at) < hour;
        let same_tongue = locale.is_none() || locale == caller.visitor.locale;
        let settled = caller.session.visitor_id == caller.visitor.id;
        if fresh && same_tongue && settled {
            return Ok(caller);
        }
        let arrival = Arrival {
            token: Some(caller.session.token_hash),
            proof: None,
            claims: Claims::default(),
            attributes: Opaque::new(),
            locale,
            timezone: None,
            // A token that is good is never replaced on the way back.
            fresh: caller.session.token_hash,
            life: caller.site.session_life(),
            user_agent: peer.user_agent.clone(),
            ip: peer.stored_ip(&caller.site),
        };
        let arrived = self.arrive_in_store(&caller.site, arrival).await?;
        Ok(Caller {
            session: arrived.session,
            visitor: arrived.visitor,
            ..caller
        })
    }

    /// Notes that a browser knows that its timeline became another.
    ///
    /// # Errors
    /// The store's.
    pub async fn knows_generation(&self, caller: &Caller) -> Result<(), WebchatError> {
        let (id, generation) = (caller.session.id, caller.visitor.generation);
        let write = self.context.store.write("noting a fresh start", move |tx| {
            if let Some(mut session) = visitors::session(tx, id)? {
                session.generation = generation;
                visitors::put_session(tx, &session)?;
            }
            Ok::<_, WebchatError>(())
        });
        write.await
    }

    /// Ends a session: its token opens nothing any more, its connections close.
    ///
    /// # Errors
    /// The store's.
    pub async fn end(&self, caller: &Caller, farewell: Farewell) -> Result<(), WebchatError> {
        let stamp = self.context.stamp();
        let (id, visitor_id) = (caller.session.id, caller.visitor.id);
        let by = name_of(caller);
        let write = self.context.store.write("ending a chat", move |tx| {
            let mut pen = stamp.pen();
            if let Some(mut session) = visitors::session(tx, id)? {
                session.revoked_at = Some(pen.now);
                visitors::put_session(tx, &session)?;
            }
            let visitor = visitors::get(tx, visitor_id)?;
            let current = visitor.and_then(|visitor| visitor.conversation_id);
            if farewell == Farewell::Erase
                && let Some(current) = current
                && let Some(mut conversation) = conversations::get(tx, current)?
            {
                let at = pen.now.to_string();
                conversation
                    .metadata
                    .insert("erasureRequestedAt".to_owned(), at.into());
                let line = EventLine {
                    name: "erasure".to_owned(),
                    ..EventLine::default()
                };
                moves::store_with_line(
                    tx,
                    &mut pen,
                    &mut conversation,
                    Change::Details,
                    &by,
                    line,
                )?;
            }
            Ok::<_, WebchatError>(())
        });
        write.await?;
        let live = self.context.live.visitors();
        live.ring_session(visitor_id, id, News::REVOKED);
        Ok(())
    }
}

/// What a request says about its visitor, held against the channel's secret.
struct Judged {
    proof: Option<Proved>,
    claims: Claims,
    attributes: Opaque,
    refused: bool,
}

impl Judged {
    fn of(site: &Site, said: &SessionRequest, now: Timestamp) -> Self {
        let mut judged = Self {
            proof: None,
            claims: Claims::default(),
            attributes: said.attributes.as_ref().map(changes_of).unwrap_or_default(),
            refused: false,
        };
        let Some(user) = &said.user else {
            return judged;
        };
        let secret = site.identity_secret.reveal().as_bytes();
        match identity::prove(user, site.settings.identity_mode, secret, now) {
            Proof::Anonymous { claims, metadata } => {
                judged.claims = claims;
                judged.attributes.extend(metadata);
            }
            Proof::Verified {
                external_id,
                claims,
                metadata,
            } => {
                let mut attributes = std::mem::take(&mut judged.attributes);
                attributes.extend(metadata);
                judged.proof = Some(Proved {
                    id: external_id,
                    claims,
                    attributes,
                });
            }
            Proof::Unverified => judged.refused = true,
        }
        judged
    }
}

/// Attributes to set, and as null those to take away.
#[must_use]
pub fn changes_of(attributes: &Attributes) -> Opaque {
    let mut changes = clean::metadata(&attributes.set);
    for name in &attributes.unset {
        changes.insert(name.clone(), serde_json::Value::Null);
    }
    changes
}

/// Whether a required form is still to be filled in.
#[must_use]
pub fn form_is_due(caller: &Caller) -> bool {
    unanswered(caller).any(|field| field.required)
}

/// Whether the form is shown before the first message: nobody is asked in the middle of a
/// conversation for what need not be answered.
fn form_comes_first(caller: &Caller) -> bool {
    let begins = caller.visitor.conversation_id.is_none();
    form_is_due(caller) || (begins && unanswered(caller).next().is_some())
}

/// The fields of the form before the chat that its visitor is still to be asked. What a proved
/// person is known by need not be asked.
fn unanswered(caller: &Caller) -> impl Iterator<Item = &Field> {
    let form = &caller.site.settings.pre_chat_form;
    let visitor = &caller.visitor;
    let claims = &visitor.claims;
    let known = move |name: &str| {
        visitor.external_id.is_some()
            && match name {
                "name" => claims.name.is_some(),
                "email" => claims.email.is_some(),
                "phone" => claims.phone.is_some(),
                other => visitor.attributes.contains_key(other),
            }
    };
    let asks = form.enabled && visitor.prechat.is_none();
    let fields = form.fields.iter().filter(move |_| asks);
    fields.filter(move |field| !known(&field.name))
}

fn user_out(visitor: &Visitor) -> Option<UserOut> {
    let claims = &visitor.claims;
    let said = claims.name.is_some() || claims.email.is_some() || claims.phone.is_some();
    said.then(|| UserOut {
        name: claims.name.clone(),
        email: claims.email.clone(),
        phone: claims.phone.clone(),
    })
}

/// The longest name of a language or zone that is kept.
const TAG_MAX: usize = 64;

fn short(tag: Option<String>) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_/+".contains(c);
    tag.filter(|tag| (1..=TAG_MAX).contains(&tag.len()) && tag.chars().all(plain))
}

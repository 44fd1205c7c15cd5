//! Who a browser belongs to: the table of section 2.5 over one transaction.

use std::time::Duration;

use crate::base::text::one_line;
use crate::base::time::Timestamp;
use crate::engine::context::Pen;
use crate::engine::inbox::visitor_timeline::visitor_of;
use crate::engine::webchat::contacts as behind;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::merging;
use crate::model::Opaque;
use crate::model::channel::Channel;
use crate::model::ids::VisitorId;
use crate::model::webchat::Claims;
use crate::model::webchat::Visitor;
use crate::model::webchat::WebchatSession;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::visitors;

/// How often the end of a session is put off at most: once an hour, so that reading costs no
/// write.
const SLIDE_AFTER: Duration = Duration::from_secs(3_600);

/// Custom attributes of one visitor, at most.
const ATTRIBUTES_MAX: usize = 50;

/// A person of the business's own systems, as proved by a signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Proved {
    /// The id there.
    pub id: String,
    /// What is said with the proof.
    pub claims: Claims,
    /// Custom attributes said with the proof.
    pub attributes: Opaque,
}

/// A browser that comes, and everything about it that is known before the store is asked.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The digest of the token it brought.
    pub token: Option<[u8; 32]>,
    /// Who its visitor is, where that was proved.
    pub proof: Option<Proved>,
    /// What the page says of the visitor without proof.
    pub claims: Claims,
    /// Custom attributes the page sets, and those it takes away (as null).
    pub attributes: Opaque,
    /// The language.
    pub locale: Option<String>,
    /// The IANA time zone.
    pub timezone: Option<String>,
    /// The digest of the token the browser gets if it needs a new one.
    pub fresh: [u8; 32],
    /// How long a session lasts without use.
    pub life: Duration,
    /// The browser.
    pub user_agent: Option<String>,
    /// Where it comes from, shortened where the channel says so.
    pub ip: Option<String>,
}

/// What became of the token a browser brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    Kept,
    /// A new one takes its place.
    Rotated,
    /// There was none, or it was of no use: a new session began.
    New {
        /// Whether there was one that was of no use.
        lost: bool,
    },
}

/// A browser with its session.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The session.
    pub session: WebchatSession,
    /// The visitor.
    pub visitor: Visitor,
    /// What became of the token.
    pub fate: Fate,
    /// The visitor the session belonged to before, where that changed.
    pub was: Option<VisitorId>,
}

/// The session and visitor of a token, while both are good in this channel.
///
/// # Errors
/// The disk's; `token_invalid`, `token_expired`.
pub fn holder(
    read: &impl Read,
    channel: &Channel,
    token: &[u8; 32],
    now: Timestamp,
) -> Result<(WebchatSession, Visitor), WebchatError> {
    let unknown = || Problem::new(Code::TokenInvalid, "This token is not known here.");
    let session = visitors::session_by_token(read, token)?
        .filter(|session| session.channel_id == channel.id && session.revoked_at.is_none())
        .ok_or_else(unknown)?;
    if session.expires_at <= now {
        return Err(Problem::new(Code::TokenExpired, "This session is over.").into());
    }
    let visitor = visitor_of(read, &session.visitor_id.to_string())?.ok_or_else(unknown)?;
    Ok((session, visitor))
}

/// Finds or makes the session and the visitor of a browser that comes.
///
/// # Errors
/// The disk's; `visitor_blocked`.
pub fn settle(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    arrival: &Arrival,
) -> Result<Arrived, WebchatError> {
    let held = match &arrival.token {
        Some(token) => match holder(tx, channel, token, pen.now) {
            Ok(held) => Some(held),
            Err(WebchatError::Refused(_)) => None,
            Err(broken) => return Err(broken),
        },
        None => None,
    };
    let lost = arrival.token.is_some() && held.is_none();
    if let Some((_, visitor)) = &held {
        refuse_blocked(tx, visitor)?;
    }
    match (held, &arrival.proof) {
        (None, None) => {
            let visitor = stranger(pen, channel, arrival);
            begin(tx, pen, channel, arrival, visitor, lost)
        }
        (None, Some(proved)) => {
            let visitor = verified(tx, pen, channel, arrival, proved)?;
            begin(tx, pen, channel, arrival, visitor, lost)
        }
        (Some((session, visitor)), None) => resume(tx, pen, channel, arrival, (session, visitor)),
        (Some((session, visitor)), Some(proved)) => match &visitor.external_id {
            Some(known) if *known == proved.id => {
                prove(tx, pen, channel, arrival, proved, (session, visitor))
            }
            Some(_) => {
                let visitor = verified(tx, pen, channel, arrival, proved)?;
                begin(tx, pen, channel, arrival, visitor, false)
            }
            None => prove(tx, pen, channel, arrival, proved, (session, visitor)),
        },
    }
}

/// Refuses a visitor who is blocked, or whose contact is.
///
/// # Errors
/// `visitor_blocked`.
pub fn refuse_blocked(read: &impl Read, visitor: &Visitor) -> Result<(), WebchatError> {
    let contact = match visitor.contact_id {
        Some(id) => contacts::survivor(read, id)?,
        None => None,
    };
    if visitor.blocked || contact.is_some_and(|contact| contact.blocked) {
        return Err(Problem::new(Code::VisitorBlocked, "This chat is closed.").into());
    }
    Ok(())
}

/// Goes on as before. Claims are believed as claims, and never about somebody who was proved.
fn resume(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    arrival: &Arrival,
    (mut session, mut visitor): (WebchatSession, Visitor),
) -> Result<Arrived, WebchatError> {
    let before = visitor.clone();
    if visitor.external_id.is_none() {
        claim(&mut visitor, &arrival.claims, &arrival.attributes);
    }
    place(&mut visitor, arrival);
    let was = (session.visitor_id != visitor.id).then_some(session.visitor_id);
    let slides = slide(&mut session, arrival, pen.now);
    if slides || was.is_some() {
        session.visitor_id = visitor.id;
        visitor.last_seen_at = pen.now;
        visitors::put_session(tx, &session)?;
    }
    if visitor != before {
        visitors::put(tx, &visitor)?;
        refresh_contact(tx, pen, channel, &mut visitor)?;
    }
    Ok(Arrived {
        session,
        visitor,
        fate: Fate::Kept,
        was,
    })
}

/// Notes that a session's visitor was proved to be somebody. A session that was anonymous gets a
/// new token, so that nobody who planted the old one reads along.
fn prove(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    arrival: &Arrival,
    proved: &Proved,
    (mut session, visitor): (WebchatSession, Visitor),
) -> Result<Arrived, WebchatError> {
    let rotated = !session.verified;
    let before = session.visitor_id;
    let mut visitor = if visitor.external_id.is_some() {
        visitor
    } else {
        match visitors::by_external_id(tx, channel.id, &proved.id)? {
            Some(mut known) => {
                refuse_blocked(tx, &known)?;
                merging::merge(tx, pen, channel, visitor, &mut known)?;
                known
            }
            None => Visitor {
                external_id: Some(proved.id.clone()),
                ..visitor
            },
        }
    };
    claim(&mut visitor, &proved.claims, &proved.attributes);
    place(&mut visitor, arrival);
    visitor.last_seen_at = pen.now;
    visitors::put(tx, &visitor)?;
    refresh_contact(tx, pen, channel, &mut visitor)?;
    session.visitor_id = visitor.id;
    session.verified = true;
    session.generation = visitor.generation;
    if rotated {
        session.token_hash = arrival.fresh;
    }
    slide(&mut session, arrival, pen.now);
    visitors::put_session(tx, &session)?;
    Ok(Arrived {
        was: (before != visitor.id).then_some(before),
        session,
        visitor,
        fate: if rotated { Fate::Rotated } else { Fate::Kept },
    })
}

/// Begins a session.
fn begin(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    arrival: &Arrival,
    visitor: Visitor,
    lost: bool,
) -> Result<Arrived, WebchatError> {
    refuse_blocked(tx, &visitor)?;
    visitors::put(tx, &visitor)?;
    let session = WebchatSession {
        id: pen.id(),
        channel_id: channel.id,
        visitor_id: visitor.id,
        token_hash: arrival.fresh,
        verified: arrival.proof.is_some(),
        user_agent: arrival.user_agent.clone(),
        ip: arrival.ip.clone(),
        created_at: pen.now,
        last_seen_at: pen.now,
        expires_at: pen.now.plus(arrival.life),
        revoked_at: None,
        generation: visitor.generation,
    };
    visitors::put_session(tx, &session)?;
    Ok(Arrived {
        session,
        visitor,
        fate: Fate::New { lost },
        was: None,
    })
}

/// The one visitor of a proved person in this channel, made if there is none.
fn verified(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    arrival: &Arrival,
    proved: &Proved,
) -> Result<Visitor, WebchatError> {
    let known = visitors::by_external_id(tx, channel.id, &proved.id)?;
    let is_new = known.is_none();
    let mut visitor = known.unwrap_or_else(|| Visitor {
        external_id: Some(proved.id.clone()),
        claims: Claims::default(),
        attributes: Opaque::new(),
        ..stranger(pen, channel, arrival)
    });
    claim(&mut visitor, &proved.claims, &proved.attributes);
    place(&mut visitor, arrival);
    visitor.last_seen_at = pen.now;
    visitors::put(tx, &visitor)?;
    if !is_new {
        refresh_contact(tx, pen, channel, &mut visitor)?;
    }
    Ok(visitor)
}

/// A visitor nobody knows yet.
fn stranger(pen: &mut Pen, channel: &Channel, arrival: &Arrival) -> Visitor {
    let mut visitor = nobody(pen, channel);
    claim(&mut visitor, &arrival.claims, &arrival.attributes);
    place(&mut visitor, arrival);
    visitor
}

/// A visitor of whom nothing is known.
#[must_use]
pub fn nobody(pen: &mut Pen, channel: &Channel) -> Visitor {
    Visitor {
        id: pen.id(),
        channel_id: channel.id,
        external_id: None,
        contact_id: None,
        conversation_id: None,
        claims: Claims::default(),
        attributes: Opaque::new(),
        prechat: None,
        newest: 0,
        delivered: 0,
        read: 0,
        unread: 0,
        blocked: false,
        merged_into: None,
        generation: 0,
        locale: None,
        timezone: None,
        created_at: pen.now,
        last_seen_at: pen.now,
        mail_due: None,
        handled: 0,
    }
}

/// Takes over what is said; what is not said stays.
pub fn claim(visitor: &mut Visitor, said: &Claims, attributes: &Opaque) {
    let keep = |held: &mut Option<String>, said: &Option<String>| {
        if said.is_some() {
            held.clone_from(said);
        }
    };
    let name = said.name.as_deref().map(one_line);
    keep(
        &mut visitor.claims.name,
        &name.filter(|name| !name.is_empty()),
    );
    keep(&mut visitor.claims.email, &said.email);
    keep(&mut visitor.claims.phone, &said.phone);
    keep(&mut visitor.claims.avatar_url, &said.avatar_url);
    for (name, value) in attributes {
        if value.is_null() {
            visitor.attributes.shift_remove(name);
        } else if visitor.attributes.len() < ATTRIBUTES_MAX || visitor.attributes.contains_key(name)
        {
            visitor.attributes.insert(name.clone(), value.clone());
        }
    }
}

fn place(visitor: &mut Visitor, arrival: &Arrival) {
    if arrival.locale.is_some() {
        visitor.locale.clone_from(&arrival.locale);
    }
    if arrival.timezone.is_some() {
        visitor.timezone.clone_from(&arrival.timezone);
    }
}

/// Tells the contact behind a visitor what the visitor says; one who never wrote has none.
fn refresh_contact(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    visitor: &mut Visitor,
) -> Result<(), StoreError> {
    if visitor.contact_id.is_some() {
        behind::of_visitor(tx, pen, channel, visitor)?;
        visitors::put(tx, visitor)?;
    }
    Ok(())
}

/// Puts the end of a session off, at most once an hour; whether it did.
fn slide(session: &mut WebchatSession, arrival: &Arrival, now: Timestamp) -> bool {
    if now.since(session.last_seen_at) < SLIDE_AFTER {
        return false;
    }
    session.last_seen_at = now;
    session.expires_at = now.plus(arrival.life);
    session.ip.clone_from(&arrival.ip);
    true
}

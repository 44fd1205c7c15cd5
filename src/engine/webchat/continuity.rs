//! A chat that goes on by mail: what a visitor did not read is mailed, all of it at once, and an
//! answer to that mail is an answer in the chat. webchat.md sections 5 and 7.6.

use crate::channels::email::address;
use crate::channels::email::unsubscribe;
use crate::channels::webchat::settings::EmailContinuity;
use crate::channels::webchat::wire;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::inbox::entries;
use crate::engine::inbox::entries::Entry;
use crate::engine::inbox::unread_mail;
use crate::engine::inbox::unread_mail::MAILED_AT;
use crate::engine::inbox::visitor_timeline;
use crate::engine::webchat::mailing;
use crate::engine::webchat::mailing::Parcel;
use crate::engine::webchat::mailing::words;
use crate::engine::webchat::mailing::words::Phrases;
use crate::engine::webchat::view;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::content::Content;
use crate::model::content::EventLine;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::ids::VisitorId;
use crate::model::message::Direction as Way;
use crate::model::message::Message;
use crate::model::message::SendError;
use crate::model::refusal::Refusal;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::Read;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::identities;
use crate::store::records::mails;
use crate::store::records::messages;
use crate::store::records::organisation;
use crate::store::records::visitors;

/// What a visitor did not read, as one mail.
struct Batch {
    /// The channel of mail; none while it does not work.
    channel: Option<Channel>,
    messages: Vec<MessageId>,
    parcel: Parcel,
}

/// What there is to mail to a visitor.
enum Found {
    /// Whatever there is, nobody wants it as a mail.
    Unwanted,
    /// Nothing, or what came only just and may still be read in the chat.
    Fresh,
    /// This.
    Batch(Box<Batch>),
}

/// Mails a visitor what is still unread. Within: why it is not taken.
///
/// # Errors
/// The store's.
pub async fn mail(context: &Context, id: VisitorId) -> Result<Result<(), Refusal>, EngineError> {
    let batch = match Found::read(context, id)? {
        Found::Unwanted => {
            settle(context, id, Settled::Done).await?;
            return Ok(Ok(()));
        }
        Found::Fresh => {
            settle(context, id, Settled::Later).await?;
            return Ok(Ok(()));
        }
        Found::Batch(batch) => batch,
    };
    let Some(channel) = batch.channel.clone() else {
        return Ok(Err(Refusal::Later {
            error: SendError::passing(
                "channel_not_connected",
                "The email channel is not connected.",
            ),
            wait: None,
        }));
    };
    let posted = mailing::post(context, channel, &batch.parcel).await?;
    if posted.is_ok() {
        settle(context, id, Settled::Sent(batch)).await?;
    }
    Ok(posted)
}

/// Says in the conversation that its answers could not be mailed, and lets them rest.
///
/// # Errors
/// The store's.
pub async fn give_up(context: &Context, id: VisitorId, why: &str) -> Result<(), EngineError> {
    if let Found::Batch(batch) = Found::read(context, id)? {
        let why = why.to_owned();
        let stamp = context.stamp();
        let write = context
            .store
            .write("giving a visitor's mail up", move |tx| {
                let mut pen = stamp.pen();
                let text = format!("This could not be mailed to {}: {why}", batch.parcel.to);
                note(tx, &mut pen, batch.parcel.conversation, text)
            });
        write.await?;
    }
    settle(context, id, Settled::Done).await
}

/// Leaves a note among us about the mail of a conversation.
///
/// # Errors
/// The disk's.
pub fn note(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    conversation: ConversationId,
    text: String,
) -> Result<(), EngineError> {
    let Some(mut conversation) = conversations::get(tx, conversation)? else {
        return Ok(());
    };
    let entry = Entry {
        content: Content::text(text),
        ..entries::history_line(pen.now, "linktor", EventLine::default())
    };
    entries::append(tx, pen, &mut conversation, entry)?;
    Ok(())
}

/// What became of a mail that was due.
enum Settled {
    /// There was none to send, or it was given up.
    Done,
    /// It is too early.
    Later,
    /// It was sent.
    Sent(Box<Batch>),
}

/// Writes down what became of a mail, and has what is not in it mailed in its own time.
async fn settle(context: &Context, id: VisitorId, how: Settled) -> Result<(), EngineError> {
    let stamp = context.stamp();
    let write = context.store.write("settling a visitor's mail", move |tx| {
        let mut pen = stamp.pen();
        let Some(mut visitor) = visitor_timeline::visitor_of(tx, &id.to_string())? else {
            return Ok(());
        };
        visitor.mail_due = None;
        if let Settled::Sent(batch) = &how {
            batch.went(tx, &pen)?;
        }
        if !matches!(how, Settled::Done)
            && let Some(first) = unread_mail::waiting(tx, &visitor)?.first()
        {
            unread_mail::want(tx, &mut pen, &mut visitor, first.created_at)?;
        }
        Ok::<_, EngineError>(visitors::put(tx, &visitor)?)
    });
    write.await
}

impl Found {
    fn read(context: &Context, id: VisitorId) -> Result<Self, EngineError> {
        let read = context.store.snapshot()?;
        let Some(visitor) = visitor_timeline::visitor_of(&read, &id.to_string())? else {
            return Ok(Self::Unwanted);
        };
        let site = channels::get(&read, visitor.channel_id)?.filter(|site| site.enabled);
        let going_on = site.map(|site| EmailContinuity::of(&site.settings));
        let going_on = going_on.unwrap_or_default();
        let (Some(through), Some(to)) = (going_on.channel(), address_of(&read, &visitor)?) else {
            return Ok(Self::Unwanted);
        };
        let mail = channels::get(&read, through)?;
        let Some(mail) = mail.filter(|_| !visitor.blocked) else {
            return Ok(Self::Unwanted);
        };
        if !is_wanted(&read, &mail, &to)? {
            return Ok(Self::Unwanted);
        }
        let unheard = unread_mail::waiting(&read, &visitor)?;
        let long_ago = context.clock.now().minus(going_on.wait());
        let is_due = |first: &&Message| first.created_at <= long_ago;
        let (Some(_), Some(last)) = (unheard.first().filter(is_due), unheard.last()) else {
            return Ok(Self::Fresh);
        };
        let heard = heard(&read, last)?;
        let told = Told {
            business: organisation::get(&read)?.map(|known| known.name),
            page: heard.page,
            leave: unsubscribe::page(&context.account(&mail)?, &to),
        };
        let phrases = Phrases::of(visitor.locale.as_deref());
        let parcel = Parcel {
            id: last.id,
            conversation: last.conversation_id,
            subject: told.subject(phrases, last, heard.mail.is_some()),
            text: told.text(phrases, &unheard, context),
            answers: heard.mail,
            to,
        };
        Ok(Self::Batch(Box::new(Batch {
            messages: unheard.iter().map(|message| message.id).collect(),
            channel: mailing::channel(&read, Some(through))?,
            parcel,
        })))
    }
}

impl Batch {
    /// Writes down that it was mailed, so that an answer to it finds its way back.
    fn went(&self, tx: &mut Tx<'_>, pen: &Pen) -> Result<(), EngineError> {
        let into = self.parcel.conversation;
        if let Some(channel) = &self.channel {
            mails::remember_token(tx, channel.id, address::token_of(into), into)?;
        }
        for id in &self.messages {
            if let Some(mut message) = messages::get(tx, *id)? {
                let at = pen.now.to_string();
                message.metadata.insert(MAILED_AT.to_owned(), at.into());
                messages::update(tx, &message)?;
                if let Some(mut conversation) = conversations::get(tx, into)? {
                    entries::may_be_typed(tx, &mut conversation, &message)?;
                }
            }
        }
        Ok(())
    }
}

/// After how many minutes an answer that a customer does not read in the chat is mailed; none where
/// it is not.
#[must_use]
pub fn mailed_after_minutes(channel: &Channel, contact: &Contact) -> Option<u64> {
    let going_on = EmailContinuity::of(&channel.settings);
    let is_known = contact.email.is_some() && going_on.channel().is_some();
    is_known.then(|| going_on.wait().as_secs() / 60)
}

/// The address under which a visitor can be reached.
///
/// # Errors
/// The disk's.
pub fn address_of(read: &impl Read, visitor: &Visitor) -> Result<Option<String>, EngineError> {
    let contact = match visitor.contact_id {
        Some(id) => contacts::get(read, id)?,
        None => None,
    };
    if contact.as_ref().is_some_and(|contact| contact.blocked) {
        return Ok(None);
    }
    let known = contact.and_then(|contact| contact.email);
    let said = known.or_else(|| visitor.claims.email.clone());
    Ok(said.as_deref().and_then(address::clean))
}

/// Whether whoever has an address still wants mail there.
fn is_wanted(read: &impl Read, mail: &Channel, to: &str) -> Result<bool, EngineError> {
    let Some(identity) = identities::get(read, mail.id, to)? else {
        return Ok(true);
    };
    let contact = contacts::get(read, identity.contact_id)?;
    let is_out = contact.is_some_and(|contact| {
        contact.blocked
            || contact
                .opted_out
                .iter()
                .any(|topic| topic == unsubscribe::TOPIC)
    });
    Ok(identity.closed.is_none() && !is_out)
}

/// How a visitor last wrote.
struct Heard {
    /// On which page, where it was one.
    page: Option<String>,
    /// The id of the mail, where it was one.
    mail: Option<String>,
}

/// How far back it is looked for what a visitor last wrote.
const LOOK_BACK: usize = 50;

fn heard(read: &impl Read, before: &Message) -> Result<Heard, EngineError> {
    let (talk, from) = (before.conversation_id, Some(before.position));
    let earlier = messages::near(read, talk, from, Direction::Backward, LOOK_BACK)?;
    let mut theirs = earlier
        .iter()
        .filter(|message| message.direction == Way::Inbound && !message.private);
    let said = |message: &Message, name: &str| {
        let kept = message.metadata.get(name).and_then(|value| value.as_str());
        kept.map(str::to_owned)
    };
    let page = theirs.clone().find_map(|message| said(message, "pageUrl"));
    let mail = theirs.next().and_then(|newest| said(newest, "messageId"));
    Ok(Heard { page, mail })
}

/// What a mail says around the answers.
struct Told {
    business: Option<String>,
    page: Option<String>,
    leave: Option<String>,
}

impl Told {
    fn subject(&self, phrases: &Phrases, last: &Message, is_answer: bool) -> String {
        let business = self.business.as_deref().unwrap_or("linktor");
        let blanks = [
            ("{who}", last.sender.name.as_str()),
            ("{business}", business),
        ];
        let subject = words::fill(phrases.answered, &blanks);
        if is_answer {
            format!("Re: {subject}")
        } else {
            subject
        }
    }

    fn text(&self, phrases: &Phrases, unheard: &[Message], context: &Context) -> String {
        let mut text = String::new();
        for message in unheard {
            let said = wire::fallback_text(&view::seen_content(message), &|media| {
                context.links.address(media)
            });
            text.push_str(&message.sender.name);
            text.push_str(":\n");
            text.push_str(&said);
            text.push_str("\n\n");
        }
        let ending = match &self.page {
            Some(page) => words::fill(phrases.go_on, &[("{page}", page)]),
            None => phrases.answer.to_owned(),
        };
        text.push_str(&ending);
        if let Some(link) = &self.leave {
            text.push_str("\n\n");
            text.push_str(&words::fill(phrases.leave, &[("{link}", link)]));
        }
        text
    }
}

//! Two visitors who turn out to be one person: their timelines, conversations and contacts.

use std::collections::HashMap;

use crate::engine::context::Pen;
use crate::model::channel::Channel;
use crate::model::contact::Contact;
use crate::model::contact::Identity;
use crate::model::contact::Merge;
use crate::model::event::Change;
use crate::model::event::ContactMerged;
use crate::model::event::ConversationChanged;
use crate::model::event::Event;
use crate::model::event::VisitorTimeline;
use crate::model::ids::ContactId;
use crate::model::message::Direction as Way;
use crate::model::webchat::TimelineEntry;
use crate::model::webchat::TimelineEvent;
use crate::model::webchat::Visitor;
use crate::store::Direction;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::identities;
use crate::store::records::merges;
use crate::store::records::messages;
use crate::store::records::visitors;

/// Makes an anonymous visitor part of the verified one it was proved to be. Everybody who looks at
/// the verified one's timeline starts afresh.
///
/// # Errors
/// The disk's.
pub fn merge(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    mut from: Visitor,
    into: &mut Visitor,
) -> Result<(), StoreError> {
    join_contacts(tx, pen, channel, &from, into)?;
    join_timelines(tx, &from, into)?;
    into.generation += 1;
    into.conversation_id = from.conversation_id.or(into.conversation_id);
    into.prechat = from.prechat.take().or(into.prechat.take());
    visitors::put(tx, into)?;
    from.merged_into = Some(into.id);
    from.newest = 0;
    from.unread = 0;
    visitors::put(tx, &from)?;
    let event = VisitorTimeline {
        channel_id: into.channel_id,
        visitor_id: into.id,
        newest: into.newest,
    };
    pen.log(tx, Event::VisitorTimeline(event)).map(drop)
}

/// One entry on its way into the joint timeline.
struct Moving {
    entry: TimelineEntry,
    /// Whose it was, and its number there.
    was: (bool, u64),
    read: bool,
    delivered: bool,
    handled: bool,
}

/// Writes both timelines into one, by time. What stood before the first difference stays.
fn join_timelines(tx: &mut Tx<'_>, from: &Visitor, into: &mut Visitor) -> Result<(), StoreError> {
    let mut all = moving(tx, from, false)?;
    all.extend(moving(tx, into, true)?);
    all.sort_by_key(|moving| (moving.entry.at, moving.was.1));
    let renumbered: HashMap<(bool, u64), u64> = (1..)
        .zip(&all)
        .map(|(seq, moving)| (moving.was, seq))
        .collect();
    visitors::clear_timeline(tx, from.id)?;
    let (mut read, mut delivered, mut handled) = (true, true, true);
    into.newest = 0;
    into.handled = 0;
    (into.read, into.delivered, into.unread) = (0, 0, 0);
    for Moving {
        mut entry,
        was,
        read: seen,
        delivered: got,
        handled: taken,
    } in all
    {
        if let TimelineEvent::Receipt { up_to, .. } = &mut entry.what {
            *up_to = renumbered.get(&(was.0, *up_to)).copied().unwrap_or(*up_to);
        }
        let seq = visitors::append(tx, into, &entry)?;
        let mut way = None;
        if let TimelineEvent::Message { message_id } = entry.what {
            visitors::put_seq(tx, message_id, into.id, seq)?;
            way = messages::get(tx, message_id)?.map(|message| message.direction);
        }
        let ours = way == Some(Way::Outbound);
        if ours && !seen {
            into.unread += 1;
        }
        read &= seen || !ours;
        delivered &= got || !ours;
        handled &= taken || way != Some(Way::Inbound);
        if read {
            into.read = seq;
        }
        if delivered {
            into.delivered = seq;
        }
        if handled {
            into.handled = seq;
        }
    }
    Ok(())
}

fn moving(tx: &Tx<'_>, visitor: &Visitor, stays: bool) -> Result<Vec<Moving>, StoreError> {
    let rows = visitors::timeline(tx, visitor.id, None, Direction::Forward, usize::MAX)?;
    let moving = rows.into_iter().map(|(seq, entry)| Moving {
        entry,
        was: (stays, seq),
        read: seq <= visitor.read,
        delivered: seq <= visitor.delivered.max(visitor.read),
        handled: seq <= visitor.handled,
    });
    Ok(moving.collect())
}

fn join_contacts(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    from: &Visitor,
    into: &mut Visitor,
) -> Result<(), StoreError> {
    let Some(gone) = from.contact_id else {
        return Ok(());
    };
    let Some(gone) = contacts::survivor(tx, gone)? else {
        return Ok(());
    };
    let stays = match into.contact_id {
        Some(id) => contacts::survivor(tx, id)?,
        None => None,
    };
    let stays = stays.filter(|stays| stays.id != gone.id);
    let owner = stays.as_ref().map_or(gone.id, |stays| stays.id);
    let moved = move_conversations(tx, pen, channel, &gone, owner, from, into)?;
    into.contact_id = Some(owner);
    own_address(tx, pen, channel, into, owner)?;
    let Some(stays) = stays else {
        return Ok(());
    };
    let mut identities_moved = Vec::new();
    let address = from.id.to_string();
    for mut identity in identities::of_contact(tx, gone.id)? {
        if identity.channel_id == channel.id && identity.address == address {
            identity.contact_id = owner;
            identities::put(tx, &identity)?;
            identities_moved.push((identity.id, gone.id));
        }
    }
    if identities::of_contact(tx, gone.id)?.is_empty() {
        let merge = Merge {
            id: pen.id(),
            primary: stays.clone(),
            secondaries: vec![gone.clone()],
            identities: identities_moved,
            conversations: moved,
            at: pen.now,
            undone_at: None,
            given: None,
        };
        bury(tx, pen, gone, stays, &merge)?;
    }
    Ok(())
}

/// Makes the verified visitor's address one of the contact's.
fn own_address(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    visitor: &Visitor,
    owner: ContactId,
) -> Result<(), StoreError> {
    let address = visitor.id.to_string();
    let mut identity = match identities::get(tx, channel.id, &address)? {
        Some(known) => known,
        None => Identity {
            display_name: visitor.claims.name.clone(),
            avatar_url: visitor.claims.avatar_url.clone(),
            verified_at: Some(pen.now),
            last_seen_at: Some(pen.now),
            ..Identity::new(pen.id(), owner, channel, &address, pen.now)
        },
    };
    identity.contact_id = owner;
    identities::put(tx, &identity)
}

/// Makes a contact that has nothing left a tombstone that leads to another.
fn bury(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    mut gone: Contact,
    mut stays: Contact,
    merge: &Merge,
) -> Result<(), StoreError> {
    merges::put(tx, merge)?;
    stays.conversation_count += gone.conversation_count;
    stays.merged_ids.push(gone.id);
    stays.revision += 1;
    stays.updated_at = pen.now;
    contacts::put(tx, &stays)?;
    gone.merged_into = Some(stays.id);
    gone.revision += 1;
    gone.updated_at = pen.now;
    contacts::put(tx, &gone)?;
    counters::add(tx, Counter::Contacts, -1)?;
    let event = ContactMerged {
        contact_id: stays.id,
        merged_ids: vec![gone.id],
        undone: false,
    };
    pen.log(tx, Event::ContactMerged(event)).map(drop)
}

type Moved = Vec<(crate::model::ids::ConversationId, ContactId)>;

/// Gives the conversations of one visitor to another, and to its contact.
fn move_conversations(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    channel: &Channel,
    gone: &Contact,
    owner: ContactId,
    from: &Visitor,
    into: &Visitor,
) -> Result<Moved, StoreError> {
    let mut moved = Vec::new();
    let address = from.id.to_string();
    for mut conversation in conversations::of_contact(tx, gone.id)? {
        if conversation.channel_id != channel.id || conversation.address != address {
            continue;
        }
        conversation.address = into.id.to_string();
        conversation.updated_at = pen.now;
        conversation.revision += 1;
        if conversation.contact_id != owner {
            moved.push((conversation.id, conversation.contact_id));
            conversation.contact_id = owner;
            let all = messages::near(tx, conversation.id, None, Direction::Forward, usize::MAX)?;
            for mut message in all {
                message.contact_id = owner;
                messages::update(tx, &message)?;
            }
        }
        conversations::put(tx, &conversation)?;
        let event = ConversationChanged {
            conversation_id: conversation.id,
            change: Change::Contact,
        };
        pen.log(tx, Event::ConversationChanged(event))?;
    }
    Ok(moved)
}

//! What each entry of the event log means for the search index.

use std::collections::BTreeSet;

use crate::engine::people::findable;
use crate::model::content::Content;
use crate::model::conversation::Conversation;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::model::message::SenderKind;
use crate::search::Change;
use crate::search::documents::ConversationDoc;
use crate::search::documents::Doc;
use crate::search::documents::MessageDoc;
use crate::search::facts::Author;
use crate::search::facts::Has;
use crate::search::facts::Key;
use crate::search::indexer::Entries;
use crate::search::indexer::Feed;
use crate::search::indexer::FeedError;
use crate::search::indexer::Steps;
use crate::store::Read;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::log;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::messages;

use super::everything::Everything;

/// The event log of a store, as the indexer reads it.
pub struct LogFeed(pub Store);

impl Feed for LogFeed {
    fn read_after(&self, seq: u64, limit: usize) -> Result<Entries, FeedError> {
        let snapshot = self.0.snapshot()?;
        let entries = match log::read_after(&snapshot, seq, limit)? {
            log::Entries::Next(entries) => entries,
            log::Entries::TooOld { .. } | log::Entries::Ahead => return Ok(Entries::Elsewhere),
        };
        let mut done = BTreeSet::new();
        let mut read = Vec::with_capacity(entries.len());
        // From the newest back, so that of several entries about one thing only the last counts.
        for entry in entries.iter().rev() {
            read.push((entry.seq, changes(&snapshot, &entry.event, &mut done)?));
        }
        read.reverse();
        Ok(Entries::Next(read))
    }

    fn everything(&self) -> Result<(u64, Steps<'_>), FeedError> {
        let seq = log::last_seq(&self.0.snapshot()?)?;
        Ok((seq, Box::new(Everything::of(self.0.clone()))))
    }

    fn last(&self) -> u64 {
        self.0.last_seq()
    }
}

/// What was dealt with already, by a later entry.
type Done = BTreeSet<[u8; 17]>;

fn first_time(done: &mut Done, kind: u8, id: impl crate::model::ids::Id) -> bool {
    let mut name = [0; 17];
    name[0] = kind;
    name[1..].copy_from_slice(&id.bytes());
    done.insert(name)
}

fn changes(read: &impl Read, event: &Event, done: &mut Done) -> Result<Vec<Change>, StoreError> {
    let message = |id: MessageId, done: &mut Done| -> Result<Vec<Change>, StoreError> {
        if !first_time(done, 1, id) {
            return Ok(Vec::new());
        }
        Ok(match messages::get(read, id)? {
            Some(message) if is_found(&message) => {
                vec![Change::Put(Doc::Message(of_message(&message)))]
            }
            _ => vec![Change::Remove(Key::Message(id))],
        })
    };
    let conversation = |id: ConversationId, done: &mut Done| -> Result<Vec<Change>, StoreError> {
        if !first_time(done, 2, id) {
            return Ok(Vec::new());
        }
        Ok(match conversations::get(read, id)? {
            Some(found) => vec![Change::Put(Doc::Conversation(of_conversation(&found)))],
            None => vec![Change::RemoveConversation(id)],
        })
    };
    let contact = |id: ContactId, done: &mut Done| -> Result<Vec<Change>, StoreError> {
        if !first_time(done, 3, id) {
            return Ok(Vec::new());
        }
        Ok(vec![
            match contacts::get(read, id)?.filter(contacts::is_listed) {
                Some(found) => Change::Put(Doc::Contact(findable::of(read, &found)?)),
                None => Change::Remove(Key::Contact(id)),
            },
        ])
    };
    match event {
        Event::MessageCreated(event)
        | Event::MessageUpdated(event)
        | Event::MessageDeleted(event) => message(event.message_id, done),
        Event::MessageStatus(event) if event.status == Delivery::Failed => {
            message(event.message_id, done)
        }
        Event::ConversationCreated(event) | Event::ConversationDeleted(event) => {
            conversation(event.conversation_id, done)
        }
        Event::ConversationChanged(event) => conversation(event.conversation_id, done),
        other => {
            let mut all = Vec::new();
            for id in findable::touched(other) {
                all.extend(contact(id, done)?);
            }
            Ok(all)
        }
    }
}

/// Whether a message can be found at all: history lines say nothing of their own.
pub(super) fn is_found(message: &Message) -> bool {
    message.deleted_at.is_none() && !matches!(message.content, Content::Event(_))
}

pub(super) fn of_message(message: &Message) -> MessageDoc {
    MessageDoc {
        id: message.id,
        conversation: message.conversation_id,
        contact: message.contact_id,
        channel: message.channel_id,
        channel_kind: message.channel_kind.clone(),
        author: author(message),
        direction: message.direction,
        private: message.private,
        at: message.created_at,
        text: all_words(&message.content),
        subject: None,
        files: message
            .content
            .media()
            .and_then(|media| media.filename.clone())
            .into_iter()
            .collect(),
        has: has(&message.content),
        failed: message.delivery == Delivery::Failed,
    }
}

fn author(message: &Message) -> Author {
    let user = || message.sender.id.as_deref().and_then(|id| id.parse().ok());
    match message.sender.kind {
        SenderKind::Contact => Author::Contact(message.contact_id),
        SenderKind::Agent => user().map_or(Author::System, Author::User),
        SenderKind::Bot => Author::Bot,
        SenderKind::System => Author::System,
    }
}

/// Every word in a message: also those on its buttons, rows and cards.
fn all_words(content: &Content) -> String {
    let mut words = vec![content.words().to_owned()];
    words.extend(
        content
            .choices()
            .into_iter()
            .map(|(_, title)| title.to_owned()),
    );
    match content {
        Content::Carousel(carousel) => {
            for card in &carousel.cards {
                words.push(card.title.clone());
                words.extend(card.description.clone());
            }
        }
        Content::Location(place) => words.extend(place.address.clone()),
        Content::Contacts(cards) => {
            for card in &cards.contacts {
                words.push(card.name.clone());
                words.extend(card.phones.iter().chain(&card.emails).cloned());
            }
        }
        Content::Postback(postback) => words.extend(postback.typed.clone()),
        _ => {}
    }
    words.join("\n")
}

fn has(content: &Content) -> Vec<Has> {
    match content {
        Content::Image(_) | Content::Sticker(_) => vec![Has::Image],
        Content::Video(_) => vec![Has::Video],
        Content::Audio(_) => vec![Has::Audio],
        Content::Document(_) => vec![Has::Document],
        Content::Location(_) => vec![Has::Location],
        Content::Call(_) => vec![Has::Call],
        _ => Vec::new(),
    }
}

pub(super) fn of_conversation(found: &Conversation) -> ConversationDoc {
    ConversationDoc {
        id: found.id,
        contact: found.contact_id,
        channel: found.channel_id,
        channel_kind: found.channel_kind.clone(),
        at: found.created_at,
        subject: found.subject.clone(),
        status: found.status,
        assignee: found.assignee,
        team: found.team_id,
        priority: found.priority,
        tags: found.tags.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::base::id::Ids;
    use crate::base::random::Random;
    use crate::base::time::Timestamp;
    use crate::model::contact::Contact;
    use crate::store::DEFAULT_CACHE_BYTES;

    #[test]
    fn everything_comes_in_steps_each_thing_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), DEFAULT_CACHE_BYTES).unwrap();
        let now = Timestamp::from_millis(1_700_000_000_000);
        let ids = Ids::new(Random::seeded(1));
        let all: Vec<ContactId> = (0..2_500).map(|_| ids.next(now)).collect();
        let made = all.clone();
        store
            .write_blocking("making contacts", move |tx| {
                for id in &made {
                    contacts::put(tx, &Contact::nobody(*id, now))?;
                }
                Ok::<_, StoreError>(())
            })
            .unwrap();

        let feed = LogFeed(store);
        let (_, steps) = feed.everything().unwrap();
        let steps: Vec<Vec<Change>> = steps.map(Result::unwrap).collect();
        let most = steps.iter().map(Vec::len).max().unwrap();
        assert!(most <= 1_000, "{most} in one step");
        let found: Vec<Key> = steps
            .into_iter()
            .flatten()
            .map(|change| match change {
                Change::Put(doc) => doc.key(),
                other => unreachable!("{other:?}"),
            })
            .collect();
        let wanted: Vec<Key> = all.into_iter().map(Key::Contact).collect();
        assert_eq!(found, wanted);
    }
}

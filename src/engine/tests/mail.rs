//! Mail from its bytes to its conversation: a corpus of mails as programs write them, in the order
//! in which they come, and what each becomes.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::Office;
use super::id;
use crate::channels::email::address;
use crate::channels::email::compose;
use crate::engine::inbox::entries;
use crate::engine::ingest::Ingest;
use crate::engine::ingest::arriving::Arrival;
use crate::engine::workers::reading;
use crate::model::Opaque;
use crate::model::channel::ChannelKind;
use crate::model::content::Content;
use crate::model::conversation::Status;
use crate::model::ids::ChannelId;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::mail::Envelope;
use crate::model::mail::Mail;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Message;
use crate::model::message::Sender;
use crate::model::message::SenderKind;
use crate::model::message::Source;
use crate::store::Direction as Order;
use crate::store::records::attachments;
use crate::store::records::channels;
use crate::store::records::conversations;
use crate::store::records::identities;
use crate::store::records::mails;
use crate::store::records::messages;

/// What a mail of the corpus becomes.
#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Case {
    file: String,
    /// The conversation it belongs to, by the name of the first mail in it.
    thread: Option<String>,
    from: String,
    subject: Option<String>,
    text: String,
    /// The type of its content where that is no text.
    kind: Option<String>,
    has_html: bool,
    is_quoting: bool,
    has_remote_images: bool,
    signature: Option<String>,
    files: Vec<String>,
    /// Why not all of it can be seen.
    lacks: Option<String>,
    invite: Option<String>,
    auto: Option<String>,
    /// The conversation it seems to belong to and does not.
    related: Option<String>,
    /// Whether we wrote it in another program.
    is_echo: bool,
    /// What it does to a message of ours.
    news: Option<String>,
    /// Whether nothing is kept of it.
    is_nothing: bool,
}

/// A mailbox, and the conversations that were met so far, by name.
struct Desk {
    office: Office,
    channel: ChannelId,
    threads: BTreeMap<String, ConversationId>,
    ours: Option<MessageId>,
}

impl Desk {
    async fn new(settings: &serde_json::Value) -> Self {
        let office = Office::new().await;
        // The fifth of January 2026, two in the afternoon: after every mail of the corpus.
        office
            .context
            .clock
            .advance(Duration::from_secs(98 * 3_600));
        let channel: ChannelId = id(77);
        let (settings, website) = (settings.clone(), office.channel);
        office
            .write(move |tx| {
                let mut mailbox = channels::get(tx, website)?.unwrap();
                mailbox.id = channel;
                mailbox.kind = ChannelKind::named("email");
                mailbox.settings = settings.as_object().cloned().unwrap_or_default();
                channels::put(tx, &mailbox)
            })
            .await;
        Self {
            office,
            channel,
            threads: BTreeMap::new(),
            ours: None,
        }
    }

    /// Writes a mail of ours into a conversation; its id.
    async fn write_ours(&mut self, thread: &str) -> MessageId {
        let (stamp, id) = (self.office.context.stamp(), self.threads[thread]);
        let written = self.office.write(move |tx| {
            let mut conversation = conversations::get(tx, id)?.unwrap();
            let entry = entries::Entry {
                direction: Direction::Outbound,
                private: false,
                sender: Sender {
                    kind: SenderKind::Agent,
                    id: None,
                    name: "Person 1".to_owned(),
                },
                from: "support@acme.example".to_owned(),
                to: conversation.address.clone(),
                content: Content::text("Words of ours"),
                sent_as: Vec::new(),
                converted: Vec::new(),
                delivery: Delivery::Sent,
                external_ids: Vec::new(),
                reply_to: None,
                client_id: None,
                source: Source::Dashboard,
                metadata: Opaque::new(),
                at: stamp.now,
            };
            entries::append(tx, &mut stamp.pen(), &mut conversation, entry)
        });
        let message = written.await.id;
        self.ours = Some(message);
        message
    }

    /// A mail of the corpus with the ids in it that only this run knows.
    async fn filled(&mut self, raw: Vec<u8>) -> Vec<u8> {
        // Each byte a letter: what is replaced is plain, and nothing else may change.
        let mut text: String = raw.iter().map(|byte| char::from(*byte)).collect();
        while let Some((name, thread)) = placeholder(&text) {
            let value = match name.as_str() {
                "ours" => format!("<{}.x7Kq2a@acme.example>", self.write_ours(&thread).await),
                "token" => address::token_of(self.threads[&thread]),
                _ => {
                    let read = self.office.context.store.snapshot().unwrap();
                    let channel = channels::get(&read, self.channel).unwrap().unwrap();
                    compose::loop_mark(&self.office.context.account(&channel).unwrap())
                }
            };
            let whole = if thread.is_empty() {
                format!("{{{{{name}}}}}")
            } else {
                format!("{{{{{name}:{thread}}}}}")
            };
            text = text.replace(&whole, &value);
        }
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    }

    /// A mail comes and is read; what became of it.
    async fn receive(&self, raw: Vec<u8>) -> Option<Message> {
        let context = &self.office.context;
        let before = self.newest();
        let stored = context.store.blobs().store_bytes(raw).await.unwrap();
        let arrival = Arrival {
            stored,
            envelope: Envelope::default(),
            is_header_only: false,
        };
        let ingest = Ingest(context.clone());
        ingest
            .arrive(self.channel, vec![arrival], None)
            .await
            .unwrap();
        reading::read_on(context.clone(), self.channel).await;
        let after = self.newest();
        (before.map(|one| one.id) != after.as_ref().map(|one| one.id)).then_some(after)?
    }

    /// The newest message that is no line of a history.
    fn newest(&self) -> Option<Message> {
        let read = self.office.context.store.snapshot().unwrap();
        let newest = messages::by_age(&read, None, Order::Backward, 20).unwrap();
        newest.into_iter().find(|message| !message.private)
    }

    fn conversation(&self, id: ConversationId) -> crate::model::conversation::Conversation {
        let read = self.office.context.store.snapshot().unwrap();
        conversations::get(&read, id).unwrap().unwrap()
    }

    fn name_of(&self, wanted: ConversationId) -> Option<String> {
        let mut named = self.threads.iter().filter(|(_, id)| **id == wanted);
        named.next().map(|(name, _)| name.clone())
    }

    /// What became of a case, as a case; a conversation that was not met before gets its name.
    fn seen(&mut self, case: &Case, message: Option<&Message>) -> Case {
        let file = case.file.clone();
        let Some(message) = message else {
            let state = self
                .ours
                .take()
                .filter(|_| case.news.is_some())
                .map(|ours| {
                    let read = self.office.context.store.snapshot().unwrap();
                    messages::get(&read, ours)
                        .unwrap()
                        .unwrap()
                        .delivery
                        .name()
                        .to_owned()
                });
            let closed = self
                .is_closed("kim.lee@icloud.com")
                .then(|| "closed".to_owned());
            let news = case.news.as_ref().and(state.or(closed));
            return Case {
                file,
                is_nothing: news.is_none(),
                news,
                ..Case::default()
            };
        };
        let known = self.name_of(message.conversation_id);
        let thread = known.or_else(|| {
            let name = case.thread.clone()?;
            let is_free = !self.threads.contains_key(&name);
            is_free.then(|| {
                self.threads.insert(name.clone(), message.conversation_id);
                name
            })
        });
        let mail = Mail::of(&message.metadata).unwrap();
        let related = mail
            .related_conversation
            .and_then(|id| self.name_of(id.parse().unwrap()));
        let listed = mail.attachments.iter().map(|file| {
            assert!(file.id.is_some(), "{}", case.file);
            let place = if file.inline { " (inline)" } else { "" };
            format!("{}{place}", file.filename)
        });
        let own = message
            .content
            .media()
            .and_then(|media| media.filename.clone());
        Case {
            file,
            thread,
            from: message.from.clone(),
            subject: mail.subject.clone(),
            text: message.content.words().to_owned(),
            kind: (message.content.kind() != "text").then(|| message.content.kind().to_owned()),
            has_html: mail.html.is_some(),
            is_quoting: mail.quoted_text.is_some() || mail.quoted_html.is_some(),
            has_remote_images: mail.has_remote_images,
            signature: mail.signature.clone(),
            files: own.into_iter().chain(listed).collect(),
            lacks: mail.media_error,
            invite: mail.invite.map(|invite| invite.summary),
            auto: mail.auto.map(|auto| format!("{auto:?}").to_lowercase()),
            related,
            is_echo: message.direction == Direction::Outbound,
            news: None,
            is_nothing: false,
        }
    }

    fn is_closed(&self, address: &str) -> bool {
        let read = self.office.context.store.snapshot().unwrap();
        let identity = identities::get(&read, self.channel, address).unwrap();
        identity.is_some_and(|identity| identity.closed.is_some())
    }
}

fn placeholder(text: &str) -> Option<(String, String)> {
    let (_, rest) = text.split_once("{{")?;
    let (inner, _) = rest.split_once("}}")?;
    let (name, thread) = inner.split_once(':').unwrap_or((inner, ""));
    Some((name.to_owned(), thread.to_owned()))
}

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/email/corpus")
}

fn settings() -> serde_json::Value {
    serde_json::json!({"fromEmail": "support@acme.example", "fromName": "Acme Support"})
}

#[tokio::test]
async fn every_mail_of_the_corpus_becomes_what_it_should_where_it_belongs() {
    let listed = std::fs::read_to_string(corpus().join("corpus.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_str(&listed).unwrap();
    assert!(cases.len() >= 60, "{} mails", cases.len());
    let mut desk = Desk::new(&settings()).await;
    for case in &cases {
        let raw = std::fs::read(corpus().join(&case.file)).unwrap();
        let raw = desk.filled(raw).await;
        let message = desk.receive(raw).await;
        let seen = desk.seen(case, message.as_ref());
        assert_eq!(seen, *case);
    }
    let read = desk.office.context.store.snapshot().unwrap();
    assert_eq!(mails::kept(&read).unwrap(), [], "every mail was read");
}

fn plain(from: &str, id: &str, more: &str, words: &str) -> Vec<u8> {
    format!("From: {from}\r\nMessage-ID: <{id}>\r\nSubject: Hi\r\n{more}\r\n{words}\r\n")
        .into_bytes()
}

#[tokio::test]
async fn a_mail_of_a_deleted_conversation_does_not_come_back() {
    let desk = Desk::new(&settings()).await;
    let raw = plain("ana@x.example", "a1@x.example", "", "Hello");
    let first = desk.receive(raw.clone()).await.unwrap();
    let conversation = desk.conversation(first.conversation_id);
    desk.office
        .write(move |tx| {
            messages::remove(tx, &first)?;
            conversations::remove(tx, &conversation)
        })
        .await;
    assert_eq!(desk.receive(raw).await, None);
}

#[tokio::test]
async fn a_mail_that_cannot_be_read_is_put_aside_and_those_behind_it_are_read() {
    let desk = Desk::new(&settings()).await;
    let mut bomb = String::from("From: eve@evil.example\r\nSubject: Boom\r\n");
    for level in 0..40 {
        let kind = format!("Content-Type: multipart/mixed; boundary=b{level}.");
        bomb.extend([&kind, "\r\n\r\n--b", &level.to_string(), ".\r\n"]);
    }
    let shown = desk.receive(bomb.into_bytes()).await.unwrap();
    assert_eq!(shown.content.kind(), "unsupported");
    assert!(Mail::of(&shown.metadata).unwrap().raw_ref.is_some());
    let next = desk
        .receive(plain("ana@x.example", "a1@x.example", "", "Hello"))
        .await;
    assert_eq!(next.unwrap().content, Content::text("Hello"));
    let read = desk.office.context.store.snapshot().unwrap();
    let held = mails::held(&read).unwrap();
    assert_eq!(held.len(), 1);
    assert!(
        held[0]
            .reason
            .as_deref()
            .unwrap()
            .contains("nested too deep")
    );
    assert!(mails::arrived(&read, desk.channel, 9).unwrap().is_empty());
    drop(read);
    // A new version looks again; to this one it is the same mail, which shows once.
    let ingest = Ingest(desk.office.context.clone());
    assert_eq!(ingest.read_again().await.unwrap(), 1);
    let before = desk.newest().unwrap().id;
    reading::read_on(desk.office.context.clone(), desk.channel).await;
    assert_eq!(desk.newest().unwrap().id, before);
}

#[tokio::test]
async fn a_mail_that_can_be_read_after_all_stands_where_its_place_was_kept() {
    let desk = Desk::new(&settings()).await;
    let mut bomb = String::from("From: ana@x.example\r\nMessage-ID: <b1@x.example>\r\n");
    for level in 0..40 {
        let kind = format!("Content-Type: multipart/mixed; boundary=b{level}.");
        bomb.extend([&kind, "\r\n\r\n--b", &level.to_string(), ".\r\n"]);
    }
    let place = desk.receive(bomb.into_bytes()).await.unwrap();
    assert_eq!(place.content.kind(), "unsupported");
    // What a newer version makes of it.
    let readable = plain("ana@x.example", "b1@x.example", "", "Hello");
    assert_eq!(desk.receive(readable).await, None);
    let read = desk.office.context.store.snapshot().unwrap();
    let filled = messages::get(&read, place.id).unwrap().unwrap();
    assert_eq!(filled.content, Content::text("Hello"));
    let before = Mail::of(&place.metadata).unwrap();
    let after = Mail::of(&filled.metadata).unwrap();
    assert_eq!(after.matched_by, before.matched_by);
    let stored = |id| attachments::get(&read, id).unwrap();
    assert!(stored(before.raw_ref.unwrap()).is_none());
    assert!(stored(after.raw_ref.unwrap()).is_some());
}

#[tokio::test]
async fn a_person_wakes_a_conversation_and_a_program_does_not() {
    let mut desk = Desk::new(&settings()).await;
    let first = desk
        .receive(plain("ana@x.example", "a1@x.example", "", "Hello"))
        .await
        .unwrap();
    desk.threads.insert("ana".to_owned(), first.conversation_id);
    desk.write_ours("ana").await;
    let actor = crate::model::actor::Actor::system();
    let resolve = vec![crate::engine::inbox::change::Edit::Status(Status::Resolved)];
    let changing = &desk.office.engine.changing;
    changing
        .change(&actor, first.conversation_id, resolve, None)
        .await
        .unwrap();
    let away = "In-Reply-To: <a1@x.example>\r\nAuto-Submitted: auto-replied\r\n";
    let program = desk
        .receive(plain("ana@x.example", "a2@x.example", away, "Away"))
        .await
        .unwrap();
    assert_eq!(program.conversation_id, first.conversation_id);
    let after = desk.conversation(first.conversation_id);
    assert_eq!(
        (after.status, after.waiting_since),
        (Status::Resolved, None)
    );
    let answer = "In-Reply-To: <a1@x.example>\r\n";
    let person = desk
        .receive(plain("ana@x.example", "a3@x.example", answer, "Back"))
        .await
        .unwrap();
    assert_eq!(person.conversation_id, first.conversation_id);
    assert_eq!(
        desk.conversation(first.conversation_id).status,
        Status::Open
    );
}

#[tokio::test]
async fn spam_is_stored_and_closed() {
    let desk = Desk::new(&settings()).await;
    let stored = desk.office.context.store.blobs();
    let raw = plain("eve@evil.example", "s1@evil.example", "", "Buy");
    let arrival = Arrival {
        stored: stored.store_bytes(raw).await.unwrap(),
        envelope: Envelope {
            checks: crate::model::mail::Checks {
                spam: true,
                ..crate::model::mail::Checks::default()
            },
            ..Envelope::default()
        },
        is_header_only: false,
    };
    let ingest = Ingest(desk.office.context.clone());
    ingest
        .arrive(desk.channel, vec![arrival], None)
        .await
        .unwrap();
    reading::read_on(desk.office.context.clone(), desk.channel).await;
    let message = desk.newest().unwrap();
    assert_eq!(
        desk.conversation(message.conversation_id).status,
        Status::Resolved
    );
}

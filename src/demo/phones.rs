//! The lines of a conversation that is held on a phone of the sandbox: what the customer does goes
//! the vendor's way, what we answer goes out as everything does.

use std::time::Duration;

use serde_json::Value;

use crate::demo::sample;
use crate::demo::sample::Line;
use crate::demo::sample::Said;
use crate::demo::stage::Stage;
use crate::engine::Engine;
use crate::engine::inbox::drafts::Audience;
use crate::engine::inbox::drafts::Draft;
use crate::engine::inbox::target::Target;
use crate::model::Opaque;
use crate::model::actor::Actor;
use crate::model::content::Button;
use crate::model::content::Buttons;
use crate::model::content::Content;
use crate::model::event::Event;
use crate::model::ids::ConversationId;
use crate::model::ids::MessageId;
use crate::model::message::Delivery;
use crate::model::message::Direction;
use crate::model::message::Source;
use crate::model::user::User;
use crate::sandbox::Sandbox;
use crate::sandbox::act::Act;
use crate::sandbox::act::Letter;
use crate::sandbox::chat::Sort;

/// How long a line may take until the other side has it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Entries of the log that are looked at in one go.
const ENTRIES: usize = 1_000;

/// Somebody's phone.
pub struct Phone<'a> {
    sandbox: &'a Sandbox,
    account: &'static str,
    customer: String,
}

impl<'a> Phone<'a> {
    /// The first phone of an account; none where the sandbox has no such account.
    pub fn of(sandbox: Option<&'a Sandbox>, account: &'static str) -> Option<Self> {
        let sandbox = sandbox?;
        let customer = sandbox.look(|world| {
            let chats = &world.accounts.get(account)?.chats;
            chats.keys().next().cloned()
        })?;
        Some(Self {
            sandbox,
            account,
            customer,
        })
    }

    /// Plays a line and waits until the other side has it; the conversation it belongs to.
    ///
    /// # Errors
    /// A sentence: it did not get through.
    pub async fn play(
        &self,
        stage: &Stage<'_>,
        line: &Line,
        conversation: Option<ConversationId>,
    ) -> Result<ConversationId, String> {
        let before = stage.engine.context.store.last_seq();
        let author = line.colleague.and_then(|index| stage.colleagues.get(index));
        let awaited = match (author, conversation) {
            (Some(author), Some(id)) => answer(stage, author, line, id).await?,
            (Some(_), None) => return Err("there is nothing to answer".to_owned()),
            (None, _) => self.act(&line.said)?,
        };
        tokio::time::timeout(PATIENCE, awaited.since(stage.engine, before))
            .await
            .map_err(|_| format!("nothing came of it within {} s", PATIENCE.as_secs()))?
    }

    /// Lets the customer do something.
    fn act(&self, said: &Said) -> Result<Awaited, String> {
        let act = match said {
            Said::Text(text) => Act::Say {
                text: (*text).to_owned(),
                quoting: None,
            },
            Said::Story(text) => Act::StoryReply {
                text: (*text).to_owned(),
            },
            Said::Photo(caption) => Act::Send {
                sort: Sort::Image,
                file: sample::torn_bag(),
                caption: (*caption).to_owned(),
                quoting: None,
            },
            Said::Mail(mail) => Act::Mail(Letter {
                subject: mail.subject.to_owned(),
                text: mail.text.to_owned(),
                cc: mail.cc.iter().map(|&address| address.to_owned()).collect(),
                files: mail.file.map(sample::table).into_iter().collect(),
                ..Letter::default()
            }),
            Said::Choice(title) => self.press(title)?,
            Said::Offer(..) | Said::Note(_) => return Err("customers do no such thing".to_owned()),
        };
        let done = self.sandbox.act(self.account, &self.customer, act);
        done.map_err(|refused| refused.to_string())?;
        Ok(Awaited::Heard)
    }

    /// Presses the newest button with this title.
    fn press(&self, title: &str) -> Result<Act, String> {
        let found = self.sandbox.look(|world| {
            let chat = world
                .accounts
                .get(self.account)?
                .chats
                .get(&self.customer)?;
            chat.bubbles.iter().rev().find_map(|bubble| {
                let choice = bubble.choices.iter().position(|one| one.title == title)?;
                Some(Act::Press {
                    bubble: bubble.id.clone(),
                    choice,
                })
            })
        });
        found.ok_or_else(|| format!("there is no button {title:?}"))
    }
}

/// Lets one of us say something.
async fn answer(
    stage: &Stage<'_>,
    author: &User,
    line: &Line,
    id: ConversationId,
) -> Result<Awaited, String> {
    let actor = Actor::user(author.id, author.role, author.name.clone());
    let content = match line.said {
        Said::Text(text) | Said::Note(text) => Content::text(text),
        Said::Offer(text, titles) => offer(text, titles),
        _ => return Err("colleagues do no such thing".to_owned()),
    };
    let mut draft = Draft::new(content, Source::Dashboard);
    if matches!(line.said, Said::Note(_)) {
        draft.audience = Audience::Team;
        draft.metadata = mentions(line.said.words(), stage.colleagues);
    }
    let private = draft.audience == Audience::Team;
    let target = Target::Conversation(id);
    let sent = stage.engine.sending.send(&actor, target, draft, None).await;
    let message = sent.map_err(|error| error.to_string())?.message;
    Ok(if private {
        Awaited::Stored(id)
    } else {
        Awaited::Sent(message.id)
    })
}

/// What the composer keeps with a note that names colleagues.
fn mentions(words: &str, colleagues: &[User]) -> Opaque {
    let named = colleagues.iter().filter(|user| {
        let first = user.name.split(' ').next().unwrap_or_default();
        words.contains(&format!("@{first}"))
    });
    let ids: Vec<Value> = named.map(|user| user.id.to_string().into()).collect();
    Opaque::from_iter([("mentions".to_owned(), ids.into())])
}

fn offer(text: &str, titles: &[&str]) -> Content {
    let button = |title: &&str| Button {
        title: (*title).to_owned(),
        ..Button::default()
    };
    Content::Buttons(Buttons {
        text: text.to_owned(),
        buttons: titles.iter().map(button).collect(),
        ..Buttons::default()
    })
}

/// What shows that a line got through.
#[derive(Clone, Copy)]
enum Awaited {
    /// Something of a customer is stored. One line is told at a time, so it is this one.
    Heard,
    /// The vendor took this message.
    Sent(MessageId),
    /// It is on disk already.
    Stored(ConversationId),
}

impl Awaited {
    /// The conversation, once it happened after a number of the log.
    async fn since(self, engine: &Engine, seq: u64) -> Result<ConversationId, String> {
        if let Self::Stored(id) = self {
            return Ok(id);
        }
        let system = Actor::system();
        let mut news = engine.context.store.published();
        let mut read_to = seq;
        loop {
            let excerpt = engine.events.after(&system, read_to, ENTRIES);
            let excerpt = excerpt.map_err(|error| error.to_string())?;
            let mut entries = excerpt.entries.iter();
            if let Some(id) = entries.find_map(|entry| self.shown_by(&entry.event)) {
                return Ok(id);
            }
            read_to = excerpt.read_to;
            if news.changed().await.is_err() {
                return Err("the store is closed".to_owned());
            }
        }
    }

    fn shown_by(self, event: &Event) -> Option<ConversationId> {
        match (self, event) {
            (Self::Heard, Event::MessageCreated(made)) if made.direction == Direction::Inbound => {
                Some(made.conversation_id)
            }
            (Self::Sent(id), Event::MessageStatus(status))
                if status.message_id == id && status.status != Delivery::Pending =>
            {
                Some(status.conversation_id)
            }
            _ => None,
        }
    }
}

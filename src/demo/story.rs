//! Tells what happened at the sample business, line by line, in the order in which it happened.
//!
//! The clock stands still meanwhile and is moved from line to line, so what is told lies days back
//! although nobody waits for it. On the phones of the sandbox everything really takes place:
//! customers act there, vendors report to us, our answers go out and receipts come back.

use std::time::Duration;

use crate::base::time::Timestamp;
use crate::demo::chat::Visit;
use crate::demo::phones::Phone;
use crate::demo::sample::Line;
use crate::demo::sample::Place;
use crate::demo::sample::TALKS;
use crate::demo::sample::Talk;
use crate::demo::stage::Stage;
use crate::engine::error::EngineError;
use crate::engine::inbox::change::Edit;
use crate::engine::people::contact_changes::ContactChanges;
use crate::model::actor::Actor;
use crate::model::contact::NameSource;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;

/// One conversation while it is held.
struct Scene<'a> {
    talk: &'static Talk,
    held: Held<'a>,
    conversation: Option<ConversationId>,
    lines_left: usize,
}

/// How a conversation is held.
enum Held<'a> {
    Chat(Box<Visit>),
    Phone(Phone<'a>),
}

const fn ago(line: &Line) -> Duration {
    Duration::from_secs(line.minutes_ago * 60)
}

/// How long ago the first line was said.
pub fn length() -> Duration {
    let lines = TALKS.iter().flat_map(|talk| talk.lines);
    lines.map(ago).max().unwrap_or_default()
}

impl<'a> Stage<'a> {
    /// Holds conversations, all at once as they were held.
    ///
    /// # Errors
    /// The store's. A vendor that does not take part costs its own conversation and nothing else; the
    /// log says why.
    pub async fn tell(&self, talks: &'static [Talk]) -> Result<(), EngineError> {
        let now = self.engine.context.clock.now();
        let end = self.clock.map_or(now, |_| now.plus(length()));
        let mut scenes = Vec::new();
        for talk in talks {
            scenes.extend(self.scene(talk, end).await?);
        }
        let mut script: Vec<(Duration, usize, &'static Line)> = Vec::new();
        for (place, scene) in scenes.iter().enumerate() {
            script.extend(scene.talk.lines.iter().map(|line| (ago(line), place, line)));
        }
        // Stable: lines of one conversation stay in their order.
        script.sort_by_key(|(ago, ..)| std::cmp::Reverse(*ago));
        for (ago, place, line) in script {
            self.wait_for(end.minus(ago));
            self.play(&mut scenes[place], line).await?;
        }
        self.wait_for(end);
        Ok(())
    }

    /// Moves the clock to a moment, where there is one to be moved.
    fn wait_for(&self, moment: Timestamp) {
        if let Some(clock) = self.clock {
            clock.advance(moment.since(clock.now()));
        }
    }

    async fn scene(
        &self,
        talk: &'static Talk,
        end: Timestamp,
    ) -> Result<Option<Scene<'a>>, EngineError> {
        let held = match talk.place {
            Place::Chat(guest) => {
                let begun = talk.lines.first().map(ago).unwrap_or_default();
                let visit = Visit::begin(self, talk, guest, end.minus(begun)).await?;
                Some(Held::Chat(Box::new(visit)))
            }
            Place::Phone(account) => Phone::of(self.sandbox, account).map(Held::Phone),
        };
        Ok(held.map(|held| Scene {
            talk,
            held,
            conversation: None,
            lines_left: talk.lines.len(),
        }))
    }

    async fn play(&self, scene: &mut Scene<'_>, line: &'static Line) -> Result<(), EngineError> {
        let known = scene.conversation;
        let played = match &mut scene.held {
            Held::Chat(visit) => Ok(visit.say(self, line, known).await?),
            Held::Phone(phone) => phone.play(self, line, known).await,
        };
        match played {
            Ok(id) => scene.conversation = Some(id),
            Err(why) => {
                tracing::warn!("a sample line of {:?} is not told: {why}", scene.talk.place);
            }
        }
        scene.lines_left -= 1;
        match scene.conversation {
            Some(id) if scene.lines_left == 0 => self.finish(scene.talk, id).await,
            _ => Ok(()),
        }
    }

    /// Who answers it, what it is about, how it stands.
    async fn finish(&self, talk: &Talk, id: ConversationId) -> Result<(), EngineError> {
        self.introduce(talk, id).await?;
        let mut edits = Vec::new();
        if !talk.tags.is_empty() {
            edits.push(Edit::AddTags(
                talk.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ));
        }
        let assignee = talk.assignee.and_then(|index| self.colleagues.get(index));
        if let Some(user) = assignee {
            edits.push(Edit::Assign(Some(user.id)));
        }
        if talk.done {
            edits.push(Edit::Status(Status::Resolved));
        }
        let system = Actor::system();
        self.engine
            .changing
            .change(&system, id, edits, None)
            .await?;
        Ok(())
    }

    /// Gives the customer their name where no vendor told it, as a colleague would.
    async fn introduce(&self, talk: &Talk, id: ConversationId) -> Result<(), EngineError> {
        let system = Actor::system();
        let contact = self.engine.listing.get(&system, id)?.contact.id;
        let known = self.engine.contacts.get(&system, contact)?.contact;
        if known.name_source == NameSource::Address {
            let named = ContactChanges {
                name: Some(talk.name.to_owned()),
                ..ContactChanges::default()
            };
            self.engine.contacts.update(&system, contact, named).await?;
        }
        Ok(())
    }
}

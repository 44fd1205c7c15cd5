//! Everything a visitor's browser reports besides messages.

use crate::channels::webchat::frames::Attributes;
use crate::channels::webchat::frames::Body;
use crate::channels::webchat::frames::ProactiveAction;
use crate::channels::webchat::frames::Rating;
use crate::channels::webchat::frames::Typing;
use crate::channels::webchat::frames::TypingState;
use crate::engine::context::Pen;
use crate::engine::inbox::moves;
use crate::engine::inbox::moves::Terms;
use crate::engine::inbox::revised;
use crate::engine::live::Signal;
use crate::engine::live::Typist;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::arrivals;
use crate::engine::webchat::contacts as behind;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::receipts;
use crate::engine::webchat::receipts::Mark;
use crate::engine::webchat::saying;
use crate::engine::webchat::send::name_of;
use crate::engine::webchat::sessions::changes_of;
use crate::engine::webchat::view;
use crate::model::Opaque;
use crate::model::conversation::Conversation;
use crate::model::conversation::Move;
use crate::model::event::Change;
use crate::model::event::Custom;
use crate::model::event::Event;
use crate::model::webchat::Claims;
use crate::model::webchat::Visitor;
use crate::store::Read;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::conversations;
use crate::store::records::visitors;

impl Webchat {
    /// Does what a frame says, where it needs no answer.
    ///
    /// # Errors
    /// `rate_limited`, `not_found`; `unknown_type` for frames that belong to a socket or have a
    /// call of their own.
    pub async fn act(&self, caller: &Caller, body: Body, peer: &Peer) -> Result<(), WebchatError> {
        let session = caller.session.id.to_string();
        match body {
            Body::Read { seq } => self.mark(caller, Mark::Read(seq)).await,
            Body::Delivered { seq } => self.mark(caller, Mark::Delivered(seq)).await,
            Body::Typing(typing) => {
                // Too much of it is dropped in silence: it is no loss to anybody.
                if typing.state == TypingState::Stop || self.count(Limit::Typing, &session).is_ok()
                {
                    self.types(caller, typing);
                }
                Ok(())
            }
            Body::Page(page) => {
                if self.count(Limit::Pages, &session).is_ok() {
                    self.looks_at(caller, &page, peer);
                }
                Ok(())
            }
            Body::Presence(_) | Body::Ping => Ok(()),
            other => {
                self.count(Limit::Frames, &session)?;
                self.change(caller, other).await
            }
        }
    }

    async fn change(&self, caller: &Caller, body: Body) -> Result<(), WebchatError> {
        match body {
            Body::Attributes(attributes) => self.describe(caller, attributes).await,
            Body::Proactive(proactive) => {
                let action = match proactive.action {
                    ProactiveAction::Shown => "webchat.proactive.shown",
                    ProactiveAction::Dismissed => "webchat.proactive.dismissed",
                    ProactiveAction::Opened => "webchat.proactive.opened",
                };
                let data = [("proactiveId".to_owned(), proactive.id.into())];
                self.report(caller, action, Opaque::from_iter(data)).await
            }
            Body::Event(tracked) => {
                let data = [
                    ("name".to_owned(), tracked.name.into()),
                    ("data".to_owned(), tracked.data),
                ];
                self.report(caller, "webchat.event", Opaque::from_iter(data))
                    .await
            }
            Body::EndConversation => self.end_conversation(caller).await,
            Body::Rating(rating) => self.rate(caller, rating).await,
            _ => Err(Problem::new(Code::UnknownType, "This frame has a call of its own.").into()),
        }
    }

    /// Moves a visitor's mark on. Old news costs no write.
    ///
    /// # Errors
    /// The store's.
    pub async fn mark(&self, caller: &Caller, mark: Mark) -> Result<(), WebchatError> {
        if !mark.is_news(&caller.visitor) {
            return Ok(());
        }
        self.with_visitor(caller, "noting a receipt", move |tx, pen, mut visitor| {
            Ok(receipts::note(tx, pen, &mut visitor, mark)?)
        })
        .await
    }

    fn types(&self, caller: &Caller, typing: Typing) {
        let Some(conversation_id) = caller.visitor.conversation_id else {
            return;
        };
        let on = typing.state == TypingState::Start;
        let shared = caller.site.settings.typing_preview && on;
        let preview = typing.preview.filter(|_| shared);
        let who = Typist::Customer {
            name: name_of(caller),
            preview: preview.map(|text| text.chars().take(500).collect()),
        };
        self.context.live.signal(Signal::Typing {
            conversation_id,
            who,
            on,
        });
    }

    /// Sets attributes of an anonymous visitor; those of a proved one change only with a proof.
    async fn describe(&self, caller: &Caller, attributes: Attributes) -> Result<(), WebchatError> {
        if caller.visitor.external_id.is_some() {
            let message = "Attributes of a verified visitor change only with a proof.";
            return Err(Problem::new(Code::IdentityUnverified, message).into());
        }
        let changes = changes_of(&attributes);
        let gone = attributes.unset;
        let channel = caller.site.channel.clone();
        self.with_visitor(
            caller,
            "describing a visitor",
            move |tx, pen, mut visitor| {
                arrivals::claim(&mut visitor, &Claims::default(), &changes);
                if visitor.contact_id.is_some() {
                    behind::of_visitor(tx, pen, &channel, &mut visitor)?;
                    behind::forget(tx, pen, &visitor, &gone)?;
                }
                Ok(visitors::put(tx, &visitor)?)
            },
        )
        .await
    }

    /// Writes something into the event log under a name of its own.
    async fn report(
        &self,
        caller: &Caller,
        name: &'static str,
        mut data: Opaque,
    ) -> Result<(), WebchatError> {
        data.insert("visitorId".to_owned(), caller.visitor.id.to_string().into());
        self.with_visitor(caller, "noting an event", move |tx, pen, visitor| {
            Ok(log(tx, pen, &visitor, name, data.clone())?)
        })
        .await
    }

    async fn end_conversation(&self, caller: &Caller) -> Result<(), WebchatError> {
        let by = name_of(caller);
        self.with_visitor(
            caller,
            "ending a conversation",
            move |tx, pen, mut visitor| {
                let Some(mut conversation) = current(tx, &visitor)? else {
                    return Ok(());
                };
                conversation
                    .metadata
                    .insert(saying::ENDED.to_owned(), true.into());
                let terms = Terms::default();
                let moved = moves::make(tx, pen, &mut conversation, Move::Resolve, terms, &by)?;
                if !moved {
                    moves::store(tx, pen, &mut conversation, Change::Details)?;
                }
                visitor = visitors::get(tx, visitor.id)?.unwrap_or(visitor);
                visitor.conversation_id = None;
                Ok(visitors::put(tx, &visitor)?)
            },
        )
        .await
    }

    async fn rate(&self, caller: &Caller, rating: Rating) -> Result<(), WebchatError> {
        self.with_visitor(caller, "keeping a rating", move |tx, pen, visitor| {
            let mut asked = saying::in_timeline(tx, &visitor, rating.message_id)?;
            if !view::asks_for_rating(&asked) {
                let message = "This message asks for no rating.";
                return Err(Problem::new(Code::InvalidPostback, message).into());
            }
            let score = rating.score.to_string();
            asked.metadata.insert(view::CHOSEN.to_owned(), score.into());
            asked.updated_at = pen.now;
            revised::store(tx, pen, &asked)?;
            let given = serde_json::json!({
                "score": rating.score,
                "comment": rating.comment,
                "at": pen.now,
            });
            if let Some(mut conversation) = conversations::get(tx, asked.conversation_id)? {
                let kept = given.clone();
                conversation.metadata.insert("rating".to_owned(), kept);
                moves::store(tx, pen, &mut conversation, Change::Details)?;
            }
            let data = Opaque::from_iter([("rating".to_owned(), given)]);
            Ok(log(tx, pen, &visitor, "webchat.rating", data)?)
        })
        .await
    }

    /// Runs a change with the visitor as it stands within it.
    pub(super) async fn with_visitor<F>(
        &self,
        caller: &Caller,
        doing: &'static str,
        mut change: F,
    ) -> Result<(), WebchatError>
    where
        F: FnMut(&mut Tx<'_>, &mut Pen, Visitor) -> Result<(), WebchatError> + Send + 'static,
    {
        let stamp = self.context.stamp();
        let channel = caller.site.channel.clone();
        let token = caller.session.token_hash;
        let write = self.context.store.write(doing, move |tx| {
            let mut pen = stamp.pen();
            let (_, visitor) = arrivals::holder(tx, &channel, &token, pen.now)?;
            change(tx, &mut pen, visitor)
        });
        write.await
    }
}

fn current(read: &impl Read, visitor: &Visitor) -> Result<Option<Conversation>, StoreError> {
    match visitor.conversation_id {
        Some(id) => conversations::get(read, id),
        None => Ok(None),
    }
}

fn log(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    visitor: &Visitor,
    name: &str,
    data: Opaque,
) -> Result<(), StoreError> {
    let event = Custom {
        name: name.to_owned(),
        contact_id: visitor.contact_id,
        conversation_id: visitor.conversation_id,
        data,
    };
    pen.log(tx, Event::Custom(event)).map(drop)
}

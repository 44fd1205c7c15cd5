//! A label that took another name, or went into another one: the many things that carry it follow in
//! the background.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::inbox::moves;
use crate::model::event::Change;
use crate::model::event::ContactEvent;
use crate::model::event::Event;
use crate::model::ids::ContactId;
use crate::model::ids::ConversationId;
use crate::model::ids::TagId;
use crate::model::tag::Tag;
use crate::store::Scan;
use crate::store::records::contacts;
use crate::store::records::conversations;
use crate::store::records::tags;

/// How many records are read at a time.
const STEP: usize = 500;

/// Renames a label on all that carries a former name of it.
///
/// # Errors
/// The disk's.
pub async fn carry_through(context: &Context, id: TagId) -> Result<(), EngineError> {
    let Some(tag) = tags::get(&context.store.snapshot()?, id)? else {
        return Ok(());
    };
    on_conversations(context, &tag).await?;
    on_contacts(context, &tag).await?;
    context
        .store
        .write("being done with renaming a tag", move |tx| {
            // It may have got yet another name meanwhile: that is the next job's.
            if let Some(mut now) = tags::get(tx, id)? {
                now.former.retain(|name| !tag.former.contains(name));
                tags::put(tx, &now)?;
            }
            Ok::<_, EngineError>(())
        })
        .await
}

async fn on_conversations(context: &Context, tag: &Tag) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let found = conversations::scan(&context.store.snapshot()?, after, STEP)?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = Some(last.id);
        let carrying: Vec<ConversationId> = found
            .into_iter()
            .filter_map(|mut found| tag.relabel(&mut found.tags).then_some(found.id))
            .collect();
        if carrying.is_empty() {
            tokio::task::yield_now().await;
            continue;
        }
        let (stamp, tag) = (context.stamp(), tag.clone());
        context
            .store
            .write("renaming a tag of conversations", move |tx| {
                let mut pen = stamp.pen();
                for id in &carrying {
                    if let Some(mut held) = conversations::get(tx, *id)?
                        && tag.relabel(&mut held.tags)
                    {
                        moves::store(tx, &mut pen, &mut held, Change::Tags)?;
                    }
                }
                Ok::<_, EngineError>(())
            })
            .await?;
    }
}

async fn on_contacts(context: &Context, tag: &Tag) -> Result<(), EngineError> {
    let mut after = None;
    loop {
        let scan = Scan::all().after(after.as_ref()).limit(STEP);
        let found = contacts::by_age(&context.store.snapshot()?, scan)?;
        let Some((last, _)) = found.last() else {
            return Ok(());
        };
        after = Some(*last);
        let carrying: Vec<ContactId> = found
            .into_iter()
            .filter_map(|(id, mut found)| tag.relabel(&mut found.tags).then_some(id))
            .collect();
        if carrying.is_empty() {
            tokio::task::yield_now().await;
            continue;
        }
        let (stamp, tag) = (context.stamp(), tag.clone());
        context
            .store
            .write("renaming a tag of contacts", move |tx| {
                let mut pen = stamp.pen();
                for contact_id in carrying.iter().copied() {
                    if let Some(mut held) = contacts::get(tx, contact_id)?
                        && tag.relabel(&mut held.tags)
                    {
                        held.revision += 1;
                        held.updated_at = pen.now;
                        contacts::put(tx, &held)?;
                        pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
                    }
                }
                Ok::<_, EngineError>(())
            })
            .await?;
    }
}

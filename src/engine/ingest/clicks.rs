//! Mails that were opened and links in them that were followed: counted where a person did it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::engine::error::EngineError;
use crate::engine::ingest::mail_events::link;
use crate::engine::ingest::receipt;
use crate::engine::rules::clicks;
use crate::engine::rules::clicks::Done;
use crate::model::channel::Channel;
use crate::model::ids::Id as _;
use crate::model::ids::JobId;
use crate::model::ids::MessageId;
use crate::model::inbound::Receipt;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::mail::LINKS;
use crate::model::message::Delivery;
use crate::model::message::Message;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::dedup;
use crate::store::records::jobs;
use crate::store::records::messages;

/// How long news of other links may be on their way after the first.
const TOGETHER_WITHIN: Duration = Duration::from_secs(10);

/// Keeps news of a link back until it is known whether the others of its mail were followed with it.
/// Whether it waits: a mail with one link tells nothing more.
///
/// # Errors
/// The disk's.
pub fn wait(
    tx: &mut Tx<'_>,
    pen: &Pen,
    channel: &Channel,
    message: &Message,
    receipt: &Receipt,
) -> Result<bool, StoreError> {
    if link(receipt).is_none() || links(message) < 2 {
        return Ok(false);
    }
    let held = Receipt {
        external_id: waits_under(message.id),
        at: receipt.at.or(Some(pen.now)),
        ..receipt.clone()
    };
    dedup::keep_early(tx, channel.id, &held, pen.now)?;
    let named = digest(held.external_id.as_bytes());
    let mut id = [0; 16];
    id.copy_from_slice(&named[..16]);
    let job = Job {
        id: JobId::from_bytes(id),
        kind: JobKind::CountClicks {
            message_id: message.id,
        },
        due: pen.now.plus(TOGETHER_WITHIN),
        attempts: 0,
        created_at: pen.now,
    };
    jobs::replace(tx, &job)?;
    Ok(true)
}

/// Counts the links of a mail that somebody followed, and forgets those that a program did.
///
/// # Errors
/// The store's.
pub async fn settle(context: &Context, id: MessageId) -> Result<(), EngineError> {
    let registry = context.channels.clone();
    let stamp = context.stamp();
    context
        .store
        .write("counting the links that were followed", move |tx| {
            let mut pen = stamp.pen();
            let Some(message) = messages::get(tx, id)? else {
                return Ok(());
            };
            let held = dedup::take_early(tx, message.channel_id, &waits_under(id), pen.now)?;
            let Some(channel) = channels::get(tx, message.channel_id)? else {
                return Ok(());
            };
            let row = registry.capabilities(&channel.kind);
            for receipt in by_people(links(&message), held) {
                // Each as it stands once those before it are counted.
                if let Some(message) = messages::get(tx, id)? {
                    receipt::count(tx, &mut pen, &channel, row, message, &receipt)?;
                }
            }
            Ok(())
        })
        .await
}

/// News of those who did not follow every link at once, oldest first.
fn by_people(links: u64, held: Vec<Receipt>) -> Vec<Receipt> {
    let mut of: BTreeMap<Option<String>, Vec<Receipt>> = BTreeMap::new();
    for receipt in held {
        of.entry(receipt.address.clone()).or_default().push(receipt);
    }
    let people = of.into_values().filter(|its| {
        let clicks: Vec<_> = its
            .iter()
            .filter_map(|one| Some((link(one)?, one.at?)))
            .collect();
        !clicks::follows_all(links, &clicks)
    });
    let mut all: Vec<Receipt> = people.flatten().collect();
    all.sort_by_key(|receipt| receipt.at);
    all
}

/// Whether news are of something done so soon after the arrival of a mail that no person did it.
#[must_use]
pub fn by_machine(message: &Message, receipt: &Receipt, at: Timestamp) -> bool {
    let done = if link(receipt).is_some() {
        Done::Followed
    } else {
        Done::Opened
    };
    let arrived = message.reached(Delivery::Delivered);
    receipt.state == Delivery::Read && clicks::is_too_soon(done, arrived, at)
}

/// How many links a mail of ours has.
fn links(message: &Message) -> u64 {
    let known = message.metadata.get(LINKS).and_then(Value::as_u64);
    known.unwrap_or(0)
}

fn waits_under(message: MessageId) -> String {
    format!("clicks:{message}")
}

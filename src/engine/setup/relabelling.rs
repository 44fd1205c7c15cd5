//! A label that took another name, or went into another one: the few things that ask for labels
//! follow at once.

use crate::engine::context::Pen;
use crate::model::job::Job;
use crate::model::job::JobKind;
use crate::model::tag::Tag;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::channels;
use crate::store::records::jobs;
use crate::store::records::views;

/// Lets what asks for a label ask for it by its present name, and writes down that what carries it is
/// to follow.
///
/// # Errors
/// The disk's.
pub fn begin(tx: &mut Tx<'_>, pen: &mut Pen, tag: &Tag) -> Result<(), StoreError> {
    for mut view in views::list(tx)? {
        if view.narrowing.relabel(tag) {
            views::put(tx, &view)?;
        }
    }
    for mut channel in channels::list(tx)? {
        if tag.relabel(&mut channel.routing.tags) {
            channels::put(tx, &channel)?;
        }
    }
    let job = Job {
        id: pen.id(),
        kind: JobKind::Relabel { tag_id: tag.id },
        due: pen.now,
        attempts: 0,
        created_at: pen.now,
    };
    jobs::put(tx, &job)
}

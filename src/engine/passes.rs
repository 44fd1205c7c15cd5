//! Links that let somebody choose a password: made, read, and their addresses.
//!
//! What a link carries is not kept: it is the pass's id and a signature under the installation's
//! key, so a mail that is sent again carries the same link, and a copy of the database opens nothing.

use std::time::Duration;

use crate::base::crypto::base64url;
use crate::base::crypto::same;
use crate::base::crypto::sign;
use crate::base::time::Timestamp;
use crate::engine::context::Context;
use crate::engine::context::Pen;
use crate::model::ids::PassId;
use crate::model::ids::UserId;
use crate::model::pass::Pass;
use crate::model::pass::Purpose;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::records::passes;

/// How long somebody who was invited may take.
pub const INVITATION_LASTS: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long the way to a new password is open.
pub const RESET_LASTS: Duration = Duration::from_secs(3_600);
/// Passes of one person at a time; the oldest make room.
const PASSES_MAX: usize = 3;

/// Makes a pass within a change.
///
/// # Errors
/// The disk's.
pub fn make(
    tx: &mut Tx<'_>,
    pen: &mut Pen,
    user_id: UserId,
    purpose: Purpose,
) -> Result<Pass, StoreError> {
    let held = passes::of_user(tx, user_id)?;
    let extra = (held.len() + 1).saturating_sub(PASSES_MAX);
    for old in held.iter().take(extra) {
        passes::remove(tx, old.id)?;
    }
    let lasts = match purpose {
        Purpose::Invitation => INVITATION_LASTS,
        Purpose::Reset => RESET_LASTS,
    };
    let pass = Pass {
        id: pen.id(),
        user_id,
        purpose,
        created_at: pen.now,
        expires_at: pen.now.plus(lasts),
    };
    passes::put(tx, &pass)?;
    Ok(pass)
}

/// Takes away every pass of somebody.
///
/// # Errors
/// The disk's.
pub fn end_all(tx: &mut Tx<'_>, user: UserId) -> Result<(), StoreError> {
    for pass in passes::of_user(tx, user)? {
        passes::remove(tx, pass.id)?;
    }
    Ok(())
}

/// What the link of a pass carries.
#[must_use]
pub fn token(context: &Context, id: PassId) -> String {
    format!("{id}.{}", signature(context, id))
}

/// The pass a token names; none when it was not made here.
#[must_use]
pub fn read_token(context: &Context, token: &str) -> Option<PassId> {
    let (id, claimed) = token.trim().split_once('.')?;
    let id: PassId = id.parse().ok()?;
    same(signature(context, id).as_bytes(), claimed.as_bytes()).then_some(id)
}

/// The address of a pass.
#[must_use]
pub fn address(context: &Context, pass: &Pass) -> String {
    let page = match pass.purpose {
        Purpose::Invitation => "invite",
        Purpose::Reset => "login/reset",
    };
    let url = context.links.public_url();
    format!("{url}/{page}?token={}", token(context, pass.id))
}

/// Whether a pass still works.
#[must_use]
pub fn works(pass: &Pass, now: Timestamp) -> bool {
    now < pass.expires_at
}

fn signature(context: &Context, id: PassId) -> String {
    let key = context.store.secret_key();
    base64url(&sign(key.reveal(), format!("pass {id}").as_bytes()))
}

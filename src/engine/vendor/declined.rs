//! A vendor's no, for the person who asked.

use crate::model::refusal::Refusal;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;

/// What to answer somebody who waits for a vendor that does not do it.
#[must_use]
pub fn declined(refusal: &Refusal) -> Rejection {
    let rejection = Rejection::new(Code::ChannelError, &refusal.error().message);
    match refusal {
        Refusal::Later { wait, .. }
        | Refusal::Crowded { wait, .. }
        | Refusal::SlowDown { wait, .. } => {
            rejection.retry_after(wait.unwrap_or_default().as_secs().max(1))
        }
        Refusal::Never(_) | Refusal::Account(_) | Refusal::Shut { .. } | Refusal::Reword { .. } => {
            rejection
        }
    }
}

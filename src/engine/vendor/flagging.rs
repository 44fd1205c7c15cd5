//! Marks set in mailboxes.

use std::collections::BTreeMap;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::channels::email::imap;
use crate::engine::vendor::Line;
use crate::engine::vendor::NoAnswer;
use crate::engine::vendor::error;
use crate::model::call::FlagCall;
use crate::model::refusal::Refusal;
use crate::net::lines::LineError;
use crate::net::mailbox::Mailbox;
use crate::net::mailbox::MailboxError;

/// Signs in to a mailbox and marks mails of it as read, if there are any. Those of a numbering that is
/// over are passed by.
///
/// # Errors
/// [`NoAnswer`].
pub(super) async fn mark(line: &Line<'_>, call: FlagCall) -> Result<HttpReply, NoAnswer> {
    let mut folders: BTreeMap<(String, u32), Vec<u32>> = BTreeMap::new();
    for place in call.places {
        let folder = folders.entry((place.folder, place.uid_validity));
        folder.or_default().push(place.uid);
    }
    let lines = line.context.vendors.post.lines();
    let marking = async {
        let mut mailbox = Mailbox::open(lines, &call.server).await?;
        for ((folder, uid_validity), uids) in folders {
            if mailbox.select(&folder).await?.uid_validity == uid_validity {
                mailbox.mark_seen(&uids).await?;
            }
        }
        mailbox.leave().await;
        Ok(())
    };
    marking.await.map_err(|error| not_marked(&error))?;
    Ok(HttpReply {
        status: 200,
        headers: Headers::default(),
        body: Vec::new(),
    })
}

fn not_marked(failed: &MailboxError) -> NoAnswer {
    NoAnswer::NotMade(match failed {
        MailboxError::Line(LineError::Target(why) | LineError::Tls(why)) => {
            Refusal::Account(error("server", why))
        }
        MailboxError::Refused(why) if imap::is_about_us(why) => {
            Refusal::Account(error("credentials", why))
        }
        MailboxError::Refused(_)
        | MailboxError::Line(LineError::Unreachable(_))
        | MailboxError::No(_)
        | MailboxError::Broken(_) => Refusal::Later {
            error: error("unreachable", &failed.to_string()),
            wait: None,
        },
    })
}

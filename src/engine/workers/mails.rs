//! Sending mails to people of ours.

use crate::engine::context::Context;
use crate::engine::error::EngineError;
use crate::engine::letters;
use crate::model::ids::JobId;
use crate::model::letter::Letter;
use crate::net::smtp::MailError;

/// What came of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// It is with the server, or nobody needs it any more.
    Done,
    /// It may go out later.
    Later(String),
    /// It never will.
    Never(String),
}

/// Writes and sends a letter.
///
/// # Errors
/// The store's.
pub async fn send(context: &Context, id: JobId, letter: Letter) -> Result<Posted, EngineError> {
    if !context.mailer.is_set() {
        let words = "no mail server is set any more (LINKTOR_MAIL_HOST)";
        return Ok(Posted::Never(words.to_owned()));
    }
    let Some(mail) = letters::compose(context, letter, &id.to_string())? else {
        return Ok(Posted::Done);
    };
    Ok(match context.mailer.send(&mail).await {
        Ok(()) => Posted::Done,
        Err(MailError::Later(why)) => Posted::Later(why),
        Err(MailError::Never(why)) => Posted::Never(why),
    })
}

//! Calls that files are written into, and conversations with mail servers.

use std::io;

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::engine::vendor::Line;
use crate::engine::vendor::NoAnswer;
use crate::engine::vendor::error;
use crate::engine::vendor::no_answer;
use crate::engine::vendor::ours;
use crate::model::call::Letters;
use crate::model::call::MailCall;
use crate::model::call::Piece;
use crate::model::call::Woven;
use crate::model::refusal::Refusal;
use crate::net::post::Answer;
use crate::net::post::PostError;
use crate::net::weave;
use crate::net::weave::Strand;

/// Makes a call whose body has files in it, signed over all of them where it must be.
///
/// # Errors
/// [`NoAnswer`].
pub(super) async fn exchange(line: &Line<'_>, woven: Woven) -> Result<HttpReply, NoAnswer> {
    let body = strands(line, woven.body)?;
    let request = match woven.signer {
        Some(signer) => {
            let read = body.clone();
            let hash = read_through(move || weave::digest(read)).await?;
            signer.signed_for(woven.request, hash, line.context.clock.now())
        }
        None => woven.request,
    };
    let http = &line.context.vendors.http;
    http.exchange_woven(request, body).await.map_err(no_answer)
}

/// Reads files on a thread where that holds up nobody.
async fn read_through<T: Send + 'static>(
    read: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, NoAnswer> {
    let done = tokio::task::spawn_blocking(read).await;
    let done = done.map_err(io::Error::other).flatten();
    done.map_err(|error| NoAnswer::NotMade(ours(&error.to_string())))
}

/// Talks to a mail server. What it says last is the answer.
///
/// # Errors
/// [`NoAnswer`].
pub(super) async fn post(line: &Line<'_>, call: MailCall) -> Result<HttpReply, NoAnswer> {
    let post = &line.context.vendors.post;
    let said = match call.mail {
        Some((envelope, mail)) => {
            let mut mail = strands(line, mail)?;
            if let Some(dkim) = call.dkim {
                let now = line.context.clock.now();
                let signing = move || weave::signed(mail, &dkim, now);
                mail = read_through(signing).await?;
            }
            post.deliver(&call.server, &envelope, mail).await
        }
        None => post.check(&call.server).await,
    };
    said.map(reply).map_err(no_word)
}

fn reply(answer: Answer) -> HttpReply {
    HttpReply {
        status: answer.code,
        headers: Headers::default(),
        body: answer.text.into_bytes(),
    }
}

fn no_word(failed: PostError) -> NoAnswer {
    match failed {
        PostError::Account(why) => NoAnswer::NotMade(Refusal::Account(error("server", &why))),
        PostError::NeverLeft(_) => NoAnswer::NotMade(Refusal::Later {
            error: error("unreachable", &failed.to_string()),
            wait: None,
        }),
        PostError::Unsure(_) => NoAnswer::Unknown(error("no_answer", &failed.to_string())),
    }
}

/// Finds the files of a body.
fn strands(line: &Line<'_>, pieces: Vec<Piece>) -> Result<Vec<Strand>, NoAnswer> {
    let one = |piece| {
        Ok(match piece {
            Piece::Bytes(bytes) => Strand::Bytes(bytes),
            Piece::File { media_id, letters } => {
                let path = line.place_of(media_id)?;
                match letters {
                    Letters::OneLine => Strand::OneLine(path),
                    Letters::Lines => Strand::Lines(path),
                }
            }
            Piece::Packed(inner) => Strand::Packed(strands(line, inner)?),
        })
    };
    pieces.into_iter().map(one).collect()
}

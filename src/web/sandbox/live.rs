//! What changes on the phones and on the wire, told to the page as it happens.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Bytes;
use futures_util::stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::sandbox::Change;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Shared;
use crate::web::headers::UNBUFFERED;
use crate::web::sandbox::gate;

/// A word now and then, so that nobody on the way thinks the connection is dead.
const STILL_HERE: Duration = Duration::from_secs(20);

/// The address.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/sandbox/live", web::get().to(listen));
}

async fn listen(state: Shared, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let player = gate::admit(&state, &request)?;
    let changes = player.sandbox.changes();
    let words = stream::unfold(changes, |mut changes| async move {
        let word = next(&mut changes).await?;
        Some((Ok::<_, actix_web::Error>(Bytes::from(word)), changes))
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .insert_header(UNBUFFERED)
        .streaming(words))
}

/// The next thing to say; none when the server stops.
async fn next(changes: &mut Receiver<Change>) -> Option<String> {
    let Ok(change) = tokio::time::timeout(STILL_HERE, changes.recv()).await else {
        return Some(": still here\n\n".to_owned());
    };
    Some(match change {
        Ok(Change::Phone { account, customer }) => {
            format!("event: phone\ndata: {account}/{customer}\n\n")
        }
        Ok(Change::Phones) => "event: phones\ndata: -\n\n".to_owned(),
        Ok(Change::Wire(id)) => format!("event: wire\ndata: {id}\n\n"),
        Ok(Change::All) | Err(RecvError::Lagged(_)) => "event: all\ndata: -\n\n".to_owned(),
        Ok(Change::Closed) | Err(RecvError::Closed) => return None,
    })
}

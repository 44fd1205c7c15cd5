//! The signature of a channel as it stands under mails, in a frame of its own.

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::engine::setup::signatures;
use crate::model::channel::Channel;
use crate::model::mail::RemoteImages;
use crate::web::dashboard::channel::LIST;
use crate::web::dashboard::mail;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::vendor::wizard::vendor_channel;

/// The setting that holds it.
const SETTING: &str = "signatureHtml";
/// What stands above it.
const WORDS: &str = "<p>Hello Ana,</p><p>thank you for writing to us.</p><div><br></div>";

/// The address, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config.route("/signature", web::get().to(show));
}

/// Where a channel's signature is shown; empty where it has none.
#[must_use]
pub fn address(channel: &Channel) -> String {
    let text = channel.settings.get(SETTING).and_then(|text| text.as_str());
    match text {
        Some(text) if !text.trim().is_empty() => format!("{LIST}/{}/signature", channel.id),
        _ => String::new(),
    }
}

async fn show(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &reader, &path)?;
    let text = channel.settings.get(SETTING).and_then(|text| text.as_str());
    let html = text.and_then(signatures::shown);
    let html = html.ok_or_else(Problem::not_found)?;
    // Its pictures are the business's own: whoever sees the page may fetch them.
    Ok(mail::framed(&format!("{WORDS}{html}"), RemoteImages::Shown))
}

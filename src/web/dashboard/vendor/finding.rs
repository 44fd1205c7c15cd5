//! Finding the servers of a mailbox by its address, within the first step: the form comes back with
//! their fields filled.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::Value;

use crate::engine::setup::discovering::Found;
use crate::model::Opaque;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::channels::HERE;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::vendor::credentials;
use crate::web::dashboard::vendor::steps::Stage;
use crate::web::dashboard::vendor::wizard::credentials_of;
use crate::web::dashboard::vendor::wizard::draw_new;
use crate::web::dashboard::vendor::wizard::kind_named;
use crate::web::dashboard::vendor::wizard::vendor_channel;
use crate::web::dashboard::view::atoms::BannerView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::setup::SetupPage;

/// The setting that holds the address.
const ADDRESS: &str = "fromEmail";

/// The form that was loaded again: as it was before anything was typed.
pub async fn again_new(path: Path<String>, _reader: Reader) -> HttpResponse {
    let kind: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
    see(&format!("{HERE}/new/{kind}"))
}

/// The same for a channel that is kept.
///
/// # Errors
/// There is none; the reader may not.
pub async fn again(
    state: Shared,
    path: Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (channel, _) = vendor_channel(&state, &reader, &path)?;
    Ok(see(&Stage::Credentials.address(channel.id)))
}

/// Finds servers while there is no channel.
///
/// # Errors
/// There is no such kind; the reader may not.
pub async fn find_new(
    state: Shared,
    path: Path<String>,
    form: Form,
) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let kind = kind_named(&state, reader, &path, &Opaque::new())?;
    let choice = credentials::chosen(&kind, fields);
    let kind = kind_named(&state, reader, &path, &choice)?;
    let draw = |fields: &Fields, refused: &Refused, banner: Option<BannerView>| {
        let step = credentials::new_credentials(&kind, &choice, fields, refused);
        draw_new(&state, reader, &kind, step, banner)
    };
    let address = fields.get(ADDRESS);
    let channels = &state.engine.channels;
    match channels.find_servers(&reader.actor(), address).await {
        Ok(found) => {
            let (fields, banner) = filled(fields, address, found);
            Ok(page(&draw(&fields, &Refused::nothing(), Some(banner))?))
        }
        Err(error) => refuse(reader, error, |refused| draw(fields, refused, None)),
    }
}

/// Finds servers for a channel that is kept.
///
/// # Errors
/// There is no such channel; the reader may not.
pub async fn find(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    let (channel, kind) = vendor_channel(&state, reader, &path)?;
    let draw = |fields: &Fields, refused: &Refused, banner: Option<BannerView>| {
        let typed = Some((fields, refused));
        let mut drawn: SetupPage = credentials_of(&state, reader, &channel, &kind, typed)?;
        drawn.banner = banner.or(drawn.banner);
        Ok::<_, Problem>(drawn)
    };
    let address = fields.get(ADDRESS);
    let channels = &state.engine.channels;
    match channels.find_servers(&reader.actor(), address).await {
        Ok(found) => {
            let (fields, banner) = filled(fields, address, found);
            Ok(page(&draw(&fields, &Refused::nothing(), Some(banner))?))
        }
        Err(error) => refuse(reader, error, |refused| draw(fields, refused, None)),
    }
}

/// The form with what was found, and what to say about it.
fn filled(fields: &Fields, address: &str, found: Option<Found>) -> (Fields, BannerView) {
    let Some(found) = found else {
        let banner = BannerView {
            tone: Tone::Warn,
            title: format!("No servers were found for {}.", address.trim()),
            text: "Whoever gave out the address names them: look there for IMAP and SMTP, and fill in the fields below.".to_owned(),
        };
        return (fields.clone(), banner);
    };
    let values = found.settings.into_iter().map(|(name, value)| {
        let text = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        (name, text)
    });
    let rest = match (found.has_mailbox, found.advice.is_empty()) {
        (_, false) => found.advice,
        (true, true) => "Enter the passwords and continue.".to_owned(),
        (false, true) => "Enter the password and continue.".to_owned(),
    };
    let banner = BannerView {
        tone: Tone::Ok,
        title: format!("The servers are filled in: {}.", found.by),
        text: rest,
    };
    (fields.clone().with(values), banner)
}

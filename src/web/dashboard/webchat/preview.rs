//! The widget as it would be with settings that are not saved yet, in a frame of its own.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use actix_web::web::Path;
use askama::Template as _;

use crate::engine::error::EngineError;
use crate::web::dashboard::channel::own_chat;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::view::outside::PreviewPage;
use crate::web::dashboard::webchat::read;
use crate::web::dashboard::webchat::table;
use crate::web::widget::bundle::Widget;

/// What the frame may do: show the widget, and pictures from where the operator keeps them. It talks
/// to nobody; its script plays the server.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
    img-src 'self' data: blob: https:; style-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'self'";

/// The addresses, below the channel's own.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/preview", web::get().to(frame))
        .route("/preview", web::post().to(settings));
}

/// The frame.
async fn frame(state: Shared, path: Path<String>, reader: Reader) -> Result<HttpResponse, Problem> {
    let channel = own_chat(&state, &reader, &path)?;
    let page = PreviewPage { name: channel.name };
    let html = page
        .render()
        .map_err(|error| EngineError::Broken(format!("drawing a preview: {error}")))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(html))
}

/// What the widget would be told if the form was saved. What is wrong in it has its default.
async fn settings(state: Shared, path: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let reader = &form.reader;
    let channel = own_chat(&state, reader, &path)?;
    let page = table::page(form.fields.get("page")).ok_or_else(Problem::not_found)?;
    let typed = read::page(page, &form.fields, &channel.settings);
    let widget = Widget::load();
    let languages = widget.languages();
    let public = state.engine.webchat.preview(
        &reader.actor(),
        channel.id,
        &typed.settings,
        form.fields.some("language"),
        widget.bundle(&languages),
    )?;
    Ok(HttpResponse::Ok().json(public))
}

//! `/docs`: the API's document as a page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use actix_web::web::ServiceConfig;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::schema::Type;

use crate::web::api::openapi::access_words;
use crate::web::api::route::Doc;
use crate::web::api::route::Gives;
use crate::web::api::route::Takes;
use crate::web::api::routes;
use crate::web::dashboard::reader::page_with;
use crate::web::dashboard::reader::theme_of;
use crate::web::dashboard::view::docs::DocsPage;
use crate::web::dashboard::view::docs::FieldLine;
use crate::web::dashboard::view::docs::RouteView;
use crate::web::dashboard::view::docs::SubjectView;
use crate::web::state::VERSION;

/// The address of the page.
pub fn configure(config: &mut ServiceConfig) {
    config.route("/docs", web::get().to(read));
}

async fn read(request: HttpRequest) -> HttpResponse {
    let page = DocsPage {
        theme: theme_of(&request),
        subjects: subjects(routes().docs()),
        version: VERSION.to_owned(),
    };
    page_with(StatusCode::OK, &page)
}

/// Every schema by its name.
type Schemas = BTreeMap<String, RefOr<Schema>>;

/// The routes by subject, in the order of the document.
fn subjects(docs: &[Doc]) -> Vec<SubjectView> {
    let schemas: Schemas = docs.iter().flat_map(Doc::schemas).collect();
    let mut subjects: Vec<SubjectView> = Vec::new();
    for doc in docs {
        let route = route(doc, &schemas);
        match subjects.iter_mut().find(|subject| subject.id == doc.tag) {
            Some(subject) => subject.routes.push(route),
            None => subjects.push(SubjectView {
                id: doc.tag,
                name: title(doc.tag),
                routes: vec![route],
            }),
        }
    }
    subjects
}

/// `api-keys` as `API keys`.
fn title(tag: &str) -> String {
    let words = tag.replace('-', " ");
    if let Some(rest) = words.strip_prefix("api ") {
        return format!("API {rest}");
    }
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn route(doc: &Doc, schemas: &Schemas) -> RouteView {
    let query = doc
        .query_schemas()
        .flat_map(|schema| fields(&schema))
        .collect();
    let body = match &doc.takes {
        Takes::Nothing => Vec::new(),
        Takes::One(name) => schemas.get(name.as_str()).map_or_else(Vec::new, fields),
        Takes::File(field) => vec![FieldLine {
            name: (*field).to_owned(),
            kind: "file".to_owned(),
            required: true,
            about: "The file, in a form of the type `multipart/form-data`.".to_owned(),
        }],
    };
    RouteView {
        method: doc.method.to_string(),
        path: doc.path,
        summary: marked(doc.summary),
        access: marked(&access_words(doc.access).unwrap_or_else(|| "For everybody.".to_owned())),
        gives: gives(&doc.gives),
        query,
        body,
    }
}

fn gives(gives: &Gives) -> String {
    match gives {
        Gives::One(name) => format!("200, {name}"),
        Gives::Made(name) => format!("201, {name}"),
        Gives::List(name) => format!("200, a page of {name}"),
        Gives::Nothing => "204".to_owned(),
        Gives::Socket => "101, a WebSocket".to_owned(),
        Gives::Bytes(media_type) => format!("200, {media_type}"),
    }
}

/// The fields of an object, in their order.
fn fields(schema: &RefOr<Schema>) -> Vec<FieldLine> {
    let RefOr::T(Schema::Object(object)) = schema else {
        return Vec::new();
    };
    let line = |(name, schema): (&String, &RefOr<Schema>)| FieldLine {
        name: name.clone(),
        kind: kind(schema),
        required: object.required.contains(name),
        about: marked(description(schema)),
    };
    object.properties.iter().map(line).collect()
}

fn description(schema: &RefOr<Schema>) -> &str {
    let found = match schema {
        RefOr::T(Schema::Object(object)) => object.description.as_deref(),
        RefOr::T(Schema::Array(array)) => array.description.as_deref(),
        RefOr::T(Schema::OneOf(one)) => one.description.as_deref(),
        RefOr::T(_) | RefOr::Ref(_) => None,
    };
    found.unwrap_or_default()
}

/// What kind of value it is, in a word.
fn kind(schema: &RefOr<Schema>) -> String {
    match schema {
        RefOr::Ref(named) => last_part(&named.ref_location),
        RefOr::T(Schema::Array(_)) => "list".to_owned(),
        RefOr::T(Schema::Object(object)) => kind_named(&object.schema_type).to_owned(),
        RefOr::T(Schema::OneOf(one)) => one
            .items
            .iter()
            .map(kind)
            .find(|kind| !kind.is_empty())
            .unwrap_or_default(),
        RefOr::T(_) => String::new(),
    }
}

fn last_part(location: &str) -> String {
    location.rsplit('/').next().unwrap_or_default().to_owned()
}

fn kind_named(kind: &SchemaType) -> &'static str {
    let word = |kind: &Type| match kind {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer => "whole number",
        Type::Number => "number",
        Type::Boolean => "true or false",
        Type::Array => "list",
        Type::Null => "",
    };
    match kind {
        SchemaType::Type(kind) => word(kind),
        SchemaType::Array(kinds) => kinds
            .iter()
            .map(word)
            .find(|word| !word.is_empty())
            .unwrap_or_default(),
        SchemaType::AnyValue => "anything",
    }
}

/// A sentence as HTML, what stands in backticks as code.
fn marked(sentence: &str) -> String {
    let mut html = String::new();
    for (at, part) in sentence.split('`').enumerate() {
        let part = askama::filters::escape(part, askama::filters::Html)
            .map_or_else(|never| match never {}, |safe| safe.to_string());
        // Writing into a text cannot fail.
        let _written = if at % 2 == 1 {
            write!(html, "<code>{part}</code>")
        } else {
            write!(html, "{part}")
        };
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_marked_and_nothing_else_is_html() {
        let cases = [
            ("plain", "plain"),
            (
                "the `limit` of `GET`",
                "the <code>limit</code> of <code>GET</code>",
            ),
            ("a `<b>` & c", "a <code>&#60;b&#62;</code> &#38; c"),
        ];
        for (sentence, html) in cases {
            assert_eq!(marked(sentence), html);
        }
    }

    #[test]
    fn every_route_stands_under_its_subject_with_its_fields() {
        let docs = routes();
        let subjects = subjects(docs.docs());
        let shown: usize = subjects.iter().map(|subject| subject.routes.len()).sum();
        assert_eq!(shown, docs.docs().len());
        let login = subjects
            .iter()
            .flat_map(|subject| &subject.routes)
            .find(|route| route.path == "/auth/login");
        let fields = login.map_or(0, |route| route.body.len());
        assert!(fields >= 2, "{fields} fields of the sign-in");
        assert_eq!(title("api-keys"), "API keys");
    }
}

//! The API's document, made from the routes themselves.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web;
use actix_web::web::ServiceConfig;
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::ContentBuilder;
use utoipa::openapi::HttpMethod;
use utoipa::openapi::InfoBuilder;
use utoipa::openapi::LicenseBuilder;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::OpenApi;
use utoipa::openapi::OpenApiBuilder;
use utoipa::openapi::PathItem;
use utoipa::openapi::Paths;
use utoipa::openapi::PathsBuilder;
use utoipa::openapi::Ref;
use utoipa::openapi::RefOr;
use utoipa::openapi::Required;
use utoipa::openapi::ResponseBuilder;
use utoipa::openapi::Schema;
use utoipa::openapi::Server;
use utoipa::openapi::path::Operation;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::path::ParameterBuilder;
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::schema::SchemaFormat;
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::ApiKey;
use utoipa::openapi::security::ApiKeyValue;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::HttpBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::security::SecurityScheme;

use crate::model::rejection::Code;
use crate::web::api::route::Access;
use crate::web::api::route::Doc;
use crate::web::api::route::Gives;
use crate::web::api::route::Takes;
use crate::web::api::routes;
use crate::web::state::VERSION;

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

/// The document as text, made when it is first asked for.
static TEXT: LazyLock<String> = LazyLock::new(|| document().to_json().unwrap_or_default());

/// The address of the document.
pub fn configure(config: &mut ServiceConfig) {
    config.route("/openapi.json", web::get().to(show));
}

async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type(JSON).body(TEXT.as_str())
}

/// The document of every route.
#[must_use]
pub fn document() -> OpenApi {
    let routes = routes();
    let mut paths = Paths::new();
    let mut schemas = BTreeMap::new();
    schemas.insert("Error".to_owned(), error_schema());
    for doc in routes.docs() {
        schemas.extend(doc.schemas());
        let item = PathItem::new(method_of(&doc.method), operation(doc));
        paths = merged(paths, doc.path, item);
    }
    let info = InfoBuilder::new()
        .title("linktor")
        .version(VERSION)
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").build()));
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme(
            "apiKey",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))),
        )
        .security_scheme(
            "bearer",
            SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
        );
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([
            Server::new("/api/v1"),
            Server::new("/v1"),
            Server::new("/"),
        ]))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

const ABOUT: &str = "Names come in as camelCase or snake_case and go out as camelCase. Lists are paged with \
    `cursor` and `limit`, or `offset` and `limit`, or `page` and `perPage`. A POST with an `Idempotency-Key` is \
    carried out once; a send without one whose answer was not heard is not carried out again when it comes again \
    within two minutes. `PUT` means the same as `PATCH`. With `strict=true` fields that are not known are refused.";

fn merged(paths: Paths, path: &str, item: PathItem) -> Paths {
    PathsBuilder::from(paths).path(path, item).build()
}

fn method_of(method: &Method) -> HttpMethod {
    match *method {
        Method::POST => HttpMethod::Post,
        Method::PATCH => HttpMethod::Patch,
        Method::DELETE => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(doc: &Doc) -> Operation {
    let mut operation = OperationBuilder::new()
        .tag(doc.tag)
        .summary(Some(doc.summary))
        .description(access_words(doc.access))
        .operation_id(Some(operation_id(doc)))
        .parameters(Some(parameters(doc)))
        .response("default", refused());
    if let Some(body) = body(&doc.takes) {
        operation = operation.request_body(Some(body));
    }
    if doc.access != Access::Anyone {
        let none: [&str; 0] = [];
        operation = operation
            .security(SecurityRequirement::new("apiKey", none))
            .security(SecurityRequirement::new("bearer", none));
    }
    let (status, response) = answer(&doc.gives);
    operation.response(status, response).build()
}

/// `GET /contacts/{id}/tags` as `get_contacts_id_tags`.
fn operation_id(doc: &Doc) -> String {
    let words = doc.path.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!(
        "{}_{}",
        doc.method.as_str().to_ascii_lowercase(),
        words.join("_")
    )
}

/// Who may use a route, in words; none where everybody may.
pub fn access_words(access: Access) -> Option<String> {
    match access {
        Access::Anyone => None,
        Access::SignedIn => Some("For everybody who is signed in or has a key.".to_owned()),
        Access::Needs(permission) => {
            let rule = permission.rule();
            let verb = if rule.writes { "write" } else { "read" };
            let role = rule.least_role.name();
            Some(format!(
                "Needs the role {role} or higher; keys the scope `{}:{verb}`.",
                rule.scope
            ))
        }
    }
}

fn parameters(doc: &Doc) -> Vec<Parameter> {
    let names = doc
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let mut all: Vec<Parameter> = names
        .map(|name| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(text()))
                .build()
        })
        .collect();
    for query in doc.query_schemas() {
        let RefOr::T(Schema::Object(query)) = query else {
            continue;
        };
        for (name, schema) in &query.properties {
            if all.iter().all(|known| known.name != *name) {
                all.push(query_parameter(name, schema, query.required.contains(name)));
            }
        }
    }
    all
}

fn query_parameter(name: &str, schema: &RefOr<Schema>, required: bool) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(if required {
            Required::True
        } else {
            Required::False
        })
        .schema(Some(schema.clone()))
        .build()
}

/// What a route takes, as the document says it.
fn body(takes: &Takes) -> Option<RequestBody> {
    let (media_type, schema): (_, RefOr<Schema>) = match takes {
        Takes::Nothing => return None,
        Takes::One(name) => (JSON, Ref::from_schema_name(name).into()),
        Takes::File(field) => {
            let bytes = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
            let form = ObjectBuilder::new()
                .property(*field, bytes.build())
                .required(*field);
            (FORM, form.build().into())
        }
    };
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let body = RequestBodyBuilder::new()
        .content(media_type, content)
        .required(Some(Required::True));
    Some(body.build())
}

fn answer(gives: &Gives) -> (&'static str, ResponseBuilder) {
    let response = |words: &str| ResponseBuilder::new().description(words);
    let of = |name: &str| RefOr::Ref(Ref::from_schema_name(name));
    let json = |schema: RefOr<Schema>| ContentBuilder::new().schema(Some(schema)).build();
    match gives {
        Gives::One(name) => ("200", response("It.").content(JSON, json(of(name)))),
        Gives::Made(name) => (
            "201",
            response("What was made.").content(JSON, json(of(name))),
        ),
        Gives::List(name) => {
            let body = list_schema(of(name));
            ("200", response("A page.").content(JSON, json(body)))
        }
        Gives::Nothing => ("204", response("Done.")),
        Gives::Socket => ("101", response("The socket is open.")),
        Gives::Bytes(media_type) => {
            let bytes = ObjectBuilder::new().schema_type(Type::String).build();
            (
                "200",
                response("It.").content(*media_type, json(bytes.into())),
            )
        }
    }
}

fn list_schema(row: RefOr<Schema>) -> RefOr<Schema> {
    let whole = |kind: Type| ObjectBuilder::new().schema_type(kind).build();
    let pagination = ObjectBuilder::new()
        .property("total", whole(Type::Integer))
        .property("limit", whole(Type::Integer))
        .property("offset", whole(Type::Integer))
        .property("page", whole(Type::Integer))
        .property("totalPages", whole(Type::Integer))
        .property("hasMore", whole(Type::Boolean))
        .property("nextCursor", whole(Type::String));
    let list = ObjectBuilder::new()
        .property("data", ArrayBuilder::new().items(row).build())
        .property("pagination", pagination.build())
        .required("data")
        .required("pagination");
    list.build().into()
}

fn refused() -> ResponseBuilder {
    let schema = Ref::from_schema_name("Error");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new()
        .description("Why it was refused.")
        .content(JSON, content)
}

fn error_schema() -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let object = || ObjectBuilder::new().schema_type(Type::Object).build();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let code = format!(
        "What went wrong, for programs: {}. More may come. `EMAIL_NOT_VERIFIED` is not among them: nobody \
         registers by themselves, people are made or invited by an admin.",
        codes.join(", ")
    );
    let code = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(code));
    let error = ObjectBuilder::new()
        .property("code", code.build())
        .property("message", text())
        .property("details", object())
        .property("requestId", text())
        .property("error", object())
        .required("code")
        .required("message");
    error.build().into()
}

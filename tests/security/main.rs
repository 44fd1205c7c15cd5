//! Who may use which route, and what programs rely on: against a whole installation.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod programs;
mod server;
mod socket;

use linktor::app;
use reqwest::Method;
use reqwest::StatusCode;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use server::ROLES;
use server::Server;

/// The smallest body that a schema of the document accepts, naming things that are not there.
fn least(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return least(document, &document["components"]["schemas"][name]);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let field = |name: &Value| {
                let name = name.as_str().unwrap();
                (
                    name.to_owned(),
                    least(document, &schema["properties"][name]),
                )
            };
            Value::Object(required.iter().map(field).collect::<Map<_, _>>())
        }
        Some("array") => json!([]),
        Some("boolean") => json!(false),
        Some("integer" | "number") => json!(1),
        _ => match schema["pattern"].as_str() {
            Some(pattern) => {
                let prefix = pattern.trim_start_matches('^').split('_').next().unwrap();
                json!(absent(prefix))
            }
            None => json!("x"),
        },
    }
}

/// What the ids of such things begin with.
fn prefix_of(thing: &str) -> Option<&'static str> {
    match thing {
        "channel" => Some("ch"),
        "contact" => Some("contact"),
        "conversation" => Some("conv"),
        "message" => Some("msg"),
        "user" => Some("user"),
        "team" => Some("team"),
        "tag" => Some("tag"),
        "api-key" => Some("key"),
        _ => None,
    }
}

/// The id of something that is not there.
fn absent(prefix: &str) -> String {
    format!("{prefix}_{}", "0".repeat(26))
}

/// The path with ids of things that are not there.
fn filled(path: &str) -> String {
    let subject = path.trim_start_matches('/').split('/').next().unwrap();
    let prefix = prefix_of(subject.trim_end_matches('s')).unwrap_or("x");
    let inner = if path.contains("/templates/") {
        "tpl"
    } else {
        "msg"
    };
    path.replace("{id}", &absent(prefix))
        .replace("{inner}", &absent(inner))
        .replace("{externalId}", "nobody")
}

/// The least role an operation needs, as its description says.
fn needed(operation: &Value) -> Option<usize> {
    let words = operation["description"].as_str()?;
    let role = words.strip_prefix("Needs the role ")?.split(' ').next()?;
    ROLES.iter().position(|known| *known == role)
}

#[test]
fn a_form_without_proof_is_refused_in_words() {
    app::run(async {
        let server = Server::start().await;
        let session = server.make_owner().await;
        let form = server.client.post(format!("{}/app/me", server.base));
        let answer = form
            .header("cookie", session)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("name=Mallory")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let page = answer.text().await.unwrap();
        assert!(page.contains("Reload the page and try again"), "{page}");
        server.running.stop().await;
    })
    .unwrap();
}

#[test]
fn every_route_asks_for_the_role_its_document_says() {
    app::run(async {
        let server = Server::start().await;
        let tokens = server.tokens().await;
        let document = server.document().await;
        let mut seen = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let body = (!schema.is_null()).then(|| least(&document, schema));
                if operation["security"].is_null() {
                    continue;
                }
                let (status, _) = server
                    .call(method.clone(), &filled(path), None, body.as_ref())
                    .await;
                assert_eq!(
                    status,
                    StatusCode::UNAUTHORIZED,
                    "{method} {path} by nobody"
                );
                let Some(least_role) = needed(operation) else {
                    continue;
                };
                let address = filled(path);
                for (rank, role) in ROLES.iter().enumerate() {
                    let call =
                        server.call(method.clone(), &address, Some(&tokens[rank]), body.as_ref());
                    let (status, answer) = call.await;
                    assert_eq!(
                        status == StatusCode::FORBIDDEN,
                        rank < least_role,
                        "{method} {path} by {role}: {status} {answer}"
                    );
                    assert!(
                        !status.is_server_error(),
                        "{method} {path} by {role}: {answer}"
                    );
                    seen += 1;
                }
            }
        }
        assert!(seen > 100, "only {seen} pairs of route and role were tried");
        server.running.stop().await;
    })
    .unwrap();
}

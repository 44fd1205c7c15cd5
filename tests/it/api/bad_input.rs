//! What is wrong is refused in the form of every refusal, with a code of the catalogue, and changes
//! nothing: asked of every route that the API's own document lists.

use linktor::model::rejection::Code;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::support::api::Api;
use crate::support::document::Operation;
use crate::support::document::absent;
use crate::support::document::types;
use crate::support::reply::Reply;
use crate::support::server::KEY;
use crate::support::server::Server;
use crate::support::server::on_a_server;

/// A JSON body that is larger than any the API takes.
const TOO_LARGE: usize = 1024 * 1024 + 1;
/// The same for what is sent to customers, in which files may stand.
const TOO_LARGE_TO_SEND: usize = 14 * 1024 * 1024 + 1;

/// Checks that an answer is a refusal in the form of every refusal.
#[track_caller]
fn check(reply: Reply, statuses: &[u16], what: &str) {
    let (status, said) = (reply.status, reply.text());
    assert!(statuses.contains(&status), "{what}: {status} {said}");
    let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
    let known = Code::ALL.iter().any(|known| known.as_str() == code);
    assert!(known, "{what}: {status} {said}");
    let body = reply.refused(status, &code);
    assert!(body["details"].is_object(), "{what}: {body}");
    assert!(body["error"]["details"].is_array(), "{what}: {body}");
    assert!(body["meta"]["requestId"].is_string(), "{what}: {body}");
}

/// The query without which a list cannot be asked for.
fn least_query(path: &str) -> &'static str {
    match path {
        "/messages" => "status=failed&",
        "/search" => "q=a&",
        _ => "",
    }
}

/// What would have grown if anything had been done.
async fn traces(api: &Api) -> Vec<Value> {
    let mut traces = Vec::new();
    let events = api.get("/events?limit=500").await.ok();
    traces.push(events["nextAfter"].clone());
    for list in [
        "/audit",
        "/users",
        "/teams",
        "/tags",
        "/api-keys",
        "/channels",
        "/contacts",
    ] {
        traces.push(api.get(list).await.ok()["total"].clone());
    }
    traces
}

/// Runs a test on a server with one of everything, and checks that nothing was done to it.
fn nothing_changes(test: impl AsyncFnOnce(&Server, &Api, &[Operation])) {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        server.visitor(&site).await.say("cm_1", "hello").await;
        let api = server.api();
        api.post("/tags", json!({ "name": "vip" })).await.ok();
        let operations = Operation::all(server).await;
        assert!(operations.len() > 60, "{}", operations.len());
        let before = traces(&api).await;
        test(server, &api, &operations).await;
        assert_eq!(traces(&api).await, before);
    });
}

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    nothing_changes(async |_, api, operations| {
        let deep = "[".repeat(100_000);
        let bodies: [&[u8]; 9] = [
            b"{",
            b"[]",
            b"\"x\"",
            b"7",
            b"null",
            b"{\"name\":\"a\",}",
            b"\xff\xfe",
            b"{\"name\":\"\xc3\x28\"}",
            deep.as_bytes(),
        ];
        for operation in operations.iter().filter(|one| one.fields.is_some()) {
            let address = format!("/api/v1{}", operation.nowhere());
            for body in bodies {
                let method = operation.method.clone();
                let reply = api.send(method, &address, Some(body.to_vec())).await;
                let shown = String::from_utf8_lossy(&body[..body.len().min(20)]);
                check(
                    reply,
                    &[400],
                    &format!("{} {address} {shown}", operation.method),
                );
            }
        }
    });
}

#[test]
fn a_field_of_the_wrong_type_is_refused_and_named() {
    nothing_changes(async |_, api, operations| {
        let mut tried = 0;
        for operation in operations {
            for (name, schema) in operation.fields.iter().flatten() {
                let taken = types(schema);
                let takes = |kind: &str| taken.iter().any(|one| one == kind);
                let wrong = if takes("integer") || takes("number") {
                    vec![json!("x"), json!(-1.5), json!([])]
                } else if takes("boolean") {
                    vec![json!("maybe"), json!(7)]
                } else if takes("array") {
                    vec![json!(7), json!("x"), json!([[7]])]
                } else if takes("object") {
                    vec![json!(7), json!([7])]
                } else if takes("string") {
                    vec![json!(7), json!({}), json!(["x"])]
                } else {
                    // Whatever a field without a type of its own is, no truth value.
                    vec![json!(true)]
                };
                for value in wrong {
                    let mut body = operation.least.clone();
                    body[name] = value;
                    let address = operation.nowhere();
                    let what = format!("{} {address} {body}", operation.method);
                    let reply = api
                        .call(operation.method.clone(), &address, Some(body))
                        .await;
                    check(reply, &[400], &what);
                    tried += 1;
                }
            }
        }
        assert!(tried > 200, "only {tried} fields were tried");
    });
}

#[test]
fn an_unknown_field_is_refused_when_that_is_asked_for() {
    nothing_changes(async |_, api, operations| {
        for operation in operations.iter().filter(|one| one.fields.is_some()) {
            let mut body = operation.least.clone();
            body["unheardOf"] = json!(1);
            let address = format!("{}?strict=true", operation.nowhere());
            let what = format!("{} {address} {body}", operation.method);
            let reply = api
                .call(operation.method.clone(), &address, Some(body))
                .await;
            check(reply, &[400], &what);
        }
    });
}

#[test]
fn a_body_that_is_too_large_or_of_another_kind_is_refused() {
    nothing_changes(async |server, api, operations| {
        let filled = |bytes| format!("{{\"name\":\"{}\"}}", "x".repeat(bytes));
        let (large, largest) = (filled(TOO_LARGE), filled(TOO_LARGE_TO_SEND));
        for operation in operations.iter().filter(|one| one.fields.is_some()) {
            let address = format!("/api/v1{}", operation.nowhere());
            let sends = ["/messages", "/messages/bulk"];
            let is_send = operation.method == Method::POST
                && sends.iter().any(|path| address.ends_with(path));
            let large = if is_send { &largest } else { &large };
            let send = async |api: &Api, body: &str| {
                let body = Some(body.as_bytes().to_vec());
                api.send(operation.method.clone(), &address, body).await
            };
            let what = format!("{} {address}", operation.method);
            check(send(api, large).await, &[413], &what);
            // Who is stopped at the size is not taken for somebody who sent nothing.
            let keyed = api.with("idempotency-key", "large");
            check(send(&keyed, large).await, &[413], &what);
            for (kind, body) in [
                ("application/x-www-form-urlencoded", "name=a&email=b"),
                ("application/xml", "<name>a</name>"),
                ("text/csv", "name\na"),
            ] {
                let other = server.anonymous().with("x-api-key", KEY).of_kind(kind);
                check(send(&other, body).await, &[415], &format!("{what} {kind}"));
            }
        }
        let upload = api.post("/media/upload", json!({})).await;
        check(upload, &[415], "a form is wanted");
    });
}

#[test]
fn a_query_that_cannot_be_read_is_refused() {
    nothing_changes(async |_, api, operations| {
        let foreign = api.get("/channels?limit=1").await.ok();
        assert!(foreign["nextCursor"].is_null(), "one row is all");
        for name in ["a", "b"] {
            api.get(&format!("/contacts?search={name}")).await.ok();
        }
        for operation in operations.iter().filter(|one| one.method == Method::GET) {
            let address = operation.nowhere();
            for (name, taken) in &operation.query {
                let takes = |kind: &str| taken.iter().any(|one| one == kind);
                let wrong: &[&str] = match name.as_str() {
                    "cursor" => &[
                        "%25%25%25",
                        "bm8",
                        "AAAAAAAAAAAAAAAA",
                        "%00",
                        "%F0%9F%98%80",
                    ],
                    "sortBy" | "sortOrder" | "direction" => &["sideways"],
                    _ if takes("integer") => &["-1", "1.5", "many", "1e3", "0x10"],
                    _ if takes("boolean") => &["maybe", "2"],
                    _ => &[],
                };
                for value in wrong {
                    let asked = format!("{address}?{name}={value}");
                    check(api.get(&asked).await, &[400, 404], &asked);
                }
            }
        }
    });
}

#[test]
fn more_rows_than_there_can_be_are_as_many_as_there_can_be() {
    nothing_changes(async |_, api, operations| {
        let lists = operations.iter().filter(|one| {
            let is_list = one.query.iter().any(|(name, _)| name == "perPage");
            one.method == Method::GET && is_list && !one.path.contains('{')
        });
        for list in lists {
            let least = least_query(&list.path);
            for limit in [
                "limit=100000",
                "limit=18446744073709551615",
                "perPage=1000&page=1",
            ] {
                let asked = format!("{}?{least}{limit}", list.path);
                let page = api.get(&asked).await.ok();
                assert_eq!(page["pagination"]["limit"], 100, "{asked}");
            }
            let beyond = format!("{}?{least}offset=18446744073709551615&limit=5", list.path);
            assert_eq!(api.get(&beyond).await.ok()["data"], json!([]), "{beyond}");
        }
    });
}

#[test]
fn a_cursor_opens_only_the_list_it_came_from() {
    on_a_server(async |server| {
        let api = server.api();
        for name in ["a", "b"] {
            api.post("/contacts", json!({ "name": name })).await.ok();
            api.post("/tags", json!({ "name": name })).await.ok();
        }
        let operations = Operation::all(server).await;
        let own: Vec<String> = ["/contacts", "/tags"].map(str::to_owned).into();
        for from in &own {
            let first = api.get(&format!("{from}?limit=1")).await.ok();
            let cursor = first["nextCursor"].as_str().unwrap();
            let lists = operations.iter().filter(|one| {
                let takes = one.query.iter().any(|(name, _)| name == "cursor");
                one.method == Method::GET && takes && one.path != *from
            });
            for list in lists {
                let least = least_query(&list.path);
                let asked = format!("{}?{least}cursor={cursor}", list.nowhere());
                let reply = api.get(&asked).await;
                if !list.path.contains('{') {
                    assert_eq!(reply.json()["code"], "INVALID_CURSOR", "{asked}");
                }
                check(reply, &[400, 404], &asked);
            }
        }
    });
}

#[test]
fn ids_that_are_none_or_of_another_kind_are_ids_of_nothing() {
    nothing_changes(async |_, api, operations| {
        let ids = [
            "x".to_owned(),
            "x".repeat(4_000),
            format!("user_{}", "z".repeat(26)),
            format!("CONV_{}", "0".repeat(26)),
            format!("ch_{}", "0".repeat(25)),
            "%00".to_owned(),
            "%F0%9F%98%80".to_owned(),
            "%FF%FE".to_owned(),
            "%2F..%2F..%2Fetc%2Fpasswd".to_owned(),
            "a%2Fb".to_owned(),
            "%252e%252e".to_owned(),
            "'%20OR%201=1".to_owned(),
        ];
        let with_ids = operations.iter().filter(|one| one.path.contains('{'));
        for operation in with_ids {
            let mut tried: Vec<String> =
                ids.iter().map(|id| operation.at(|_| id.clone())).collect();
            // The id of a thing of every kind in the place of every other kind's.
            for kind in [
                "channels",
                "contacts",
                "conversations",
                "messages",
                "users",
                "tags",
            ] {
                tried.push(operation.at(|_| absent(kind)));
            }
            for address in tried {
                let body = operation.fields.as_ref().map(|_| operation.least.clone());
                let reply = api.call(operation.method.clone(), &address, body).await;
                check(
                    reply,
                    &[400, 404],
                    &format!("{} {address}", operation.method),
                );
            }
        }
    });
}

/// Sends a request line byte by byte, as no client library would; the status and the body.
async fn raw(server: &Server, line: &str) -> (u16, Value) {
    let host = server.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nX-API-Key: {KEY}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[test]
fn paths_that_climb_lead_nowhere() {
    nothing_changes(async |server, api, _| {
        let contact = api.get("/contacts").await.ok()["data"][0]["id"].clone();
        let contact = contact.as_str().unwrap();
        for path in [
            "/api/v1/contacts/../users",
            "/api/v1/contacts/%2e%2e/users",
            "/api/v1/contacts/..%2fusers",
            "/api/v1/../../../etc/passwd",
            "/v1/./contacts/.",
            "/contacts/..",
            "/contacts/..;/users",
            &format!("/contacts/{contact}/../{contact}/.."),
            &format!("/contacts/{contact}%2fconversations"),
            &format!("/contacts/{contact}%00"),
            &format!("/contacts/{contact}/"),
            "/api/v1/nowhere",
            "/api/v1",
            "/v1/",
        ] {
            for method in ["GET", "POST", "DELETE", "PUT"] {
                let (status, body) = raw(server, &format!("{method} {path}")).await;
                assert_eq!(status, 404, "{method} {path}: {body}");
                let code = body["code"].as_str().unwrap_or_default();
                assert!(code.ends_with("_NOT_FOUND"), "{method} {path}: {body}");
            }
        }
        // A method that a path does not know is refused like a path that is not there.
        for (method, path) in [
            ("DELETE", "/contacts"),
            ("PATCH", "/tags"),
            ("POST", "/events"),
        ] {
            let (status, body) = raw(server, &format!("{method} {path}")).await;
            assert_eq!((status, &body["code"]), (404, &json!("RESOURCE_NOT_FOUND")));
        }
    });
}

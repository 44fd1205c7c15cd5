//! What older clients call and look for, call by call: the tables of the REST contract.

use linktor::config::Config;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::reply::Reply;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// What every list shows around its rows.
const LIST: &str = "data pagination.total pagination.limit pagination.offset pagination.page \
    pagination.totalPages pagination.hasMore pagination.nextCursor pagination.prevCursor \
    meta.requestId meta.pagination.page meta.pagination.perPage meta.pagination.totalPages \
    meta.pagination.totalCount meta.pagination.hasNextPage meta.pagination.hasPrevPage \
    total hasMore nextCursor";
const USER: &str = "id tenantId email name role status createdAt updatedAt";
const TENANT: &str = "id name slug createdAt updatedAt";
const CHANNEL: &str = "id tenantId name type status connectionStatus enabled config config.type \
    capabilities webhookUrl health.status health.lastChecked health.lastMessageReceived \
    health.lastMessageSent stats metadata createdAt updatedAt";
const CAPABILITIES: &str = "supportedContentTypes supportsMedia supportsButtons supportsLists \
    supportsTemplates supportsLocation maxMessageLength maxMediaSize matrix";
const STATS: &str = "messagesReceived messagesSent conversationsCreated avgResponseTime period \
    summary timeSeries";
const CONTACT: &str = "id tenantId name identifiers identities customFields tags metadata \
    conversationCount createdAt updatedAt";
const CONVERSATION: &str = "id tenantId channelId channelType contactId contact.name \
    contact.identifiers status priority lastMessage.id lastMessageAt firstMessageAt unreadCount \
    messageCount metadata tags createdAt updatedAt";
const MESSAGE: &str = "id tenantId conversationId contactId channelId channelType direction from to \
    content.type timestamp metadata type contentType status statusHistory senderType senderId \
    failedReason replyTo createdAt updatedAt";

/// A call: the words of its line, its body, the status, and the fields the answer must show, by
/// their paths. `{ch}`, `{conv}`, `{msg}`, `{contact}` and `{user}` stand for ids.
type Call = (&'static str, &'static str, u16, &'static str);

const CHANNEL_CALLS: &[Call] = &[
    // The example that everybody begins with, its placeholders included.
    (
        "POST /channels",
        r#"{"type":"whatsapp","name":"WhatsApp Business","config":{"phoneNumberId":"YOUR_PHONE_NUMBER_ID","accessToken":"YOUR_ACCESS_TOKEN","verifyToken":"YOUR_VERIFY_TOKEN"}}"#,
        201,
        "meta.setupInstructions",
    ),
    (
        "GET /channels?type=webchat&status=active&search=s&limit=5&offset=0",
        "",
        200,
        LIST,
    ),
    ("GET /channels?type=web&status=pending", "", 200, LIST),
    ("GET /channels/{ch}", "", 200, CHANNEL),
    (
        "PATCH /channels/{ch}",
        r#"{"name":"N","config":{"verifyToken":"v"}}"#,
        200,
        CHANNEL,
    ),
    ("PUT /channels/{ch}", r#"{"name":"N"}"#, 200, CHANNEL),
    ("POST /channels/{ch}/disconnect", "", 200, CHANNEL),
    ("POST /channels/{ch}/activate", "", 200, CHANNEL),
    ("POST /channels/{ch}/deactivate", "", 200, CHANNEL),
    ("POST /channels/{ch}/connect", "", 200, CHANNEL),
    (
        "GET /channels/{ch}/status",
        "",
        200,
        "status connectionStatus connectedAt",
    ),
    ("GET /channels/{ch}/capabilities", "", 200, CAPABILITIES),
    (
        "POST /channels/{ch}/test",
        "",
        200,
        "channelId success message tests testedAt",
    ),
    ("GET /channels/{ch}/webhook", "", 200, "url"),
    (
        "POST /channels/{ch}/webhook/regenerate",
        "",
        200,
        "url verifyToken",
    ),
    ("GET /channels/{ch}/stats", "", 200, STATS),
    ("GET /channels/{ch}/stats?period=week", "", 200, STATS),
    ("GET /channels/{ch}/stats?period=30d", "", 200, STATS),
    (
        "GET /channels/ch_1",
        "",
        404,
        "code message details requestId error.code error.details meta.requestId",
    ),
    (
        "POST /channels",
        r#"{"type":"pigeon","name":"P"}"#,
        400,
        "code",
    ),
    ("DELETE /channels/{ch}", "", 400, "code"),
];

const CONVERSATION_CALLS: &[Call] = &[
    (
        "GET /conversations?status=open&channelId={ch}&channelType=webchat&assignedTo=u&tags%5B%5D=a&tags%5B%5D=b+c&search=x%26y&sortBy=lastMessageAt&sortOrder=desc&limit=20&offset=40",
        "",
        200,
        LIST,
    ),
    (
        "GET /conversations?contact_id={contact}&sort_by=createdAt&sort_dir=asc&page_size=5&page=1",
        "",
        200,
        LIST,
    ),
    (
        "GET /conversations?contactId=contact_123&includeAllChannels=true",
        "",
        200,
        "data meta.crossChannel.contactIds meta.crossChannel.channelTypes",
    ),
    (
        "GET /conversations?contactId={contact}&includeAllChannels=true",
        "",
        200,
        "meta.crossChannel.contactIds data.0.channelType data.0.contact.identifiers.0.channelType",
    ),
    (
        "GET /conversations/counts",
        "",
        200,
        "open pending resolved snoozed unassigned",
    ),
    ("GET /conversations/{conv}", "", 200, CONVERSATION),
    (
        "GET /conversations/{conv}?includeMessages=true&messageLimit=10",
        "",
        200,
        "relationships.messages.0.id",
    ),
    (
        "PATCH /conversations/{conv}",
        r#"{"status":"pending","assignedTo":null,"tags":["x"],"metadata":{"a":1}}"#,
        200,
        "metadata.a tags.0",
    ),
    (
        "PATCH /conversations/{conv}",
        r#"{"status":"closed"}"#,
        200,
        "resolvedAt closedAt resolution",
    ),
    ("POST /conversations/{conv}/reopen", "", 200, CONVERSATION),
    (
        "POST /conversations/{conv}/assign",
        r#"{"agentId":"{user}"}"#,
        200,
        "assignedTo assignedAgentId assignee.id assignee.type assignee.name assignedAt",
    ),
    (
        "POST /conversations/{conv}/assign",
        r#"{"user_id":"{user}"}"#,
        200,
        "assignedTo",
    ),
    (
        "POST /conversations/{conv}/assign",
        r#"{"assigneeId":"{user}","assigneeType":"user","note":"n"}"#,
        200,
        "assignedTo",
    ),
    ("POST /conversations/{conv}/unassign", "", 200, CONVERSATION),
    (
        "POST /conversations/{conv}/snooze",
        r#"{"until":"2040-02-01T00:00:00Z"}"#,
        200,
        "snoozedUntil",
    ),
    ("POST /conversations/{conv}/snooze", "{}", 200, CONVERSATION),
    ("POST /conversations/{conv}/resolve", "", 200, "resolvedAt"),
    (
        "PATCH /conversations/{conv}",
        r#"{"status":"open"}"#,
        200,
        CONVERSATION,
    ),
    (
        "POST /conversations/{conv}/tags",
        r#"{"tags":["a","b"]}"#,
        200,
        CONVERSATION,
    ),
    (
        "DELETE /conversations/{conv}/tags",
        r#"{"tags":["a"]}"#,
        200,
        CONVERSATION,
    ),
    (
        "POST /conversations/{conv}/tags/remove",
        r#"{"tags":["b"]}"#,
        200,
        CONVERSATION,
    ),
    (
        "POST /conversations/{conv}/read",
        "{}",
        200,
        "markedCount conversationId",
    ),
    (
        "POST /conversations/{conv}/read",
        r#"{"messageIds":["{msg}"]}"#,
        200,
        "markedCount conversationId",
    ),
    (
        "POST /conversations",
        r#"{"channelId":"{ch}","contactId":"{contact}"}"#,
        409,
        "code",
    ),
    (
        "POST /conversations?reuse=true",
        r#"{"channelId":"{ch}","contactId":"{contact}"}"#,
        200,
        CONVERSATION,
    ),
    ("GET /conversations/conv_1", "", 404, "code"),
];

const MESSAGE_CALLS: &[Call] = &[
    (
        "GET /conversations/{conv}/messages?limit=10&before={msg}",
        "",
        200,
        LIST,
    ),
    (
        "GET /conversations/{conv}/messages?limit=10&after={msg}",
        "",
        200,
        LIST,
    ),
    ("GET /conversations/{conv}/messages/{msg}", "", 200, MESSAGE),
    (
        "POST /conversations/{conv}/messages",
        r#"{"text":"Hi"}"#,
        201,
        MESSAGE,
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"location":{"latitude":-23.5,"longitude":-46.6,"name":"Office","address":"Av"}}"#,
        201,
        "content.latitude content.name content.location.latitude content.location.address",
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"text":"pick","buttons":[{"type":"reply","text":"Yes","payload":"y"},{"type":"url","text":"More","url":"https://x"},{"type":"call","text":"Call","phone":"+55"}],"metadata":{"k":"v"}}"#,
        201,
        "metadata.k content.buttons.0.id content.buttons.0.title content.buttons.0.text content.buttons.0.payload content.buttons.1.url content.buttons.2.phone",
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"content":{"type":"contact","contact":{"name":"A","phones":["+1"],"emails":[]}}}"#,
        201,
        "content.contact.name content.contact.phones.0",
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"content":{"type":"interactive","interactive":{"type":"list","body":{"text":"b"},"action":{"button":"Menu","sections":[{"title":"S","rows":[{"id":"1","title":"One","description":"d"}]}]}}}}"#,
        201,
        "content.sections.0.rows.0.description content.listSections.0.title",
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"template":{"name":"order","language":"en","components":[]}}"#,
        400,
        "code",
    ),
    (
        "POST /messages",
        r#"{"channelId":"{ch}","to":"{contact}","content":"words alone"}"#,
        201,
        MESSAGE,
    ),
    (
        "POST /messages",
        r#"{"conversationId":"{conv}","text":"x","replyTo":"{msg}"}"#,
        201,
        "replyTo",
    ),
    (
        "POST /messages",
        r#"{"conversationId":"{conv}","content":{"type":"hologram"}}"#,
        400,
        "code details",
    ),
];

const CONTACT_CALLS: &[Call] = &[
    (
        "POST /contacts",
        r#"{"name":"J","email":"J@X.example","phone":"+1 555 0100","externalId":"x","avatarUrl":"https://x/a.png","customFields":{"a":1},"tags":["t"],"identifiers":[{"channelType":"webchat","channelId":"{ch}","identifier":"vis_1","displayName":"J"}]}"#,
        201,
        "externalId email phone avatarUrl avatar customFields.a identifiers.0.displayName identities.0.id",
    ),
    (
        "POST /contacts",
        r#"{"name":"M","identifiers":{"webchat":"vis_2"}}"#,
        201,
        CONTACT,
    ),
    (
        "GET /contacts?search=j&tags%5B%5D=t&channelType=webchat&sortBy=name&sortOrder=asc&limit=1",
        "",
        200,
        LIST,
    ),
    (
        "GET /contacts?email=j%40x.example&limit=1",
        "",
        200,
        "data.0.id",
    ),
    (
        "GET /contacts?phone=%2B15550100&limit=1",
        "",
        200,
        "data.0.id",
    ),
    ("GET /contacts?phone=15550100&limit=1", "", 200, "data.0.id"),
    ("GET /contacts/{contact}", "", 200, CONTACT),
    ("PATCH /contacts/{contact}", r#"{"name":"K"}"#, 200, CONTACT),
    (
        "PATCH /contacts/{contact}",
        r#"{"custom_fields":{"a":2}}"#,
        200,
        "customFields.a",
    ),
    ("GET /contacts/{contact}/conversations", "", 200, LIST),
    (
        "POST /contacts/{contact}/tags",
        r#"{"tags":["v"]}"#,
        200,
        "tags.0",
    ),
    (
        "DELETE /contacts/{contact}/tags",
        r#"{"tags":["v"]}"#,
        200,
        CONTACT,
    ),
    (
        "POST /contacts/merge",
        r#"{"primaryContactId":"{contact}","secondaryContactIds":["contact_1"]}"#,
        400,
        "code details",
    ),
    ("GET /contacts/ct_1", "", 404, "code"),
    ("DELETE /contacts/{contact}", "", 204, ""),
];

const PEOPLE_CALLS: &[Call] = &[
    ("GET /auth/me", "", 200, USER),
    ("GET /me", "", 200, USER),
    ("GET /users/me", "", 200, USER),
    ("PATCH /auth/me", r#"{"name":"Z"}"#, 200, USER),
    ("PUT /me", r#"{"name":"Z"}"#, 200, USER),
    ("GET /auth/tenant", "", 200, TENANT),
    ("GET /tenant", "", 200, TENANT),
    (
        "POST /auth/refresh",
        r#"{"refreshToken":"spent"}"#,
        401,
        "code",
    ),
    (
        "POST /auth/login",
        r#"{"email":"owner@example.com","password":"wrong"}"#,
        401,
        "code",
    ),
];

/// Limits that nobody reaches here: what they leave is told with every answer.
fn limited(config: &mut Config) {
    config.limits.auth_per_minute = 1_000;
    config.limits.sends_per_minute = 1_000;
    config.limits.other_per_minute = 1_000;
}

/// Makes every call of a table, one after the other, under another prefix each.
async fn make(server: &Server, ids: &[(&str, &Value)], calls: &[Call]) {
    let prefixes = ["/api/v1", "/v1", "", "//v1/"].iter().cycle();
    for ((line, body, status, shows), prefix) in calls.iter().zip(prefixes) {
        let fill = |text: &str| {
            let put = |text: String, (name, id): &(&str, &Value)| {
                text.replace(&format!("{{{name}}}"), id.as_str().unwrap())
            };
            ids.iter().fold(text.to_owned(), put)
        };
        let (method, path) = line.split_once(' ').unwrap();
        let body = Some(fill(body).into_bytes()).filter(|body| !body.is_empty());
        let address = format!("{prefix}{}", fill(path));
        let method = method.parse::<Method>().unwrap();
        let reply = server.api().send(method, &address, body).await;
        check(&reply, &format!("{line} below {prefix:?}"), *status, shows);
    }
}

fn check(reply: &Reply, line: &str, status: u16, shows: &str) {
    let text = reply.text();
    assert_eq!(reply.status, status, "{line}: {text}");
    let body = reply.json();
    for field in shows.split_whitespace() {
        let pointer = format!("/{}", field.replace('.', "/"));
        assert!(
            body.pointer(&pointer).is_some(),
            "{line}: no {field} in {text}"
        );
    }
    for header in [
        "x-request-id",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
    ] {
        assert!(!reply.header(header).is_empty(), "{line}: no {header}");
    }
    if !body.is_null() {
        assert!(
            body.get("success")
                .is_none_or(|_| !text.starts_with(r#"{"success":"#)),
            "{line}"
        );
        let more = body["hasMore"] == true;
        assert_eq!(more, body["nextCursor"].is_string(), "{line}: {text}");
    }
}

/// One person in a conversation on a website, by the names of their ids.
async fn in_conversation(test: impl AsyncFnOnce(&[(&str, &Value)]), server: &Server) {
    let site = server.website(json!({})).await;
    let ack = server.visitor(&site).await.say("cm_1", "Hello").await;
    let conversation = ack["conversationId"].as_str().unwrap();
    let api = server.api();
    let row = api
        .get(&format!("/conversations/{conversation}"))
        .await
        .ok();
    let me = api.get("/auth/me").await.ok();
    let ids = [
        ("ch", &site["id"]),
        ("conv", &row["id"]),
        ("msg", &ack["messageId"]),
        ("contact", &row["contactId"]),
        ("user", &me["id"]),
    ];
    test(&ids).await;
}

#[test]
fn channels_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(async |ids| make(server, ids, CHANNEL_CALLS).await, server).await;
    });
}

#[test]
fn conversations_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(
            async |ids| make(server, ids, CONVERSATION_CALLS).await,
            server,
        )
        .await;
    });
}

#[test]
fn messages_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(async |ids| make(server, ids, MESSAGE_CALLS).await, server).await;
    });
}

#[test]
fn contacts_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        in_conversation(async |ids| make(server, ids, CONTACT_CALLS).await, server).await;
    });
}

#[test]
fn people_answer_as_the_contract_says() {
    on_a_server_with(limited, async |server| {
        make(server, &[], PEOPLE_CALLS).await;
        let by_key = server.api().get("/auth/me").await.ok();
        assert_eq!(by_key["authType"], "api_key");

        // What an old client holds is shown beside what it sends, and decides nothing.
        let stale = server.anonymous().with("authorization", "Bearer stale");
        let body = json!({ "email": OWNER, "password": PASSWORD });
        let login = stale.post("/auth/login", body).await;
        let shows =
            "accessToken refreshToken expiresIn tokenType user.id tenant.id meta.accessToken";
        check(&login, "signing in", 200, shows);
        let login = login.json();
        let renew = json!({ "refreshToken": login["refreshToken"] });
        let renewed = stale.post("/auth/refresh", renew.clone()).await;
        check(
            &renewed,
            "renewing",
            200,
            "accessToken refreshToken expiresIn tokenType",
        );
        let renewed = renewed.json();
        assert!(renewed.get("user").is_none() && renewed.get("tenant").is_none());

        let holder = |token: &Value| {
            let bearer = format!("Bearer {}", token.as_str().unwrap());
            server.anonymous().with("authorization", &bearer)
        };
        let refused = holder(&login["refreshToken"]).get("/auth/me").await;
        refused.refused(401, "INVALID_TOKEN");
        let spent = stale.post("/auth/refresh", renew).await;
        spent.refused(401, "TOKEN_REVOKED");
        let family = json!({ "refreshToken": renewed["refreshToken"] });
        let family = stale.post("/auth/refresh", family).await;
        family.refused(401, "INVALID_REFRESH_TOKEN");

        // A person decides before a key.
        let body = json!({ "email": OWNER, "password": PASSWORD });
        let again = server.anonymous().post("/auth/login", body).await.ok();
        let both = holder(&again["accessToken"]).with("x-api-key", "lk_live_nobody");
        assert!(
            both.get("/auth/me")
                .await
                .ok()
                .get("authType")
                .is_none_or(|how| how != "api_key")
        );
        let bearer = server.anonymous().with(
            "authorization",
            &format!("Bearer {}", crate::support::server::KEY),
        );
        assert_eq!(bearer.get("/auth/me").await.ok()["authType"], "api_key");
        let left = holder(&again["accessToken"])
            .post("/auth/logout", json!({}))
            .await;
        assert_eq!((left.status, left.bytes.len()), (204, 0));
        holder(&again["accessToken"])
            .get("/auth/me")
            .await
            .refused(401, "TOKEN_REVOKED");
    });
}

#[test]
fn pages_of_other_origins_may_call_without_credentials_of_the_browser() {
    on_a_server_with(limited, async |server| {
        let page = server.anonymous().with("origin", "https://site.example");
        let asking = page
            .with("access-control-request-method", "PATCH")
            .with("access-control-request-headers", "x-api-key");
        let preflight = asking.send(Method::OPTIONS, "/channels", None).await;
        assert_eq!(preflight.status, 204);
        let allowed = preflight
            .header("access-control-allow-headers")
            .to_ascii_lowercase();
        for name in [
            "x-api-key",
            "authorization",
            "content-type",
            "idempotency-key",
            "x-request-id",
            "accept",
        ] {
            assert!(
                allowed.split(", ").any(|one| one == name),
                "{name} in {allowed}"
            );
        }
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            assert!(
                preflight
                    .header("access-control-allow-methods")
                    .contains(method)
            );
        }
        let answer = page
            .with("x-request-id", "mine_1")
            .get("/nothing/here")
            .await;
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        let exposed = answer
            .header("access-control-expose-headers")
            .to_ascii_lowercase();
        for name in [
            "x-request-id",
            "x-ratelimit-limit",
            "x-ratelimit-remaining",
            "x-ratelimit-reset",
            "retry-after",
        ] {
            assert!(
                exposed.split(", ").any(|one| one == name),
                "{name} in {exposed}"
            );
        }
        let refused = answer.refused(404, "RESOURCE_NOT_FOUND");
        assert_eq!(refused["meta"]["requestId"], "mine_1");
    });
}

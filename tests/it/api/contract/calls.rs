//! Every call the contract names, as tables.

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
pub type Call = (&'static str, &'static str, u16, &'static str);

pub const CHANNEL_CALLS: &[Call] = &[
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

pub const CONVERSATION_CALLS: &[Call] = &[
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
        "PATCH /conversations/{conv}",
        r#"{"priority":"medium"}"#,
        200,
        CONVERSATION,
    ),
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

pub const MESSAGE_CALLS: &[Call] = &[
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
        r#"{"content":{"type":"text","text":"q","quickReplies":["Yes",{"id":"n","title":"No"}]}}"#,
        201,
        "content.quickReplies.0.id content.quickReplies.1.title",
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"content":{"type":"interactive","interactive":{"type":"buttons","body":{"text":"b"},"buttons":[{"id":"y","label":"Yes"}]}}}"#,
        201,
        "content.buttons.0.id content.buttons.0.title",
    ),
    (
        "POST /conversations/{conv}/messages",
        r#"{"content":{"type":"card","card":{"title":"T","subtitle":"S","buttons":[{"id":"b","label":"Buy","url":"https://x.example"}]}}}"#,
        201,
        "content.cards.0.title content.cards.0.description content.cards.0.buttons.0.url",
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

pub const CONTACT_CALLS: &[Call] = &[
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

pub const PEOPLE_CALLS: &[Call] = &[
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

//! `/audit`: who changed what.

use actix_web::web::Data;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::page::Cursor;
use crate::base::page::Page;
use crate::base::page::Span;
use crate::base::time::Timestamp;
use crate::engine::setup::audit::AuditEntry;
use crate::model::actor::Who;
use crate::model::ids::AuditId;
use crate::model::ids::Id as _;
use crate::model::permission::Permission;
use crate::model::rejection::Code;
use crate::model::rejection::Rejection;
use crate::web::api::answer::Answer;
use crate::web::api::answer::Answered;
use crate::web::api::caller::ApiCaller;
use crate::web::api::page::Asked;
use crate::web::api::route::Routes;
use crate::web::state::State;

/// What cursors of this list are bound to.
const WORDS: &str = "audit";

/// The routes of this subject.
pub fn routes(routes: &mut Routes) {
    routes.about("audit");
    routes
        .get(&["/audit"], index)
        .says("List what was changed by whom, newest first")
        .needs(Permission::ReadAudit)
        .lists::<AuditOut>();
}

/// One change.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
struct AuditOut {
    /// `audit_...`
    id: AuditId,
    /// When.
    at: Timestamp,
    /// Who.
    actor: ActorOut,
    /// What was done, such as `channel.created`.
    action: String,
    /// To what.
    target: Option<String>,
    /// What changed; secrets never stand here.
    details: Value,
    /// When, for clients that look for it on every object.
    created_at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditActor)]
struct ActorOut {
    /// `user`, `apiKey` or `system`.
    r#type: &'static str,
    /// The user or key.
    id: Option<String>,
    /// The name at the time.
    name: String,
    /// The network address.
    ip: Option<String>,
}

impl From<AuditEntry> for AuditOut {
    fn from(entry: AuditEntry) -> Self {
        let (kind, id) = match entry.actor {
            Who::User(user) => ("user", Some(user.to_string())),
            Who::ApiKey(key, _) => ("apiKey", Some(key.to_string())),
            Who::Contact(contact) => ("contact", Some(contact.to_string())),
            Who::System => ("system", None),
        };
        Self {
            id: entry.id,
            at: entry.at,
            actor: ActorOut {
                r#type: kind,
                id,
                name: entry.actor_name,
                ip: entry.ip,
            },
            action: entry.action,
            target: entry.target,
            details: Value::Object(entry.details),
            created_at: entry.at,
        }
    }
}

async fn index(caller: ApiCaller, state: Data<State>, asked: Asked) -> Answered {
    let span = asked.0;
    let before = span.cursor.as_ref().map(place).transpose()?;
    let wanted = span.offset.saturating_add(span.limit);
    let rows = state
        .engine
        .audit
        .list(&caller.actor, before, wanted.saturating_add(1))?;
    Ok(Answer::list(
        page_of(rows, &span, wanted).map(AuditOut::from),
        &span,
    ))
}

fn page_of(mut rows: Vec<AuditEntry>, span: &Span, wanted: usize) -> Page<AuditEntry> {
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let last = rows.last().filter(|_| more);
    Page {
        next: last.map(|entry| Cursor::new(entry.id.bytes().to_vec(), WORDS)),
        rows: rows.into_iter().skip(span.offset).collect(),
        total: None,
    }
}

fn place(cursor: &Cursor) -> Result<AuditId, Rejection> {
    let refuse = |message: String| Rejection::new(Code::InvalidCursor, message);
    let position = cursor
        .position(WORDS)
        .map_err(|error| refuse(error.to_string()))?;
    position
        .try_into()
        .map(AuditId::from_bytes)
        .map_err(|_| refuse("This cursor cannot be read.".to_owned()))
}

//! Is it alive, is it ready, how is it doing.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Data;
use serde_json::json;

use crate::engine::health::Health;
use crate::web::state::State;
use crate::web::state::VERSION;

/// Entries the index may be behind and still count as caught up.
const BEHIND_MAX: u64 = 1_000;

/// The addresses for machines that watch.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/healthz", web::get().to(alive))
        .route("/readyz", web::get().to(ready))
        .route("/metrics", web::get().to(metrics));
}

async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok", "version": VERSION }))
}

/// Ready means: a change can be written, and what was said can be found.
async fn ready(state: Data<State>) -> HttpResponse {
    let health = &state.engine.health;
    let writable = health.is_writable().await;
    let index = health.index();
    let behind = index.last.saturating_sub(index.position);
    let ok = writable && (!index.rebuilding || behind == 0) && behind <= BEHIND_MAX;
    let body = json!({
        "status": if ok { "ready" } else { "not ready" },
        "store": { "writable": writable, "seq": index.last },
        "index": { "position": index.position, "behind": behind, "rebuilding": index.rebuilding },
    });
    if ok {
        HttpResponse::Ok().json(body)
    } else {
        HttpResponse::ServiceUnavailable().json(body)
    }
}

#[expect(clippy::too_many_lines, reason = "one row for each figure")]
async fn metrics(state: Data<State>) -> HttpResponse {
    let health = &state.engine.health;
    let stats = health.writer();
    let index = health.index();
    let rows = [
        (
            "linktor_uptime_seconds",
            "gauge",
            "Seconds since the start.",
            health.uptime().as_secs(),
        ),
        (
            "linktor_memory_bytes",
            "gauge",
            "Memory in use by the process.",
            Health::memory_bytes(),
        ),
        (
            "linktor_log_seq",
            "counter",
            "The number of the newest event.",
            index.last,
        ),
        (
            "linktor_index_behind",
            "gauge",
            "Events the search index is behind.",
            index.last.saturating_sub(index.position),
        ),
        (
            "linktor_commits_total",
            "counter",
            "Commits since the start.",
            stats.commits.load(Ordering::Relaxed),
        ),
        (
            "linktor_changes_total",
            "counter",
            "Changes since the start.",
            stats.changes.load(Ordering::Relaxed),
        ),
        (
            "linktor_commit_microseconds_total",
            "counter",
            "Time spent in commits.",
            stats.commit_micros.load(Ordering::Relaxed),
        ),
        (
            "linktor_commit_slowest_microseconds",
            "gauge",
            "The longest commit.",
            stats.slowest_micros.load(Ordering::Relaxed),
        ),
        (
            "linktor_writer_waiting",
            "gauge",
            "Changes that wait to be committed.",
            health.waiting() as u64,
        ),
        (
            "linktor_visitor_sockets",
            "gauge",
            "Open sockets of web chat visitors.",
            health.visitors() as u64,
        ),
        (
            "linktor_agents",
            "gauge",
            "People of ours who are connected.",
            health.agents() as u64,
        ),
        (
            "linktor_messages_inbound_total",
            "counter",
            "Messages from customers.",
            health.inbound(),
        ),
        (
            "linktor_messages_outbound_total",
            "counter",
            "Messages to customers.",
            health.outbound(),
        ),
        (
            "linktor_outbox",
            "gauge",
            "Messages on their way to vendors.",
            health.outbox(),
        ),
    ];
    let mut text = String::new();
    for (name, kind, help, value) in rows {
        // Writing into a text cannot fail.
        let _written = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"
        );
    }
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(text)
}

//! Who may name whom. Reads the sources and fails on every edge that the tables below do not list,
//! so that the map in `src/lib.rs` stays true without anybody having to remember it.
//!
//! Uses the standard library alone, so that it also compiles by itself in a second (`tests/run`
//! does that first of all).
#![expect(
    clippy::unwrap_used,
    reason = "a file that cannot be read is a failed test"
)]

mod source;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use source::Kind;
use source::Named;

/// Every layer, and the layers it may name beside itself.
const LAYERS: &[(&str, &str)] = &[
    ("base", ""),
    ("config", "base"),
    ("model", "base"),
    ("channels", "base model"),
    ("assistants", "base model"),
    ("net", "base config"),
    ("store", "base config model"),
    ("search", "base config model store"),
    (
        "engine",
        "base config model channels assistants net store search",
    ),
    ("sandbox", "base config net"),
    ("web", "base config model engine sandbox"),
];

/// Builds everything and owns start and stop: may name every layer and is named by none. Each of these may
/// name those before it.
const COMPOSITION: &[&str] = &["control", "demo", "app", "bench", "cli", "lib", "main"];

/// The engine in small. A part may name its own row and the rows above; services that stand apart never
/// know each other.
const ENGINE: &[(&str, Peers)] = &[
    ("rules", Peers::Apart),
    (
        "alert_hook alerts audit context error find happenings introducing letters limits links live old opened passes queue quiet roster sight vendor",
        Peers::Together,
    ),
    ("health", Peers::Apart),
    ("inbox people setup knowledge reports", Peers::Apart),
    ("ingest webchat", Peers::Together),
    ("workers", Peers::Apart),
    ("tests", Peers::Apart),
];

/// Whether the parts of a row may name each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peers {
    Together,
    Apart,
}

/// Libraries that only some modules may name, so that each can be replaced in one place.
const LIBRARIES: &[(&str, &str)] = &[
    ("redb", "store::kv bench"),
    ("tantivy", "search bench"),
    ("reqwest", "net bench"),
    ("lettre", "net channels sandbox"),
    ("hickory_resolver", "net"),
    ("tokio_tungstenite", "net bench"),
    ("actix_web", "web app cli"),
    ("actix_ws", "web"),
    ("actix_multipart", "web"),
    ("askama", "web engine::letters"),
    ("rust_embed", "web"),
];

#[test]
fn every_name_in_the_sources_respects_the_layers() {
    let sources = root().join("src");
    let files = files_below(&sources, &["rs"]);
    assert!(
        files.contains(&sources.join("lib.rs")),
        "no sources in {}",
        sources.display()
    );
    let mut violations = Vec::new();
    for file in files {
        let module = module_of(file.strip_prefix(&sources).unwrap());
        for named in names_in(&module, &fs::read_to_string(&file).unwrap()) {
            if let Some(why) = objection(&module, &named) {
                violations.push(format!("{}:{}: {why}", shown(&file), named.line));
            }
        }
    }
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn sources_are_plain_ascii() {
    let mut violations = Vec::new();
    for folder in ["src", "tests", "benches", "widget", "static"] {
        let code = ["rs", "ts", "tsx", "js", "mjs", "css"];
        for file in files_below(&root().join(folder), &code) {
            for (number, line) in (1..).zip(fs::read_to_string(&file).unwrap().lines()) {
                if !line.is_ascii() {
                    violations.push(format!("{}:{number}: {line}", shown(&file)));
                }
            }
        }
    }
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// What `source`, standing in `module`, names.
fn names_in(module: &[String], source: &str) -> Vec<Named> {
    let libraries: Vec<&str> = LIBRARIES.iter().map(|(name, _)| *name).collect();
    source::names(module, source, &libraries)
}

/// Why `module` may not name this, if it may not.
fn objection(module: &[String], named: &Named) -> Option<String> {
    let here = module.join("::");
    let there = named.path.join("::");
    match named.kind {
        Kind::Bundle => Some("`crate::{...}`: write one layer a line".into()),
        Kind::Library => {
            let (_, owners) = LIBRARIES.iter().find(|(name, _)| *name == there)?;
            let owned = owners.split(' ').any(|owner| is_within(&here, owner));
            (!owned).then(|| format!("only {owners} may name the library `{there}`"))
        }
        Kind::Ours => {
            let from = module.first()?.as_str();
            let to = named.path.first()?.as_str();
            let step = |part: &str| COMPOSITION.iter().position(|name| *name == part);
            if let Some(own) = step(from) {
                let later = step(to).is_some_and(|other| other > own);
                return later
                    .then(|| format!("`{from}` may not name `{there}`, which is built of it"));
            }
            let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == from) else {
                return Some(format!("`{from}` is no known layer"));
            };
            if from != to && !lists(allowed, to) {
                return Some(format!("`{from}` may not name `{there}`"));
            }
            (from == "engine" && to == "engine" && !engine_allows(module, &named.path))
                .then(|| format!("`{here}` may not name `{there}`: it stands later in the engine"))
        }
    }
}

fn lists(row: &str, name: &str) -> bool {
    row.split(' ').any(|listed| listed == name)
}

/// Whether `module` is `owner` or lies inside it.
fn is_within(module: &str, owner: &str) -> bool {
    module
        .strip_prefix(owner)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Whether one part of the engine may name another. The root of the engine composes its parts;
/// what stands in no row is an item of that root, which only the tests of the whole name.
fn engine_allows(from: &[String], to: &[String]) -> bool {
    let (Some(from), Some(to)) = (from.get(1), to.get(1)) else {
        return true;
    };
    let row = |part: &str| ENGINE.iter().position(|(parts, _)| lists(parts, part));
    match (row(from), row(to)) {
        (Some(own), Some(other)) if own == other => from == to || ENGINE[own].1 == Peers::Together,
        (Some(own), Some(other)) => other < own,
        (Some(own), None) => ENGINE[own].0 == "tests",
        _ => false,
    }
}

/// The path of the module in this file: `engine/inbox/send.rs` is `engine::inbox::send`.
fn module_of(file: &Path) -> Vec<String> {
    let mut path: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if path.last().is_some_and(|name| name == "mod") {
        path.pop();
    }
    path
}

/// Folders whose files nobody here writes, or that are data: fixtures and translations.
const NOT_SOURCES: &[&str] = &["node_modules", "vendor", "dist", "out", "fixtures", "i18n"];

/// Every source below `folder` with one of these extensions, in a stable order.
fn files_below(folder: &Path, extensions: &[&str]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap();
            if !NOT_SOURCES.iter().any(|skipped| name == *skipped) {
                found.extend(files_below(&path, extensions));
            }
        } else if path
            .extension()
            .is_some_and(|end| extensions.iter().any(|wanted| end == *wanted))
        {
            found.insert(path);
        }
    }
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn shown(file: &Path) -> impl fmt::Display {
    file.strip_prefix(root()).unwrap().display().to_string()
}

/// The checks on the check: the tables above must be able to refuse.
mod tables {
    use super::*;

    /// The first objection to `source` standing in `module`.
    fn refused(module: &str, source: &str) -> Option<String> {
        names_in(&path(module), source)
            .iter()
            .find_map(|named| objection(&path(module), named))
    }

    fn path(module: &str) -> Vec<String> {
        module.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn edges_outside_the_table_are_refused() {
        for (module, source) in [
            ("base::id", "use crate::model::Tag;"),
            ("channels::telegram", "use crate::store::Tx;"),
            ("channels::telegram", "use crate::net::http::Client;"),
            ("web::api::users", "use crate::store::Snapshot;"),
            ("web::api", "super::super::channels::registry::all()"),
            ("engine::live", "use crate::web::state;"),
            ("store", "use crate::app;"),
            ("model", "use crate::nowhere::Thing;"),
            ("demo::story", "use crate::app::Running;"),
            ("bench", "use crate::cli::tell;"),
            ("mystery", "use crate::base::id;"),
            ("web", "use crate::{base, model};"),
            ("store::log", "use redb::Database;"),
            ("store::kvs", "use redb::Database;"),
            ("engine::inbox", "use actix_web::web;"),
        ] {
            assert!(refused(module, source).is_some(), "{module}: {source}");
        }
    }

    #[test]
    fn edges_inside_the_table_are_accepted() {
        for (module, source) in [
            (
                "channels::telegram",
                "use crate::model::Tag; use super::Channel;",
            ),
            (
                "search::indexer",
                "use crate::store::Snapshot; use tantivy::Index;",
            ),
            ("store::kv::redb", "use redb::Database;"),
            ("web", "use actix_web::web; use crate::engine::inbox::list;"),
            (
                "app",
                "use crate::store; use crate::web; use crate::engine::Engine;",
            ),
            ("app", "use crate::demo; use crate::control::socket;"),
            ("lib", "pub use crate::app::run;"),
        ] {
            assert_eq!(refused(module, source), None, "{module}: {source}");
        }
    }

    #[test]
    fn the_engine_has_an_order_inside() {
        for (module, source, accepted) in [
            (
                "engine::inbox::send",
                "use crate::engine::rules::fit;",
                true,
            ),
            (
                "engine::inbox::send",
                "use crate::engine::context::Context;",
                true,
            ),
            ("engine::inbox::send", "use super::list;", true),
            ("engine::workers::jobs", "use crate::engine::ingest;", true),
            (
                "engine::live",
                "use crate::engine::error::EngineError;",
                true,
            ),
            ("engine", "use crate::engine::workers;", true),
            (
                "engine::rules::fit",
                "use crate::engine::context::Context;",
                false,
            ),
            ("engine::context", "use crate::engine::inbox::Inbox;", false),
            (
                "engine::inbox::send",
                "use crate::engine::people::Users;",
                false,
            ),
            ("engine::inbox::send", "use super::super::ingest;", false),
            ("engine::ingest", "use crate::engine::workers;", false),
            ("engine::inbox::send", "use crate::engine::Engine;", false),
        ] {
            assert_eq!(
                refused(module, source).is_none(),
                accepted,
                "{module}: {source}"
            );
        }
    }
}

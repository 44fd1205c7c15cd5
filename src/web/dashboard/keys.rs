//! `/app/settings/keys`: keys for programs.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web;
use actix_web::web::Path;

use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::people::names;
use crate::model::api_key::ApiKey;
use crate::model::ids::ApiKeyId;
use crate::model::permission::Permission;
use crate::model::permission::SCOPE_AREAS;
use crate::model::rejection::Rejection;
use crate::web::dashboard::answers::Refused;
use crate::web::dashboard::answers::refuse;
use crate::web::dashboard::form::Fields;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::capitalised;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::reader::see;
use crate::web::dashboard::view::atoms::OptionView;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::settings::KeyRow;
use crate::web::dashboard::view::settings::KeysPage;
use crate::web::dashboard::view::settings::ScopeGroup;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;

/// The address of the page.
const HERE: &str = "/app/settings/keys";
/// Choices of when a key ends: days, and what a person reads.
const EXPIRIES: [(&str, &str); 4] = [
    ("", "Never"),
    ("30", "In 30 days"),
    ("90", "In 90 days"),
    ("365", "In a year"),
];
/// The longest life a key can be given, in days.
const DAYS_MAX: u64 = 3_650;

/// The addresses of API keys.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route(HERE, web::get().to(show))
        .route(HERE, web::post().to(create))
        .route("/app/settings/keys/{id}/revoke", web::post().to(revoke));
}

async fn show(state: Shared, reader: Reader) -> Result<HttpResponse, Problem> {
    let drawn = draw(&state, &reader, &Fields::default(), &Refused::nothing())?;
    Ok(page(&drawn))
}

async fn create(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let (reader, fields) = (&form.reader, &form.fields);
    match make(&state, reader, fields).await {
        Ok((key, secret)) => {
            let mut drawn = draw(&state, reader, &Fields::default(), &Refused::nothing())?;
            drawn.fresh = Some((key.name, secret));
            Ok(page(&drawn))
        }
        Err(error) => refuse(reader, error, |refused| {
            draw(&state, reader, fields, refused)
        }),
    }
}

async fn make(
    state: &State,
    reader: &Reader,
    fields: &Fields,
) -> Result<(ApiKey, String), EngineError> {
    let scopes: Vec<String> = fields.all("scopes").map(str::to_owned).collect();
    if scopes.is_empty() {
        // A key without scopes may everything; that is not what an untouched form means.
        let wrong = Rejection::field("scopes", "must say what the key may do: tick a box");
        return Err(match names::clean_name(fields.get("name")) {
            Ok(_) => wrong.into(),
            Err(name) => name.and(wrong).into(),
        });
    }
    let end = end_of(fields.get("expiry"), state.engine.context.clock.now())?;
    let keys = &state.engine.api_keys;
    keys.create(&reader.actor(), fields.get("name"), scopes, end)
        .await
}

async fn revoke(state: Shared, id: Path<String>, form: Form) -> Result<HttpResponse, Problem> {
    let id: ApiKeyId = id.parse().map_err(|_| Problem::not_found())?;
    state
        .engine
        .api_keys
        .revoke(&form.reader.actor(), id)
        .await?;
    Ok(see(HERE))
}

/// The end a choice of days means.
fn end_of(days: &str, now: Timestamp) -> Result<Option<Timestamp>, Rejection> {
    if days.is_empty() {
        return Ok(None);
    }
    let days: Option<u64> = days
        .parse()
        .ok()
        .filter(|days| (1..=DAYS_MAX).contains(days));
    let wrong = || Rejection::field("expiry", format!("must be 1 to {DAYS_MAX} days"));
    let days = days.ok_or_else(wrong)?;
    Ok(Some(now.plus(Duration::from_secs(days * 86_400))))
}

fn draw(
    state: &State,
    reader: &Reader,
    typed: &Fields,
    refused: &Refused,
) -> Result<KeysPage, Problem> {
    let now = state.engine.context.clock.now();
    let keys = state.engine.api_keys.list(&reader.actor())?;
    let chosen: Vec<&str> = typed.all("scopes").collect();
    Ok(KeysPage {
        shell: reader.shell(state, "API keys", Area::Keys)?,
        keys: keys.iter().map(|key| row(reader, key, now)).collect(),
        fresh: None,
        name: refused.field("name", typed.get("name")),
        scopes: scope_groups(&chosen),
        scopes_error: refused.about("scopes"),
        expiries: EXPIRIES
            .iter()
            .map(|(days, label)| OptionView::of(days, label, typed.get("expiry")))
            .collect(),
    })
}

fn row(reader: &Reader, key: &ApiKey, now: Timestamp) -> KeyRow {
    let date = |at: Timestamp| format::date(at, &reader.zone);
    let expiry = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("Revoked {}", date(at)),
        (None, Some(at)) if at <= now => format!("Expired {}", date(at)),
        (None, Some(at)) => format!("Expires {}", date(at)),
        (None, None) => "Never expires".to_owned(),
    };
    KeyRow {
        id: key.id.to_string(),
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        scopes: if key.scopes.is_empty() {
            vec!["Everything".to_owned()]
        } else {
            key.scopes.clone()
        },
        used: key
            .last_used_at
            .map(|at| (TimeView::ago(at, now), String::new())),
        expiry,
        active: key.works(now),
    }
}

/// What a key can be limited to: the areas this version has something in, then everything.
fn scope_groups(chosen: &[&str]) -> Vec<ScopeGroup> {
    let choice = |value: String, label: &str| OptionView {
        selected: chosen.contains(&value.as_str()),
        label: label.to_owned(),
        value,
    };
    let mut groups: Vec<ScopeGroup> = SCOPE_AREAS
        .into_iter()
        .filter(|area| is_in_use(area))
        .map(|area| ScopeGroup {
            title: capitalised(area),
            scopes: vec![
                choice(format!("{area}:read"), "Read"),
                choice(format!("{area}:write"), "Read and change"),
            ],
        })
        .collect();
    groups.push(ScopeGroup {
        title: "Everything".to_owned(),
        scopes: vec![choice("*".to_owned(), "All that your role may do")],
    });
    groups
}

fn is_in_use(area: &str) -> bool {
    Permission::ALL
        .iter()
        .any(|permission| permission.rule().scope == area)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::model::permission::is_scope;

    #[test]
    fn every_scope_offered_is_one() {
        let groups = scope_groups(&["contacts:read"]);
        let offered: Vec<&OptionView> = groups.iter().flat_map(|group| &group.scopes).collect();
        assert!(offered.iter().all(|scope| is_scope(&scope.value)));
        let chosen: Vec<_> = offered.iter().filter(|scope| scope.selected).collect();
        assert_eq!(chosen.len(), 1);
        assert!(groups.iter().all(|group| group.title != "Bots"));
    }

    #[test]
    fn ends_are_days_from_now() {
        let now = Timestamp::from_secs(1_000);
        assert_eq!(end_of("", now).unwrap(), None);
        assert_eq!(
            end_of("30", now).unwrap(),
            Some(Timestamp::from_secs(1_000 + 30 * 86_400))
        );
        for bad in ["0", "-1", "soon", "99999999999999999999"] {
            assert!(end_of(bad, now).is_err(), "{bad}");
        }
    }
}

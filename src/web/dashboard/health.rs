//! `/app/settings/health`: how the installation is doing.

use std::sync::atomic::Ordering;

use actix_web::HttpResponse;
use actix_web::web;

use crate::engine::error::EngineError;
use crate::engine::health::Disk;
use crate::engine::health::Health;
use crate::engine::health::Progress;
use crate::model::permission::Permission;
use crate::web::api::system::attached;
use crate::web::dashboard::form::Form;
use crate::web::dashboard::problem::Problem;
use crate::web::dashboard::reader::Reader;
use crate::web::dashboard::reader::Shared;
use crate::web::dashboard::reader::page;
use crate::web::dashboard::view::atoms::BadgeView;
use crate::web::dashboard::view::atoms::ChipView;
use crate::web::dashboard::view::atoms::Icon;
use crate::web::dashboard::view::atoms::TimeView;
use crate::web::dashboard::view::atoms::Tone;
use crate::web::dashboard::view::channels::FigureView;
use crate::web::dashboard::view::channels::LogLine;
use crate::web::dashboard::view::format;
use crate::web::dashboard::view::settings::DiskSlice;
use crate::web::dashboard::view::settings::FollowerRow;
use crate::web::dashboard::view::settings::HealthPage;
use crate::web::dashboard::view::settings::HealthPart;
use crate::web::dashboard::view::settings::LastBackupPart;
use crate::web::dashboard::view::settings::OutboxRow;
use crate::web::dashboard::view::shell::Area;
use crate::web::state::State;
use crate::web::state::VERSION;

/// Events a follower may be behind and still count as level.
const LEVEL: u64 = 100;
/// Free room below which the disk is worth a warning, in bytes.
const FREE_LEAST: u64 = 1024 * 1024 * 1024;

/// The address of the page.
pub fn configure(config: &mut web::ServiceConfig) {
    config
        .route("/app/settings/health", web::get().to(show))
        .route("/app/settings/health/backup", web::post().to(backup));
}

async fn backup(state: Shared, form: Form) -> Result<HttpResponse, Problem> {
    let backups = &state.engine.backups;
    let (name, pieces) = backups.download(&form.reader.actor()).await?;
    Ok(attached(&name, pieces))
}

async fn show(state: Shared, reader: Reader) -> Result<HttpResponse, Problem> {
    reader.actor().require(Permission::ManageSystem)?;
    let health = state.engine.health.clone();
    let writable = health.is_writable().await;
    // Looking at every stored file takes its time.
    let disk = web::block(move || health.disk()).await.ok().flatten();
    let part = part(&state, &reader, writable, disk)?;
    if reader.wants("health") {
        return Ok(page(&part));
    }
    Ok(page(&HealthPage {
        shell: reader.shell(&state, "System health", Area::Health)?,
        verdict: verdict(&part.checks),
        about: about(&state),
        backup: last_backup(&state, &reader)?,
        part,
    }))
}

fn about(state: &State) -> String {
    let up = format::span(state.engine.health.uptime().as_secs());
    let url = state.engine.context.links.public_url();
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    format!("linktor {VERSION}, up {up}, {host}")
}

/// What owners are told of backups; nothing for everybody else.
///
/// # Errors
/// The store's.
pub fn last_backup(state: &State, reader: &Reader) -> Result<Option<LastBackupPart>, EngineError> {
    if !reader.actor().may(Permission::TakeBackup) {
        return Ok(None);
    }
    let last = state.engine.health.last_backup()?;
    let words = last.map_or_else(
        || "No backup yet".to_owned(),
        |at| format!("Last backup {}", format::date(at, &reader.zone)),
    );
    Ok(Some(LastBackupPart { words }))
}

fn part(
    state: &State,
    reader: &Reader,
    writable: bool,
    disk: Option<Disk>,
) -> Result<HealthPart, Problem> {
    let health = &state.engine.health;
    let index = health.index();
    let outbox = outbox(state, reader)?;
    let checks = [
        check_disk(writable, disk),
        check_index(index),
        check_channels(state.engine.surroundings.channel_counts()?),
    ];
    let now = state.engine.context.clock.now();
    Ok(HealthPart {
        figures: figures(health),
        newest: format::count(index.last),
        followers: vec![follower(Icon::SEARCH, "Search index", index)],
        waiting: outbox.iter().map(|row| row.waiting).sum(),
        outbox,
        disk: disk.map_or_else(String::new, |disk| {
            let (used, free) = (format::size(disk.used()), format::size(disk.free));
            format!("{used} used, {free} free")
        }),
        slices: disk.map_or_else(Vec::new, slices),
        checks: checks
            .into_iter()
            .map(|check| check.line(TimeView::ago(now, now)))
            .collect(),
    })
}

fn outbox(state: &State, reader: &Reader) -> Result<Vec<OutboxRow>, Problem> {
    let lanes = state.engine.health.lanes()?;
    let now = state.engine.context.clock.now();
    let channels = state.engine.channels.list(&reader.actor())?;
    let waiting = channels.iter().filter_map(|channel| {
        let lane = lanes.get(&channel.id)?;
        Some(OutboxRow {
            badge: BadgeView::of(channel.kind.as_str()),
            name: channel.name.clone(),
            waiting: lane.count,
            oldest: format::ago(lane.oldest, now),
        })
    });
    Ok(waiting.collect())
}

fn figures(health: &Health) -> Vec<FigureView> {
    let stats = health.writer();
    let commits = stats.commits.load(Ordering::Relaxed);
    let micros = stats.commit_micros.load(Ordering::Relaxed);
    let slowest = stats.slowest_micros.load(Ordering::Relaxed);
    let mean = micros.checked_div(commits).unwrap_or(0);
    let figure = |label: &str, value: String, unit: &str, text: String| FigureView {
        label: label.to_owned(),
        value,
        unit: unit.to_owned(),
        text,
    };
    let visitors = format::counted(health.visitors() as u64, "visitor", "visitors");
    let agents = format::counted(health.agents() as u64, "colleague", "colleagues");
    vec![
        figure(
            "Memory",
            format::size(Health::memory_bytes()),
            "",
            "In use by linktor".to_owned(),
        ),
        figure(
            "Write",
            millis(mean),
            "ms",
            format!("Mean of a commit, slowest {} ms", millis(slowest)),
        ),
        figure(
            "Messages",
            format::count(health.inbound() + health.outbound()),
            "",
            format!(
                "{} in, {} out",
                format::count(health.inbound()),
                format::count(health.outbound())
            ),
        ),
        figure("Connected", agents, "", format!("And {visitors}")),
    ]
}

/// "0.4", "12": thousandths of a second with as many digits as matter.
fn millis(micros: u64) -> String {
    if micros < 10_000 {
        format!("{}.{}", micros / 1_000, micros % 1_000 / 100)
    } else {
        format::count(micros / 1_000)
    }
}

fn follower(icon: Icon, name: &str, at: Progress) -> FollowerRow {
    let behind = at.last.saturating_sub(at.position);
    let (tone, state) = match (at.rebuilding, behind) {
        (true, _) => {
            let done = (at.position * 100).checked_div(at.last).unwrap_or(100);
            (Tone::Warn, format!("Rebuilding, {done} %"))
        }
        (false, ..=LEVEL) => (Tone::Ok, "Level".to_owned()),
        (false, _) => (Tone::Warn, "Catching up".to_owned()),
    };
    FollowerRow {
        icon,
        name: name.to_owned(),
        at: format::count(at.position),
        behind: format::count(behind),
        tone,
        state,
    }
}

fn slices(disk: Disk) -> Vec<DiskSlice> {
    let used = disk.used().max(1);
    let parts = [
        ("Database", disk.database),
        ("Search index", disk.index),
        ("Files", disk.media),
    ];
    let slice = |(name, bytes): (&str, u64)| DiskSlice {
        name: name.to_owned(),
        size: format::size(bytes),
        percent: u8::try_from(bytes.saturating_mul(100) / used).unwrap_or(100),
    };
    parts.into_iter().map(slice).collect()
}

/// One thing looked at, and how it is.
struct Check {
    tone: Tone,
    title: &'static str,
    text: String,
}

impl Check {
    fn line(self, time: TimeView) -> LogLine {
        LogLine {
            time,
            tone: self.tone,
            icon: match self.tone {
                Tone::Ok => Icon::HEALTHY,
                Tone::Bad => Icon::BROKEN,
                _ => Icon::WARNING,
            },
            title: self.title.to_owned(),
            text: self.text,
        }
    }
}

fn check_disk(writable: bool, disk: Option<Disk>) -> Check {
    let free = disk.map_or(u64::MAX, |disk| disk.free);
    let (tone, text) = match (writable, free) {
        (false, _) => (Tone::Bad, "Changes cannot be written.".to_owned()),
        (true, ..FREE_LEAST) => (Tone::Warn, format!("Only {} free.", format::size(free))),
        (true, _) => (Tone::Ok, "Changes can be written.".to_owned()),
    };
    let title = "Disk";
    Check { tone, title, text }
}

fn check_index(at: Progress) -> Check {
    let behind = at.last.saturating_sub(at.position);
    let (tone, text) = if behind <= LEVEL && !at.rebuilding {
        (Tone::Ok, "Everything can be found.".to_owned())
    } else {
        let changes = format::counted(behind, "change", "changes");
        (Tone::Warn, format!("{changes} cannot be found yet."))
    };
    let title = "Search";
    Check { tone, title, text }
}

fn check_channels((all, troubled): (usize, usize)) -> Check {
    let (tone, text) = match (all, troubled) {
        (0, _) => (Tone::Warn, "There is none yet.".to_owned()),
        (_, 0) => (Tone::Ok, "All work.".to_owned()),
        (all, troubled) => (Tone::Bad, format!("{troubled} of {all} do not work.")),
    };
    let title = "Channels";
    Check { tone, title, text }
}

/// All checks in a word.
fn verdict(checks: &[LogLine]) -> ChipView {
    let bad = checks.iter().any(|check| check.tone == Tone::Bad);
    let warnings = checks.iter().filter(|c| c.tone == Tone::Warn).count() as u64;
    match (bad, warnings) {
        (true, _) => ChipView::toned("Needs help", Tone::Bad, Some(Icon::BROKEN)),
        (false, 0) => ChipView::toned("All good", Tone::Ok, Some(Icon::HEALTHY)),
        (false, warnings) => {
            let words = format::counted(warnings, "warning", "warnings");
            ChipView::toned(format!("Working, {words}"), Tone::Warn, Some(Icon::WARNING))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: u64, last: u64, rebuilding: bool) -> Progress {
        Progress {
            position,
            last,
            rebuilding,
        }
    }

    #[test]
    fn a_follower_is_level_catching_up_or_rebuilding() {
        let state = |progress| follower(Icon::SEARCH, "Search index", progress).state;
        assert_eq!(state(at(10, 10, false)), "Level");
        assert_eq!(state(at(10, 5_000, false)), "Catching up");
        assert_eq!(state(at(40, 100, true)), "Rebuilding, 40 %");
        assert_eq!(state(at(0, 0, true)), "Rebuilding, 100 %");
    }

    #[test]
    fn the_worst_check_is_the_verdict() {
        let lines = |checks: Vec<Check>| -> Vec<LogLine> {
            let drawn = checks.into_iter().map(|c| c.line(TimeView::default()));
            drawn.collect()
        };
        let good = || check_channels((2, 0));
        assert_eq!(verdict(&lines(vec![good()])).label, "All good");
        let slow = check_index(at(0, 5_000, false));
        assert_eq!(
            verdict(&lines(vec![good(), slow])).label,
            "Working, 1 warning"
        );
        let full = check_disk(false, None);
        assert_eq!(verdict(&lines(vec![good(), full])).label, "Needs help");
    }

    #[test]
    fn slices_are_shares_of_what_is_used() {
        let disk = Disk {
            database: 50,
            index: 25,
            media: 25,
            free: 1_000,
        };
        let shares: Vec<u8> = slices(disk).iter().map(|slice| slice.percent).collect();
        assert_eq!(shares, [50, 25, 25]);
        assert_eq!((millis(450), millis(12_345)), ("0.4".into(), "12".into()));
    }
}

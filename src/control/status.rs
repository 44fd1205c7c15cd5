//! How an installation is, in words for its operator.

use serde::Deserialize;
use serde::Serialize;

use crate::engine::Engine;
use crate::engine::error::EngineError;
use crate::model::actor::Actor;
use crate::model::channel::ChannelState;
use crate::model::domain::State;

/// From this age on a backup is called old.
const BACKUP_OLD_DAYS: i64 = 7;
/// A clock that shows less than this was never set: 2026-01-01.
const CLOCK_LEAST_SECS: i64 = 1_767_225_600;
const DAY_SECS: i64 = 24 * 3_600;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Somebody must act.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How serious it is.
    pub level: Level,
    /// What was found, and what to do about it.
    pub text: String,
}

impl Finding {
    /// As it should be.
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            level: Level::Good,
            text: text.into(),
        }
    }

    /// Worth knowing.
    pub fn note(text: impl Into<String>) -> Self {
        Self {
            level: Level::Note,
            text: text.into(),
        }
    }

    /// Somebody must act.
    pub fn bad(text: impl Into<String>) -> Self {
        Self {
            level: Level::Bad,
            text: text.into(),
        }
    }
}

/// Looks at what is inside an open installation.
///
/// # Errors
/// The store cannot be read.
pub async fn look(engine: &Engine) -> Result<Vec<Finding>, EngineError> {
    let mut findings = vec![writable(engine).await, index(engine), clock(engine)];
    findings.push(backup(engine)?);
    findings.push(owner(engine)?);
    findings.extend(channels(engine)?);
    findings.extend(domains(engine).await?);
    Ok(findings)
}

async fn writable(engine: &Engine) -> Finding {
    if engine.health.is_writable().await {
        Finding::good("Messages can be stored.")
    } else {
        Finding::bad("Nothing can be written: make room on the disk, or look into the log.")
    }
}

fn index(engine: &Engine) -> Finding {
    let index = engine.health.index();
    let behind = index.last.saturating_sub(index.position);
    if index.rebuilding && behind > 0 {
        Finding::note(format!(
            "The search index holds {} of {} entries; the server completes it while it runs.",
            index.position, index.last
        ))
    } else if behind > 0 {
        Finding::note(format!("The search index is {behind} entries behind."))
    } else {
        Finding::good(format!(
            "The search index is complete ({} entries).",
            index.position
        ))
    }
}

fn clock(engine: &Engine) -> Finding {
    let now = engine.context.clock.now();
    if now.as_secs() < CLOCK_LEAST_SECS {
        Finding::bad(format!(
            "This machine's clock shows {now}: set it, or signatures and sessions will fail."
        ))
    } else {
        Finding::good(format!("The clock shows {now}."))
    }
}

fn backup(engine: &Engine) -> Result<Finding, EngineError> {
    let Some(at) = engine.health.last_backup()? else {
        let advice = "There was never a backup: `linktor backup FILE` writes one, also while the server runs.";
        return Ok(Finding::note(advice));
    };
    let age = engine.context.clock.now().as_secs() - at.as_secs();
    let days = age / DAY_SECS;
    Ok(if days >= BACKUP_OLD_DAYS {
        Finding::note(format!("The last backup is {days} days old."))
    } else {
        Finding::good(format!("The last backup is {days} days old."))
    })
}

fn owner(engine: &Engine) -> Result<Finding, EngineError> {
    Ok(if engine.logins.is_unowned()? {
        Finding::note(
            "Nobody has an account yet: open the set-up address that the server prints when it starts.",
        )
    } else {
        Finding::good("There is an owner.")
    })
}

fn channels(engine: &Engine) -> Result<Vec<Finding>, EngineError> {
    let channels = engine.channels.list(&Actor::system())?;
    let finding = |name: &str, kind: &str, state, error: Option<&str>| match state {
        ChannelState::Active => Finding::good(format!("Channel {name} ({kind}) is connected.")),
        ChannelState::Inactive => {
            Finding::note(format!("Channel {name} ({kind}) is switched off."))
        }
        ChannelState::Connecting => {
            Finding::note(format!("Channel {name} ({kind}) is connecting."))
        }
        ChannelState::Error => Finding::bad(format!(
            "Channel {name} ({kind}) does not work: {}",
            error.unwrap_or("the vendor gave no reason")
        )),
    };
    Ok(channels
        .iter()
        .map(|one| {
            let (name, kind) = (&one.name, one.kind.as_str());
            if engine.context.account(one).is_err() {
                return Finding::bad(format!(
                    "The secrets of channel {name} ({kind}) were kept with another secret.key: put back the key of your last backup, or enter them again."
                ));
            }
            finding(name, kind, one.state, one.error.as_deref())
        })
        .collect())
}

/// How the domains of mail stand in the name system. What nobody can tell is worth knowing alone.
async fn domains(engine: &Engine) -> Result<Vec<Finding>, EngineError> {
    let mut all = Vec::new();
    for (channel, report) in engine.domains.look_at_all().await? {
        all.extend(report.findings.into_iter().map(|found| {
            let add = found.add.map_or_else(String::new, |record| {
                let (kind, name, value) = (record.kind, record.name, record.value);
                format!(" Add at {name}: {kind} {value}")
            });
            let text = format!("{} of {}: {}{add}", found.what, channel.name, found.text);
            match found.state {
                State::Good => Finding::good(text),
                State::Note | State::Unknown => Finding::note(text),
                State::Bad => Finding::bad(text),
            }
        }));
    }
    Ok(all)
}

//! `linktor bench`: what this machine does, as ratios to what its parts can do.
//!
//! Absolute figures say more about a machine than about a program. So each one stands beside the
//! bare library doing the same work on the same disk in the same run, and the targets are ratios
//! wherever they can be. The server under measurement is a process of its own, reached over HTTP
//! like any other; everything it writes is thrown away at the end.

mod client;
mod fresh;
mod hooks;
mod house;
mod inbox;
mod ingest;
mod large;
mod live;
mod memory;
mod postgres;
mod raw;
mod record;
mod report;
mod search;
mod server;
mod size;
mod sockets;
mod start;

use std::fmt::Display;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use tokio::sync::OnceCell;

use crate::app::asked_to_stop;
use crate::app::throwaway::Throwaway;
use crate::bench::large::Large;
use crate::bench::report::Figure;

/// What to measure, and where.
#[derive(Debug, Clone, Args)]
pub struct Order {
    /// Measure with a tenth of the messages, in a minute instead of ten
    #[arg(long)]
    pub quick: bool,
    /// Measure only this; may be given several times
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Vec<Part>,
    /// Write on the disk of this directory instead of the present one
    #[arg(long, value_name = "DIR")]
    pub disk: Option<PathBuf>,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// Webhooks received, against the database alone
    Ingest,
    /// Questions answered, against the search library alone
    Search,
    /// The time until a message that came in can be found
    Fresh,
    /// The time until a message that came in stands on agents' screens
    Live,
    /// Memory, idle and with sockets
    Memory,
    /// An index built anew from the database
    Reindex,
    /// The time from start to the first answer
    Start,
    /// What a browser asks for, of a large installation
    Inbox,
    /// The program itself
    Size,
}

/// Why something could not be measured: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BenchError(String);

impl BenchError {
    /// A sentence.
    fn new(sentence: impl Display) -> Self {
        Self(sentence.to_string())
    }

    /// Says what was going on when something failed.
    fn while_doing<E: Display>(doing: &'static str) -> impl Fn(E) -> Self {
        move |error| Self(format!("{doing}: {error}"))
    }
}

/// What all measurements share.
struct Bench {
    /// Everything is written below it.
    folder: Throwaway,
    /// Messages of a large installation.
    messages: u32,
    /// Messages received for one figure.
    webhooks: u32,
    /// Made when it is first needed.
    large: OnceCell<Large>,
}

impl Bench {
    fn new(order: &Order) -> Result<Self, BenchError> {
        let disk = order.disk.clone().unwrap_or_else(|| PathBuf::from("."));
        let folder = Throwaway::within(&disk, "linktor-bench").map_err(BenchError::new)?;
        Ok(Self {
            folder,
            messages: if order.quick { 100_000 } else { 1_000_000 },
            webhooks: if order.quick { 10_000 } else { 40_000 },
            large: OnceCell::new(),
        })
    }

    /// A folder of its own for a measurement.
    fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The installation of some age that several measurements share.
    async fn large(&self) -> Result<&Large, BenchError> {
        self.large.get_or_try_init(|| Large::build(self)).await
    }

    async fn measure(&self, part: Part) -> Result<Vec<Figure>, BenchError> {
        match part {
            Part::Ingest => ingest::measure(self).await,
            Part::Search => search::measure(self),
            Part::Fresh => fresh::measure(self).await,
            Part::Live => live::measure(self).await,
            Part::Memory => memory::measure(self).await,
            Part::Reindex => large::measure(self).await,
            Part::Inbox => inbox::measure(self).await,
            Part::Start => start::measure(self).await,
            Part::Size => size::measure(),
        }
    }
}

/// Measures and tells each figure as soon as it is known, until all is measured or it is told to
/// stop. Whatever was written is removed, and every server ended, either way.
///
/// # Errors
/// Something could not be measured, or it was told to stop.
pub async fn run(order: Order, tell: impl Fn(&str)) -> Result<(), BenchError> {
    tokio::select! {
        measured = measure(order, tell) => measured,
        () = asked_to_stop() => Err(BenchError::new("stopped before everything was measured")),
    }
}

async fn measure(order: Order, tell: impl Fn(&str)) -> Result<(), BenchError> {
    let bench = Bench::new(&order)?;
    tell(&report::head());
    for part in Part::value_variants() {
        if order.only.is_empty() || order.only.contains(part) {
            for figure in bench.measure(*part).await? {
                tell(&figure.line());
            }
        }
    }
    Ok(())
}

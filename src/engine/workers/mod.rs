//! Loops; each wakes by a hint, and slowly by itself.
//!
//! A loop that panics is started again after a pause; one that is told to stop finishes what it has
//! in hand.

pub mod announcer;
pub mod delivery;
mod everything;
pub mod feed;
pub mod janitor;
pub mod jobs;
pub mod mailboxes;
pub mod mails;
pub mod polling;
pub mod reading;
pub mod reception;
pub mod retention;
pub mod signs;
pub mod sweep;
mod tending;

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::engine::context::Context;

/// The pause before a loop that broke starts again.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// Word to stop, as loops hear it.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// The word itself, for what listens to it by itself.
    #[must_use]
    pub fn heard(self) -> watch::Receiver<bool> {
        self.0
    }

    /// Waits until it is time to stop.
    pub async fn asked(&mut self) {
        // A sender that is gone means the same as its word.
        drop(self.0.wait_for(|stop| *stop).await);
    }
}

/// The running loops.
pub struct Workers {
    stop: watch::Sender<bool>,
    loops: Vec<(&'static str, JoinHandle<()>)>,
}

impl Workers {
    /// Starts every loop. Must be called on the event loop that is to run them.
    #[must_use]
    pub fn start(context: &Context) -> Self {
        let (stop, _) = watch::channel(false);
        let mut workers = Self {
            stop,
            loops: Vec::new(),
        };
        workers.run("announcer", context, announcer::run);
        workers.run("delivery", context, delivery::run);
        workers.run("jobs", context, jobs::run);
        workers.run("polling", context, polling::run);
        workers.run("mailboxes", context, mailboxes::run);
        workers.run("reading", context, reading::run);
        workers.run("signs", context, signs::run);
        workers.run("janitor", context, janitor::run);
        workers
    }

    /// Starts one more loop under a name.
    pub fn run<F>(
        &mut self,
        name: &'static str,
        context: &Context,
        work: impl Fn(Context, Stop) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = Stop(self.stop.subscribe());
        let context = context.clone();
        let handle = tokio::spawn(async move {
            loop {
                let attempt = tokio::spawn(work(context.clone(), stop.clone()));
                match attempt.await {
                    Err(error) if error.is_panic() => {
                        tracing::error!("the {name} broke and starts again: {error}");
                        tokio::time::sleep(RESTART_PAUSE).await;
                    }
                    Ok(()) | Err(_) => return,
                }
            }
        });
        self.loops.push((name, handle));
    }

    /// Asks every loop to stop and waits for them, at most `patience` in all.
    pub async fn stop(self, patience: Duration) {
        self.stop.send_replace(true);
        let all = async {
            for (name, handle) in self.loops {
                if handle.await.is_err() {
                    tracing::error!("the {name} ended badly");
                }
            }
        };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::error!("some loops did not stop in time");
        }
    }
}

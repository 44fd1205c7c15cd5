//! Mail over real protocols: a real Dovecot for mailboxes, and our own listener for what other
//! servers bring. `tests/run` installs Dovecot.

mod autoconfig;
mod bombs;
mod certificate;
mod dovecot;
mod listener;
mod mailbox;
mod token;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

use super::Office;
use super::id;
use crate::config::Config;
use crate::engine::context::secret_place;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::message::Message;
use crate::store::Direction as Order;
use crate::store::records::channels;
use crate::store::records::messages;

/// The longest anything may take here that is not about time.
const PATIENCE: Duration = Duration::from_secs(120);

/// glibc's setting that the program starts itself with: what is measured is the program's memory.
const AS_THE_PROGRAM: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "131072");

/// Runs a test of this folder in a process of its own.
fn passes_alone<const N: usize>(test: &str, environment: [(&str, PathBuf); N]) {
    let test = format!("engine::tests::post::{test}");
    let alone = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", &test])
        .envs([AS_THE_PROGRAM])
        .envs(environment)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&alone.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An office whose mailbox may be on this machine, with an email channel of these settings.
async fn office(settings: serde_json::Value) -> (Office, ChannelId) {
    office_with(settings, &[("imapPassword", "secret")]).await
}

/// The same with other secrets.
async fn office_with(settings: serde_json::Value, secrets: &[(&str, &str)]) -> (Office, ChannelId) {
    let mut config = Config::default();
    config.security.allow_private_targets = true;
    let office = Office::with(&config).await;
    let channel: ChannelId = id(77);
    let sealed = secrets.iter().map(|(name, plain)| {
        let place = secret_place(channel, name);
        let sealed = office.context.sealer.seal(&place, plain.as_bytes());
        ((*name).to_owned(), sealed)
    });
    let sealed: BTreeMap<String, Vec<u8>> = sealed.collect();
    let website = office.channel;
    office
        .write(move |tx| {
            let mut mailbox = channels::get(tx, website)?.unwrap();
            mailbox.id = channel;
            mailbox.kind = ChannelKind::named("email");
            mailbox.settings = settings.as_object().cloned().unwrap_or_default();
            mailbox.secrets.clone_from(&sealed);
            channels::put(tx, &mailbox)
        })
        .await;
    (office, channel)
}

fn received(office: &Office) -> Vec<Message> {
    let read = office.context.store.snapshot().unwrap();
    let all = messages::by_age(&read, None, Order::Forward, 20_000).unwrap();
    all.into_iter().filter(|message| !message.private).collect()
}

async fn words(office: &Office, wanted: &str) -> Message {
    let what = format!("a mail that says {wanted}");
    eventually(&what, || {
        let mut all = received(office).into_iter();
        all.find(|message| message.content.words() == wanted)
    })
    .await
}

//! Both sides of a line, laid side by side: what the customer's phone holds and what we hold.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use linktor::sandbox::chat::Side;
use serde_json::json;

use crate::sandbox::line::Kept;
use crate::sandbox::line::Line;
use crate::sandbox::line::until_within;

/// How long a line may take to come to rest: hours of it pass meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

/// How much more time passes at a look when only the vendor's next attempt is waited for.
const PAUSE: Duration = Duration::from_secs(15);

/// In which order the two must be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Each in the order in which it was said.
    Kept,
    /// Somebody sent again what may have been lost: that came later than it was written.
    Mended,
}

/// Both sides of a line at one moment.
#[derive(Debug)]
struct Sides {
    account: &'static str,
    /// What the customer said, and what we heard.
    said: Vec<String>,
    heard: Vec<Kept>,
    /// What we wrote, and what the phone shows.
    wrote: Vec<Kept>,
    shown: Vec<String>,
}

impl Sides {
    async fn of(line: &Line<'_>) -> Self {
        Self {
            account: line.vendor.account,
            said: line.shown(Side::Customer),
            heard: line.kept("inbound").await,
            wrote: line.kept("outbound").await,
            shown: line.shown(Side::Business),
        }
    }

    /// What is still to come, if anything is.
    fn waits_for(&self, ends: &[&str]) -> Option<String> {
        if self.heard.len() < self.said.len() {
            return Some(format!("{} of {} heard", self.heard.len(), self.said.len()));
        }
        let open = |kept: &&Kept| !ends.contains(&kept.status.as_str());
        self.wrote.iter().find(open).map(|kept| format!("{kept:?}"))
    }
}

/// Waits until everything that was said on these lines has arrived and every message stands at an
/// end, settles what nobody can know as a person would who asks the customer, and compares.
pub async fn agrees(lines: &[Line<'_>], order: Order, what: &str) {
    agrees_but(lines, order, what, |line| vec![line.vendor.end]).await;
}

/// The same where messages end otherwise.
pub async fn agrees_but(
    lines: &[Line<'_>],
    order: Order,
    what: &str,
    ends: impl Fn(&Line<'_>) -> Vec<&'static str>,
) {
    let mut resent = Vec::new();
    for line in lines {
        match at_rest(line, &ends(line), what).await {
            Ok(was_resent) => resent.push(was_resent),
            Err(waits) => unreachable!("{what}: {} waits for {waits}", line.vendor.account),
        }
    }
    for (line, was_resent) in lines.iter().zip(resent) {
        let sides = Sides::of(line).await;
        let (mut heard, mut wrote) = (words(&sides.heard), words(&sides.wrote));
        let (mut said, mut shown) = (sides.said.clone(), sides.shown.clone());
        // A machine that is too slow loses answers too: then somebody sends again, later.
        if order == Order::Mended || was_resent {
            for list in [&mut heard, &mut wrote, &mut said, &mut shown] {
                list.sort();
            }
        }
        assert_eq!(heard, said, "{what}: {} heard / said", sides.account);
        assert_eq!(shown, wrote, "{what}: {} shown / wrote", sides.account);
    }
}

fn words(kept: &[Kept]) -> Vec<String> {
    kept.iter().map(|one| one.words.clone()).collect()
}

/// Waits until nothing of a line is under way any more; whether something was sent again by hand.
async fn at_rest(line: &Line<'_>, ends: &[&str], what: &str) -> Result<bool, String> {
    let late = Instant::now() + LONGEST * 3 / 4;
    let what = format!("{what}: {} is at rest", line.vendor.account);
    let mut was_resent = false;
    until_within(line.server, LONGEST, &what, async || {
        let sides = Sides::of(line).await;
        let quiet = line.server.sandbox().is_quiet(line.vendor.account);
        if quiet {
            was_resent |= settle(line, &sides).await;
        }
        let open = sides.waits_for(ends);
        if open.is_none() && !quiet {
            // Only the vendor has something left: what it tells once more comes in minutes.
            line.server.pass(PAUSE);
        }
        let open = open.or_else(|| (!quiet).then(|| "what is under way".to_owned()));
        match open {
            None => Some(Ok(was_resent)),
            // The reason is worth more than the sentence that it took too long.
            Some(open) => (Instant::now() > late)
                .then(|| Err(format!("{open}\n{sides:#?}\n{:#?}", line.wire()))),
        }
    })
    .await
}

/// Says of messages whose fate nobody knows what became of them, once the vendor has nothing more to
/// tell: whoever asks the customer learns it. Whether any was sent again.
async fn settle(line: &Line<'_>, sides: &Sides) -> bool {
    let mut was_resent = false;
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for words in &sides.shown {
        *shown.entry(words).or_default() += 1;
    }
    let (unsure, sure): (Vec<_>, Vec<_>) = sides.wrote.iter().partition(|kept| kept.unsure);
    for kept in sure.into_iter().filter(|kept| kept.status != "pending") {
        let left = shown.entry(&kept.words).or_default();
        *left = left.saturating_sub(1);
    }
    for kept in unsure {
        let left = shown.entry(&kept.words).or_default();
        let outcome = if *left > 0 { "sent" } else { "resend" };
        *left = left.saturating_sub(1);
        was_resent |= outcome == "resend";
        let path = format!("/messages/{}/resolve-unknown", kept.id);
        let body = json!({ "outcome": outcome });
        let told = line.server.api().post(&path, body).await;
        if told.status != 200 {
            // Its vendor said meanwhile what it took.
            let path = format!("/messages/{}", kept.id);
            let now = line.server.api().get(&path).await.ok();
            assert_ne!(now["metadata"]["outcome"], "unknown", "{}", told.text());
        }
    }
    was_resent
}

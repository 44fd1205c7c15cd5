//! What is still to happen at the vendors: receipts and webhooks, by the time they are due.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::sandbox::chat::Reached;

/// Things that wait at most; the oldest go.
const QUEUE_MAX: usize = 20_000;

/// What a webhook is about, as far as switches tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// What a customer did.
    Customer,
    /// How far a message came.
    Receipt,
    /// The account itself.
    Account,
}

/// A webhook.
#[derive(Debug, Clone)]
pub struct Event {
    /// The account it is of.
    pub account: String,
    /// The chat it belongs to: some vendors hold back what follows in it.
    pub lane: String,
    /// What it is about.
    pub about: About,
    /// For the wire log, such as `message text`.
    pub title: String,
    /// What is posted, in the vendor's own shape.
    pub body: String,
    /// Anything the vendor needs to write the request: an id, a kind.
    pub mark: String,
    /// Sent so often already.
    pub tries: u32,
}

/// What is due.
#[derive(Debug, Clone)]
pub enum Task {
    /// A message of the business comes further.
    Reach {
        /// The account.
        account: String,
        /// The customer.
        chat: String,
        /// The bubble.
        bubble: String,
        /// How far.
        reached: Reached,
    },
    /// A file that a message only links to is fetched.
    Fetch {
        /// The account.
        account: String,
        /// The customer.
        chat: String,
        /// The bubble.
        bubble: String,
        /// Where it is.
        url: String,
    },
    /// A webhook goes out.
    Post(Event),
}

/// How the webhooks of an account go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// One after the other in a chat; one that fails lets the next pass.
    Free,
    /// What follows in a chat waits for what failed.
    Ordered,
    /// They wait to be asked for.
    Held,
}

impl Task {
    /// The account it is of.
    #[must_use]
    pub fn account(&self) -> &str {
        match self {
            Self::Reach { account, .. } | Self::Fetch { account, .. } => account,
            Self::Post(event) => &event.account,
        }
    }
}

#[derive(Debug)]
struct Waiting {
    due: Timestamp,
    number: u64,
    task: Task,
}

/// Everything that waits.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: Vec<Waiting>,
    /// Lanes with a webhook on its way: one at a time keeps an undisturbed vendor in order.
    busy: BTreeSet<(String, String)>,
    numbers: u64,
}

/// What a look at the queue found.
#[derive(Debug)]
pub enum Found {
    /// This is to be done now.
    Now(Task),
    /// Nothing before this moment.
    Later(Timestamp),
    /// Nothing at all, or all of it waits for something under way.
    Nothing,
}

impl Queue {
    /// Puts something in.
    pub fn put(&mut self, due: Timestamp, task: Task) {
        self.numbers += 1;
        let number = self.numbers;
        self.waiting.push(Waiting { due, number, task });
        if self.waiting.len() > QUEUE_MAX {
            self.waiting.remove(0);
        }
    }

    /// Puts a webhook back in its old place, to be tried again. Nothing of its lane passes it where
    /// the vendor keeps the order.
    pub fn again(&mut self, due: Timestamp, event: Event) {
        self.done(&event.account, &event.lane);
        self.numbers += 1;
        let number = self.numbers;
        let task = Task::Post(event);
        self.waiting.insert(0, Waiting { due, number, task });
    }

    /// A webhook is through, or given up.
    pub fn done(&mut self, account: &str, lane: &str) {
        self.busy.remove(&(account.to_owned(), lane.to_owned()));
    }

    /// Takes what is due; `flow` says how an account's webhooks go out.
    pub fn take(&mut self, now: Timestamp, flow: impl Fn(&str) -> Flow) -> Found {
        let mut blocked: BTreeSet<(String, String)> = self.busy.clone();
        let mut best: Option<usize> = None;
        let mut next: Option<Timestamp> = None;
        for (at, waiting) in self.waiting.iter().enumerate() {
            if let Task::Post(event) = &waiting.task {
                let lane = (event.account.clone(), event.lane.clone());
                let flow = flow(&event.account);
                if flow == Flow::Held || blocked.contains(&lane) {
                    continue;
                }
                if flow == Flow::Ordered {
                    blocked.insert(lane);
                }
            }
            if waiting.due > now {
                next = Some(next.map_or(waiting.due, |known| known.min(waiting.due)));
                continue;
            }
            let earlier =
                |other: &Waiting| (waiting.due, waiting.number) < (other.due, other.number);
            if best.is_none_or(|other| earlier(&self.waiting[other])) {
                best = Some(at);
            }
        }
        match (best, next) {
            (Some(at), _) => {
                let task = self.waiting.remove(at).task;
                if let Task::Post(event) = &task {
                    self.busy
                        .insert((event.account.clone(), event.lane.clone()));
                }
                Found::Now(task)
            }
            (None, Some(next)) => Found::Later(next),
            (None, None) => Found::Nothing,
        }
    }

    /// The webhooks of an account that are due, oldest first, up to the first that is not: for
    /// vendors that are asked for them and tell everything in its order.
    pub fn pending<'a>(
        &'a self,
        account: &'a str,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Event> {
        self.posts(account)
            .take_while(move |(due, _)| *due <= now)
            .map(|(_, event)| event)
    }

    /// How many webhooks of an account wait.
    #[must_use]
    pub fn posts_of(&self, account: &str) -> usize {
        self.posts(account).count()
    }

    fn posts<'a>(&'a self, account: &'a str) -> impl Iterator<Item = (Timestamp, &'a Event)> {
        self.waiting
            .iter()
            .filter_map(move |waiting| match &waiting.task {
                Task::Post(event) if event.account == account => Some((waiting.due, event)),
                _ => None,
            })
    }

    /// When the next webhook of an account is due that is not yet.
    #[must_use]
    pub fn next_of(&self, account: &str, now: Timestamp) -> Option<Timestamp> {
        let its = self.waiting.iter().filter(|waiting| {
            matches!(&waiting.task, Task::Post(_)) && waiting.task.account() == account
        });
        its.map(|waiting| waiting.due)
            .filter(|due| *due > now)
            .min()
    }

    /// Throws away the webhooks of an account that `gone` says are; how many those were.
    pub fn forget(&mut self, account: &str, gone: impl Fn(&Event) -> bool) -> usize {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| match &waiting.task {
            Task::Post(event) => event.account != account || !gone(event),
            Task::Reach { .. } | Task::Fetch { .. } => true,
        });
        before - self.waiting.len()
    }

    /// Throws away everything of an account.
    pub fn clear(&mut self, account: &str) {
        self.waiting
            .retain(|waiting| waiting.task.account() != account);
    }

    /// Things of an account that wait or are on their way.
    #[must_use]
    pub fn open(&self, account: &str) -> usize {
        let waiting = self.waiting.iter();
        let waiting = waiting.filter(|waiting| waiting.task.account() == account);
        let busy = self.busy.iter().filter(|(known, _)| known == account);
        waiting.count() + busy.count()
    }
}

/// When a webhook that was refused is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Ladder {
    /// The pauses before each further try, in seconds; the last one repeats.
    pub waits_secs: &'static [u64],
    /// How long after the first try it is given up.
    pub give_up_after: Duration,
    /// Whether what follows in the same chat waits for it.
    pub ordered: bool,
}

impl Ladder {
    /// The pause before the next try, after so many; none where it is given up.
    #[must_use]
    pub fn wait(&self, tries: u32) -> Option<Duration> {
        let at = (tries as usize).saturating_sub(1);
        let last = self.waits_secs.last()?;
        let wait = *self.waits_secs.get(at).unwrap_or(last);
        let spent: u64 = self.waits_secs.iter().take(at).sum::<u64>()
            + last * u64::try_from(at.saturating_sub(self.waits_secs.len())).unwrap_or(0);
        (Duration::from_secs(spent) < self.give_up_after).then(|| Duration::from_secs(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(lane: &str, title: &str) -> Task {
        Task::Post(Event {
            account: "a".to_owned(),
            lane: lane.to_owned(),
            about: About::Customer,
            title: title.to_owned(),
            body: String::new(),
            mark: String::new(),
            tries: 0,
        })
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn title(found: Found) -> String {
        match found {
            Found::Now(Task::Post(event)) => event.title,
            Found::Now(Task::Reach { bubble, .. } | Task::Fetch { bubble, .. }) => bubble,
            Found::Later(_) => "later".to_owned(),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_lane_has_one_webhook_on_its_way_and_others_go_on() {
        let mut queue = Queue::default();
        for (lane, name) in [("x", "x1"), ("x", "x2"), ("y", "y1")] {
            queue.put(at(1), event(lane, name));
        }
        let mut take = || title(queue.take(at(1), |_| Flow::Free));
        assert_eq!([take(), take(), take()], ["x1", "y1", "nothing"]);
        queue.done("a", "x");
        assert_eq!(title(queue.take(at(1), |_| Flow::Free)), "x2");
    }

    #[test]
    fn what_failed_is_overtaken_unless_the_vendor_keeps_the_order() {
        for (flow, next) in [(Flow::Ordered, "later"), (Flow::Free, "x2")] {
            let mut queue = Queue::default();
            queue.put(at(1), event("x", "x1"));
            queue.put(at(1), event("x", "x2"));
            let Found::Now(Task::Post(failed)) = queue.take(at(1), |_| flow) else {
                unreachable!("x1 is due")
            };
            queue.again(at(9), failed);
            assert_eq!(title(queue.take(at(1), |_| flow)), next);
            queue.done("a", "x");
            assert_eq!(title(queue.take(at(9), |_| flow)), "x1");
        }
    }

    #[test]
    fn who_asks_is_told_nothing_before_what_happened_earlier() {
        let mut queue = Queue::default();
        queue.put(at(5), event("x", "late"));
        queue.put(at(1), event("x", "early"));
        let asked = |queue: &Queue, secs| queue.pending("a", at(secs)).count();
        assert_eq!([asked(&queue, 1), asked(&queue, 5)], [0, 2]);
        assert_eq!(queue.posts_of("a"), 2);
    }

    #[test]
    fn pauses_grow_to_the_last_and_end() {
        let ladder = Ladder {
            waits_secs: &[0, 2, 4],
            give_up_after: Duration::from_secs(12),
            ordered: false,
        };
        let secs: Vec<_> = (1..=6)
            .map(|tries| ladder.wait(tries).map(|wait| wait.as_secs()))
            .collect();
        assert_eq!(secs, [Some(0), Some(2), Some(4), Some(4), Some(4), None]);
    }
}

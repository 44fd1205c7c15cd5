//! Carries out what is due: receipts, files to fetch, webhooks with their repeats.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::base::http::HttpReply;
use crate::base::http::HttpRequest;
use crate::base::mime;
use crate::base::time::Timestamp;
use crate::net::http::HttpError;
use crate::sandbox::Change;
use crate::sandbox::Sandbox;
use crate::sandbox::World;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Place;
use crate::sandbox::chat::Reached;
use crate::sandbox::files::Chosen;
use crate::sandbox::files::KEPT;
use crate::sandbox::journal;
use crate::sandbox::journal::Entry;
use crate::sandbox::journal::Way;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Flow;
use crate::sandbox::queue::Found;
use crate::sandbox::queue::Task;
use crate::sandbox::receipts::reach;

/// Webhooks under way at once.
const UNDER_WAY_MAX: usize = 16;
/// The largest file a vendor fetches.
const FETCH_MAX_BYTES: u64 = 32 * 1024 * 1024;
/// The longest a business may ask a vendor to wait.
const RETRY_AFTER_MAX_SECS: u64 = 3_600;

enum Step {
    Post(Box<(Event, Option<HttpRequest>)>),
    Fetch {
        account: String,
        chat: String,
        bubble: String,
        url: String,
    },
    Done,
    Wait(Option<Timestamp>),
}

impl Sandbox {
    /// Works until it is told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        let mut news = self.0.news.subscribe();
        loop {
            news.borrow_and_update();
            let step = if under_way.len() < UNDER_WAY_MAX {
                self.step()
            } else {
                Step::Wait(None)
            };
            let next = match step {
                Step::Post(post) => {
                    let sandbox = self.clone();
                    under_way.spawn(async move { sandbox.post(*post).await });
                    continue;
                }
                Step::Fetch {
                    account,
                    chat,
                    bubble,
                    url,
                } => {
                    let sandbox = self.clone();
                    under_way.spawn(async move {
                        sandbox.fetch(&account, &chat, &bubble, &url).await;
                    });
                    continue;
                }
                Step::Done => continue,
                Step::Wait(next) => next,
            };
            let due = async {
                match next {
                    Some(next) => self.0.clock.until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // A sender that is gone means the same as its word.
                _ = stop.wait_for(|stop| *stop) => break,
                // The sender is held by this very sandbox.
                _ = news.changed() => {}
                _ = under_way.join_next(), if !under_way.is_empty() => {}
                () = due => {}
            }
        }
        under_way.shutdown().await;
    }

    fn step(&self) -> Step {
        let now = self.now();
        let found = {
            let mut world = self.world();
            let World {
                accounts, queue, ..
            } = &mut *world;
            queue.take(now, |id| {
                let account = accounts.get(id);
                let vendor = account.and_then(|account| self.vendor(account.vendor));
                match (account, vendor) {
                    (Some(account), Some(vendor)) if vendor.is_asked(account) => Flow::Held,
                    (Some(account), Some(vendor))
                        if vendor.ladder().ordered && !account.faults.swapped =>
                    {
                        Flow::Ordered
                    }
                    _ => Flow::Free,
                }
            })
        };
        match found {
            Found::Now(Task::Reach {
                account,
                chat,
                bubble,
                reached,
            }) => {
                self.at_desk(&account, |vendor, desk| {
                    let chats = &desk.account.chats;
                    let looks = chats
                        .get(&chat)
                        .is_some_and(|phone| phone.reads && !phone.offline);
                    if reached == Reached::Delivered || looks {
                        reach(vendor, desk, &chat, &bubble, reached);
                    }
                });
                self.tell_phone(&account, &chat);
                Step::Done
            }
            Found::Now(Task::Fetch {
                account,
                chat,
                bubble,
                url,
            }) => Step::Fetch {
                account,
                chat,
                bubble,
                url,
            },
            Found::Now(Task::Post(mut event)) => {
                event.tries += 1;
                let account = event.account.clone();
                let request = self.at_desk(&account, |vendor, desk| {
                    vendor.request(desk.account, &event, desk.now)
                });
                Step::Post(Box::new((event, request.flatten())))
            }
            Found::Later(next) => Step::Wait(Some(next)),
            Found::Nothing => Step::Wait(None),
        }
    }

    async fn post(&self, (event, request): (Event, Option<HttpRequest>)) {
        let Some(request) = request else {
            self.through(&event, None, "no address", "");
            return;
        };
        let shown = format!(
            "{}\n{}\n{}",
            request.url,
            journal::shown_headers(&request.headers),
            journal::shown_bytes(&request.body, request.headers.get("content-type"))
        );
        let answer = self.0.http.exchange(request).await;
        let taken = matches!(&answer, Ok(reply) if (200..300).contains(&reply.status));
        if taken {
            self.through(&event, Some(&answer), &tries(&event), &shown);
            return;
        }
        let why = match &answer {
            Ok(reply) => reply.status.to_string(),
            Err(error) => error.to_string(),
        };
        let status = answer.as_ref().ok().map(|reply| reply.status);
        let wait = self.at_desk(&event.account, |vendor, desk| {
            vendor.failed(desk, &why);
            vendor.again(&event, status)
        });
        let Some(wait) = wait.flatten() else {
            self.through(&event, Some(&answer), "given up", &shown);
            return;
        };
        let wait = asked_wait(&answer).unwrap_or(wait);
        let note = format!("{}, again in {} s", tries(&event), wait.as_secs());
        self.note_event(&event, Some(&answer), &note, &shown);
        let due = self.now().plus(wait);
        self.world().queue.again(due, event);
        self.news();
    }

    /// A webhook was taken, or nobody tries it any more.
    fn through(
        &self,
        event: &Event,
        answer: Option<&Result<HttpReply, HttpError>>,
        note: &str,
        shown: &str,
    ) {
        self.note_event(event, answer, note, shown);
        self.at_desk(&event.account, |vendor, desk| {
            desk.queue.done(&event.account, &event.lane);
            if let Some(Ok(reply)) = answer
                && (200..300).contains(&reply.status)
            {
                vendor.heard(desk, event, reply);
            }
        });
        self.tell_phone(&event.account, &event.lane);
    }

    fn note_event(
        &self,
        event: &Event,
        answer: Option<&Result<HttpReply, HttpError>>,
        note: &str,
        shown: &str,
    ) {
        let (status, answer) = match answer {
            Some(Ok(reply)) => (reply.status, journal::shown_reply(reply)),
            Some(Err(error)) => (0, error.to_string()),
            None => (0, String::new()),
        };
        self.note(Entry {
            id: 0,
            at: self.now(),
            account: event.account.clone(),
            way: Way::Webhook,
            title: event.title.clone(),
            status,
            note: note.to_owned(),
            request: if shown.is_empty() {
                journal::shown_bytes(event.body.as_bytes(), None)
            } else {
                shown.to_owned()
            },
            answer,
        });
    }

    async fn fetch(&self, account: &str, chat: &str, bubble: &str, url: &str) {
        let file = self.download(url).await;
        self.at_desk(account, |vendor, desk| match &file {
            Ok(file) => {
                let id = desk.keep(file.clone(), KEPT);
                let held = desk.chat_mut(chat).and_then(|chat| chat.bubble_mut(bubble));
                if let Some(held) = held {
                    settle(&mut held.body, url, &id);
                }
                vendor.fetched(desk, chat, bubble, Ok(file));
            }
            Err(why) => vendor.fetched(desk, chat, bubble, Err(why)),
        });
        self.tell(Change::Phone {
            account: account.to_owned(),
            customer: chat.to_owned(),
        });
    }

    async fn download(&self, url: &str) -> Result<Chosen, String> {
        let sentence = |error: HttpError| error.to_string();
        let download = self.0.http.download(url, None, FETCH_MAX_BYTES).await;
        let mut download = download.map_err(sentence)?;
        if download.status != 200 {
            return Err(format!("it answered {}", download.status));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = download.body.next().await {
            bytes.extend_from_slice(&chunk.map_err(sentence)?);
        }
        let named = download.headers.get("content-type").map(mime::essence);
        Ok(Chosen {
            mime_type: named.unwrap_or_else(|| mime::sniff(&bytes).to_owned()),
            filename: filename_of(url),
            bytes: Arc::from(bytes),
        })
    }
}

/// The link of a fetched file becomes the file.
pub(in crate::sandbox) fn settle(body: &mut Body, url: &str, id: &str) {
    let settle = |place: &mut Place| {
        if *place == Place::Linked(url.to_owned()) {
            *place = Place::Stored(id.to_owned());
        }
    };
    match body {
        Body::File { place, .. } => settle(place),
        Body::Cards { cards, .. } => {
            for image in cards.iter_mut().filter_map(|card| card.image.as_mut()) {
                settle(image);
            }
        }
        _ => {}
    }
}

fn filename_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    percent_encoding::percent_decode_str(last)
        .decode_utf8_lossy()
        .into_owned()
}

fn tries(event: &Event) -> String {
    match event.tries {
        0 | 1 => String::new(),
        more => format!("try {more}"),
    }
}

/// How long a business asks to wait.
fn asked_wait(answer: &Result<HttpReply, HttpError>) -> Option<Duration> {
    let reply = answer.as_ref().ok()?;
    let secs: u64 = reply.headers.get("retry-after")?.parse().ok()?;
    Some(Duration::from_secs(secs.min(RETRY_AFTER_MAX_SECS)))
}

//! The frame with a vendor that does next to nothing: what it keeps, repeats, delays and breaks.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::*;
use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::base::time::Timestamp;
use crate::config::Config;
use crate::sandbox::call::Call;
use crate::sandbox::call::tests::call;
use crate::sandbox::chat::Body;
use crate::sandbox::chat::Bubble;
use crate::sandbox::chat::Side;
use crate::sandbox::faults::Fate;
use crate::sandbox::faults::Faults;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::queue::Ladder;
use crate::sandbox::vendor::Given;

/// Says back what it is told, and tells every receipt.
struct Parrot;

impl Vendor for Parrot {
    fn name(&self) -> &'static str {
        "parrot"
    }

    fn channel(&self) -> &'static str {
        "parrot"
    }

    fn title(&self) -> &'static str {
        "Parrot"
    }

    fn acts(&self) -> &'static [&'static str] {
        &[]
    }

    fn open(&self, account: &mut Account, seed: &Seed) {
        let token = seed.token(&account.id, 20);
        account.keys.insert("token", token);
        account.phone(Customer {
            id: "ana".to_owned(),
            ..Customer::default()
        });
    }

    fn settings(&self, account: &Account, base: &str) -> Vec<(&'static str, String)> {
        let token = account.key("token").to_owned();
        vec![("apiBaseUrl", base.to_owned()), ("token", token)]
    }

    fn is_of(&self, call: &Call, account: &Account) -> bool {
        call.bearer() == Some(account.key("token"))
    }

    fn stranger(&self, _: &Call) -> HttpReply {
        call::json(401, &json!({"error": "who are you"}))
    }

    fn answer(&self, desk: &mut Desk<'_>, call: &Call) -> Given {
        if call.path == "news" {
            let open = desk.chat("ana").unwrap().bubbles.len();
            return match (open, desk.last_look) {
                (0, false) => Given::Hold { secs: 5 },
                (open, _) => call::json(200, &json!(open)).into(),
            };
        }
        let text = call.json().unwrap()["text"].as_str().unwrap().to_owned();
        let bubble = Bubble::new(&text, Side::Business, desk.now, Body::text(text.clone()));
        desk.chat_mut("ana").unwrap().push(bubble);
        desk.sent("ana", &text);
        call::json(200, &json!({"id": text})).into()
    }

    fn disturbed(&self, fate: Fate, _: Timestamp) -> HttpReply {
        call::json(500, &json!({ "error": format!("{fate:?}") }))
    }

    fn act(&self, desk: &mut Desk<'_>, customer: &str, act: Act) -> Result<(), NotPossible> {
        let Act::Say { text, .. } = act else {
            return Err(NotPossible::here("Parrot", act.name()));
        };
        desk.post(About::Customer, customer, "message", text);
        Ok(())
    }

    fn reached(&self, desk: &mut Desk<'_>, customer: &str, bubble: &str, reached: Reached) {
        let body = format!("{bubble} {reached:?}");
        desk.post(About::Receipt, customer, "receipt", body);
    }

    fn request(&self, account: &Account, event: &Event, _: Timestamp) -> Option<HttpRequest> {
        Some(HttpRequest {
            method: Method::Post,
            url: account.hook.url.clone(),
            headers: Headers::default().with("x-key", account.signing("token")),
            authorization: None,
            body: event.body.clone().into_bytes(),
            timeout: Duration::from_secs(5),
        })
    }

    fn ladder(&self) -> Ladder {
        Ladder {
            waits_secs: &[1],
            give_up_after: Duration::from_secs(3),
            ordered: false,
        }
    }
}

/// The sandbox, the business behind the hook, and a clock that is moved by hand.
struct Stage {
    sandbox: Sandbox,
    clock: Clock,
    heard: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<u16>>,
    _stop: watch::Sender<bool>,
}

async fn stage() -> Stage {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let answers = Arc::new(Mutex::new(200));
    let (hears, gives) = (heard.clone(), answers.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (hears, gives) = (hears.clone(), gives.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 4_096];
                let mut length = 0;
                loop {
                    length += stream.read(&mut request[length..]).await.unwrap();
                    let text = String::from_utf8_lossy(&request[..length]).into_owned();
                    if let Some((head, body)) = text.split_once("\r\n\r\n") {
                        let head = head.to_ascii_lowercase();
                        let (_, rest) = head.split_once("content-length: ").unwrap();
                        let due: usize = rest.lines().next().unwrap().parse().unwrap();
                        if body.len() >= due {
                            hears.lock().unwrap().push(body.to_owned());
                            break;
                        }
                    }
                }
                let status = *gives.lock().unwrap();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            });
        }
    });
    let mut config = Config::default();
    config.security.allow_private_targets = true;
    let clock = Clock::manual(Timestamp::from_secs(1_000));
    let setup = Setup {
        clock: clock.clone(),
        random: Random::seeded(1),
        secret: b"secret".to_vec(),
        http: Http::new(&config),
        public_url: "http://127.0.0.1:1".to_owned(),
        business: "Aurora Coffee".to_owned(),
    };
    let sandbox = Sandbox::with(setup, vec![Box::new(Parrot)]);
    sandbox.point("parrot", &url, "").await.unwrap();
    let (stop, asked) = watch::channel(false);
    tokio::spawn(sandbox.clone().run(asked));
    Stage {
        sandbox,
        clock,
        heard,
        answers,
        _stop: stop,
    }
}

impl Stage {
    fn token(&self) -> String {
        self.sandbox.settings("parrot").unwrap()[1].1.clone()
    }

    async fn send(&self, text: &str) -> Answered {
        let call = call(
            Method::Post,
            "send",
            &self.token(),
            &json!({ "text": text }),
        );
        self.sandbox.call("parrot", call).await
    }

    fn say(&self, text: &str) {
        let act = Act::Say {
            text: text.to_owned(),
            quoting: None,
        };
        self.sandbox.act("parrot", "ana", act).unwrap();
    }

    fn break_with(&self, faults: Faults) {
        self.sandbox
            .change("parrot", |account| account.faults = faults);
    }

    /// Waits until the business heard so many webhooks; time passes meanwhile.
    async fn hears(&self, count: usize) -> Vec<String> {
        let waiting = async {
            loop {
                let heard = self.heard.lock().unwrap().clone();
                if heard.len() >= count {
                    return heard;
                }
                self.clock.advance(Duration::from_millis(100));
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waiting)
            .await
            .unwrap()
    }

    /// Waits until nothing is left to happen.
    async fn settles(&self) -> Vec<String> {
        let waiting = async {
            while !self.sandbox.is_quiet("parrot") {
                self.clock.advance(Duration::from_millis(100));
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waiting)
            .await
            .unwrap();
        self.heard.lock().unwrap().clone()
    }
}

fn status(answered: &Answered) -> u16 {
    match answered {
        Answered::Reply(reply) => reply.status,
        Answered::Cut => 0,
        Answered::Nobody => 1,
    }
}

#[tokio::test]
async fn a_message_is_delivered_and_read_in_its_time_and_waits_for_a_phone_without_network() {
    let stage = stage().await;
    assert_eq!(status(&stage.send("one").await), 200);
    assert_eq!(stage.hears(2).await, ["one Delivered", "one Read"]);
    stage.sandbox.set_offline("parrot", "ana", true);
    stage.send("two").await;
    assert_eq!(stage.settles().await.len(), 2);
    stage.sandbox.set_reads("parrot", "ana", false);
    stage.sandbox.set_offline("parrot", "ana", false);
    assert_eq!(stage.settles().await[2..], ["two Delivered"]);
    stage.sandbox.act("parrot", "ana", Act::Read).unwrap();
    assert_eq!(stage.settles().await[3..], ["two Read"]);
}

#[tokio::test]
async fn a_refused_webhook_comes_again_until_it_is_taken_or_given_up() {
    let stage = stage().await;
    *stage.answers.lock().unwrap() = 503;
    stage.say("hello");
    stage.hears(2).await;
    *stage.answers.lock().unwrap() = 200;
    let heard = stage.settles().await;
    assert!(heard.len() >= 3 && heard.iter().all(|body| body == "hello"));
    let count = heard.len();
    *stage.answers.lock().unwrap() = 503;
    stage.say("never");
    let heard = stage.settles().await;
    assert_eq!(heard.len() - count, 4, "{heard:?}");
    let given_up = stage
        .sandbox
        .look(|world| world.journal.newest().any(|entry| entry.note == "given up"));
    assert!(given_up);
}

#[tokio::test]
async fn webhooks_are_copied_delayed_swapped_and_lost_on_demand() {
    let stage = stage().await;
    stage.break_with(Faults {
        copies: 3,
        ..Faults::default()
    });
    stage.say("a");
    assert_eq!(stage.settles().await, ["a", "a", "a"]);
    stage.break_with(Faults {
        swapped: true,
        ..Faults::default()
    });
    let before = stage.sandbox.look(|world| world.accounts["parrot"].events);
    if before % 2 == 1 {
        stage.say("even");
    }
    stage.settles().await;
    let so_far = stage.heard.lock().unwrap().len();
    stage.say("first");
    stage.say("second");
    assert_eq!(stage.settles().await[so_far..], ["second", "first"]);
    stage.break_with(Faults {
        receipts_lost: true,
        ..Faults::default()
    });
    let so_far = stage.heard.lock().unwrap().len();
    stage.send("x").await;
    assert_eq!(stage.settles().await.len(), so_far);
}

#[tokio::test]
async fn calls_are_broken_refused_and_cut_on_demand() {
    let stage = stage().await;
    stage.break_with(Faults {
        broken_every: 1,
        ..Faults::default()
    });
    assert_eq!(status(&stage.send("a").await), 500);
    let silent = Faults {
        silent_every: 1,
        silent_for: Duration::from_millis(5),
        ..Faults::default()
    };
    stage.break_with(silent.clone());
    assert_eq!(status(&stage.send("b").await), 0);
    stage.break_with(Faults {
        silent_but_done: true,
        ..silent
    });
    assert_eq!(status(&stage.send("c").await), 0);
    let shown: Vec<String> = stage.sandbox.look(|world| {
        let chat = &world.accounts["parrot"].chats["ana"];
        chat.bubbles
            .iter()
            .map(|bubble| bubble.id.clone())
            .collect()
    });
    assert_eq!(shown, ["c"]);
    let stranger = call(Method::Post, "send", "wrong", &Value::Null);
    assert_eq!(status(&stage.sandbox.call("parrot", stranger).await), 401);
    let nobody = call(Method::Post, "send", "", &Value::Null);
    assert_eq!(status(&stage.sandbox.call("dodo", nobody).await), 1);
}

#[tokio::test]
async fn a_call_for_news_is_held_until_there_is_some_or_time_is_up() {
    let stage = stage().await;
    let asking = call(Method::Get, "news", &stage.token(), &Value::Null);
    let held = stage.sandbox.call("parrot", asking.clone());
    let news = async {
        tokio::task::yield_now().await;
        stage.send("something").await;
    };
    let (answered, ()) = tokio::join!(held, news);
    let Answered::Reply(reply) = answered else {
        unreachable!("it is answered")
    };
    assert_eq!(reply.body, b"1");
    stage.sandbox.reset(None);
    let held = stage.sandbox.call("parrot", asking);
    let time = async {
        tokio::task::yield_now().await;
        stage.clock.advance(Duration::from_secs(6));
    };
    let (answered, ()) = tokio::join!(held, time);
    let Answered::Reply(reply) = answered else {
        unreachable!("it is answered")
    };
    assert_eq!(reply.body, b"0");
}

#[tokio::test]
async fn accounts_have_their_own_keys_and_what_nobody_can_do_is_said() {
    let stage = stage().await;
    assert_eq!(stage.sandbox.open("parrot").as_deref(), Some("parrot-2"));
    assert_eq!(stage.sandbox.open("dodo"), None);
    let settings = stage.sandbox.settings("parrot-2").unwrap();
    assert_eq!(settings[0].1, "http://127.0.0.1:1/sandbox/api/parrot");
    assert_ne!(settings[1].1, stage.token());
    let refused = stage.sandbox.act("parrot", "ana", Act::Block(true));
    assert_eq!(refused.unwrap_err().to_string(), "Parrot has no block.");
    assert!(stage.sandbox.act("parrot", "bob", Act::Read).is_err());
}

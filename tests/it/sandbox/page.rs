//! The page with the phones, as a browser without scripts uses it.

use linktor::sandbox::chat::Side;
use reqwest::Client;
use reqwest::redirect::Policy;

use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// A browser with cookies of its own in front of the phones.
struct Phones {
    http: Client,
    url: String,
    cookie: String,
    csrf: String,
    page: String,
}

impl Phones {
    async fn open(server: &Server) -> Self {
        let owner = server.agent(OWNER).await;
        let http = Client::builder().redirect(Policy::none()).build().unwrap();
        let url = server.url().to_owned();
        let answer = http
            .get(format!("{url}/sandbox"))
            .header("cookie", owner.cookie())
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let set = answer.headers()["set-cookie"].to_str().unwrap();
        let form = set.split(';').next().unwrap();
        let cookie = format!("{}; {form}", owner.cookie());
        let page = answer.text().await.unwrap();
        let (_, rest) = page.split_once("name=\"_csrf\" value=\"").unwrap();
        let csrf = rest.split('"').next().unwrap().to_owned();
        Self {
            http,
            url,
            cookie,
            csrf,
            page,
        }
    }

    /// Presses a button of a phone.
    async fn press(&self, phone: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let mut form = String::new();
        for (name, value) in fields.iter().chain(&[("_csrf", self.csrf.as_str())]) {
            let head = "--limit\r\ncontent-disposition: form-data; name=\"";
            for piece in [head, name, "\"\r\n\r\n", value, "\r\n"] {
                form.push_str(piece);
            }
        }
        form += "--limit--\r\n";
        let post = self
            .http
            .post(format!("{}/sandbox/phones/{phone}", self.url));
        let post = post
            .header("cookie", &self.cookie)
            .header("content-type", "multipart/form-data; boundary=limit");
        post.body(form).send().await.unwrap()
    }

    async fn get(&self, path: &str) -> String {
        let get = self
            .http
            .get(format!("{}{path}", self.url))
            .header("cookie", &self.cookie);
        let answer = get.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }
}

fn phone(server: &Server, account: &str) -> String {
    server.sandbox().look(|world| {
        let chats = &world.accounts[account].chats;
        format!("{account}/{}", chats.keys().next().unwrap())
    })
}

#[test]
fn only_whoever_manages_channels_sees_the_phones() {
    on_a_server_with(with_sandbox, async |server| {
        let http = Client::new();
        for path in [
            "/sandbox",
            "/sandbox/wire",
            "/sandbox/live",
            "/sandbox/switches",
        ] {
            let answer = http
                .get(format!("{}{path}", server.url()))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 404, "{path}");
        }
        server.colleague("agent").await;
        let agent = server.agent("agent@example.com").await;
        assert_eq!(agent.open("/sandbox").await.status, 404);
        server.colleague("admin").await;
        let admin = server.agent("admin@example.com").await;
        assert_eq!(admin.open("/sandbox").await.status, 200);
    });
}

#[test]
fn a_person_plays_the_customer_and_sees_what_a_customer_sees() {
    on_a_server_with(with_sandbox, async |server| {
        let phones = Phones::open(server).await;
        assert!(phones.page.contains("Camila Duarte") && !phones.page.contains(PASSWORD));
        let key = phone(server, "whatsapp");
        let said = phones
            .press(&key, &[("do", "say"), ("text", "Ol\u{e1} <b>")])
            .await;
        assert_eq!(said.status(), 303);
        for button in [
            "picture", "voice", "sticker", "location", "contact", "strange",
        ] {
            let pressed = phones.press(&key, &[("do", button)]).await;
            assert_eq!(pressed.status(), 303, "{button}");
        }
        let count = server.sandbox().look(|world| {
            let chats = &world.accounts["whatsapp"].chats;
            chats.values().next().unwrap().from(Side::Customer).count()
        });
        assert_eq!(count, 7);
        let part = phones.get(&format!("/sandbox/phones/{key}")).await;
        assert!(part.contains("Ol\u{e1} &lt;b&gt;"), "{part}");
        let (_, rest) = part.split_once("<img src=\"").unwrap();
        let picture = rest.split('"').next().unwrap();
        let start = phones.get(picture).await;
        assert!(start.contains("PNG"));
    });
}

#[test]
fn the_phones_of_a_further_account_tell_which_it_is() {
    on_a_server_with(with_sandbox, async |server| {
        assert_eq!(server.sandbox().open("twilio").as_deref(), Some("twilio-2"));
        let phones = Phones::open(server).await;
        for title in ["SMS, Twilio", "SMS, Twilio 2"] {
            let caption = format!("<span>{title}</span><small>Sam Rivera");
            assert_eq!(phones.page.matches(&caption).count(), 1, "{title}");
        }
    });
}

#[test]
fn what_a_phone_cannot_do_is_said_and_forms_of_others_are_refused() {
    on_a_server_with(with_sandbox, async |server| {
        let mut phones = Phones::open(server).await;
        let key = phone(server, "telegram");
        let empty = phones.press(&key, &[("do", "say"), ("text", " ")]).await;
        assert_eq!(empty.status(), 422);
        assert!(
            empty
                .text()
                .await
                .unwrap()
                .contains("Write something first.")
        );
        let unknown = phones.press(&key, &[("do", "fly")]).await;
        assert_eq!(unknown.status(), 422);
        phones.csrf = "forged".to_owned();
        let forged = phones.press(&key, &[("do", "say"), ("text", "hi")]).await;
        assert_eq!(forged.status(), 403);
    });
}

#[test]
fn switches_are_set_by_a_form_and_every_call_stands_in_the_wire_log() {
    on_a_server_with(with_sandbox, async |server| {
        let phones = Phones::open(server).await;
        let body = format!(
            "_csrf={}&account=twilio&broken=on&broken_value=1&copies=on&copies_value=4&delivered_ms=50&read_ms=60",
            phones.csrf
        );
        let post = phones.http.post(format!("{}/sandbox/switches", phones.url));
        let post = post
            .header("cookie", &phones.cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(post.body(body).send().await.unwrap().status(), 303);
        let faults = server
            .sandbox()
            .look(|world| world.accounts["twilio"].faults.clone());
        assert_eq!(
            (faults.broken_every, faults.copies, faults.limited_every),
            (1, 4, 0)
        );
        let shown = phones.get("/sandbox/switches?account=twilio").await;
        assert!(shown.contains("value=\"4\""));
        let stranger = format!(
            "{}/sandbox/api/twilio/2010-04-01/Accounts/AC1.json",
            phones.url
        );
        assert_eq!(
            phones.http.get(stranger).send().await.unwrap().status(),
            401
        );
        let wire = phones.get("/sandbox/wire").await;
        assert!(wire.contains("GET AC1.json 401"), "{wire}");
        let (_, rest) = wire.split_once("href=\"/sandbox/wire/").unwrap();
        let id = rest.split('"').next().unwrap();
        let entry = phones.get(&format!("/sandbox/wire/{id}")).await;
        assert!(entry.contains("20003"), "{entry}");
    });
}

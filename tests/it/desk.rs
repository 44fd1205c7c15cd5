//! The agents' socket: what happens reaches everybody in order, and whoever was away gets what was
//! missed.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::agent::Agent;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::on_a_server;
use crate::support::socket::Socket;

/// The frames up to the one that answers a ping: everything that was under way before.
async fn so_far(socket: &mut Socket) -> Vec<Value> {
    socket.say(json!({ "kind": "ping" })).await;
    let mut frames = Vec::new();
    loop {
        let frame = socket.hear().await;
        if frame["kind"] == "pong" {
            return frames;
        }
        frames.push(frame);
    }
}

/// What was put at the end of a thread, in order.
fn appended(frames: &[Value]) -> Vec<String> {
    let appends = frames.iter().filter(|frame| frame["swap"] == "append");
    appends
        .map(|frame| frame["html"].as_str().unwrap().to_owned())
        .collect()
}

fn last_place(frames: &[Value]) -> u64 {
    let places = frames.iter().filter_map(|frame| frame["seq"].as_u64());
    places.max().unwrap()
}

#[test]
fn an_agent_who_was_away_gets_what_was_missed_in_order_and_once() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let agent = server.agent(OWNER).await;
        let mut socket = agent.connected(None).await;
        let ack = ana.say("cm_0", "before").await;
        let conversation = ack["conversationId"].as_str().unwrap();
        let row = socket.hear_of("fragment").await;
        assert_eq!(row["target"], format!("row-{conversation}"));
        socket
            .say(json!({ "kind": "look", "conversation": conversation }))
            .await;
        let frames = so_far(&mut socket).await;
        let place = last_place(&[vec![row], frames].concat());
        socket.vanish();

        for number in 1..=5 {
            ana.say(&format!("cm_{number}"), &format!("missed {number}"))
                .await;
        }
        let mut socket = agent.resumed(place, conversation).await;
        let missed = so_far(&mut socket).await;
        let texts = appended(&missed);
        assert_eq!(texts.len(), 5, "{missed:?}");
        for (number, html) in (1..).zip(&texts) {
            assert!(html.contains(&format!("missed {number}")), "{html}");
        }
        let rows = missed
            .iter()
            .filter(|frame| frame["target"] == format!("row-{conversation}"));
        assert_eq!(rows.count(), 1, "each thing once, as it stands now");

        // Nothing comes twice, and the socket goes on.
        let place = last_place(&missed);
        socket.vanish();
        let mut socket = agent.resumed(place, conversation).await;
        assert_eq!(appended(&so_far(&mut socket).await), Vec::<String>::new());
        ana.say("cm_6", "live").await;
        let live = eventually("the message is pushed", async || {
            appended(&so_far(&mut socket).await).pop()
        });
        assert!(live.await.contains("live"));
    });
}

#[test]
fn two_agents_see_the_same_and_what_the_other_does() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        server.colleague("agent").await;
        let owner = server.agent(OWNER).await;
        let bia = server.agent("agent@example.com").await;
        let ack = ana.say("cm_0", "hello").await;
        let conversation = ack["conversationId"].as_str().unwrap();
        let look = json!({ "kind": "look", "conversation": conversation });
        let mut first = owner.connected(None).await;
        let mut second = bia.connected(None).await;
        first.say(look.clone()).await;
        second.say(look).await;
        let presence = first.hear_of("presence").await;
        let presence = if presence["viewers"] == json!([]) {
            first.hear_of("presence").await
        } else {
            presence
        };
        assert_eq!(presence["viewers"][0]["name"], "agent");
        let address = format!("/app/c/{conversation}/messages");
        let answer = [("text", "from Bia"), ("mode", "reply"), ("clientId", "c_1")];
        bia.submit(&address, &answer).await;
        for socket in [&mut first, &mut second] {
            let html = eventually("both see the answer", async || {
                appended(&so_far(socket).await).pop()
            });
            assert!(html.await.contains("from Bia"));
        }
    });
}

/// Whether a socket that names a position is told to fetch everything again.
async fn is_too_old(agent: &Agent, place: u64) -> bool {
    let mut socket = agent.connect(Some(place)).await;
    let frames = so_far(&mut socket).await;
    frames.iter().any(|frame| frame["kind"] == "resync")
}

#[test]
fn every_spelling_of_the_dashboards_address_leads_there() {
    on_a_server(async |server| {
        let agent = server.agent(OWNER).await;
        for address in ["/", "/app", "/app/", "/app/inbox"] {
            let reply = agent.open(address).await;
            let leads = (reply.status, reply.header("location"));
            assert_eq!(leads, (303, "/app/inbox/mine"), "{address}");
        }
    });
}

#[test]
fn whoever_knows_another_log_is_told_to_start_afresh() {
    on_a_server(async |server| {
        let agent = server.agent(OWNER).await;
        // As after an older backup was put back under an open page.
        let mut socket = agent.connect(Some(1_000_000)).await;
        socket.hear_of("resync").await;
        let site = server.website(json!({})).await;
        server.visitor(&site).await.say("cm_0", "hello").await;
        socket.hear_of("fragment").await;
    });
}

#[test]
fn whoever_was_away_too_long_is_told_to_start_afresh() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        ana.say("cm_0", "hello").await;
        let agent = server.agent(OWNER).await;
        assert!(!is_too_old(&agent, 1).await);
        // The log keeps thirty days; the session of a browser is shorter, so it signs in again.
        server.pass(Duration::from_secs(31 * 24 * 3_600));
        let agent = server.agent(OWNER).await;
        eventually("the log forgets", async || {
            is_too_old(&agent, 1).await.then_some(())
        })
        .await;
    });
}

#[test]
fn more_than_can_be_shown_at_once_is_fetched_instead() {
    on_a_server(async |server| {
        let api = server.api();
        let agent = server.agent(OWNER).await;
        let making = (0..600).map(|number| {
            let name = format!("Contact {number}");
            api.post("/contacts", json!({ "name": name }))
        });
        futures_util::future::join_all(making).await;
        assert!(is_too_old(&agent, 1).await);
    });
}

#[test]
fn a_page_elsewhere_and_a_stranger_get_no_socket() {
    on_a_server(async |server| {
        let agent = server.agent(OWNER).await;
        let address = format!("ws{}/app/ws", server.url().trim_start_matches("http"));
        for (origin, cookie) in [
            ("https://evil.example", agent.cookie()),
            (server.url(), "linktor_session=forged"),
            (server.url(), ""),
        ] {
            let headers = [("origin", origin), ("cookie", cookie)];
            let refused = Socket::open(&address, &headers).await;
            assert!(refused.is_err(), "{origin} {cookie}");
        }
    });
}

#[test]
fn what_deletes_is_asked_about_with_the_number_of_what_goes() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_0", "hello").await;
        let conversation = ack["conversationId"].as_str().unwrap();
        let status = format!("/app/c/{conversation}/status");
        let agent = server.agent(OWNER).await;
        agent.submit(&status, &[("status", "resolved")]).await;
        server.pass(Duration::from_secs(31 * 24 * 3_600));
        let agent = server.agent(OWNER).await;
        let form = [
            ("name", "Aurora"),
            ("timezone", "UTC"),
            ("language", "en"),
            ("agentVisibility", "all"),
            ("retentionDays", "30"),
            ("autoCloseAfterDays", ""),
        ];
        let place = "/app/settings/general";
        let asked = agent.submit(place, &form).await;
        assert_eq!(asked.status, 200);
        assert!(asked.text().contains("1 conversation would be deleted"));
        let page = agent.open(place).await.text();
        assert!(page.contains("name=\"retentionDays\" class=\"short\" inputmode=\"numeric\" autocomplete=\"off\" value=\"\""), "nothing is saved yet");
        // An answer to another question is none.
        let other = [form.as_slice(), &[("sure", "90")]].concat();
        assert_eq!(agent.submit(place, &other).await.status, 200);
        let sure = [form.as_slice(), &[("sure", "30")]].concat();
        assert_eq!(agent.submit(place, &sure).await.status, 303);
    });
}

#[test]
fn a_queue_is_narrowed_kept_as_a_view_and_pushed_to() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let talk = async |id: &str, words: &str| {
            let ack = server.visitor(&site).await.say(id, words).await;
            ack["conversationId"].as_str().unwrap().to_owned()
        };
        let vip = talk("cm_1", "I buy a lot").await;
        let other = talk("cm_2", "I only look").await;
        let tag = json!({ "tags": ["VIP & friends"] });
        let api = server.api();
        let tags = |id: &str| format!("/conversations/{id}/tags");
        api.post(&tags(&vip), tag.clone()).await.ok();

        let agent = server.agent(OWNER).await;
        let chosen = "/app/inbox/filter?queue=all&tag=VIP+%26+friends&team=&q=";
        let word = "all;tag=VIP~20~26~20friends";
        let narrowed = format!("/app/inbox/{word}");
        assert_eq!(agent.open(chosen).await.header("location"), narrowed);
        let named = agent.open("/app/inbox/tag/VIP%20&%20friends").await;
        assert_eq!(named.header("location"), narrowed);
        let page = agent.open(&narrowed).await.text();
        assert!(page.contains("I buy a lot") && !page.contains("I only look"));
        assert!(
            page.contains(&format!("{narrowed}/{vip}")),
            "a row leads on within"
        );
        for wrong in ["all;tag=~GG", "all;colour=red", "everything"] {
            let refused = agent.open(&format!("/app/inbox/{wrong}")).await;
            assert_eq!(refused.status, 404, "{wrong}");
        }

        let view = [("name", "Big spenders"), ("colour", "red"), ("queue", word)];
        let kept = agent.submit("/app/inbox/views", &view).await;
        assert_eq!(kept.header("location"), narrowed);
        let page = agent.open("/app/inbox/mine").await.text();
        let link = page.split("Big spenders</span>").nth(1);
        assert!(
            link.is_some_and(|rest| rest.starts_with("<span class=\"n\">1</span>")),
            "the side bar leads there, and says how many there are: {page}"
        );
        let page = agent.open(&narrowed).await.text();
        assert!(page.contains("<h2 class=\"h3\">Big spenders</h2>"));

        let mut socket = agent.connected(None).await;
        socket
            .say(json!({ "kind": "look", "conversation": null, "queue": word }))
            .await;
        so_far(&mut socket).await;
        api.post(&tags(&other), tag).await.ok();
        let row = socket.hear_of("fragment").await;
        let html = row["html"].as_str().unwrap();
        assert!(
            html.contains(&format!(" {word}\"")),
            "it belongs there: {html}"
        );

        let views = api.get("/views").await.ok();
        let id = views["data"][0]["id"].as_str().unwrap();
        let remove = format!("/app/inbox/views/{id}/remove");
        let removed = agent.submit(&remove, &[("queue", word)]).await;
        assert_eq!(removed.header("location"), "/app/inbox/all");
        assert_eq!(api.get("/views").await.ok()["total"], 0);
    });
}

#[test]
fn whoever_has_waited_long_enough_comes_into_the_list_by_themselves() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let agent = server.agent(OWNER).await;
        let waits = "section=all&m.0=all&c.0=%7B%22waitingOverMinutes%22%3A60%7D&do=show";
        let chosen = agent.open(&format!("/app/inbox/conditions?{waits}")).await;
        let address = chosen.header("location").to_owned();
        let word = address.rsplit('/').next().unwrap();
        let mut before = agent.connected(None).await;
        let look = json!({ "kind": "look", "conversation": null, "queue": word });
        before.say(look.clone()).await;
        so_far(&mut before).await;
        let early = server.visitor(&site).await.say("cm_1", "I wait").await;
        server.pass(Duration::from_secs(30 * 60));
        let late = server.visitor(&site).await.say("cm_1", "I wait too").await;
        let row = |ack: &Value| format!("row-{}", ack["conversationId"].as_str().unwrap());
        let (early, late) = (row(&early), row(&late));
        // What happens is drawn as ever, and does not belong here yet.
        for target in [&early, &late] {
            let drawn = eventually("it is drawn", async || {
                let frame = before.hear_of("fragment").await;
                (frame["target"] == *target).then_some(frame)
            });
            assert!(!belongs(&drawn.await, word));
        }

        server.pass(Duration::from_secs(31 * 60));
        assert_eq!(newcomer(&mut before, word).await, early, "an hour is over");
        // A screen that was away meanwhile is told when it comes back.
        let mut after = agent.connected(None).await;
        after.say(look).await;
        assert_eq!(newcomer(&mut after, word).await, early);
        server.pass(Duration::from_secs(30 * 60));
        assert_eq!(newcomer(&mut before, word).await, late, "each comes once");
        assert_eq!(newcomer(&mut after, word).await, late);
    });
}

/// The next row that is drawn as one of a list.
async fn newcomer(screen: &mut Socket, list: &str) -> String {
    loop {
        let frame = screen.hear_of("fragment").await;
        if belongs(&frame, list) {
            return frame["target"].as_str().unwrap().to_owned();
        }
    }
}

/// Whether something drawn is a row that says to be one of a list.
fn belongs(frame: &Value, list: &str) -> bool {
    let html = frame["html"].as_str().unwrap();
    let Some((_, lists)) = html.split_once("data-queues=\"") else {
        return false;
    };
    let (lists, _) = lists.split_once('"').unwrap();
    lists.split(' ').any(|word| word == list)
}

#[test]
fn a_queue_is_narrowed_by_groups_of_conditions() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let api = server.api();
        let talk = async |words: &str, tag: &str, priority: &str| {
            let ack = server.visitor(&site).await.say("cm_1", words).await;
            let id = ack["conversationId"].as_str().unwrap();
            let (address, tags) = (format!("/conversations/{id}"), json!({ "tags": [tag] }));
            api.post(&format!("{address}/tags"), tags).await.ok();
            let priority = json!({ "priority": priority });
            api.patch(&address, priority).await.ok();
        };
        for name in ["vip", "refund"] {
            api.post("/tags", json!({ "name": name })).await.ok();
        }
        talk("a regular", "vip", "normal").await;
        talk("urgent refund", "refund", "urgent").await;
        talk("slow refund", "refund", "normal").await;
        let agent = server.agent(OWNER).await;
        let open = async |query: &str| agent.open(&format!("/app/inbox/conditions?{query}")).await;
        let page = open("section=all").await.text();
        assert!(
            page.contains("name=\"m.0\"") && page.contains(">vip</option>"),
            "{page}"
        );
        let tag = |name: &str| format!("%7B%22tag%22%3A%22{name}%22%7D");
        let urgent = "%7B%22priority%22%3A%22urgent%22%7D";
        let outer = format!("section=all&m.0=any&c.0={}&c.0=", tag("vip"));
        let grown = open(&format!("{outer}&do=group:0")).await.text();
        assert!(grown.contains("name=\"m.0.0\""), "a group within: {grown}");
        let both = format!("{outer}&m.0.0=all&c.0.0={}&c.0.0={urgent}", tag("refund"));
        let gone = open(&format!("{both}&do=drop:0.0")).await.text();
        assert!(!gone.contains("name=\"m.0.0\""), "and away again");
        let chosen = open(&format!("{both}&do=show")).await;
        let address = chosen.header("location").to_owned();
        let page = agent.open(&address).await.text();
        assert!(
            page.contains("vip or (refund and Urgent priority)"),
            "{page}"
        );
        assert!(page.contains("a regular") && page.contains("urgent refund"));
        assert!(!page.contains("slow refund"), "{page}");

        let word = address.rsplit('/').next().unwrap();
        let again = open(&format!("section={word}")).await.text();
        assert!(
            again.contains("name=\"m.0.0\""),
            "it is drawn as it was: {again}"
        );
        let view = [("name", "Soon"), ("colour", "red"), ("queue", word)];
        agent.submit("/app/inbox/views", &view).await;
        let views = api.get("/views").await.ok();
        let held = &views["data"][0]["filter"]["conditions"];
        let expected = json!({ "any": [
            { "is": { "tag": "vip" } },
            { "all": [{ "is": { "tag": "refund" } }, { "is": { "priority": "urgent" } }] },
        ] });
        assert_eq!(*held, expected);
        let made = json!({ "name": "Same", "filter": { "conditions": held } });
        let made = api.post("/views", made).await.ok();
        assert_eq!(made["filter"]["conditions"], expected);
        for wrong in [json!({ "any": [] }), json!({ "is": "odd" }), json!([])] {
            let body = json!({ "name": "Wrong", "filter": { "conditions": wrong } });
            let refused = api.post("/views", body).await;
            refused.refused(400, "VALIDATION_ERROR");
        }
        let own = open("section=drafts").await;
        assert_eq!(own.status, 404, "one's own list is whole");
    });
}

#[test]
fn a_list_comes_in_the_order_that_was_chosen() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        for words in ["the first", "the second"] {
            server.visitor(&site).await.say("cm_1", words).await;
            server.pass(std::time::Duration::from_secs(60));
        }
        let agent = server.agent(OWNER).await;
        let chosen = agent.open("/app/inbox/filter?queue=all&order=oldest").await;
        assert_eq!(chosen.header("location"), "/app/inbox/all;order=oldest");
        let whole = agent.open("/app/inbox/filter?queue=all&order=reply").await;
        assert_eq!(whole.header("location"), "/app/inbox/all");
        for (order, first) in [
            ("", "the second"),
            (";order=newest", "the second"),
            (";order=begun", "the second"),
            (";order=oldest", "the first"),
        ] {
            let page = agent.open(&format!("/app/inbox/all{order}")).await.text();
            let place = |words: &str| page.find(words).unwrap();
            let comes_first = if place("the first") < place("the second") {
                "the first"
            } else {
                "the second"
            };
            assert_eq!(comes_first, first, "{order}");
            let grouped = page.contains("Waiting for you");
            assert_eq!(grouped, order.is_empty(), "{order}");
        }
    });
}

#[test]
fn who_follows_hears_when_the_customer_writes_to_a_colleague() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let conversation = ack["conversationId"].as_str().unwrap();
        let colleague = server.colleague("agent").await;
        let assign = format!("/conversations/{conversation}/assign");
        let to = json!({ "agentId": colleague["id"] });
        server.api().post(&assign, to).await.ok();

        let agent = server.agent(OWNER).await;
        let mut socket = agent.connected(None).await;
        ana.say("cm_2", "nobody hears this").await;
        let frames = so_far(&mut socket).await;
        assert!(frames.iter().all(|frame| frame["kind"] != "told"));

        let follow = format!("/app/c/{conversation}/follow");
        agent.submit(&follow, &[("follow", "yes")]).await;
        ana.say("cm_3", "anybody there?").await;
        let told = socket.hear_of("told").await;
        assert_eq!(told["conversation"], conversation);
        assert_eq!(
            (&told["queue"], &told["text"]),
            (&json!("all"), &json!("anybody there?"))
        );

        agent.submit(&follow, &[("follow", "no")]).await;
        so_far(&mut socket).await;
        ana.say("cm_4", "still there?").await;
        let row = socket.hear_of("fragment").await;
        assert_eq!(row["target"], format!("row-{conversation}"));
        let frames = so_far(&mut socket).await;
        assert!(frames.iter().all(|frame| frame["kind"] != "told"));
    });
}

#[test]
fn two_people_become_one_on_the_page_and_two_again() {
    on_a_server(async |server| {
        let api = server.api();
        let ana = json!({ "name": "Ana", "email": "ana@example.com" });
        let ana = api.post("/contacts", ana).await.ok();
        let other = json!({ "name": "Ana Silva", "email": "ana.silva@example.com", "phone": "+5511999990000" });
        let other = api.post("/contacts", other).await.ok();
        let address = format!("/app/contacts/{}/merge", ana["id"].as_str().unwrap());
        let with = other["id"].as_str().unwrap();
        let agent = server.agent(OWNER).await;
        let page = agent.open(&address).await.text();
        assert!(
            page.contains(&format!("{address}?with={with}")),
            "same name: {page}"
        );
        let page = agent.open(&format!("{address}?with={with}")).await.text();
        assert!(
            page.contains("pick-email") && !page.contains("pick-phone"),
            "{page}"
        );

        let chosen = [
            ("with", with),
            ("pick-name", "theirs"),
            ("pick-email", "ours"),
        ];
        agent.submit(&address, &chosen).await;
        let path = format!("/contacts/{}", ana["id"].as_str().unwrap());
        let one = api.get(&path).await.ok();
        for (field, expected) in [
            ("name", "Ana Silva"),
            ("email", "ana@example.com"),
            ("phone", "+5511999990000"),
        ] {
            assert_eq!(one[field], expected, "{field}");
        }
        assert_eq!(api.get("/contacts").await.ok()["total"], 1);

        let page = agent.open(&format!("/app{path}")).await.text();
        let merge = page.split("name=\"merge\" value=\"").nth(1).unwrap();
        let merge = merge.split('"').next().unwrap();
        let undo = format!("/app{path}/unmerge");
        agent.submit(&undo, &[("merge", merge)]).await;
        assert_eq!(api.get("/contacts").await.ok()["total"], 2);
        assert_eq!(
            api.get(&path).await.ok(),
            {
                let mut before = ana.clone();
                for moved in ["revision", "updatedAt"] {
                    before[moved] = api.get(&path).await.ok()[moved].clone();
                }
                before
            },
            "what was chosen goes back too"
        );

        server.colleague("agent").await;
        let agent = server.agent("agent@example.com").await;
        assert_eq!(
            agent.open(&address).await.status,
            404,
            "no business of an agent"
        );
    });
}

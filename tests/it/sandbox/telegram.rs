//! What only Telegram has: groups with topics, accounts of people of the business, edits both ways,
//! albums, bots that are blocked, presses that want an answer, and two ways for news to arrive.

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Offer;
use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::picture;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

/// The same channel, seen from another phone of it: by what its name begins with, and its parts.
pub fn phone_of<'a>(line: &Line<'a>, begins: &str, parts: usize) -> Line<'a> {
    let customer = line.server.sandbox().look(|world| {
        let mut all = world.accounts[line.vendor.account].chats.keys();
        let found = all.find(|id| id.starts_with(begins) && id.split(':').count() == parts);
        found.unwrap().clone()
    });
    Line {
        server: line.server,
        vendor: line.vendor,
        channel: line.channel.clone(),
        customer,
        conversation: String::new(),
    }
}

pub fn bot_name(line: &Line<'_>) -> String {
    let account = line.vendor.account;
    let name = |world: &linktor::sandbox::World| {
        let name = world.accounts[account].key("botUsername");
        format!("@{name}")
    };
    line.server.sandbox().look(name)
}

/// The conversation of a contact of that name in that state.
async fn conversation_of(line: &Line<'_>, name: &str, status: &str) -> Option<String> {
    let path = format!("/conversations?status={status}");
    let list = line.server.api().get(&path).await.ok();
    let mut all = list["data"].as_array().unwrap().iter();
    let ours =
        |one: &&Value| one["channelId"] == line.channel["id"] && one["contact"]["name"] == name;
    Some(all.find(ours)?["id"].as_str().unwrap().to_owned())
}

/// The conversation with a contact of that name.
pub async fn conversation_with(line: &Line<'_>, name: &str) -> String {
    line.until(&format!("a conversation with {name}"), async || {
        let list = line.server.api().get("/conversations").await.ok();
        let all = list["data"].as_array().unwrap().iter();
        let mut own = all
            .filter(|one| one["channelId"] == line.channel["id"] && one["contact"]["name"] == name);
        let found = own.next()?["id"].as_str().unwrap().to_owned();
        assert!(own.next().is_none(), "one conversation with {name}");
        Some(found)
    })
    .await
}

pub fn says(line: &Line<'_>, text: &str, quoting: Option<String>) {
    let text = text.to_owned();
    line.act(Act::Say { text, quoting });
}

pub fn last_id(line: &Line<'_>, side: Side) -> String {
    line.on_phone(side).last().unwrap().id.clone()
}

pub fn calls(server: &Server, method: &str) -> Vec<String> {
    server.sandbox().look(|world| {
        let all = world.journal.newest();
        let named = all.filter(|entry| entry.title.contains(method));
        named.map(|entry| entry.request.clone()).collect()
    })
}

#[test]
fn a_group_is_a_conversation_and_each_of_its_topics_another() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["telegram", "telegram-2"] {
            let line = Line::open(server, vendor(account)).await;
            line.act(Act::Group);
            let mut group = phone_of(&line, "g:", 2);
            let mut topic = phone_of(&line, "g:", 3);
            let name = bot_name(&line);

            says(&group, "nobody asks the bot", None);
            says(&group, &format!("{name} when do you open?"), None);
            group.conversation = conversation_with(&group, "Aurora coffee club").await;
            says(&topic, &format!("{name} where is the van?"), None);
            let called = "Aurora coffee club: Deliveries";
            topic.conversation = conversation_with(&topic, called).await;
            let heard = topic.hears(1).await;
            assert_eq!(heard[0]["metadata"]["threadId"], "2");
            assert_eq!(heard[0]["metadata"]["participant"], "5550001");
            assert_eq!(heard[0]["metadata"]["profileName"], "Diego Herrera");
            assert!(
                heard[0]["replyTo"].is_null(),
                "a topic's opening is no message"
            );

            let answer = topic.write("Two streets away").await;
            topic.stands(&answer, "sent").await;
            assert_eq!(topic.shown(Side::Business), ["Two streets away"]);
            assert!(
                group.shown(Side::Business).is_empty(),
                "not where nobody asked"
            );
            // An answer to ours is meant for us, whoever it is from.
            says(&topic, "Thanks", Some(last_id(&topic, Side::Business)));
            topic.act(Act::Aside {
                text: format!("{name} and mine?"),
            });
            let heard = topic.hears(3).await;
            assert_eq!(heard[1]["replyTo"], answer["id"]);
            assert_eq!(heard[2]["metadata"]["profileName"], "Sofia Lindqvist");
            let edited = topic.server.api();
            let path = format!("/messages/{}", answer["id"].as_str().unwrap());
            edited
                .patch(&path, json!({"text": "One street away"}))
                .await
                .ok();
            topic
                .until("the topic shows the change", async || {
                    (topic.shown(Side::Business) == ["One street away"]).then_some(())
                })
                .await;
            assert_eq!(
                group.hears(1).await.len(),
                1,
                "what was meant for us, and no more"
            );

            // Put out of the group, the bot writes nothing there any more, nor in any topic of it.
            group.act(Act::Block(true));
            for place in [&group, &topic] {
                let refused = place.until("it is closed", async || {
                    let hello = json!({"type": "text", "text": "Hello?"});
                    let reply = place.send(hello).await;
                    (reply.status == 422).then_some(reply)
                });
                refused.await.refused(422, "CONTACT_UNREACHABLE");
                assert_eq!(place.talk().await["status"], "resolved", "{account}");
            }
            // Taken in again, it may write; what was answered stays what it is.
            group.act(Act::Block(false));
            let again = group.until("it is open again", async || {
                let talk = conversation_of(&group, "Aurora coffee club", "open").await?;
                let path = format!("/conversations/{talk}/messages");
                let body = json!({"content": {"type": "text", "text": "Back again"}});
                let reply = server.api().post(&path, body).await;
                (reply.status < 300).then(|| reply.json())
            });
            group.stands(&again.await, "sent").await;
        }
    });
}

#[test]
fn a_group_that_takes_the_bot_in_is_a_conversation_before_anybody_says_anything() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        line.act(Act::Group);
        let mut group = phone_of(&line, "g:", 2);
        group.conversation = conversation_with(&group, "Aurora coffee club").await;
        let talk = group.talk().await;
        assert_eq!(
            (&talk["status"], &talk["messageCount"]),
            (&json!("open"), &json!(0))
        );
        let agent = server.agent(OWNER).await;
        let page = agent
            .open(&format!("/app/inbox/all/{}", group.conversation))
            .await;
        assert!(
            page.text().contains("let telegram-2 in."),
            "{}",
            page.text()
        );
        // Nobody has to ask first: being taken in is enough.
        let hello = group.write("Thanks for having us").await;
        group.stands(&hello, "sent").await;
        assert_eq!(group.shown(Side::Business), ["Thanks for having us"]);
    });
}

#[test]
fn somebodys_customer_is_answered_through_their_account() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["telegram", "telegram-2"] {
            let more = json!({"businessMode": true});
            let mut line = Line::with(server, vendor(account), &more).await;
            line.greet().await;
            line.act(Act::Lend);
            let mut lent = phone_of(&line, "b:", 3);
            says(&lent, "Do you open on Sunday?", None);
            lent.conversation = conversation_with(&lent, "Lena Brandt").await;
            let heard = lent.hears(1).await;
            let connection = &heard[0]["metadata"]["businessConnectionId"];
            assert!(connection.is_string(), "{}", heard[0]);
            let answer = lent.write("Until noon").await;
            lent.stands(&answer, "sent").await;
            assert_eq!(lent.shown(Side::Business), ["Until noon"]);

            // What the owner writes by hand is ours, and answers nobody of itself.
            lent.act(Act::Echo {
                text: "And I bake".to_owned(),
            });
            let ours = lent.until("what the owner wrote", async || {
                let all = lent.messages("outbound").await;
                (all.len() == 2).then_some(all)
            });
            let ours = ours.await;
            assert_eq!(ours[1]["text"], "And I bake");
            assert_eq!(ours[1]["metadata"]["echo"], true);

            let bubble = last_id(&lent, Side::Customer);
            let text = "Do you open on Saturday?".to_owned();
            lent.act(Act::Edit {
                bubble: bubble.clone(),
                text,
            });
            lent.until("the change", async || {
                let all = lent.messages("inbound").await;
                (all[0]["text"] == "Do you open on Saturday?").then_some(())
            })
            .await;
            lent.act(Act::Delete { bubble });
            lent.until("it is taken back", async || {
                let all = lent.messages("inbound").await;
                (!all[0]["deletedAt"].is_null()).then_some(())
            })
            .await;

            // Disconnected, its conversations can be read and no more.
            lent.act(Act::Block(true));
            let text = json!({"type": "text", "text": "One more thing"});
            let refused = lent.until("it can only be read", async || {
                let reply = lent.send(text.clone()).await;
                (reply.status == 422).then_some(reply)
            });
            refused.await.refused(422, "CONTACT_UNREACHABLE");
            assert_eq!(lent.talk().await["status"], "open");
            let own = line.write("the bot's own chats go on").await;
            line.stands(&own, "sent").await;
            lent.act(Act::Block(false));
            let again = lent.until("it can be answered again", async || {
                let reply = lent.send(text.clone()).await;
                (reply.status < 300).then(|| reply.json())
            });
            lent.stands(&again.await, "sent").await;

            // A day later the account may not be written from any more.
            server.pass(std::time::Duration::from_secs(24 * 3_600));
            let late = lent
                .send(json!({"type": "text", "text": "Still there?"}))
                .await;
            late.refused(422, "OUTSIDE_MESSAGE_WINDOW");
            let own = line.write("the bot's own chats know no window").await;
            line.stands(&own, "sent").await;
        }
    });
}

#[test]
fn edits_go_both_ways_and_an_album_is_one_turn() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["telegram", "telegram-2"] {
            let line = Line::open(server, vendor(account)).await;
            let sent = line.write("We ship on Monday").await;
            line.stands(&sent, "sent").await;
            let path = format!("/messages/{}", sent["id"].as_str().unwrap());
            let change = json!({"text": "We ship on Tuesday"});
            server.api().patch(&path, change).await.ok();
            line.until("the phone shows the change", async || {
                (line.shown(Side::Business) == ["We ship on Tuesday"]).then_some(())
            })
            .await;
            let bubble = last_id(&line, Side::Customer);
            let text = "hello there".to_owned();
            line.act(Act::Edit { bubble, text });
            let changed = line.until("the change of the customer", async || {
                let all = line.messages("inbound").await;
                (all[0]["text"] == "hello there").then_some(all)
            });
            let changed = changed.await;
            assert_eq!(changed.len(), 1, "a change is no message");
            assert!(!changed[0]["editedAt"].is_null(), "{}", changed[0]);

            line.act(Act::Album {
                files: vec![picture(), picture(), picture()],
                caption: "the cups".to_owned(),
            });
            let heard = line.hears(4).await;
            let group = &heard[1]["metadata"]["mediaGroupId"];
            assert!(group.is_string());
            let same = |one: &&Value| one["metadata"]["mediaGroupId"] == *group;
            assert_eq!(heard.iter().filter(same).count(), 3);
            assert_eq!(heard[1]["content"]["caption"], "the cups");
            let gone = format!("{path}?forEveryone=true");
            server.api().delete(&gone).await;
            line.until("it is gone from the phone", async || {
                line.shown(Side::Business).is_empty().then_some(())
            })
            .await;
        }
    });
}

#[test]
fn a_blocked_bot_is_told_so_and_what_waits_for_the_person_is_given_up() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        // Webhooks are late: the vendor's refusal says it first.
        line.break_with(&Faults {
            late: std::time::Duration::from_secs(600),
            ..Faults::default()
        });
        line.act(Act::Block(true));
        let lost = line.write("Are you there?").await;
        let lost = line.stands(&lost, "failed").await;
        assert_eq!(lost["metadata"]["error"]["reason"], "blocked");
        let text = json!({"type": "text", "text": "Hello?"});
        line.send(text.clone())
            .await
            .refused(422, "CONTACT_UNREACHABLE");
        line.mend();
        server.pass(std::time::Duration::from_secs(601));
        line.act(Act::Block(false));
        let again = line.until("it may be written again", async || {
            let reply = line.send(text.clone()).await;
            (reply.status < 300).then(|| reply.json())
        });
        let again = again.await;
        line.stands(&again, "sent").await;
    });
}

#[test]
fn a_press_is_answered_before_anything_else_and_a_reply_keyboard_comes_back_as_a_choice() {
    on_a_server_with(with_sandbox, async |server| {
        let style = json!({"quickReplyStyle": "keyboard"});
        let mut line = Line::with(server, vendor("telegram-2"), &style).await;
        line.greet().await;
        let reply = |id: &str, title: &str| json!({"type": "reply", "id": id, "title": title});
        let buttons = [reply("y", "Yes"), reply("n", "No")];
        let asked = json!({"type": "buttons", "text": "Well?", "buttons": buttons});
        let asked = line.send(asked).await.ok();
        line.stands(&asked, "sent").await;
        line.act(Act::Press {
            bubble: last_id(&line, Side::Business),
            choice: 1,
        });
        let heard = line.hears(2).await;
        assert_eq!(heard[1]["content"]["payload"], "n");
        assert_eq!(heard[1]["replyTo"], asked["id"]);
        line.until("the button stopped spinning", async || {
            let open = server.sandbox().look(|world| {
                let kept = &world.accounts["telegram-2"].kept;
                kept.keys().any(|name| name.starts_with("callback/"))
            });
            (!open).then_some(())
        })
        .await;

        let choice = |id: &str, title: &str| json!({"id": id, "title": title});
        let replies = [choice("s", "Small"), choice("l", "Large")];
        let size = json!({"type": "text", "text": "Size?", "quickReplies": replies});
        let size = line.send(size).await.ok();
        line.stands(&size, "sent").await;
        let shown = line.on_phone(Side::Business).pop().unwrap();
        assert_eq!(shown.offer, Offer::Keyboard);
        line.act(Act::Press {
            bubble: shown.id,
            choice: 1,
        });
        let heard = line.hears(3).await;
        assert_eq!(heard[2]["content"]["type"], "postback", "{}", heard[2]);
        assert_eq!(heard[2]["content"]["payload"], "l");
        assert_eq!(heard[2]["content"]["title"], "Large");
    });
}

#[test]
fn news_arrive_in_the_other_way_and_none_is_lost() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram")).await;
        let path = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        for (round, mode) in ["webhook", "polling", "webhook"].into_iter().enumerate() {
            line.say(&format!("before {round}"));
            let change = json!({"config": {"mode": mode}});
            server.api().patch(&path, change).await.ok();
            line.say(&format!("after {round}"));
            line.hears(1 + 2 * (round + 1)).await;
        }
        let texts = line.kept("inbound").await;
        let texts: Vec<_> = texts.iter().map(|kept| kept.words.as_str()).collect();
        let expected = [
            "hello", "before 0", "after 0", "before 1", "after 1", "before 2", "after 2",
        ];
        assert_eq!(texts, expected);
        let posted = calls(server, "deleteWebhook");
        assert!(
            !posted
                .iter()
                .any(|call| call.contains("drop_pending_updates\":true"))
        );
    });
}

#[test]
fn the_commands_of_a_channel_are_the_menu_of_its_bot() {
    on_a_server_with(with_sandbox, async |server| {
        let commands = json!([{"command": "help", "description": "How it works"}]);
        let line = Line::with(server, vendor("telegram"), &json!({"commands": commands})).await;
        let menu = |name: &str| {
            let name = name.to_owned();
            server.sandbox().look(move |world| {
                let kept = &world.accounts["telegram"].kept;
                let found = kept.iter().find(|(known, _)| known.starts_with(&name));
                found.map(|(_, menu)| menu.clone())
            })
        };
        line.until("the menu", async || {
            (menu("commands/").as_ref() == Some(&commands)).then_some(())
        })
        .await;
        let path = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        let other = json!([{"command": "order", "description": "Where is it"}]);
        let change = json!({"config": {"commands": other}});
        server.api().patch(&path, change).await.ok();
        line.until("the other menu", async || {
            (menu("commands/").as_ref() == Some(&other)).then_some(())
        })
        .await;
        let wrong = json!({"config": {"commands": [{"command": "Order!", "description": ""}]}});
        let refused = server.api().patch(&path, wrong).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        let gone = server.anonymous().send(Method::GET, &path, None).await;
        assert_eq!(gone.status, 401);
    });
}

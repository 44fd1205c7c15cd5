//! How a bot sends: several files side by side, at a pace that never meets the vendor's limit,
//! keyboards that go once they were used, and people who want no more.

use std::time::Duration;

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Customer;
use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::until_within;
use crate::sandbox::line::upload;
use crate::sandbox::line::vendor;
use crate::sandbox::telegram::bot_name;
use crate::sandbox::telegram::calls;
use crate::sandbox::telegram::conversation_with;
use crate::sandbox::telegram::last_id;
use crate::sandbox::telegram::phone_of;
use crate::sandbox::telegram::says;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;
use crate::webchat::files::PNG;

/// How often the vendor had enough.
fn floods(line: &Line<'_>) -> usize {
    let wire = line.wire();
    wire.iter().filter(|(_, status, _)| *status == 429).count()
}

#[test]
fn a_group_that_gets_much_waits_and_the_others_go_on() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        line.act(Act::Group);
        let mut group = phone_of(&line, "g:", 2);
        let mut topic = phone_of(&line, "g:", 3);
        says(&topic, &format!("{} hi", bot_name(&line)), None);
        group.conversation = conversation_with(&group, "Aurora coffee club").await;
        topic.conversation = conversation_with(&topic, "Aurora coffee club: Deliveries").await;
        let mut written = Vec::new();
        for number in 1..=16 {
            written.push(topic.write(&format!("news {number}")).await);
            written.push(group.write(&format!("more {number}")).await);
        }
        line.until("a burst of it", async || {
            (!topic.shown(Side::Business).is_empty()).then_some(())
        })
        .await;
        let own = line.write("meanwhile").await;
        line.stands(&own, "sent").await;
        let shown = || topic.shown(Side::Business).len() + group.shown(Side::Business).len();
        assert!(shown() < 32, "the group still waits");
        for message in &written {
            topic.stands(message, "sent").await;
        }
        for (place, word) in [(&topic, "news"), (&group, "more")] {
            let expected: Vec<String> = (1..=16).map(|n| format!("{word} {n}")).collect();
            assert_eq!(place.shown(Side::Business), expected, "in order, once");
        }
        assert_eq!(floods(&line), 0, "the vendor never had enough");
    });
}

#[test]
fn news_to_many_people_never_meet_the_limit_of_the_bot() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let account = line.vendor.account;
        let mut people = Vec::new();
        for number in 0..40 {
            let id = format!("66600{number:02}");
            server.sandbox().phone(
                account,
                Customer {
                    id: id.clone(),
                    name: format!("Reader {number}"),
                    ..Customer::default()
                },
            );
            let text = "hello".to_owned();
            let act = Act::Say {
                text,
                quoting: None,
            };
            server.sandbox().act(account, &id, act).unwrap();
            people.push(id);
        }
        let what = "everybody is known";
        until_within(server, Duration::from_secs(60), what, async || {
            let list = server.api().get("/conversations").await.ok();
            (list["total"] == 41).then_some(())
        })
        .await;
        let mut sent = Vec::new();
        for id in &people {
            let body = json!({"channelId": line.channel["id"], "to": id, "text": "News!"});
            sent.push(server.api().post("/messages", body).await.ok());
        }
        for message in &sent {
            line.stands(message, "sent").await;
        }
        assert_eq!(floods(&line), 0);
    });
}

#[test]
fn the_parts_of_a_long_text_follow_each_other_at_the_pace_of_the_chat() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let words: Vec<String> = (0..2_500).map(|number| format!("word {number}")).collect();
        let text = words.join(" ");
        let sent = line.write(&text).await;
        let sent = line.stands(&sent, "sent").await;
        let shown = line.on_phone(Side::Business);
        assert!(shown.len() >= 6, "{}", shown.len());
        let told: Vec<&str> = shown.iter().map(|bubble| bubble.body.words()).collect();
        assert_eq!(told.join(" "), text, "nothing lost, nothing twice");
        for two in shown.windows(2) {
            let pause = two[1].at.since(two[0].at);
            assert!(pause >= Duration::from_secs(1), "{pause:?}");
        }
        let ids = sent["metadata"]["externalIds"].as_array().map(Vec::len);
        assert_eq!(ids, Some(shown.len()), "{}", sent["metadata"]);
        assert_eq!(floods(&line), 0);
    });
}

async fn pictures(line: &Line<'_>, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for number in 0..count {
        all.push(upload(line.server, &format!("cup{number}.png"), PNG).await);
    }
    all
}

#[test]
fn several_pictures_of_one_turn_go_side_by_side() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let agent = server.agent(OWNER).await;
        let mut sent = Vec::new();
        for (at, media) in pictures(&line, 3).await.iter().enumerate() {
            let caption = (at == 0).then_some("the cups");
            let content = json!({"type": "image", "mediaId": media, "caption": caption});
            let body = json!({"content": content, "metadata": {"mediaGroupId": "cups"}});
            let path = format!("/conversations/{}/messages", line.conversation);
            sent.push(server.api().post(&path, body).await.ok());
        }
        let mut ids = Vec::new();
        for message in &sent {
            let now = line.stands(message, "sent").await;
            ids.push(now["externalId"].clone());
        }
        let shown = line.on_phone(Side::Business);
        let theirs: Vec<Value> = shown
            .iter()
            .map(|bubble| format!("{}:{}", line.customer, bubble.id).into())
            .collect();
        assert_eq!(ids, theirs, "each has the id of its own picture");
        let marks: Vec<_> = shown.iter().map(|bubble| bubble.mark.clone()).collect();
        assert!(marks[0].is_some() && marks.iter().all(|mark| *mark == marks[0]));
        assert_eq!(calls(server, "sendMediaGroup").len(), 1);
        assert_eq!(line.shown(Side::Business)[0], "[image]the cups");

        // What is added to one message in the composer is one turn too.
        let media = pictures(&line, 2).await;
        let fields = [
            ("text", "and two more"),
            ("mode", "reply"),
            ("clientId", "turn-2"),
            ("media", media[0].as_str()),
            ("media", media[1].as_str()),
        ];
        let path = format!("/app/c/{}/messages", line.conversation);
        agent.submit(&path, &fields).await;
        line.until("both are on the phone", async || {
            (line.shown(Side::Business).len() == 5).then_some(())
        })
        .await;
        let shown = line.on_phone(Side::Business);
        assert!(shown[3].mark.is_some() && shown[3].mark != marks[0]);
        assert_eq!(shown[3].mark, shown[4].mark, "one album");
        // Each can be taken back by itself.
        let path = format!(
            "/messages/{}?forEveryone=true",
            sent[1]["id"].as_str().unwrap()
        );
        server.api().delete(&path).await;
        line.until("it is gone from the phone", async || {
            (line.shown(Side::Business).len() == 4).then_some(())
        })
        .await;
    });
}

#[test]
fn an_album_that_gets_no_answer_is_told_apart_picture_by_picture() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        line.break_with(&Faults {
            silent_every: 1,
            silent_for: Duration::from_millis(2),
            silent_but_done: true,
            ..Faults::default()
        });
        for media in pictures(&line, 2).await {
            let content = json!({"type": "image", "mediaId": media});
            let body = json!({"content": content, "metadata": {"mediaGroupId": "cups"}});
            let path = format!("/conversations/{}/messages", line.conversation);
            server.api().post(&path, body).await.ok();
        }
        line.until("nobody knows of either", async || {
            let all = line.kept("outbound").await;
            all.iter().all(|kept| kept.unsure).then_some(())
        })
        .await;
        line.mend();
        server.pass(Duration::from_secs(120));
        assert_eq!(
            line.shown(Side::Business).len(),
            2,
            "never sent twice by itself"
        );
    });
}

#[test]
fn a_keyboard_goes_with_the_first_message_after_the_choice() {
    on_a_server_with(with_sandbox, async |server| {
        let style = json!({"quickReplyStyle": "keyboard"});
        let mut line = Line::with(server, vendor("telegram-2"), &style).await;
        line.greet().await;
        let choice = |id: &str, title: &str| json!({"id": id, "title": title});
        let replies = [choice("s", "Small"), choice("l", "Large")];
        let size = json!({"type": "text", "text": "Size?", "quickReplies": replies});
        let size = line.send(size).await.ok();
        line.stands(&size, "sent").await;
        let keys = || {
            let shown = line.on_phone(Side::Business);
            shown
                .iter()
                .map(|bubble| bubble.choices.len())
                .sum::<usize>()
        };
        assert_eq!(keys(), 2);
        let bubble = line.on_phone(Side::Business)[0].id.clone();
        line.act(Act::Press { bubble, choice: 1 });
        line.hears(2).await;
        assert_eq!(keys(), 2, "the vendor only hides it");
        let done = line.write("Large it is").await;
        line.stands(&done, "sent").await;
        assert_eq!(keys(), 0);
        let more = line.write("Anything else?").await;
        line.stands(&more, "sent").await;
        let gone = calls(server, "sendMessage");
        let gone = gone.iter().filter(|call| call.contains("remove_keyboard"));
        assert_eq!(gone.count(), 1, "once");
        assert!(!last_id(&line, Side::Business).is_empty());
    });
}

#[test]
fn who_says_stop_gets_one_answer_and_nothing_more_until_start() {
    on_a_server_with(with_sandbox, async |server| {
        let more = json!({"extraStopKeywords": ["parar"], "optOutReply": "Bye."});
        let mut line = Line::with(server, vendor("telegram"), &more).await;
        line.greet().await;
        for (round, word) in ["/stop", "/parar"].into_iter().enumerate() {
            line.say(word);
            let text = json!({"type": "text", "text": "News!"});
            let refused = line.until("nothing may be sent", async || {
                let reply = line.send(text.clone()).await;
                (reply.status == 422).then_some(reply)
            });
            refused.await.refused(422, "CONTACT_OPTED_OUT");
            line.until("the one answer", async || {
                let byes = line.shown(Side::Business);
                let byes = byes.iter().filter(|words| *words == "Bye.").count();
                (byes == round + 1).then_some(())
            })
            .await;
            // Said again, it is answered no more.
            line.say(word);
            line.say("are you there?");
            line.hears(1 + 4 * round + 3).await;
            line.say("/start");
            let again = line.until("it may again", async || {
                let reply = line.send(text.clone()).await;
                (reply.status < 300).then(|| reply.json())
            });
            line.stands(&again.await, "sent").await;
        }
        let byes = line.shown(Side::Business);
        assert_eq!(byes.iter().filter(|words| *words == "Bye.").count(), 2);
    });
}

#[test]
fn a_caption_that_is_too_long_answers_its_picture() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let media = upload(server, "cup.png", PNG).await;
        let story = "A long story. ".repeat(80);
        let sent = line
            .send(json!({"type": "image", "mediaId": media, "caption": story}))
            .await
            .ok();
        let sent = line.stands(&sent, "sent").await;
        let shown = line.on_phone(Side::Business);
        let ids: Vec<&str> = shown.iter().map(|bubble| bubble.id.as_str()).collect();
        let quoted: Vec<_> = shown
            .iter()
            .map(|bubble| bubble.quoting.as_deref())
            .collect();
        assert_eq!(quoted, [None, Some(ids[0])]);
        assert_eq!(line.shown(Side::Business), ["[image]", story.trim()]);
        // It is known by its first part, and by all of them.
        let named = |id: &str| format!("{}:{id}", line.customer);
        assert_eq!(sent["externalId"], named(ids[0]));
        let all = json!([named(ids[0]), named(ids[1])]);
        assert_eq!(sent["metadata"]["externalIds"], all);
    });
}

#[test]
fn choices_are_asked_as_a_poll_where_that_is_wished_and_votes_are_choices() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let path = format!("/conversations/{}/messages", line.conversation);
        let content = json!({"type": "buttons", "text": "Which do you like?", "buttons": [
            {"type": "reply", "id": "e", "title": "Espresso"},
            {"type": "reply", "id": "f", "title": "Filter"}]});
        let body = json!({"content": content, "metadata": {"poll": true}});
        let asked = server.api().post(&path, body).await.ok();
        let asked = line.stands(&asked, "sent").await;
        assert_eq!(calls(server, "sendPoll").len(), 1);
        let bubble = line.on_phone(Side::Business)[0].id.clone();
        assert_eq!(asked["externalId"], format!("{}:{bubble}", line.customer));
        line.act(Act::Press { bubble, choice: 1 });
        let heard = line.hears(2).await;
        let vote = &heard[1];
        assert_eq!(vote["content"]["type"], "postback");
        assert_eq!(vote["content"]["title"], "Filter");
        let ids = asked["metadata"]["externalIds"].as_array().unwrap();
        let poll = ids[1].as_str().unwrap();
        assert_eq!(vote["content"]["payload"], format!("{poll}:1"));
        assert_eq!(vote["replyTo"], asked["id"]);
    });
}

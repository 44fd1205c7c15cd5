//! What a bot asks of people: choices on pages, polls, their number; and what it shows of itself.

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Bubble;
use linktor::sandbox::chat::Offer;
use linktor::sandbox::chat::Side;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::telegram::calls;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;

fn press(line: &Line<'_>, title: &str) {
    let bubble = line.on_phone(Side::Business).pop().unwrap();
    let choice = bubble.choices.iter().position(|one| one.title == title);
    line.act(Act::Press {
        bubble: bubble.id,
        choice: choice.unwrap(),
    });
}

/// The newest bubble of the bot, once it is as wanted.
async fn shown(line: &Line<'_>, what: &str, is_so: impl Fn(&Bubble) -> bool) -> Bubble {
    let newest = async || line.on_phone(Side::Business).pop().filter(&is_so);
    line.until(what, newest).await
}

#[test]
fn a_long_list_stands_on_pages_that_are_turned_in_place() {
    on_a_server_with(with_sandbox, async |server| {
        for name in ["telegram", "telegram-2"] {
            let line = Line::open(server, vendor(name)).await;
            let rows: Vec<Value> = (0..250)
                .map(|at| json!({"id": format!("town_{at}"), "title": format!("Town {at}")}))
                .collect();
            let list = json!({"type": "list", "text": "Where?", "buttonText": "Towns",
                "sections": [{"title": "", "rows": rows}]});
            let sent = line.send(list).await.ok();
            line.stands(&sent, "sent").await;
            let begins = |title: &str| {
                let title = title.to_owned();
                move |bubble: &Bubble| bubble.choices.first().is_some_and(|one| one.title == title)
            };
            shown(&line, "the first page", begins("Town 0")).await;
            press(&line, "More");
            shown(&line, "the second page", begins("Town 98")).await;
            press(&line, "More");
            shown(&line, "the last page", begins("Town 196")).await;
            press(&line, "Back");
            shown(&line, "the second page again", begins("Town 98")).await;
            press(&line, "Town 111");
            let heard = line.hears(2).await;
            let chosen = &heard[1];
            assert_eq!(chosen["content"]["payload"], "town_111", "{chosen}");
            assert_eq!(chosen["content"]["title"], "Town 111");
            assert_eq!(chosen["replyTo"], sent["id"]);
        }
    });
}

#[test]
fn a_poll_is_voted_in_the_vote_taken_back_and_one_that_is_refused_goes_as_a_keyboard() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let ask = async |question: &str| {
            let reply = |id: &str, title: &str| json!({"type": "reply", "id": id, "title": title});
            let buttons = [reply("e", "Espresso"), reply("f", "Filter")];
            let content = json!({"type": "buttons", "text": question, "buttons": buttons});
            let body = json!({"content": content, "metadata": {"poll": true}});
            let path = format!("/conversations/{}/messages", line.conversation);
            let sent = server.api().post(&path, body).await.ok();
            line.stands(&sent, "sent").await;
            sent
        };
        let poll = ask("Which?").await;
        press(&line, "Filter");
        let heard = line.hears(2).await;
        assert_eq!(heard[1]["content"]["title"], "Filter");
        assert_eq!(heard[1]["replyTo"], poll["id"]);
        press(&line, "Filter");
        let heard = line.hears(3).await;
        assert_eq!(heard[2]["content"]["title"], "Vote taken back");
        let payload = heard[2]["content"]["payload"].as_str().unwrap();
        assert!(
            payload.starts_with("poll:") && payload.ends_with(':'),
            "{payload}"
        );
        // So many characters, each of which counts twice at the vendor.
        let asked = ask(&"\u{1f600}".repeat(200)).await;
        let shown = line.on_phone(Side::Business).pop().unwrap();
        assert_eq!(shown.offer, Offer::Buttons);
        assert_eq!(calls(server, "sendPoll").len(), 2);
        press(&line, "Espresso");
        let heard = line.hears(4).await;
        assert_eq!(heard[3]["content"]["payload"], "e");
        assert_eq!(heard[3]["replyTo"], asked["id"]);
    });
}

#[test]
fn a_person_who_is_asked_gives_their_number() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let body = json!({"text": "How do we reach you?", "metadata": {"requestContact": true}});
        let path = format!("/conversations/{}/messages", line.conversation);
        let sent = server.api().post(&path, body).await.ok();
        line.stands(&sent, "sent").await;
        press(&line, "Share my number");
        let heard = line.hears(2).await;
        assert_eq!(heard[1]["content"]["type"], "contacts", "{}", heard[1]);
        assert_eq!(heard[1]["metadata"]["isOwnContact"], true);
        let conversation = format!("/conversations/{}", line.conversation);
        let held = server.api().get(&conversation).await.ok();
        let contact = format!("/contacts/{}", held["contactId"].as_str().unwrap());
        let contact = server.api().get(&contact).await.ok();
        assert_eq!(contact["phone"], "+5511988880002", "{contact}");
    });
}

#[test]
fn what_a_bot_shows_of_itself_is_what_the_channel_says() {
    on_a_server_with(with_sandbox, async |server| {
        let profile =
            json!({"profileName": "Aurora", "profileAbout": "Coffee", "menuButton": "commands"});
        let line = Line::with(server, vendor("telegram"), &profile).await;
        let kept = |name: &str| {
            let name = name.to_owned();
            server
                .sandbox()
                .look(move |world| world.accounts["telegram"].kept.get(&name).cloned())
        };
        line.until("the profile", async || {
            let is_so = kept("name") == Some(json!("Aurora"))
                && kept("short_description") == Some(json!("Coffee"))
                && kept("menu_button") == Some(json!({"type": "commands"}));
            is_so.then_some(())
        })
        .await;
        let path = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        let change = json!({"config": {"profileAbout": "", "profileDescription": "We roast."}});
        server.api().patch(&path, change).await.ok();
        line.until("the other profile", async || {
            let is_so = kept("short_description") == Some(json!(""))
                && kept("description") == Some(json!("We roast."));
            is_so.then_some(())
        })
        .await;
        assert_eq!(calls(server, "setMyName").len(), 1, "told once");
    });
}

#[test]
fn a_menu_of_a_language_that_is_taken_out_goes_at_telegram_too() {
    on_a_server_with(with_sandbox, async |server| {
        let help = json!({"command": "help", "description": "How it works"});
        let mut ajuda = json!({"command": "ajuda", "description": "Como funciona"});
        ajuda["languageCode"] = "pt".into();
        let both = json!({"commands": [help, ajuda]});
        let line = Line::with(server, vendor("telegram"), &both).await;
        let shows = |wanted: &'static [&'static str]| {
            server.sandbox().look(move |world| {
                let kept = &world.accounts["telegram"].kept;
                let menus = kept.keys().filter(|name| name.starts_with("commands/"));
                let languages: Vec<_> = menus.filter_map(|name| name.rsplit('/').next()).collect();
                (languages == wanted).then_some(())
            })
        };
        line.until("both menus", async || shows(&["", "pt"])).await;
        let path = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        let change = json!({"config": {"commands": [help]}});
        server.api().patch(&path, change).await.ok();
        line.until("one menu", async || shows(&[""])).await;
        line.until("nothing else stands", async || {
            let now = server.api().get(&path).await.ok();
            now["config"]["menusShown"].is_null().then_some(())
        })
        .await;
    });
}

#[test]
fn a_server_that_vouches_for_itself_hands_over_its_certificate() {
    const PEM: &str = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("telegram-2")).await;
        let vouched = || {
            server.sandbox().look(|world| {
                let kept = &world.accounts["telegram-2"].kept;
                kept.get("certificate").and_then(Value::as_bool)
            })
        };
        assert_eq!(vouched(), Some(false));
        let path = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        let no_file = json!({"config": {"certificate": "/etc/ssl/chat.pem"}});
        let refused = server.api().patch(&path, no_file).await;
        assert_eq!(refused.status, 400, "{}", refused.text());
        let change = json!({"config": {"certificate": PEM}});
        server.api().patch(&path, change).await.ok();
        line.until("the certificate is there", async || {
            vouched().filter(|vouched| *vouched)
        })
        .await;
        line.say("still there?");
        line.hears(2).await;
    });
}

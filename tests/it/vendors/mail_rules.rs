//! What a mail may do, through the server and a service: machines that keep quiet, links that
//! programs follow, copies that are left out, templates of ours.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::connected;
use super::email::ANA;
use super::email::config;
use super::email::hook;
use super::email::postmark;
use super::reachable;
use super::send;
use super::until;
use crate::support::eventually;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;
use crate::support::vendor::Vendor;

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": words })
}

fn with(mut config: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

#[test]
fn machines_write_so_many_mails_an_hour_and_people_as_many_as_they_like() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let config = with(config(&vendor), &json!({ "autoMessagesPerHour": 2 }));
        let channel = connected(server, "email", &config).await;
        let say = |words: String, who: &'static str| {
            let body = json!({
                "channelId": channel["id"], "to": ANA, "text": words, "senderType": who,
            });
            async move { server.api().post("/messages", body).await }
        };
        // Whom nobody wrote to yet has no record of what machines said: a person begins.
        say("Hello".to_owned(), "agent").await.ok();
        for number in 1..=2 {
            let said = say(format!("Automatic {number}"), "bot").await.ok();
            assert_eq!(said["senderType"], "bot");
        }
        say("Automatic 3".to_owned(), "bot")
            .await
            .refused(429, "RATE_LIMIT_EXCEEDED");
        say("Automatic 1".to_owned(), "bot")
            .await
            .refused(429, "RATE_LIMIT_EXCEEDED");
        say("A person goes on".to_owned(), "agent").await.ok();
        server.pass(Duration::from_secs(61 * 60));
        say("Automatic 4".to_owned(), "bot").await.ok();
        server.pass(Duration::from_secs(2));
        let mails = eventually("all mails went out", async || {
            server.pass(Duration::from_secs(2));
            let all = vendor.heard("/email");
            (all.len() == 5).then_some(all)
        })
        .await;
        for mail in mails {
            let mail = mail.body();
            let named = |name: &str| {
                let all = mail["Headers"].as_array().unwrap();
                all.iter().any(|row| row["Name"] == name)
            };
            let by_machine = mail["TextBody"].as_str().unwrap().starts_with("Automatic");
            assert_eq!(named("Auto-Submitted"), by_machine, "{mail}");
            assert_eq!(named("X-Auto-Response-Suppress"), by_machine, "{mail}");
        }
        let body = json!({ "channelId": channel["id"], "to": ANA, "text": "x", "senderType": "x" });
        server
            .api()
            .post("/messages", body)
            .await
            .refused(400, "VALIDATION_ERROR");
    });
}

/// What Postmark tells of a mail, some seconds after noon.
async fn told(server: &Server, message: &Value, kind: &str, second: u32, more: &Value) {
    let at = format!("2030-01-01T12:00:{second:02}.0000000Z");
    let report = json!({
        "RecordType": kind, "MessageID": format!("of {}", message["id"]), "Recipient": ANA,
        "ReceivedAt": at, "DeliveredAt": at, "Metadata": { "linktor_message_id": message["id"] },
    });
    let channel = json!({ "id": message["channelId"] });
    let reply = hook(server, &channel, "linktor:hook", &with(report, more)).await;
    assert_eq!(reply.status, 200);
}

/// The public names of what happened to mails, oldest first, and to which.
async fn happened(server: &Server) -> Vec<(String, Value)> {
    let told = server.api().get("/events?types=email.*").await.ok();
    let told = told["data"].as_array().unwrap().iter();
    told.map(|event| {
        let name = event["type"].as_str().unwrap().to_owned();
        (name, event["data"]["data"]["messageId"].clone())
    })
    .collect()
}

#[test]
fn a_program_that_opens_at_once_or_follows_every_link_has_read_nothing() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let tracked = json!({ "trackOpens": true, "trackClicks": true });
        let channel = connected(server, "email", &with(config(&vendor), &tracked)).await;
        let mut sent = Vec::new();
        for number in 1..=3 {
            let words = format!("{number}: https://a.example/1 and https://a.example/2");
            let one = send(server, &channel, ANA, text(&words)).await.ok();
            let what = format!("mail {number} is sent");
            let path = format!("/messages/{}", one["id"].as_str().unwrap());
            let now = eventually(&what, async || {
                server.pass(Duration::from_millis(400));
                let now = server.api().get(&path).await.ok();
                (now["status"] == "sent").then_some(now)
            })
            .await;
            assert_eq!(now["metadata"]["links"], 2);
            told(server, &one, "Delivery", 10, &json!({})).await;
            until(server, &one, "delivered").await;
            sent.push(one);
        }
        let link = |number: u32| json!({ "OriginalLink": format!("https://a.example/{number}") });
        told(server, &sent[0], "Open", 14, &json!({})).await;
        told(server, &sent[0], "Click", 20, &link(1)).await;
        told(server, &sent[0], "Click", 22, &link(2)).await;
        // People follow one link of a mail, whatever a program did with another.
        for (before, one) in sent[1..].iter().enumerate() {
            told(server, one, "Click", 20, &link(2)).await;
            eventually("a person's click counts", async || {
                server.pass(Duration::from_secs(2));
                (happened(server).await.len() == before + 1).then_some(())
            })
            .await;
            let now = until(server, one, "read").await;
            let told = &now["metadata"]["recipients"][ANA];
            assert_eq!(told["link"], "https://a.example/2");
        }
        let clicked = |at: usize| ("email.clicked".to_owned(), sent[at]["id"].clone());
        assert_eq!(happened(server).await, [clicked(1), clicked(2)]);
        until(server, &sent[0], "delivered").await;
    });
}

#[test]
fn copies_that_postmark_leaves_out_are_told_of_their_address_alone() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(|call| {
            let mut answer = postmark(call);
            if call.path.starts_with("/email")
                && let Some((_, body)) = &mut answer
            {
                body["To"] = call.body()["To"].clone();
                body["Message"] = "Message OK, but will not deliver to these inactive addresses: \
                    boss@example.com. Inactive recipients are ones that have generated a hard bounce."
                    .into();
            }
            answer
        })
        .await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let body = json!({
            "channelId": channel["id"], "to": ANA, "text": "For both of you",
            "email": { "cc": ["boss@example.com"] },
        });
        let sent = server.api().post("/messages", body).await.ok();
        let now = until(server, &sent, "sent").await;
        let told = &now["metadata"]["recipients"]["boss@example.com"];
        assert_eq!(told["status"], "failed", "{now}");
        assert_eq!(told["reason"], "suppressed");
        // It is remembered, although nobody was known by it.
        send(server, &channel, "boss@example.com", text("To you"))
            .await
            .refused(422, "CONTACT_OPTED_OUT");
    });
}

#[test]
fn a_copy_that_comes_back_is_remembered_and_the_mail_stands_as_it_did() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let (boss, audit) = ("boss@example.com", "audit@example.com");
        let body = json!({
            "channelId": channel["id"], "to": ANA, "text": "For all of you",
            "email": { "cc": [boss], "bcc": [audit] },
        });
        let sent = server.api().post("/messages", body).await.ok();
        until(server, &sent, "sent").await;
        for (number, gone) in [boss, audit].into_iter().enumerate() {
            let bounce = json!({
                "RecordType": "Bounce", "Type": "HardBounce", "Inactive": true, "ID": number,
                "MessageID": "guid-1", "Email": gone, "BouncedAt": "2030-01-01T12:00:00Z",
            });
            hook(server, &channel, "linktor:hook", &bounce).await;
            server.pass(Duration::from_secs(2));
            send(server, &channel, gone, text("To you"))
                .await
                .refused(422, "CONTACT_UNREACHABLE");
        }
        let now = until(server, &sent, "sent").await;
        for gone in [boss, audit] {
            let told = &now["metadata"]["recipients"][gone];
            assert_eq!(told["status"], "failed", "{gone}: {now}");
        }
    });
}

#[test]
fn a_subject_is_kept_to_its_last_letter_and_cut_one_past_it() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        for (number, length) in [254, 255, 256].into_iter().enumerate() {
            // Two bytes each: letters are counted.
            let subject = "\u{fc}".repeat(length);
            let body = json!({
                "channelId": channel["id"], "to": ANA, "text": "Words",
                "email": { "subject": subject },
            });
            let sent = server.api().post("/messages", body).await.ok();
            until(server, &sent, "sent").await;
            let mail = vendor.hears("/email", number + 1).await.body();
            let written = mail["Subject"].as_str().unwrap().chars().count();
            assert_eq!(written, length.min(255), "{length}");
            server.pass(Duration::from_secs(2));
        }
    });
}

#[test]
fn a_template_of_ours_is_kept_changed_and_sent_with_its_values() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let api = server.api();
        let path = format!("/channels/{}/templates", channel["id"].as_str().unwrap());
        let draft = json!({
            "name": "order", "language": "en", "subject": "Order {{number}}",
            "text": "Hi {{name}}, {{number}} is on its way.",
            "html": "<p>Hi <b>{{name}}</b></p><script>x()</script>",
            "variables": ["name", "number"],
        });
        let undeclared = with(draft.clone(), &json!({ "variables": ["name"] }));
        let refused = api.post(&path, undeclared).await;
        assert!(refused.text().contains("number"), "{}", refused.text());
        refused.refused(400, "VALIDATION_ERROR");
        let made = api.post(&path, draft.clone()).await.ok();
        assert_eq!(made["variables"], json!(["number", "name"]), "{made}");
        assert_eq!(made["subject"], "Order {{number}}");
        assert_eq!(made["usable"], true);
        let again = api.post(&path, draft).await;
        again.refused(409, "RESOURCE_ALREADY_EXISTS");
        let own = format!("{path}/{}", made["id"].as_str().unwrap());
        let changed = json!({
            "subject": "Your order {{number}}", "text": "Hi {{name}}!",
            "html": "<p>Hi <b>{{name}}</b></p><script>x()</script>",
        });
        let changed = api.patch(&own, changed).await.ok();
        assert_eq!(changed["text"], "Hi {{name}}!");

        let use_of = |variables: Value| {
            json!({ "channelId": channel["id"], "to": ANA,
                "template": { "name": "order", "variables": variables } })
        };
        let wrong = api
            .post(
                "/messages",
                use_of(json!({ "name": "Ana", "colour": "red" })),
            )
            .await;
        for name in ["colour", "number"] {
            assert!(wrong.text().contains(name), "{}", wrong.text());
        }
        wrong.refused(400, "VALIDATION_ERROR");
        let values = json!({ "name": "<Ana>", "number": "7\r\nBcc: x@y.example" });
        let sent = api.post("/messages", use_of(values)).await.ok();
        until(server, &sent, "sent").await;
        let mail = vendor.hears("/email", 1).await.body();
        let subject = mail["Subject"].as_str().unwrap();
        assert!(subject.starts_with("Your order 7"), "{subject}");
        assert!(!subject.contains(['\r', '\n']), "{subject}");
        assert_eq!(mail["TextBody"], "Hi <Ana>!");
        let html = mail["HtmlBody"].as_str().unwrap();
        assert!(html.contains("<b>&lt;Ana&gt;</b>"), "{html}");
        assert!(!html.contains("script"), "{html}");
        assert!(mail["Bcc"].is_null(), "{mail}");

        let nobody = json!({ "channelId": channel["id"], "to": ANA,
            "template": { "name": "nothing", "language": "en" } });
        let nobody = api.post("/messages", nobody).await;
        nobody.refused(400, "VALIDATION_ERROR");
        assert_eq!(api.delete(&own).await.status, 204);
        assert_eq!(api.get(&own).await.status, 404);
    });
}

#[test]
fn a_template_that_lies_with_the_service_goes_there_by_its_name() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let use_of = |name: &str| {
            json!({ "channelId": channel["id"], "to": ANA,
                "template": { "name": name, "variables": { "name": "Ana" } } })
        };
        let api = server.api();
        let foreign = api.post("/messages", use_of("sendgrid:d-1")).await;
        foreign.refused(400, "VALIDATION_ERROR");
        let sent = api.post("/messages", use_of("postmark:welcome")).await.ok();
        until(server, &sent, "sent").await;
        let mail = vendor.hears("/email/withTemplate", 1).await.body();
        assert_eq!(mail["TemplateAlias"], "welcome");
        assert_eq!(mail["TemplateModel"], json!({ "name": "Ana" }));
        assert!(
            mail["TextBody"].is_null() && mail["Subject"].is_null(),
            "{mail}"
        );
    });
}

#[test]
fn an_answer_to_all_leaves_out_who_wants_no_more() {
    on_a_server_with(reachable, async |server| {
        let vendor = Vendor::open(postmark).await;
        let channel = connected(server, "email", &config(&vendor)).await;
        let boss = "boss@b.example";
        let person = json!({ "name": "Boss", "email": boss, "identifiers": [
            { "channelType": "email", "channelId": channel["id"], "identifier": boss }] });
        let made = server.api().post("/contacts", person).await.ok();
        let consent = format!("/contacts/{}/consent", made["id"].as_str().unwrap());
        let no = json!({ "identifierId": made["identifiers"][0]["id"], "status": "optedOut" });
        server.api().post(&consent, no).await.ok();
        let people = |all: &[&str]| -> Value {
            let all = all.iter().map(|one| json!({ "Email": one }));
            all.collect()
        };
        let mail = json!({
            "FromFull": { "Email": ANA }, "ToFull": people(&["support@aurora.example"]),
            "CcFull": people(&[boss, "kim@c.example"]), "Subject": "Order", "MessageID": "1",
            "TextBody": "Where is it?", "Headers": [{ "Name": "Message-ID", "Value": "<a1@x.example>" }],
        });
        hook(server, &channel, "linktor:hook", &mail).await;
        let talk = eventually("the mail is there", async || {
            let all = server.api().get("/conversations").await.ok();
            all["data"].as_array().unwrap().first().cloned()
        })
        .await;
        let answer = json!({ "conversationId": talk["id"], "text": "On its way" });
        server.api().post("/messages", answer).await.ok();
        let sent = vendor.hears("/email", 1).await.body();
        assert_eq!(sent["To"], ANA);
        assert_eq!(sent["Cc"], "kim@c.example");
    });
}

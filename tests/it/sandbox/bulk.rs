//! Messages to many at once: each with an answer of its own, at the pace of the number, outside of
//! quiet hours, and never in the way of a conversation.

use std::time::Duration;

use linktor::sandbox::chat::Customer;
use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use serde_json::Value;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::shown;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

/// One more phone of the carrier's network.
fn phone(line: &Line<'_>, number: &str) -> String {
    let customer = Customer {
        id: number.to_owned(),
        name: number.to_owned(),
        ..Customer::default()
    };
    line.server.sandbox().phone(line.vendor.account, customer);
    number.to_owned()
}

/// What a phone shows of ours.
fn texts(line: &Line<'_>, number: &str) -> Vec<String> {
    line.server.sandbox().look(|world| {
        let chat = &world.accounts[line.vendor.account].chats[number];
        chat.from(Side::Business).map(shown).collect()
    })
}

async fn bulk(line: &Line<'_>, content: Value, recipients: Value) -> Vec<Value> {
    let body =
        json!({"channelId": line.channel["id"], "content": content, "recipients": recipients});
    let answer = line.server.api().post("/messages/bulk", body).await.ok();
    answer["data"].as_array().unwrap().clone()
}

#[test]
fn everybody_has_an_answer_and_who_must_not_be_written_to_is_not() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::open(server, vendor("vonage")).await;
        let (ana, bia) = (phone(&line, "+15550117001"), phone(&line, "+15550117002"));
        line.say("STOP");
        line.hears(2).await;
        let body = json!({
            "channelId": line.channel["id"], "content": "Hi {{first_name}}",
            "recipients": [
                {"to": ana, "variables": {"first_name": "Ana"}},
                {"to": bia, "content": "Only for you"},
                {"to": line.customer, "variables": {"first_name": "Emma"}},
                {"to": "abc", "variables": {"first_name": "Nobody"}},
                {"to": ana},
                {"to": " "},
            ],
        });
        let api = server.api().with("idempotency-key", "spring");
        let first = api.post("/messages/bulk", body.clone()).await.ok();
        let told: Vec<_> = first["data"].as_array().unwrap().iter().collect();
        let codes: Vec<_> = told
            .iter()
            .map(|row| row["error"]["code"].as_str().unwrap_or("sent"))
            .collect();
        assert_eq!(
            codes,
            [
                "sent",
                "sent",
                "CONTACT_OPTED_OUT",
                "INVALID_RECIPIENT",
                "VALIDATION_ERROR",
                "VALIDATION_ERROR"
            ],
            "{first}"
        );
        for row in &told {
            assert_eq!(row["success"], row["messageId"].is_string(), "{row}");
        }
        assert_eq!(told[2]["to"], line.customer);
        for row in &told[..2] {
            line.stands(&json!({"id": row["messageId"], "content": ""}), "delivered")
                .await;
        }
        let again = api.post("/messages/bulk", body).await.ok();
        assert_eq!(again["data"], first["data"]);
        assert_eq!(texts(&line, &ana), ["Hi Ana"]);
        assert_eq!(texts(&line, &bia), ["Only for you"]);
    });
}

#[test]
fn what_is_wrong_with_the_whole_request_is_said_before_anybody_is_written_to() {
    on_a_server_with(with_sandbox, async |server| {
        let line = Line::connected(server, vendor("vonage")).await;
        let (api, channel) = (server.api(), &line.channel["id"]);
        let many = vec![json!({"to": "+15550117001", "content": "x"}); 1_001];
        for (body, status, code) in [
            (
                json!({"channelId": channel, "recipients": []}),
                400,
                "VALIDATION_ERROR",
            ),
            (
                json!({"channelId": channel, "recipients": many}),
                400,
                "VALIDATION_ERROR",
            ),
            (
                json!({"recipients": [{"to": "+15550117001"}]}),
                400,
                "VALIDATION_ERROR",
            ),
            (
                json!({"channelId": "ch_01j00000000000000000000000", "recipients": [{"to": "+15550117001"}]}),
                404,
                "CHANNEL_NOT_FOUND",
            ),
        ] {
            api.post("/messages/bulk", body).await.refused(status, code);
        }
        let wrong = json!({"config": {"quietHours": {"start": "21", "end": "08:00"}}});
        let path = format!("/channels/{}", channel.as_str().unwrap());
        let refused = api.patch(&path, wrong).await;
        let refused = refused.refused(400, "VALIDATION_ERROR");
        assert_eq!(
            refused["error"]["details"][0]["field"], "config.quietHours",
            "{refused}"
        );
    });
}

#[test]
fn many_do_not_hold_up_a_conversation() {
    on_a_server_with(with_sandbox, async |server| {
        let slow = json!({ "rateLimitPerSecond": 1 });
        let mut line = Line::with(server, vendor("vonage"), &slow).await;
        line.greet().await;
        let mut recipients: Vec<Value> = (1..20)
            .map(|at| json!({ "to": phone(&line, &format!("+155501170{at:02}")) }))
            .collect();
        // The one who is in a conversation gets one too, as the last.
        recipients.push(json!({"to": line.customer}));
        let told = bulk(&line, json!("News for all"), recipients.into()).await;
        assert!(told.iter().all(|row| row["success"] == true), "{told:?}");
        let answer = line.write("An answer").await;
        line.stands(&answer, "delivered").await;
        assert_eq!(line.shown(Side::Business), ["An answer"]);
        let last = json!({"id": told[19]["messageId"], "content": "News for all"});
        line.stands(&last, "delivered").await;
        assert_eq!(line.shown(Side::Business), ["An answer", "News for all"]);
        assert_eq!(texts(&line, "+15550117001"), ["News for all"]);
    });
}

/// The time of day of a moment in UTC.
fn hour(secs: i64) -> String {
    let minutes = secs.rem_euclid(86_400) / 60;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

#[test]
fn what_waited_for_another_reason_keeps_quiet_hours_when_it_is_due() {
    on_a_server_with(with_sandbox, async |server| {
        let now = server.now();
        let begins = now.as_secs() + 3_600;
        let quiet = json!({"quietHours": {
            "start": hour(begins), "end": hour(begins + 4 * 3_600), "timezone": "UTC",
        }});
        let mut line = Line::with(server, vendor("vonage"), &quiet).await;
        line.greet().await;
        line.break_with(&Faults {
            token_refused: true,
            ..Faults::default()
        });
        let path = format!("/conversations/{}/messages", line.conversation);
        let offer = json!({"text": "An offer", "metadata": {"marketing": true}});
        let offer = server.api().post(&path, offer).await.ok();
        assert_eq!(offer["metadata"]["notBefore"], Value::Null, "{offer}");
        line.until("the channel is out of order", async || {
            (line.channel_now().await["status"] == "error").then_some(())
        })
        .await;
        let answer = line.write("An answer").await;
        server.pass(Duration::from_secs(2 * 3_600));
        line.mend();
        line.stands(&answer, "delivered").await;
        let held = format!("/messages/{}", offer["id"].as_str().unwrap());
        let until = line
            .until("the offer waits", async || {
                let held = server.api().get(&held).await.ok();
                assert_eq!(held["status"], "pending", "{held}");
                held["metadata"]["notBefore"].as_str().map(str::to_owned)
            })
            .await;
        assert_eq!(&until[11..16], hour(begins + 4 * 3_600));
        assert_eq!(line.shown(Side::Business), ["An answer"]);
        // Other hours are looked at anew.
        let channel = format!("/channels/{}", line.channel["id"].as_str().unwrap());
        let other = json!({"config": {"quietHours": null}});
        server.api().patch(&channel, other).await.ok();
        line.stands(&offer, "delivered").await;
        assert_eq!(line.shown(Side::Business), ["An answer", "An offer"]);
    });
}

#[test]
fn in_quiet_hours_what_goes_to_many_waits_and_answers_do_not() {
    on_a_server_with(with_sandbox, async |server| {
        let now = server.now();
        let ends = now.as_secs() + 2 * 3_600;
        let quiet = json!({"quietHours": {
            "start": hour(now.as_secs() - 3_600), "end": hour(ends), "timezone": "UTC",
        }});
        let mut line = Line::with(server, vendor("vonage"), &quiet).await;
        line.greet().await;
        let told = bulk(&line, json!("News"), json!([{"to": line.customer}])).await;
        let path = format!("/conversations/{}/messages", line.conversation);
        let offer = json!({"text": "An offer", "metadata": {"marketing": true}});
        let offer = server.api().post(&path, offer).await.ok();
        let answer = line.write("An answer").await;
        line.stands(&answer, "delivered").await;
        let more = line.write("One more").await;
        line.stands(&more, "delivered").await;
        assert_eq!(line.shown(Side::Business), ["An answer", "One more"]);
        // Whoever looks sees why, and until when.
        let news = json!({"id": told[0]["messageId"], "content": "News"});
        for id in [&news["id"], &offer["id"]] {
            let path = format!("/messages/{}", id.as_str().unwrap());
            let held = server.api().get(&path).await.ok();
            assert_eq!(held["status"], "pending", "{held}");
            let until = held["metadata"]["notBefore"].as_str().unwrap();
            assert_eq!(&until[11..16], hour(ends), "{held}");
        }
        let agent = server.agent(OWNER).await;
        let thread = format!("/app/inbox/all/{}", line.conversation);
        let thread = agent.open(&thread).await.text();
        assert!(
            thread.contains("It waits for the end of quiet hours."),
            "{thread}"
        );

        server.pass(Duration::from_secs(2 * 3_600));
        for message in [&news, &offer] {
            line.stands(message, "delivered").await;
        }
        let mut shown = line.shown(Side::Business);
        shown.sort_unstable();
        assert_eq!(shown, ["An answer", "An offer", "News", "One more"]);
    });
}

//! The long poll: what a socket would say, for browsers that cannot have one.

use reqwest::Method;
use serde_json::json;

use crate::support::server::on_a_server;
use crate::webchat::reply;

#[test]
fn a_poll_answers_at_once_with_what_is_there_and_waits_for_what_is_not() {
    on_a_server(async |server| {
        let api = server.api();
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        let ack = ana.say("cm_1", "hello").await;
        let there = ana.get("poll?after=0&wait=25").await;
        assert_eq!(there.header("x-accel-buffering"), "no");
        let there = there.ok();
        assert_eq!(there["events"][0]["payload"]["content"]["text"], "hello");
        assert_eq!(
            (&there["cursor"], &there["reset"]),
            (&json!(1), &json!(false))
        );

        let waiting = ana.get("poll?after=1&wait=25");
        let answering = reply(&api, &ack["conversationId"], "yes");
        let (news, _) = futures_util::future::join(waiting, answering).await;
        let news = news.ok();
        assert_eq!(news["events"][0]["payload"]["content"]["text"], "yes");
        assert_eq!(news["state"]["unread"], 1);

        let newest = news["cursor"].as_u64().unwrap();
        let nothing = ana.get(&format!("poll?after={newest}&wait=0")).await.ok();
        assert_eq!(nothing["events"], json!([]));
        let ahead = ana.get("poll?after=99&wait=25").await.ok();
        assert_eq!(ahead["reset"], true);
    });
}

#[test]
fn a_second_poll_ends_the_first_and_so_does_logging_out() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ana = server.visitor(&site).await;
        ana.say("cm_1", "hello").await;
        let first = tokio::spawn({
            let ana = ana.clone();
            async move { ana.get("poll?after=1&wait=25").await }
        });
        let second = tokio::spawn({
            let ana = ana.clone();
            async move { ana.get("poll?after=1&wait=25").await }
        });
        // Whichever came first ends when the other one comes.
        let (ended, other) = match futures_util::future::select(first, second).await {
            futures_util::future::Either::Left((ended, other))
            | futures_util::future::Either::Right((ended, other)) => (ended, other),
        };
        assert_eq!(ended.unwrap().ok()["events"], json!([]));
        ana.call(Method::DELETE, "session", json!({})).await;
        let ended = other.await.unwrap();
        ended.turned_away(401, "token_invalid");
    });
}

//! What a customer says below a post is answered once in private, and the window opens when they
//! answer that.

use linktor::sandbox::act::Act;
use linktor::sandbox::chat::Side;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::until;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::OWNER;
use crate::support::server::on_a_server_with;

#[test]
fn a_comment_is_answered_once_in_private_and_a_word_back_opens_the_window() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["facebook", "instagram"] {
            let wanted = json!({ "comments": true });
            let mut line = Line::with(server, vendor(account), &wanted).await;
            line.act(Act::Comment {
                text: "How much?".to_owned(),
            });
            line.conversation = until(server, "a conversation", async || line.found().await).await;
            let said = line.hears(1).await;
            assert!(said[0]["metadata"]["comment"].is_object(), "{said:?}");
            let agent = server.agent(OWNER).await;
            let address = format!("/app/inbox/all/{}", line.conversation);
            let thread = agent.open(&address).await.text();
            assert!(thread.contains("Comment below a post"), "{account}");
            assert!(thread.contains("One private answer"), "{account}");
            // One message: what goes in several, or to nobody's comment, is refused.
            let long = line.send(json!({"type":"text","text":"word ".repeat(500)}));
            assert_eq!(long.await.status, 422, "{account}");
            let answer = line.write("Twelve.").await;
            assert_eq!(answer["replyTo"], said[0]["id"], "{answer}");
            line.stands(&answer, "read").await;
            assert_eq!(line.shown(Side::Business), ["Twelve."], "{account}");
            let second = line.send(json!({"type":"text","text":"And now?"})).await;
            assert!([409, 422].contains(&second.status), "{account}");
            let thread = agent.open(&address).await.text();
            assert!(thread.contains("Window closed"), "{account}");
            // The customer answers: now we may write.
            line.say("I take two");
            line.hears(2).await;
            let more = line.write("They are on their way.").await;
            line.stands(&more, "read").await;
        }
    });
}

#[test]
fn comments_are_left_alone_where_nobody_asked_for_them() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["facebook", "instagram"] {
            let mut line = Line::connected(server, vendor(account)).await;
            line.act(Act::Comment {
                text: "How much?".to_owned(),
            });
            line.greet().await;
            let said = line.kept("inbound").await;
            assert_eq!(said.len(), 1, "{account}: {said:?}");
            assert_eq!(said[0].words, "hello");
        }
    });
}

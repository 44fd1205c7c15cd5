//! Messages whose answers got lost, where the carrier tells what it took: nobody has to decide.

use std::time::Duration;

use linktor::sandbox::chat::Side;
use linktor::sandbox::faults::Faults;
use serde_json::Value;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;

/// Writes a message whose answer, and every report of it, gets lost.
async fn loses(line: &Line<'_>, is_taken: bool, text: &str) -> Value {
    line.break_with(&Faults {
        silent_every: 1,
        silent_for: Duration::from_millis(5),
        silent_but_done: is_taken,
        receipts_lost: true,
        ..Faults::default()
    });
    let message = line.write(text).await;
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    line.until("nobody knows what became of it", async || {
        let held = line.server.api().get(&path).await.ok();
        (held["metadata"]["outcome"] == "unknown").then_some(())
    })
    .await;
    // It answers again, and still reports nothing: only asking tells.
    line.break_with(&Faults {
        receipts_lost: true,
        ..Faults::default()
    });
    message
}

/// The message, once it stands so; the time until then passes.
async fn comes_to(line: &Line<'_>, message: &Value, status: &str) -> Value {
    let path = format!("/messages/{}", message["id"].as_str().unwrap());
    let held = line
        .until(status, async || {
            let held = line.server.api().get(&path).await.ok();
            if held["metadata"]["outcome"] != "unknown" && held["status"] != "pending" {
                return Some(held);
            }
            line.server.pass(Duration::from_secs(30));
            None
        })
        .await;
    assert_eq!(held["status"], status, "{held}");
    line.mend();
    held
}

#[test]
fn a_carrier_that_lists_messages_is_asked_and_nobody_has_to_decide() {
    on_a_server_with(with_sandbox, async |server| {
        for name in ["twilio", "plivo"] {
            let line = Line::open(server, vendor(name)).await;
            let before = line.write("The same").await;
            let before = line.stands(&before, "delivered").await;
            let lost = loses(&line, true, "The same").await;
            let found = comes_to(&line, &lost, "sent").await;
            let id = found["externalId"].as_str().unwrap();
            assert_ne!(before["externalId"], id, "{name}: not that of another");
            assert_eq!(line.shown(Side::Business), ["The same", "The same"]);

            let never = loses(&line, false, "Never there").await;
            let failed = comes_to(&line, &never, "failed").await;
            assert_eq!(failed["metadata"]["error"]["reason"], "not_taken", "{name}");
            let path = format!("/messages/{}/retry", never["id"].as_str().unwrap());
            server.api().post(&path, Value::Null).await.ok();
            line.stands(&never, "delivered").await;
            let shown = ["The same", "The same", "Never there"];
            assert_eq!(line.shown(Side::Business), shown, "{name}");
        }
    });
}

//! An address that nobody has to carry to the vendor by hand.

use linktor::sandbox::chat::Side;
use serde_json::json;

use crate::sandbox::line::Line;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::server::on_a_server_with;

#[test]
fn a_channel_enters_its_address_in_the_app_where_that_is_wanted() {
    on_a_server_with(with_sandbox, async |server| {
        for account in ["whatsapp", "facebook", "instagram"] {
            let wanted = json!({"entersWebhook": true});
            let mut line = Line::with(server, vendor(account), &wanted).await;
            let entered = line
                .wire()
                .into_iter()
                .find(|(title, ..)| title.contains("subscriptions"));
            assert!(
                matches!(entered, Some((_, 200, _))),
                "{account}: {entered:?}"
            );
            let url = server
                .sandbox()
                .look(|world| world.accounts[account].hook.url.clone());
            assert_eq!(url, line.channel["webhookUrl"], "{account}");
            line.greet().await;
            let answer = line.write("Good morning").await;
            line.stands(&answer, "read").await;
            assert_eq!(line.shown(Side::Business), ["Good morning"], "{account}");
        }
    });
}

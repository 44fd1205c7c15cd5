//! Channels on the sandbox, after the server was started again.

use linktor::app;
use linktor::config::Config;
use linktor::sandbox::chat::Side;

use crate::sandbox::line::Line;
use crate::sandbox::line::Vendor;
use crate::sandbox::line::vendor;
use crate::sandbox::with_sandbox;
use crate::support::eventually;
use crate::support::proxy::free_port;
use crate::support::server::OWNER;
use crate::support::server::Server;

/// The kinds of channels, the vendor each begins with, and the account that is opened for it.
const CHANNELS: [(&str, &str, &str); 6] = [
    ("whatsapp", "whatsapp", "whatsapp-2"),
    ("telegram", "telegram", "telegram-2"),
    ("sms", "twilio", "twilio-2"),
    ("email", "postmark", "postmark-2"),
    ("facebook", "facebook", "facebook-2"),
    ("instagram", "instagram", "instagram-2"),
];

/// The channel of that kind, and the first customer of its account.
async fn line<'a>(server: &'a Server, kind: &str, vendor: &'static Vendor) -> Line<'a> {
    let list = server.api().get("/channels").await.ok();
    let mut all = list["data"].as_array().unwrap().iter();
    let channel = all.find(|one| one["type"] == kind).unwrap().clone();
    let customer = server.sandbox().look(|world| {
        let chats = &world.accounts[vendor.account].chats;
        chats.keys().next().unwrap().clone()
    });
    Line {
        server,
        vendor,
        channel,
        customer,
        conversation: String::new(),
    }
}

#[test]
fn channels_find_their_accounts_again_and_go_on() {
    let folder = tempfile::tempdir().unwrap();
    // The address of the sandbox stands in the channels' settings.
    let port = free_port();
    let config = |config: &mut Config| {
        with_sandbox(config);
        config.server.listen.set_port(port);
    };
    app::run(async {
        let server = Server::start_with(folder.path(), config).await;
        let owner = server.agent(OWNER).await;
        for (kind, ..) in CHANNELS {
            let new = format!("/app/settings/channels/new/{kind}/sandbox");
            owner.submit(&new, &[]).await;
        }
        server.stop().await;

        let server = Server::start_with(folder.path(), config).await;
        for (kind, like, account) in CHANNELS {
            let opened = server.sandbox().settings(account);
            assert!(opened.is_some(), "{account} is open again");
            eventually(&format!("{account} knows where to report"), async || {
                (!server.sandbox().wants_address(account)).then_some(())
            })
            .await;
            let vendor = Box::leak(Box::new(vendor(like).another(account)));
            let mut line = line(&server, kind, vendor).await;
            line.greet().await;
            let answer = line.write("Good morning").await;
            line.stands(&answer, vendor.end).await;
            assert_eq!(line.shown(Side::Business), ["Good morning"], "{account}");
        }
        // One more account is a new one, and not somebody's.
        let next = server.sandbox().open("whatsapp");
        assert_eq!(next.as_deref(), Some("whatsapp-3"));
        server.stop().await;
    })
    .unwrap();
}

//! Whether mail of a channel arrives: its servers found by the address, its domain looked at, and a
//! mail sent both ways.

use std::cell::RefCell;
use std::path::PathBuf;
use std::process::Command;

use linktor::config::Config;
use serde_json::json;

use super::connected;
use super::reachable;
use crate::support::dns::Names;
use crate::support::eventually;
use crate::support::server::OWNER;
use crate::support::server::Server;
use crate::support::server::on_a_server_with;

const FIND: &str = "/app/settings/channels/new/email/find";

/// A server that asks a name server of the test.
fn with_names(change: impl FnOnce(&mut Config), test: impl AsyncFnOnce(&Server, Names, PathBuf)) {
    let socket = Names::reserve();
    let address = socket.local_addr().unwrap();
    let data = RefCell::new(PathBuf::new());
    on_a_server_with(
        |config| {
            reachable(config);
            config.server.dns = Some(address);
            data.borrow_mut().clone_from(&config.server.data);
            change(config);
        },
        async |server| {
            let data = data.take();
            test(server, Names::serve(socket), data).await;
        },
    );
}

/// Whether a page has a field that holds this.
fn holds(page: &str, field: &str, value: &str) -> bool {
    let from = page.find(&format!("id=\"{field}\"")).unwrap();
    let element = page[from..].split("</div>").next().unwrap();
    element.contains(&format!("value=\"{value}\""))
}

#[test]
fn servers_are_found_by_the_address_alone() {
    with_names(
        |_| {},
        async |server, names, _| {
            names.exchanger("beans.example", "aspmx.l.google.com.");
            names.offer("_imap._tcp.roast.example", "mail.roast.example.", 143);
            names.offer(
                "_submissions._tcp.roast.example",
                "mail.roast.example.",
                465,
            );
            let owner = server.agent(OWNER).await;
            for (address, imap, smtp, port, said) in [
                (
                    "desk@web.de",
                    "imap.web.de",
                    "smtp.web.de",
                    "587",
                    "this is WEB.DE",
                ),
                (
                    "Desk@Beans.example",
                    "imap.gmail.com",
                    "smtp.gmail.com",
                    "465",
                    "app password",
                ),
                (
                    "desk@roast.example",
                    "mail.roast.example",
                    "mail.roast.example",
                    "465",
                    "in the name system",
                ),
            ] {
                let typed = [
                    ("provider", "smtp"),
                    ("name", "Our desk"),
                    ("fromEmail", address),
                ];
                let page = owner.submit(FIND, &typed).await.text();
                assert!(holds(&page, "imapHost", imap), "{address}");
                assert!(holds(&page, "smtpHost", smtp), "{address}");
                assert!(holds(&page, "smtpPort", port), "{address}");
                assert!(
                    holds(&page, "imapUsername", &address.to_lowercase()),
                    "{address}"
                );
                assert!(holds(&page, "name", "Our desk"), "{address}");
                assert!(page.contains(said), "{address}");
            }
            let typed = [("provider", "smtp"), ("fromEmail", "desk@nowhere.example")];
            let page = owner.submit(FIND, &typed).await.text();
            assert!(page.contains("No servers were found for desk@nowhere.example."));
            assert!(holds(&page, "imapHost", ""));
            let typed = [("provider", "smtp"), ("fromEmail", "desk")];
            let refused = owner.try_submit(FIND, &typed).await;
            assert_eq!(refused.status, 422);
            assert!(refused.text().contains("must be an address of mail"));
        },
    );
}

#[test]
fn a_domain_is_looked_at_and_the_record_to_add_is_shown() {
    with_names(
        |_| {},
        async |server, names, data| {
            names.exchanger("aurora.example", "mail.aurora.example.");
            names.text("aurora.example", "v=spf1 include:_spf.google.com ~all");
            names.text(
                "google._domainkey.aurora.example",
                &format!("v=DKIM1; k=rsa; p={}", "A".repeat(392)),
            );
            let config = json!({
                "provider": "smtp", "smtpHost": "smtp.gmail.com", "smtpEncryption": "tls",
                "fromEmail": "desk@aurora.example", "imapHost": "imap.gmail.com",
                "imapUsername": "desk@aurora.example", "imapPassword": "x",
            });
            let body = json!({ "type": "email", "name": "Desk", "config": config });
            let made = server.api().post("/channels", body).await.ok();
            let page = format!("/app/settings/channels/{}", made["id"].as_str().unwrap());
            let owner = server.agent(OWNER).await;
            let (tab, look) = (format!("{page}/delivery"), format!("{page}/domain"));
            assert!(!owner.open(&tab).await.text().contains("In order"));
            owner.submit(&look, &[]).await;
            let shown = owner.open(&tab).await.text();
            assert_eq!(shown.matches("In order").count(), 3, "{shown}");
            assert!(shown.contains("_dmarc.aurora.example"));
            assert!(shown.contains("v=DMARC1; p=none; rua=mailto:desk@aurora.example"));

            let told = doctor(data).await;
            assert!(told.contains("DMARC of Desk: Nothing says"), "{told}");
            assert!(
                told.contains("Add at _dmarc.aurora.example: TXT v=DMARC1"),
                "{told}"
            );

            names.text("_dmarc.aurora.example", "v=DMARC1; p=reject");
            owner.submit(&look, &[]).await;
            assert_eq!(owner.open(&tab).await.text().matches("In order").count(), 4);
            // What was found is about the settings as they were.
            let other = json!({ "config": { "fromEmail": "desk@other.example" } });
            let address = format!("/channels/{}", made["id"].as_str().unwrap());
            server.api().patch(&address, other).await.ok();
            assert!(!owner.open(&tab).await.text().contains("In order"));
        },
    );
}

/// What `linktor doctor` says of a running server.
async fn doctor(data: PathBuf) -> String {
    let asking = move || {
        let mut doctor = Command::new(env!("CARGO_BIN_EXE_linktor"));
        doctor.arg("doctor").arg("--data").arg(data).env_clear();
        doctor.output().unwrap()
    };
    let said = tokio::task::spawn_blocking(asking).await.unwrap();
    String::from_utf8(said.stdout).unwrap()
}

#[test]
fn a_mail_is_sent_both_ways_and_shows_where_it_is() {
    let listening = |config: &mut Config| {
        config.reception.listen = Some(([127, 0, 0, 1], 0).into());
    };
    with_names(listening, async |server, _, _| {
        // It hands its mail to itself.
        let config = json!({
            "provider": "smtp", "smtpHost": "127.0.0.1", "smtpPort": server.mail_port(), "smtpEncryption": "none",
            "fromEmail": "desk@aurora.example", "inboundMode": "smtp",
        });
        let channel = connected(server, "email", &config).await;
        let page = format!("/app/settings/channels/{}", channel["id"].as_str().unwrap());
        let owner = server.agent(OWNER).await;
        let (tab, trip) = (format!("{page}/delivery"), format!("{page}/trip"));
        owner.submit(&trip, &[]).await;
        eventually("the mail came in", async || {
            let shown = owner.open(&tab).await.text();
            assert!(
                shown.contains("To desk@aurora.example. The server accepted it."),
                "{shown}"
            );
            shown.contains("It came in after").then_some(())
        })
        .await;
        let talks = server.api().get("/conversations").await.ok();
        assert_eq!(talks["data"], json!([]), "nothing of it is kept");

        owner
            .submit(&trip, &[("to", "nobody@elsewhere.example")])
            .await;
        let shown = owner.open(&tab).await.text();
        assert!(shown.contains("Not sent"), "{shown}");
        let refused = owner.try_submit(&trip, &[("to", "nobody")]).await;
        assert_eq!(refused.status, 422);
    });
}

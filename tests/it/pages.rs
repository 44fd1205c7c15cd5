//! What the dashboard's pages say.

use serde_json::json;

use crate::support::server::OWNER;
use crate::support::server::on_a_server;
use crate::support::server::on_a_server_with;

#[test]
fn what_is_done_and_what_is_spam_is_counted_apart() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let agent = server.agent(OWNER).await;
        for status in ["resolved", "resolved", "spam"] {
            let visitor = server.visitor(&site).await;
            let ack = visitor.say("cm_0", "hello").await;
            let conversation = ack["conversationId"].as_str().unwrap();
            let address = format!("/app/c/{conversation}/status");
            agent.submit(&address, &[("status", status)]).await;
        }
        for (queue, words) in [("done", "2 in Done."), ("spam", "1 in Spam.")] {
            let page = agent.open(&format!("/app/inbox/{queue}")).await.text();
            assert!(page.contains(words), "{queue}: {page}");
        }
    });
}

#[test]
fn a_password_in_a_form_that_is_refused_does_not_come_back() {
    on_a_server(async |server| {
        let agent = server.agent(OWNER).await;
        let typed = "a secret nobody sees 9";
        for (address, fields) in [
            (
                "/app/settings/users",
                vec![("name", ""), ("role", "agent"), ("password", typed)],
            ),
            (
                "/app/me/password",
                vec![("current", typed), ("password", typed)],
            ),
            (
                "/app/settings/channels/new/email",
                vec![
                    ("provider", "smtp"),
                    ("fromEmail", "nobody"),
                    ("smtpPassword", typed),
                    ("imapPassword", typed),
                ],
            ),
            (
                "/app/settings/channels/new/email/find",
                vec![
                    ("provider", "smtp"),
                    ("fromEmail", "nobody"),
                    ("smtpPassword", typed),
                ],
            ),
            (
                "/app/settings/channels/new/telegram",
                vec![("name", ""), ("botToken", typed)],
            ),
        ] {
            let page = agent.try_submit(address, &fields).await;
            assert_eq!(page.status, 422, "{address}: {}", page.text());
            let page = page.text();
            assert!(!page.contains(typed), "{address}: {page}");
            assert!(page.contains("role=\"alert\""), "{address}: {page}");
        }
    });
}

#[test]
fn a_password_that_is_refused_before_signing_in_does_not_come_back_either() {
    let without_owner = |config: &mut linktor::config::Config| {
        config.first_run.admin_email = None;
        config.first_run.admin_password = None;
        config.first_run.bootstrap_api_key = None;
    };
    on_a_server_with(without_owner, async |server| {
        let (visitor, token) = server.first_visitor().await;
        let typed = "a secret nobody sees 9";
        let fields = [("token", token.as_str()), ("name", ""), ("password", typed)];
        let page = visitor.submit_before_sign_in("/setup", &fields).await;
        assert_eq!(page.status, 422);
        let page = page.text();
        assert!(
            !page.contains(typed) && page.contains("Type it again"),
            "{page}"
        );
    });
}

#[test]
fn the_page_of_the_system_tells_of_a_backup_once_it_is_whole() {
    on_a_server(async |server| {
        let (owner, page) = (server.agent(OWNER).await, "/app/settings/health");
        assert!(owner.open(page).await.text().contains("No backup yet"));
        let mut socket = owner.connected(None).await;
        owner.submit(&format!("{page}/backup"), &[]).await;
        let told = socket.hear_of("fragment").await;
        assert_eq!(told["target"], "last-backup", "{told}");
        let words = told["html"].as_str().unwrap();
        assert!(words.contains("Last backup"), "{told}");
        assert!(owner.open(page).await.text().contains(words));
    });
}

#[test]
fn pages_of_channels_are_for_those_whose_side_bar_leads_there() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let list = "/app/settings/channels";
        let pages = [
            list.to_owned(),
            format!("{list}/{}", site["id"].as_str().unwrap()),
        ];
        for (role, sees) in [("viewer", false), ("agent", false), ("supervisor", true)] {
            server.colleague(role).await;
            let colleague = server.agent(&format!("{role}@example.com")).await;
            let me = colleague.open("/app/me").await.text();
            assert_eq!(me.contains(list), sees, "{role}");
            for page in &pages {
                let reply = colleague.open(page).await;
                let status = if sees { 200 } else { 404 };
                assert_eq!(reply.status, status, "{role}: {page}");
                assert_eq!(reply.text().contains("or you may not see it"), !sees);
            }
            let add = colleague.open(&format!("{list}/new")).await;
            assert_eq!(add.status, 404, "{role}");
        }
    });
}

#[test]
fn only_who_may_add_a_channel_is_led_there_while_there_is_none() {
    on_a_server(async |server| {
        server.colleague("agent").await;
        let add = "/app/settings/channels/new";
        let agent = server.agent("agent@example.com").await;
        assert!(!agent.open("/app/inbox/all").await.text().contains(add));
        let owner = server.agent(OWNER).await;
        assert!(owner.open("/app/inbox/all").await.text().contains(add));
    });
}

#[test]
fn what_a_search_did_not_understand_is_said_with_what_it_would() {
    on_a_server(async |server| {
        let owner = server.agent(OWNER).await;
        let page = owner.open("/app/search?q=is:nonsense").await.text();
        assert!(page.contains("is: takes unread, failed"), "{page}");
        assert!(!page.contains("Try fewer words"), "{page}");
    });
}

#[test]
fn people_are_offered_whom_they_may_give_work_to() {
    on_a_server(async |server| {
        let site = server.website(json!({})).await;
        let ack = server.visitor(&site).await.say("cm_0", "hello").await;
        let path = format!("/app/inbox/all/{}", ack["conversationId"].as_str().unwrap());
        let mut offered = Vec::new();
        for role in ["agent", "supervisor"] {
            server.colleague(role).await;
        }
        for role in ["agent", "supervisor"] {
            let person = server.agent(&format!("{role}@example.com")).await;
            let page = person.open(&path).await.text();
            let (_, menu) = page.split_once("id=\"menu-assign\"").unwrap();
            let (menu, _) = menu.split_once("</form>").unwrap();
            let names = ["Nobody", "agent", "supervisor", "owner"];
            let shown = names.map(|name| menu.contains(&format!("<span>{name}</span>")));
            offered.push(shown);
        }
        let [all, own] = [[true; 4], [true, true, false, false]];
        assert_eq!(offered, [own, all]);
    });
}

//! Who answers: whether somebody is here, how soon an answer comes, and what visitors see of us.

use std::time::Duration;

use serde_json::json;

use super::Bench;
use super::sockets::connect;
use super::sockets::next;
use super::sockets::seen;
use super::words;
use crate::channels::webchat::wire::AvailabilityState;
use crate::channels::webchat::wire::ReplyTime;
use crate::engine::live::Signal;
use crate::engine::webchat::Peer;
use crate::engine::webchat::files;
use crate::engine::webchat::files::LinkQuery;
use crate::engine::webchat::view;
use crate::model::attachment::Attachment;
use crate::model::content::Content;
use crate::model::ids::ConversationId;
use crate::model::ids::Id as _;
use crate::model::ids::MediaId;
use crate::model::ids::UserId;
use crate::model::permission::Role;
use crate::model::user::Availability;
use crate::model::user::User;
use crate::store::StoreError;
use crate::store::records::attachments;
use crate::store::records::conversations;
use crate::store::records::users;

fn bia(bench: &Bench, avatar_url: Option<String>) -> User {
    let now = bench.context.clock.now();
    let (id, email) = (UserId::from_bytes([3; 16]), "bia@example.com".to_owned());
    User {
        avatar_url,
        ..User::new(id, email, "Bia".to_owned(), Role::Agent, now)
    }
}

async fn put(bench: &Bench, user: User) {
    let write = bench.context.store.write("a test's user", move |tx| {
        users::put(tx, &user)?;
        Ok::<_, StoreError>(())
    });
    write.await.unwrap();
}

async fn assign(bench: &Bench, conversation: ConversationId) {
    let write = bench.context.store.write("a test's assignee", move |tx| {
        let mut found = conversations::get(tx, conversation)?.unwrap();
        found.assignee = Some(UserId::from_bytes([3; 16]));
        conversations::put(tx, &found)
    });
    write.await.unwrap();
}

fn state(bench: &Bench) -> AvailabilityState {
    let site = bench.webchat.site(bench.channel).unwrap();
    bench.webchat.availability(&site).unwrap().state
}

#[tokio::test]
async fn somebody_answers_while_one_of_us_is_here_and_not_away() {
    let bench = Bench::new(json!({})).await;
    let here = bench.context.live.presence();
    assert_eq!(state(&bench), AvailabilityState::Away);
    let user = bia(&bench, None);
    put(&bench, user.clone()).await;
    let (seat, _) = here.enter(user.id, &user.name);
    assert_eq!(state(&bench), AvailabilityState::Online);
    let looks_on = User {
        role: Role::Viewer,
        ..user.clone()
    };
    put(&bench, looks_on).await;
    assert_eq!(
        state(&bench),
        AvailabilityState::Away,
        "viewers answer nobody"
    );
    let away = User {
        availability: Availability::Away,
        ..user.clone()
    };
    put(&bench, away).await;
    assert_eq!(state(&bench), AvailabilityState::Away);
    put(&bench, user).await;
    here.leave(seat);
    assert_eq!(state(&bench), AvailabilityState::Away);
}

#[tokio::test]
async fn a_visitor_sees_whether_the_person_who_answers_is_here() {
    let bench = Bench::new(json!({})).await;
    let user = bia(&bench, None);
    put(&bench, user.clone()).await;
    let browser = bench.stranger().await;
    let ack = bench.say(&browser, "cm_1", "hello").await;
    assign(&bench, ack.conversation_id).await;
    let (mut connection, welcome) = connect(&bench, &browser, 1).await;
    assert_eq!(welcome["agents"], json!([]));
    next(&mut connection).await;
    let live = &bench.context.live;
    let (seat, _) = live.presence().enter(user.id, &user.name);
    live.signal(Signal::Availability { user_id: user.id });
    let frames = seen(&next(&mut connection).await);
    let kinds: Vec<_> = frames.iter().map(|frame| &frame["type"]).collect();
    assert_eq!(kinds, ["availability", "presence"]);
    assert_eq!(frames[1]["payload"]["agents"][0]["name"], "Bia");
    live.presence().leave(seat);
    live.signal(Signal::Availability { user_id: user.id });
    let frames = seen(&next(&mut connection).await);
    assert_eq!(frames[1]["payload"], json!({ "agents": [] }));
}

#[tokio::test]
async fn the_usual_wait_is_told_once_three_were_answered() {
    let bench = Bench::new(json!({})).await;
    let site = bench.webchat.site(bench.channel).unwrap();
    for number in 0..3 {
        let told = bench.webchat.availability(&site).unwrap();
        assert_eq!(told.reply_time, None);
        let browser = bench.stranger().await;
        let id = format!("cm_{number}");
        let ack = bench.send(&browser, words(&id, "hello")).await.unwrap();
        bench.context.clock.advance(Duration::from_secs(150));
        bench.reply(ack.conversation_id, Content::text("hi")).await;
    }
    bench.context.clock.advance(Duration::from_secs(300));
    let told = bench.webchat.availability(&site).unwrap();
    assert_eq!(told.reply_time, Some(ReplyTime::Minutes));
    assert_eq!(told.reply_minutes, Some(3));
}

#[tokio::test]
async fn a_copy_holds_what_was_said_in_the_visitors_own_time() {
    let bench = Bench::new(json!({})).await;
    let said = json!({ "timezone": "America/Sao_Paulo", "user": { "name": "Ana" } });
    let opened = bench.open(None, said).await;
    let browser = bench.browser(&opened.token.unwrap());
    let ack = bench.say(&browser, "cm_1", "two\nlines").await;
    let answer = bench.reply(ack.conversation_id, Content::text("hi")).await;
    let reaction = json!({ "clientMessageId": "cm_2",
        "content": { "type": "reaction", "emoji": "\u{2764}", "targetId": answer.id } });
    bench.send(&browser, reaction).await.unwrap();
    let caller = bench.browser(&browser.token).caller;
    assert_eq!(
        bench.webchat.copy(&caller).unwrap(),
        "Website\n\n[2026-01-01 09:00 -03] Ana:\n    two\n    lines\n\n\
         [2026-01-01 09:00 -03] Bia:\n    hi\n"
    );
}

#[tokio::test]
async fn visitors_see_pictures_that_lie_here_and_no_others() {
    let bench = Bench::new(json!({})).await;
    let media = MediaId::from_bytes([5; 16]);
    let now = bench.context.clock.now();
    let picture = Attachment {
        id: media,
        digest: [0; 32],
        mime_type: "image/png".to_owned(),
        filename: "bia.png".to_owned(),
        size_bytes: 3,
        dimensions: None,
        uploaded_by: crate::model::actor::Who::System,
        webchat_session: None,
        used: true,
        created_at: now,
    };
    let write = bench
        .context
        .store
        .write("a test's picture", move |tx| attachments::put(tx, &picture));
    write.await.unwrap();
    let site = bench.webchat.site(bench.channel).unwrap();
    let pictures = bench.webchat.pictures(&site);
    let own = bia(&bench, Some(bench.context.links.path(media)));
    let url = pictures.of(&own).unwrap();
    let (path, query) = url
        .strip_prefix("https://chat.example")
        .unwrap()
        .split_once('?')
        .unwrap();
    let parts: Vec<&str> = query.split(['=', '&']).collect();
    let query = LinkQuery {
        expires: parts[1],
        session: parts[3],
        signature: parts[5],
    };
    let id = path.strip_prefix(files::FILES).unwrap();
    assert_eq!(bench.webchat.file(id, query).unwrap().id, media);
    let stolen = LinkQuery {
        session: "wcs_01",
        ..query
    };
    assert!(bench.webchat.file(id, stolen).is_err());
    let elsewhere = bia(&bench, Some("https://pictures.example/bia.png".to_owned()));
    assert_eq!(pictures.of(&elsewhere), None);
    put(&bench, own.clone()).await;
    let read = bench.context.store.snapshot().unwrap();
    let seen = view::person(&read, pictures, Some(own.id))
        .unwrap()
        .unwrap();
    assert_eq!(seen.avatar_url, Some(url));
}

#[tokio::test]
async fn addresses_are_cut_short_where_the_web_chat_says_so() {
    let cases = [
        ("203.0.113.77", "203.0.113.0", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::", "2001:db8:1:2::/64"),
    ];
    for (ip, cut, network) in cases {
        let peer = Peer {
            ip: ip.parse().ok(),
            ..Peer::default()
        };
        assert_eq!(peer.network(), network, "what limits count");
        for (short, kept) in [(false, ip), (true, cut)] {
            let privacy = json!({ "privacy": { "anonymizeIP": short } });
            let bench = Bench::new(privacy).await;
            let site = bench.webchat.site(bench.channel).unwrap();
            assert_eq!(peer.stored_ip(&site).as_deref(), Some(kept));
        }
    }
}

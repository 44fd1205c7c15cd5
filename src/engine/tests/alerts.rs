//! Whom a channel's trouble is told to, and how often.

use super::*;
use crate::engine::alerts;
use crate::engine::letters;
use crate::engine::people::users::NewUser;
use crate::engine::people::users::UserChanges;
use crate::engine::setup::standing;
use crate::model::alert::News;
use crate::model::channel::HealthNote;
use crate::model::inbound::Effect;
use crate::model::job::JobKind;
use crate::model::letter::Letter;
use crate::model::outbound::Connected;
use crate::model::user::AlertMails;
use crate::store::records::jobs;

/// An office with somebody who manages channels, and some who do not or do not want to hear of them.
struct Post {
    office: Office,
    admin: UserId,
}

impl Post {
    async fn new() -> Self {
        let office = Office::new().await;
        let boss = office.hire(1, Role::Owner).await;
        let users = &office.engine.users;
        let mut made = Vec::new();
        for (name, role) in [
            ("Ana", Role::Admin),
            ("Bia", Role::Agent),
            ("Leo", Role::Admin),
        ] {
            let new = NewUser {
                name: name.to_owned(),
                email: format!("{name}@example.com"),
                role,
                password: Some("correct horse battery".to_owned()),
            };
            made.push(users.create(&boss, new).await.unwrap().user);
        }
        let leo = Actor::user(made[2].id, Role::Admin, "Leo");
        let quiet = UserChanges {
            alert_mails: Some(AlertMails::Off),
            ..UserChanges::default()
        };
        users.update(&leo, made[2].id, quiet).await.unwrap();
        Self {
            admin: made[0].id,
            office,
        }
    }

    /// Changes the channel, as workers do.
    async fn change<F>(&self, change: F)
    where
        F: Fn(
                &mut Tx<'_>,
                &mut crate::engine::context::Pen,
                &mut Channel,
            ) -> Result<(), StoreError>
            + Send
            + 'static,
    {
        let (id, stamp) = (self.office.channel, self.office.context.stamp());
        let changing = self.office.write(move |tx| {
            let mut channel = channels::get(tx, id)?.unwrap();
            change(tx, &mut stamp.pen(), &mut channel)
        });
        changing.await;
    }

    async fn breaks(&self) {
        self.change(|tx, pen, channel| standing::broke(tx, pen, channel, "The token was revoked."))
            .await;
    }

    async fn mends(&self) {
        self.change(|tx, pen, channel| standing::works(tx, pen, channel, &Connected::default()))
            .await;
    }

    /// Lets minutes pass and does what is due then; what there is to say, and to whom.
    async fn after(&self, minutes: u64) -> Vec<(UserId, News)> {
        let context = &self.office.context;
        context.clock.advance(Duration::from_secs(minutes * 60));
        let now = context.clock.now();
        let mut said = Vec::new();
        for job in jobs::first(&context.store.snapshot().unwrap(), 100).unwrap() {
            if job.due > now {
                continue;
            }
            if let JobKind::TellOperators { channel_id } = job.kind {
                let again = alerts::tell(context, channel_id).await.unwrap();
                let done = move |tx: &mut Tx<'_>| match again {
                    Some(pause) => jobs::put_off(tx, &job, now.plus(pause), job.attempts + 1),
                    None => jobs::remove(tx, &job),
                };
                self.office.write(done).await;
            }
        }
        for job in jobs::first(&context.store.snapshot().unwrap(), 100).unwrap() {
            if let JobKind::SendMail { letter } = job.kind {
                let mail = letters::compose(context, letter, "x").unwrap().unwrap();
                assert!(
                    mail.text.contains("/app/settings/channels/ch_"),
                    "{}",
                    mail.text
                );
                if let Letter::Alert { user_id, news, .. } = letter {
                    said.push((user_id, news));
                }
                self.office.write(move |tx| jobs::remove(tx, &job)).await;
            }
        }
        said
    }
}

#[tokio::test]
async fn who_manages_channels_hears_once_that_one_broke_and_once_that_it_works_again() {
    let post = Post::new().await;
    post.breaks().await;
    assert_eq!(post.after(1).await, [], "it may mend by itself at once");
    assert_eq!(post.after(1).await, [(post.admin, News::Broke)]);
    post.breaks().await;
    assert_eq!(post.after(60).await, []);
    post.mends().await;
    assert_eq!(post.after(2).await, [(post.admin, News::Mended)]);
    assert_eq!(post.after(60).await, []);
}

#[tokio::test]
async fn what_mends_at_once_is_no_news_and_what_flaps_is_told_when_it_is_quiet() {
    let post = Post::new().await;
    post.breaks().await;
    post.mends().await;
    assert_eq!(post.after(2).await, []);
    post.breaks().await;
    assert_eq!(post.after(2).await, [(post.admin, News::Broke)]);
    for _ in 0..3 {
        post.mends().await;
        assert_eq!(post.after(2).await, []);
        post.breaks().await;
        assert_eq!(post.after(2).await, []);
    }
    post.mends().await;
    assert_eq!(post.after(2).await, []);
    assert_eq!(post.after(30).await, [(post.admin, News::Mended)]);
}

#[tokio::test]
async fn a_warning_of_the_vendor_and_an_access_that_ends_are_told() {
    let post = Post::new().await;
    let now = post.office.context.clock.now();
    post.change(move |tx, pen, channel| {
        let note = HealthNote {
            kind: "quality".to_owned(),
            effect: Effect::Warn,
            text: "The quality is low.".to_owned(),
            data: Opaque::new(),
            at: now,
        };
        standing::note(channel, note);
        channels::put(tx, channel)?;
        alerts::watch(tx, pen, channel.id)
    })
    .await;
    assert_eq!(post.after(2).await, [(post.admin, News::Warned)]);
    let end = now.plus(Duration::from_secs(10 * 24 * 3_600)).to_string();
    post.change(move |tx, pen, channel| {
        let told = Connected {
            settings: Opaque::from_iter([("expiresAt".to_owned(), end.clone().into())]),
            ..Connected::default()
        };
        standing::works(tx, pen, channel, &told)
    })
    .await;
    assert_eq!(post.after(60).await, []);
    assert_eq!(post.after(2 * 24 * 60).await, []);
    assert_eq!(post.after(24 * 60).await, [(post.admin, News::Expiring)]);
    assert_eq!(post.after(3 * 24 * 60).await, []);
}

//! The second factor: taken once, slowed down, and void together with what it stands on.

use futures_util::future::join_all;

use super::*;
use crate::base::totp::code_at;
use crate::engine::people::logins::Finished;
use crate::engine::people::logins::Origin;
use crate::engine::people::logins::Stay;
use crate::engine::people::logins::Step;
use crate::engine::people::users::NewUser;

const EMAIL: &str = "bia@example.com";
const PASSWORD: &str = "correct horse battery";

/// Somebody with an authenticator.
struct Holder {
    office: Office,
    who: Actor,
    secret: Vec<u8>,
    recovery: Vec<String>,
}

/// What base 32 stands for, as an authenticator reads it.
fn from_base32(text: &str) -> Vec<u8> {
    let mut bits = text.chars().flat_map(|letter| {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
        (0..5).rev().map(move |bit| value >> bit & 1)
    });
    let mut bytes = Vec::new();
    while let Some(byte) = (0..8).try_fold(0, |byte, _| Some(byte << 1 | bits.next()?)) {
        bytes.push(u8::try_from(byte).unwrap());
    }
    bytes
}

impl Holder {
    async fn new() -> Self {
        let office = Office::new().await;
        let boss = office.hire(1, Role::Owner).await;
        let new = NewUser {
            name: "Bia Reis".to_owned(),
            email: EMAIL.to_owned(),
            role: Role::Agent,
            password: Some(PASSWORD.to_owned()),
        };
        let bia = office.engine.users.create(&boss, new).await.unwrap().user;
        let who = Actor::user(bia.id, bia.role, bia.name);
        let offer = office.engine.logins.offer_totp(&who).unwrap();
        let secret = from_base32(&offer.secret);
        let code = code_at(&secret, office.context.clock.now());
        let logins = &office.engine.logins;
        let on = logins.turn_totp_on(&who, &offer.token, &code, PASSWORD, None);
        let recovery = on.await.unwrap();
        office.context.clock.advance(Duration::from_secs(60));
        Self {
            office,
            who,
            secret,
            recovery,
        }
    }

    fn code(&self) -> String {
        code_at(&self.secret, self.office.context.clock.now())
    }

    async fn begin(&self, known: Option<&str>) -> Step {
        let logins = &self.office.engine.logins;
        let step = logins.sign_in(EMAIL, PASSWORD, Stay::Brief, known, Origin::default());
        step.await.unwrap()
    }

    async fn half(&self) -> String {
        match self.begin(None).await {
            Step::Code(half) => half,
            Step::Done(_) => unreachable!("no code was asked for"),
        }
    }

    async fn finish(&self, half: &str, code: &str) -> Result<Finished, EngineError> {
        let logins = &self.office.engine.logins;
        logins.finish(half, code, Origin::default()).await
    }

    /// What became of a program's way in.
    async fn program(&self, code: Option<&str>) -> Result<UserId, EngineError> {
        let logins = &self.office.engine.logins;
        let pair = logins.issue(EMAIL, PASSWORD, code, Origin::default()).await;
        pair.map(|pair| pair.user.id)
    }

    fn pass(&self, secs: u64) {
        self.office.context.clock.advance(Duration::from_secs(secs));
    }
}

#[tokio::test]
async fn a_code_opens_once_and_a_recovery_code_too() {
    let bia = Holder::new().await;
    let half = bia.half().await;
    assert_eq!(
        code(bia.finish(&half, "000000").await),
        Code::InvalidCredentials
    );
    let now = bia.code();
    bia.finish(&half, &now).await.unwrap();
    assert_eq!(
        code(bia.finish(&half, &now).await),
        Code::InvalidCredentials
    );
    assert_eq!(
        code(bia.program(Some(&now)).await),
        Code::InvalidCredentials
    );
    bia.pass(30);
    assert_eq!(
        bia.program(Some(&bia.code())).await.unwrap(),
        bia.who.user_id().unwrap()
    );
    let spare = bia.recovery[3].to_uppercase().replace('-', " ");
    bia.finish(&half, &spare).await.unwrap();
    assert_eq!(
        code(bia.finish(&half, &spare).await),
        Code::InvalidCredentials
    );
    bia.program(Some(&bia.recovery[4])).await.unwrap();
    assert_eq!(code(bia.program(None).await), Code::AuthenticationRequired);
}

#[tokio::test]
async fn whoever_guesses_waits_longer_and_longer() {
    let bia = Holder::new().await;
    let half = bia.half().await;
    for _ in 0..5 {
        assert_eq!(
            code(bia.finish(&half, "123").await),
            Code::InvalidCredentials
        );
    }
    let right = bia.code();
    assert_eq!(
        code(bia.finish(&half, &right).await),
        Code::RateLimitExceeded
    );
    assert_eq!(
        code(bia.program(Some(&right)).await),
        Code::RateLimitExceeded
    );
    bia.pass(31);
    bia.finish(&half, &bia.code()).await.unwrap();
}

/// How many of some tries were judged, and found wrong.
fn judged<T: std::fmt::Debug>(tries: Vec<Result<T, EngineError>>) -> usize {
    let codes = tries.into_iter().map(code);
    codes
        .filter(|code| *code == Code::InvalidCredentials)
        .count()
}

/// As many tries as are free, and one that was at work beside the last of them.
const FREE_AT_ONCE: std::ops::RangeInclusive<usize> = 5..=6;

#[tokio::test]
async fn guesses_that_come_at_once_are_no_more_than_those_that_come_in_turn() {
    let bia = Holder::new().await;
    let half = bia.half().await;
    let codes = (0..20).map(|_| bia.finish(&half, "123"));
    assert_eq!(judged(join_all(codes).await), 5);
    let logins = &bia.office.engine.logins;
    let guess = || logins.sign_in(EMAIL, "wrong", Stay::Brief, None, Origin::default());
    let passwords = (0..20).map(|_| guess());
    assert!(FREE_AT_ONCE.contains(&judged(join_all(passwords).await)));
    bia.pass(61);
    assert!(matches!(bia.begin(None).await, Step::Code(_)));
    let typed = (0..20).map(|_| logins.change_password(&bia.who, "wrong", PASSWORD, None));
    assert!(FREE_AT_ONCE.contains(&judged(join_all(typed).await)));
}

#[tokio::test]
async fn a_known_computer_is_asked_for_the_password_alone_until_something_changes() {
    let bia = Holder::new().await;
    let half = bia.half().await;
    let known = bia.finish(&half, &bia.code()).await.unwrap().known;
    assert!(matches!(bia.begin(Some(&known)).await, Step::Done(_)));
    assert!(
        matches!(bia.begin(Some(&half)).await, Step::Code(_)),
        "half a proof is none"
    );
    assert!(matches!(bia.begin(Some("nonsense")).await, Step::Code(_)));
    bia.pass(31 * 24 * 3_600);
    assert!(matches!(bia.begin(Some(&known)).await, Step::Code(_)));

    let known = bia
        .finish(&bia.half().await, &bia.code())
        .await
        .unwrap()
        .known;
    let half = bia.half().await;
    let other = "another horse battery";
    let logins = &bia.office.engine.logins;
    logins
        .change_password(&bia.who, PASSWORD, other, None)
        .await
        .unwrap();
    let step = logins.sign_in(EMAIL, other, Stay::Brief, Some(&known), Origin::default());
    assert!(matches!(step.await.unwrap(), Step::Code(_)));
    bia.pass(30);
    assert_eq!(
        code(bia.finish(&half, &bia.code()).await),
        Code::InvalidToken
    );
}

#[tokio::test]
async fn the_first_step_is_good_for_minutes() {
    let bia = Holder::new().await;
    let half = bia.half().await;
    assert!(bia.office.engine.logins.is_half_way(&half));
    bia.pass(10 * 60);
    assert!(!bia.office.engine.logins.is_half_way(&half));
    assert_eq!(
        code(bia.finish(&half, &bia.code()).await),
        Code::InvalidToken
    );
}

#[tokio::test]
async fn turning_it_on_takes_the_password_a_code_and_a_fresh_offer() {
    let bia = Holder::new().await;
    let logins = &bia.office.engine.logins;
    assert_eq!(
        code(logins.turn_totp_off(&bia.who, "wrong").await),
        Code::InvalidCredentials
    );
    logins.turn_totp_off(&bia.who, PASSWORD).await.unwrap();
    let Step::Done(open) = bia.begin(None).await else {
        unreachable!("it is off")
    };
    let Step::Done(own) = bia.begin(None).await else {
        unreachable!("it is off")
    };
    let offer = logins.offer_totp(&bia.who).unwrap();
    let secret = from_base32(&offer.secret);
    let now = || code_at(&secret, bia.office.context.clock.now());
    let keep = Some(own.session.id);
    let on = async |token: &str, code: &str, password: &str| {
        logins
            .turn_totp_on(&bia.who, token, code, password, keep)
            .await
    };
    assert_eq!(
        code(on(&offer.token, "000000", PASSWORD).await),
        Code::InvalidCredentials
    );
    assert_eq!(
        code(on(&offer.token, &now(), "wrong").await),
        Code::InvalidCredentials
    );
    assert_eq!(
        code(on("nonsense", &now(), PASSWORD).await),
        Code::ValidationError
    );
    let again = logins.offer_again(&bia.who, &offer.token).unwrap();
    assert_eq!(again.secret, offer.secret);
    let stranger = bia.office.hire(7, Role::Agent).await;
    assert_eq!(
        code(logins.offer_again(&stranger, &offer.token)),
        Code::ValidationError
    );
    bia.pass(30 * 60);
    assert_eq!(
        code(on(&offer.token, &now(), PASSWORD).await),
        Code::ValidationError
    );
    let offer = logins.offer_totp(&bia.who).unwrap();
    let secret = from_base32(&offer.secret);
    let typed = code_at(&secret, bia.office.context.clock.now());
    on(&offer.token, &typed, PASSWORD).await.unwrap();
    assert_eq!(logins.by_cookie(&open.token).unwrap(), None);
    assert!(logins.by_cookie(&own.token).unwrap().is_some());
}

#[tokio::test]
async fn who_lost_it_is_helped_by_those_above_and_signed_out() {
    let bia = Holder::new().await;
    let Finished { signed_in, .. } = bia.finish(&bia.half().await, &bia.code()).await.unwrap();
    let users = &bia.office.engine.users;
    let id = bia.who.user_id().unwrap();
    for low in [bia.who.clone(), bia.office.hire(5, Role::Supervisor).await] {
        assert_eq!(
            code(users.reset_totp(&low, id).await),
            Code::InsufficientPermissions
        );
    }
    let admin = bia.office.hire(6, Role::Admin).await;
    let owner = bia.office.hire(1, Role::Owner).await;
    assert_eq!(
        code(users.reset_totp(&admin, owner.user_id().unwrap()).await),
        Code::InsufficientPermissions
    );
    users.reset_totp(&admin, id).await.unwrap();
    let logins = &bia.office.engine.logins;
    assert_eq!(logins.by_cookie(&signed_in.token).unwrap(), None);
    assert!(matches!(bia.begin(None).await, Step::Done(_)));
    users.reset_totp(&admin, id).await.unwrap();
}

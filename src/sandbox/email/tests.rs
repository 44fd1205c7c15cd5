//! How long each service goes on telling what was not taken.

use crate::sandbox::email::mailgun::Mailgun;
use crate::sandbox::email::postmark::Postmark;
use crate::sandbox::email::resend::Resend;
use crate::sandbox::email::ses::Ses;
use crate::sandbox::queue::About;
use crate::sandbox::queue::Event;
use crate::sandbox::vendor::Vendor;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// Who told what, how it was answered, and the pauses that follow.
type Case<'c> = (&'c dyn Vendor, &'c str, Option<u16>, Vec<u64>);

/// The pauses after an answer that is always the same, until it is given up.
fn pauses(vendor: &dyn Vendor, title: &str, status: Option<u16>) -> Vec<u64> {
    let told = |tries| Event {
        account: "a".to_owned(),
        lane: "x".to_owned(),
        about: About::Receipt,
        title: title.to_owned(),
        body: String::new(),
        mark: String::new(),
        tries,
    };
    (1..100)
        .map_while(|tries| vendor.again(&told(tries), status))
        .map(|pause| pause.as_secs())
        .collect()
}

#[test]
fn each_comes_again_as_often_as_it_says_and_not_where_it_says_not() {
    let mailgun = vec![5, 10, 15, 60, 120, 240];
    let mailgun: Vec<u64> = mailgun.into_iter().map(|pause| pause * MINUTE).collect();
    let postmark = vec![1, 5, 10, 10, 10, 15, 30, 60, 120, 360];
    let postmark: Vec<u64> = postmark.into_iter().map(|pause| pause * MINUTE).collect();
    let resend = vec![5, 300, 1_800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR];
    let amazon = vec![20; 3];
    let cases: [Case<'_>; 12] = [
        (&Mailgun, "opened", Some(503), mailgun.clone()),
        (&Mailgun, "route", Some(401), mailgun.clone()),
        (&Mailgun, "opened", None, mailgun),
        (&Mailgun, "opened", Some(406), vec![]),
        (&Mailgun, "delivered", Some(503), vec![]),
        (&Mailgun, "delivered", None, vec![]),
        (&Postmark, "inbound", Some(503), postmark),
        (&Postmark, "inbound", Some(403), vec![]),
        (&Resend, "email.sent", Some(503), resend),
        (&Ses, "Delivery", Some(503), amazon.clone()),
        (&Ses, "Delivery", Some(429), amazon),
        (&Ses, "Delivery", Some(401), vec![]),
    ];
    for (vendor, title, status, expected) in cases {
        let name = vendor.name();
        assert_eq!(
            pauses(vendor, title, status),
            expected,
            "{name} {title} {status:?}"
        );
    }
}

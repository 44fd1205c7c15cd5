//! Errors of Messenger and Instagram and what follows from them. facebook.md section 9,
//! instagram.md section 9.

use crate::channels::meta::fault::Class::Account;
use crate::channels::meta::fault::Class::Never;
use crate::channels::meta::fault::Class::Pair;
use crate::channels::meta::fault::Class::Rate;
use crate::channels::meta::fault::Class::Retry;
use crate::channels::meta::fault::Rule;
use crate::channels::meta::fault::code;
use crate::channels::meta::fault::fine;
use crate::model::message::OUTSIDE_WINDOW;

/// The errors of both; the common ones of the vendor follow after them.
///
/// After 1/1357046 the message may have arrived all the same: it is not sent again.
pub const FAULTS: &[Rule] = &[
    fine(1, 1_357_046, Never, "perhaps_delivered"),
    code(3, Account, "permission_missing"),
    fine(4, 2_018_354, Rate, "rate_limited"),
    fine(10, 1_893_063, Never, "account_restricted"),
    fine(10, 2_018_065, Never, OUTSIDE_WINDOW),
    fine(10, 2_018_108, Never, "undeliverable"),
    fine(10, 2_018_278, Never, OUTSIDE_WINDOW),
    fine(10, 2_534_022, Never, OUTSIDE_WINDOW),
    fine(10, 2_534_025, Never, "private_reply_not_allowed"),
    fine(10, 2_534_077, Account, "account_not_linked"),
    fine(100, 1_893_061, Never, "tag_not_allowed"),
    fine(100, 2_018_001, Never, "invalid_recipient"),
    fine(100, 2_018_008, Never, "media_failed"),
    fine(100, 2_018_047, Never, "media_failed"),
    fine(100, 2_018_074, Never, "media_failed"),
    fine(100, 2_018_109, Never, "media_failed"),
    fine(100, 2_018_164, Never, "invalid_request"),
    fine(100, 2_018_218, Never, "profile_unavailable"),
    fine(100, 2_018_247, Never, "profile_unavailable"),
    fine(100, 2_018_294, Never, "media_failed"),
    fine(100, 2_018_300, Never, "not_thread_owner"),
    fine(100, 2_018_321, Never, "not_thread_owner"),
    fine(100, 2_534_013, Account, "account_not_linked"),
    fine(100, 2_534_014, Never, "invalid_recipient"),
    fine(100, 2_534_015, Never, "invalid_request"),
    fine(100, 2_534_025, Never, "private_reply_not_allowed"),
    fine(100, 2_534_029, Never, "contact_blocked"),
    fine(100, 2_534_037, Never, "not_thread_owner"),
    fine(200, 1_545_041, Never, "undeliverable"),
    fine(200, 2_534_041, Account, "message_access_off"),
    code(230, Never, "profile_unavailable"),
    code(551, Never, "undeliverable"),
    fine(613, 2_018_338, Pair, "rate_limited"),
    code(1_200, Retry, "temporary"),
    code(2_022, Never, "undeliverable"),
    code(9_010, Never, "invalid_recipient"),
    code(10_303, Never, "undeliverable"),
    code(36_103, Account, "account_not_eligible"),
    code(1_609_005, Never, "story_expired"),
    code(2_018_338, Pair, "rate_limited"),
    code(2_534_040, Rate, "rate_limited"),
    code(9_000_001, Never, "target_gone"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::fault::Class;
    use crate::channels::meta::fault::Fault;

    /// The tables of facebook.md and instagram.md section 9, class by class; 0 is no finer code.
    #[test]
    fn every_code_of_the_documents_has_its_consequence() {
        let cases: [(&[(i64, i64)], Class); 5] = [
            (&[(1, 99), (2, 0), (2, 2_018_344), (1_200, 0)], Retry),
            (
                &[
                    (4, 0),
                    (4, 2_018_354),
                    (613, 0),
                    (613, 1_893_016),
                    (613, 2_534_040),
                    (2_534_040, 0),
                    (80_002, 0),
                    (80_006, 0),
                ],
                Rate,
            ),
            (&[(613, 2_018_338), (2_018_338, 0)], Pair),
            (
                &[
                    (10, 0),
                    (10, 2_534_077),
                    (3, 0),
                    (33, 0),
                    (36_103, 0),
                    (100, 33),
                    (100, 2_534_013),
                    (190, 0),
                    (190, 463),
                    (200, 0),
                    (200, 2_018_021),
                    (200, 2_018_027),
                    (200, 2_018_028),
                    (200, 2_534_041),
                    (368, 0),
                ],
                Account,
            ),
            (
                &[
                    (1, 1_357_046),
                    (10, 1_893_063),
                    (10, 2_018_065),
                    (10, 2_018_108),
                    (10, 2_018_278),
                    (10, 2_534_022),
                    (10, 2_534_025),
                    (100, 0),
                    (100, 1_893_061),
                    (100, 2_018_001),
                    (100, 2_018_008),
                    (100, 2_018_047),
                    (100, 2_018_074),
                    (100, 2_018_109),
                    (100, 2_018_164),
                    (100, 2_018_218),
                    (100, 2_018_247),
                    (100, 2_018_294),
                    (100, 2_018_300),
                    (100, 2_018_321),
                    (100, 2_534_014),
                    (100, 2_534_015),
                    (100, 2_534_025),
                    (100, 2_534_029),
                    (100, 2_534_037),
                    (200, 1_545_041),
                    (230, 0),
                    (551, 1_545_041),
                    (2_022, 0),
                    (9_010, 0),
                    (10_303, 0),
                    (1_609_005, 0),
                    (9_000_001, 0),
                ],
                Never,
            ),
        ];
        for (codes, class) in cases {
            for (code, subcode) in codes {
                let fault = Fault {
                    code: Some(*code),
                    subcode: Some(*subcode).filter(|subcode| *subcode != 0),
                    ..Fault::default()
                };
                assert_eq!(fault.judge(FAULTS).0, class, "{code}/{subcode}");
            }
        }
    }
}

//! Errors of WhatsApp and what follows from them. whatsapp.md section 9.

use crate::channels::meta::fault::Class::Account;
use crate::channels::meta::fault::Class::Never;
use crate::channels::meta::fault::Class::Pair;
use crate::channels::meta::fault::Class::Rate;
use crate::channels::meta::fault::Class::Retry;
use crate::channels::meta::fault::Rule;
use crate::channels::meta::fault::code;
use crate::channels::meta::fault::codes;
use crate::model::message::OUTSIDE_WINDOW;

/// WhatsApp's own errors; the common ones of the vendor follow after them.
pub const FAULTS: &[Rule] = &[
    code(0, Account, "token_invalid"),
    code(3, Account, "permission_missing"),
    code(130_429, Rate, "rate_limited"),
    code(130_472, Never, "marketing_withheld"),
    code(130_497, Never, "country_not_allowed"),
    code(131_000, Retry, "temporary"),
    code(131_005, Account, "permission_missing"),
    code(131_008, Never, "invalid_request"),
    code(131_009, Never, "invalid_request"),
    code(131_016, Retry, "temporary"),
    code(131_021, Never, "invalid_recipient"),
    code(131_026, Never, "undeliverable"),
    code(131_030, Never, "recipient_not_allowed"),
    code(131_031, Account, "account_blocked"),
    code(131_037, Never, "display_name_not_approved"),
    code(131_042, Never, "payment_problem"),
    code(131_044, Never, "payment_problem"),
    code(131_045, Account, "number_not_registered"),
    code(131_047, Never, OUTSIDE_WINDOW),
    code(131_048, Rate, "rate_limited"),
    code(131_049, Never, "marketing_withheld"),
    code(131_050, Never, "opted_out"),
    code(131_051, Never, "unsupported_type"),
    code(131_052, Never, "media_failed"),
    code(131_053, Never, "media_failed"),
    code(131_056, Pair, "rate_limited"),
    code(131_057, Retry, "temporary"),
    code(131_062, Never, "invalid_recipient"),
    code(131_063, Never, "marketing_not_allowed"),
    code(131_064, Rate, "rate_limited"),
    code(132_000, Never, "template_parameters"),
    code(132_001, Never, "template_unknown"),
    code(132_005, Never, "template_too_long"),
    code(132_007, Never, "template_policy"),
    code(132_008, Never, "template_parameters"),
    code(132_012, Never, "template_parameters"),
    code(132_015, Never, "template_paused"),
    code(132_016, Never, "template_disabled"),
    code(132_018, Never, "template_parameters"),
    code(132_068, Never, "flow_blocked"),
    code(132_069, Rate, "rate_limited"),
    code(133_004, Retry, "temporary"),
    code(133_010, Account, "number_not_registered"),
    code(133_016, Rate, "rate_limited"),
    code(134_011, Never, "payment_problem"),
    code(135_000, Never, "invalid_request"),
    code(137_000, Never, "identity_changed"),
    codes(139_100, 139_103, Never, "not_blocked"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::meta::fault::Class;
    use crate::channels::meta::fault::Fault;

    /// The table of whatsapp.md section 9, class by class. What it calls a permanent error with the
    /// whole channel in error (368, 131031) stops the account.
    #[test]
    fn every_code_of_the_document_has_its_consequence() {
        let cases: [(&[i64], Class); 5] = [
            (
                &[
                    0, 190, 3, 10, 200, 299, 131_005, 33, 131_045, 133_010, 368, 131_031,
                ],
                Account,
            ),
            (&[1, 2, 131_000, 131_016, 133_004, 131_057], Retry),
            (
                &[4, 80_007, 130_429, 131_048, 133_016, 131_064, 132_069],
                Rate,
            ),
            (&[131_056], Pair),
            (
                &[
                    100, 130_497, 131_008, 131_009, 131_021, 131_051, 131_062, 135_000, 137_000,
                    131_026, 131_030, 131_037, 131_042, 131_044, 134_011, 131_047, 130_472,
                    131_049, 131_050, 131_052, 131_053, 131_063, 132_000, 132_012, 132_008,
                    132_018, 132_001, 132_005, 132_007, 132_015, 132_016, 132_068,
                ],
                Never,
            ),
        ];
        for (codes, class) in cases {
            for code in codes {
                let fault = Fault {
                    code: Some(*code),
                    ..Fault::default()
                };
                assert_eq!(fault.judge(FAULTS).0, class, "{code}");
            }
        }
    }

    /// A proxy in trouble says nothing about the token.
    #[test]
    fn an_answer_without_a_code_does_not_stop_the_account() {
        for (status, class) in [(502, Retry), (404, Never)] {
            let reply = crate::base::http::HttpReply {
                status,
                headers: crate::base::http::Headers::default(),
                body: b"<html>".to_vec(),
            };
            let fault = Fault::read(&reply).unwrap_or_default();
            assert_eq!(fault.judge(FAULTS).0, class, "{status}");
        }
    }
}

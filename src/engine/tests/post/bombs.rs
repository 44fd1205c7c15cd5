//! Mails that are made to hurt whoever reads them.

use crate::engine::tests::Office;
use crate::model::ids::ChannelId;
use crate::store::records::mails;

/// Why each of [`bombs`] is put aside, in their order.
pub(super) const REASONS: [&str; 3] = [
    "its parts are nested too deep",
    "its headers are too large",
    "it has too many parts",
];

/// Parts within parts, a header without an end, and parts without number. Each is small on its way and
/// would be much to hold.
pub(super) fn bombs() -> [Vec<u8>; 3] {
    let from = |name: &str| format!("From: {name}@evil.example\r\nMessage-ID: <{name}@evil>\r\n");
    let mut deep = from("deep");
    for level in 0..40 {
        let begin =
            format!("Content-Type: multipart/mixed; boundary=b{level}.\r\n\r\n--b{level}.\r\n");
        deep.push_str(&begin);
    }
    let long = from("long") + &"X-Filler: abcdefghijklmnopqrstuvwxyz\r\n".repeat(10_000);
    let many = from("many")
        + "Content-Type: multipart/mixed; boundary=b\r\n"
        + &"\r\n--b\r\n\r\nx".repeat(2_000);
    [deep, long, many].map(String::into_bytes)
}

/// Why mails of a channel were put aside, in the order in which they came.
pub(super) fn put_aside(office: &Office, channel: ChannelId) -> Vec<String> {
    let mut held = mails::held(&office.context.store.snapshot().unwrap()).unwrap();
    held.retain(|mail| mail.channel_id == channel);
    held.sort_by_key(|mail| mail.id);
    held.into_iter().filter_map(|mail| mail.reason).collect()
}

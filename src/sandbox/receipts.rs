//! How far messages of the business come on a phone.

use crate::sandbox::chat::Reached;
use crate::sandbox::chat::Side;
use crate::sandbox::desk::Desk;
use crate::sandbox::vendor::Vendor;

/// Whoever holds the phone looks at everything that is on it.
pub fn read(vendor: &dyn Vendor, desk: &mut Desk<'_>, customer: &str) {
    let Some(chat) = desk.chat(customer) else {
        return;
    };
    let unread = chat
        .from(Side::Business)
        .filter(|bubble| bubble.reached == Reached::Delivered);
    let unread: Vec<String> = unread.map(|bubble| bubble.id.clone()).collect();
    for bubble in unread {
        reach(vendor, desk, customer, &bubble, Reached::Read);
    }
}

/// A message of the business comes further on a phone that has a network.
pub fn reach(vendor: &dyn Vendor, desk: &mut Desk<'_>, customer: &str, id: &str, reached: Reached) {
    let read_after = desk.account.schedule.read_after;
    let Some(chat) = desk.chat_mut(customer) else {
        return;
    };
    if chat.offline && reached == Reached::Delivered {
        chat.waiting.push(id.to_owned());
        return;
    }
    let (reads, blocked) = (chat.reads && !chat.offline, chat.blocked);
    let Some(bubble) = chat.bubble_mut(id) else {
        return;
    };
    if blocked || bubble.reached >= reached {
        return;
    }
    bubble.reached = reached;
    vendor.reached(desk, customer, id, reached);
    if reached == Reached::Delivered && reads {
        desk.reach(read_after, customer, id, Reached::Read);
    }
}

//! Whether a conversation passes a filter: what is chosen of it, and what stands around it.

use std::time::Duration;

use crate::base::text::fold;
use crate::base::time::Timestamp;
use crate::engine::inbox::list::Filter;
use crate::engine::inbox::list::Row;
use crate::model::condition::Condition;
use crate::model::condition::Test;
use crate::model::conversation::Conversation;
use crate::model::conversation::Resolution;
use crate::model::tag::same_label;
use crate::store::records::conversations::Owner;

impl Row {
    /// Whether a filter shows it at that time.
    #[must_use]
    pub fn passes(&self, filter: &Filter, now: Timestamp) -> bool {
        fits(filter, &self.conversation) && is_wanted(filter, self, now)
    }
}

/// Whether what stands around a conversation passes a filter.
pub(super) fn is_wanted(filter: &Filter, row: &Row, now: Timestamp) -> bool {
    let is_on = row.channel.as_ref().is_some_and(|channel| channel.enabled);
    let words = filter.words.as_deref();
    (filter.contact_id.is_none() || is_on)
        && (!filter.unread || row.unread > 0)
        && words.is_none_or(|words| says(row, words))
        && filter.condition.as_ref().is_none_or(|condition| {
            condition.holds(&|test| is_true(test, &row.conversation, row.unread, now))
        })
}

/// How one test of a condition turns out for a reader who has not read so much.
fn is_true(test: &Test, conversation: &Conversation, unread: u32, now: Timestamp) -> bool {
    match test {
        Test::Tag(name) => conversation.tags.iter().any(|held| same_label(held, name)),
        Test::Priority(priority) => conversation.priority == *priority,
        Test::Team(team) => conversation.team_id == *team,
        Test::Assignee(user) => conversation.assignee == *user,
        Test::Channel(channel) => conversation.channel_id == *channel,
        Test::ChannelType(kind) => conversation.channel_kind == *kind,
        Test::Unread => unread > 0,
        Test::Waiting => conversation.waiting_since.is_some(),
        Test::Answered => conversation.waiting_since.is_none(),
        Test::WaitingOverMinutes(minutes) => conversation
            .waiting_since
            .is_some_and(|since| over(since, *minutes) <= now),
        Test::HasFile => conversation.has_file,
    }
}

/// When whoever waits since a moment has waited for longer than so many minutes.
fn over(since: Timestamp, minutes: u32) -> Timestamp {
    since.plus(Duration::from_secs(u64::from(minutes) * 60 + 1))
}

/// Whether a conversation in which nothing happens may begin to pass a condition between two moments.
pub(super) fn ripens(
    condition: &Condition,
    conversation: &Conversation,
    after: Timestamp,
    until: Timestamp,
) -> bool {
    conversation.waiting_since.is_some_and(|since| {
        condition.waits().into_iter().any(|minutes| {
            let moment = over(since, minutes);
            after < moment && moment <= until
        })
    })
}

/// Whether a conversation's own fields pass a filter.
pub(super) fn fits(filter: &Filter, conversation: &Conversation) -> bool {
    let owner = match filter.owner {
        Owner::Anyone => true,
        Owner::Nobody => conversation.assignee.is_none(),
        Owner::User(user) => conversation.assignee == Some(user),
    };
    let spam = conversation.resolution == Some(Resolution::Spam);
    let has = |tag: &String| conversation.tags.iter().any(|held| same_label(held, tag));
    owner
        && !conversation.hidden
        && filter.spam.is_none_or(|wanted| wanted == spam)
        && (filter.statuses.is_empty() || filter.statuses.contains(&conversation.status))
        && filter
            .channel_id
            .is_none_or(|id| id == conversation.channel_id)
        && filter
            .channel_kind
            .as_ref()
            .is_none_or(|kind| *kind == conversation.channel_kind)
        && filter
            .contact_id
            .is_none_or(|id| id == conversation.contact_id)
        && filter
            .team_id
            .is_none_or(|id| Some(id) == conversation.team_id)
        && filter
            .priority
            .is_none_or(|priority| priority == conversation.priority)
        && filter.tags.iter().all(has)
}

fn says(row: &Row, words: &str) -> bool {
    let wanted = fold(words);
    let last = row
        .conversation
        .last
        .as_ref()
        .map(|last| last.text.as_str());
    [
        Some(row.contact.name.as_str()),
        row.conversation.subject.as_deref(),
        last,
    ]
    .into_iter()
    .flatten()
    .any(|text| fold(text).contains(&wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::channel::Channel;
    use crate::model::channel::ChannelKind;
    use crate::model::conversation::Priority;
    use crate::model::ids::ChannelId;
    use crate::model::ids::ContactId;
    use crate::model::ids::ConversationId;
    use crate::model::ids::Id as _;
    use crate::model::ids::TeamId;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + minutes * 60)
    }

    /// A web chat and a conversation in it that has just begun.
    fn web_chat() -> (Channel, Conversation) {
        let channel = Channel::new(
            ChannelId::from_bytes([1; 16]),
            ChannelKind::named("webchat"),
            "Chat".to_owned(),
            at(0),
        );
        let contact = ContactId::from_bytes([2; 16]);
        let id = ConversationId::from_bytes([3; 16]);
        let talk = Conversation::new(id, &channel, contact, "somebody", at(0));
        (channel, talk)
    }

    #[test]
    fn a_test_of_a_condition_looks_at_what_it_names() {
        let (channel, mut talk) = web_chat();
        talk.waiting_since = Some(at(0));
        talk.tags = vec!["VIP".to_owned()];
        let mut filed = talk.clone();
        filed.waiting_since = None;
        filed.has_file = true;
        let other = TeamId::from_bytes([9; 16]);
        for (test, waiting, answered) in [
            (Test::Tag("vip".to_owned()), true, true),
            (Test::Priority(Priority::Urgent), false, false),
            (Test::Team(None), true, true),
            (Test::Team(Some(other)), false, false),
            (Test::Assignee(None), true, true),
            (Test::Channel(channel.id), true, true),
            (Test::ChannelType(channel.kind.clone()), true, true),
            (Test::Unread, true, false),
            (Test::Waiting, true, false),
            (Test::Answered, false, true),
            (Test::WaitingOverMinutes(59), true, false),
            (Test::WaitingOverMinutes(60), false, false),
            (Test::HasFile, false, true),
        ] {
            assert_eq!(is_true(&test, &talk, 1, at(60)), waiting, "{test:?}");
            assert_eq!(is_true(&test, &filed, 0, at(60)), answered, "{test:?}");
        }
    }

    #[test]
    fn who_waits_long_enough_passes_by_itself_once() {
        let (_, mut talk) = web_chat();
        let long = Condition::Any(vec![
            Condition::Is(Test::WaitingOverMinutes(60)),
            Condition::All(vec![
                Condition::Is(Test::Unread),
                Condition::Is(Test::WaitingOverMinutes(15)),
            ]),
        ]);
        assert!(!ripens(&long, &talk, at(0), at(600)), "nobody waits");
        talk.waiting_since = Some(at(0));
        for (after, until, expected) in [
            (0, 14, false),
            (14, 15, false),
            (15, 16, true),
            (16, 59, false),
            (59, 62, true),
            (61, 600, false),
        ] {
            let found = ripens(&long, &talk, at(after), at(until));
            assert_eq!(found, expected, "{after} to {until}");
        }
        let unread = Condition::Is(Test::Unread);
        assert!(
            !ripens(&unread, &talk, at(0), at(600)),
            "time is nothing to it"
        );
    }
}

//! Conditions on conversations, in groups: what a queue is narrowed to beyond plain fields.

use serde::Deserialize;
use serde::Serialize;

use crate::model::channel::ChannelKind;
use crate::model::conversation::Priority;
use crate::model::ids::ChannelId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::model::tag::Tag;

/// How deep groups may lie within each other.
pub const LEVELS_MAX: usize = 3;
/// How many tests there may be in all.
pub const TESTS_MAX: usize = 30;

/// A test, or a group of conditions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Condition {
    /// Each of them must hold.
    All(Vec<Self>),
    /// One of them must hold.
    Any(Vec<Self>),
    /// One test.
    Is(Test),
}

/// Something that is true of a conversation or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Test {
    /// With this label.
    Tag(String),
    /// As urgent as this.
    Priority(Priority),
    /// Of this team; none: of no team.
    Team(Option<TeamId>),
    /// Given to this person; none: to nobody.
    Assignee(Option<UserId>),
    /// On this channel.
    Channel(ChannelId),
    /// On this kind of channel.
    ChannelType(ChannelKind),
    /// With something the reader has not read.
    Unread,
    /// The customer waits for us.
    Waiting,
    /// It is the customer's turn.
    Answered,
    /// The customer has waited for us for longer than so many minutes.
    WaitingOverMinutes(u32),
    /// A file was sent in it.
    HasFile,
}

impl Condition {
    /// Whether it is neither too deep nor too long, and has no group without anything in it.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.levels() <= LEVELS_MAX && (1..=TESTS_MAX).contains(&self.tests()) && !self.is_hollow()
    }

    /// How it turns out, where each test's outcome is known.
    pub fn holds(&self, test: &impl Fn(&Test) -> bool) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(test)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(test)),
            Self::Is(one) => test(one),
        }
    }

    /// Asks for a label by its present name where it asks for a former one; whether it did.
    pub fn relabel(&mut self, tag: &Tag) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts
                .iter_mut()
                .fold(false, |changed, part| part.relabel(tag) | changed),
            Self::Is(Test::Tag(name)) if tag.is_called(name) && *name != tag.name => {
                name.clone_from(&tag.name);
                true
            }
            Self::Is(_) => false,
        }
    }

    /// The waiting times it asks for, in minutes: what passes a test of them changes with time alone.
    #[must_use]
    pub fn waits(&self) -> Vec<u32> {
        match self {
            Self::Is(Test::WaitingOverMinutes(minutes)) => vec![*minutes],
            other => other.parts().iter().flat_map(Self::waits).collect(),
        }
    }

    fn parts(&self) -> &[Self] {
        match self {
            Self::All(parts) | Self::Any(parts) => parts,
            Self::Is(_) => &[],
        }
    }

    fn levels(&self) -> usize {
        match self {
            Self::Is(_) => 0,
            group => 1 + group.parts().iter().map(Self::levels).max().unwrap_or(0),
        }
    }

    fn tests(&self) -> usize {
        match self {
            Self::Is(_) => 1,
            group => group.parts().iter().map(Self::tests).sum(),
        }
    }

    fn is_hollow(&self) -> bool {
        let group = !matches!(self, Self::Is(_));
        group && (self.parts().is_empty() || self.parts().iter().any(Self::is_hollow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(name: &str) -> Condition {
        Condition::Is(Test::Tag(name.to_owned()))
    }

    #[test]
    fn groups_hold_as_their_words_say() {
        let inner = Condition::All(vec![tag("refund"), Condition::Is(Test::Unread)]);
        let all = Condition::Any(vec![tag("vip"), inner]);
        let cases: [(&[&str], bool, bool); 5] = [
            (&["vip"], false, true),
            (&["refund"], false, false),
            (&["refund"], true, true),
            (&[], true, false),
            (&["vip", "refund"], true, true),
        ];
        for (tags, unread, expected) in cases {
            let test = |test: &Test| match test {
                Test::Tag(name) => tags.contains(&name.as_str()),
                Test::Unread => unread,
                _ => false,
            };
            assert_eq!(all.holds(&test), expected, "{tags:?} {unread}");
        }
    }

    #[test]
    fn what_is_too_deep_too_long_or_hollow_is_not_sound() {
        let within = |part| Condition::All(vec![part]);
        assert!(tag("a").is_sound());
        assert!(within(within(within(tag("a")))).is_sound());
        assert!(!within(within(within(within(tag("a"))))).is_sound());
        assert!(!Condition::Any(Vec::new()).is_sound());
        assert!(!Condition::Any(vec![tag("a"), Condition::All(Vec::new())]).is_sound());
        assert!(Condition::Any(vec![tag("a"); TESTS_MAX]).is_sound());
        assert!(!Condition::Any(vec![tag("a"); TESTS_MAX + 1]).is_sound());
    }
}

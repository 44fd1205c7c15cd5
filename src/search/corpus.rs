//! Made-up chat messages in any number, the same on every run: for measuring, never for serving.
//!
//! Words are as frequent as words are (the n-th one is used about 1/n as often as the first), and
//! several are only a letter apart, so that prefixes and typing mistakes have something to find.

use crate::base::time::Timestamp;
use crate::model::channel::ChannelKind;
use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::ids::ConversationId;
use crate::model::ids::Id;
use crate::model::message::Direction;
use crate::search::access::State;
use crate::search::documents::ConversationDoc;
use crate::search::documents::Doc;
use crate::search::documents::MessageDoc;
use crate::search::facts::Author;

/// Different words there are.
pub const VOCABULARY: u32 = 20_000;

/// Messages for each conversation, on average.
pub const PER_CONVERSATION: u32 = 10;

/// When the first message was written; each later one comes a second after.
const EPOCH_SECS: i64 = 1_700_000_000;

const CONSONANTS: &[u8; 14] = b"bcdfglmnprstvz";
const VOWELS: &[u8; 5] = b"aeiou";
const SYLLABLES: u32 = 70;

/// The `rank`-th most frequent word: three syllables.
#[must_use]
pub fn word(rank: u32) -> String {
    // A prime that shares no factor with the number of words possible: neighbours in frequency
    // are none in spelling, and no two ranks give the same word.
    let space = u64::from(SYLLABLES.pow(3));
    let mut code = usize::try_from(u64::from(rank) * 104_729 % space).unwrap_or(0);
    let mut spelled = String::with_capacity(6);
    for _ in 0..3 {
        let syllable = code % SYLLABLES as usize;
        code /= SYLLABLES as usize;
        spelled.push(char::from(CONSONANTS[syllable / VOWELS.len()]));
        spelled.push(char::from(VOWELS[syllable % VOWELS.len()]));
    }
    spelled
}

/// Numbers that look random and are not.
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// A row of numbers of its own for each seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below `limit`.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let high = u128::from(mixed ^ (mixed >> 31)) * u128::from(limit);
        u32::try_from(high >> 64).unwrap_or(0)
    }

    /// A word rank as frequent as it should be.
    fn rank(&mut self) -> u32 {
        let share = f64::from(self.below(u32::MAX)) / f64::from(u32::MAX);
        let rank = f64::from(VOCABULARY).powf(share) - 1.0;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the size of the vocabulary"
        )]
        let rank = rank as u32;
        rank
    }
}

/// The words of the `number`-th message, by rank.
#[must_use]
pub fn ranks_of(number: u32) -> Vec<u32> {
    let mut numbers = Numbers::new(u64::from(number) << 32);
    let length = 3 + numbers.below(12);
    (0..length).map(|_| numbers.rank()).collect()
}

/// The conversation of the `number`-th of `messages` messages, by its number.
#[must_use]
pub fn conversation_of(number: u32, messages: u32) -> u32 {
    Numbers::new(u64::from(number)).below((messages / PER_CONVERSATION).max(1))
}

/// The `number`-th of `messages` messages.
#[must_use]
pub fn message(number: u32, messages: u32) -> Doc {
    let conversation = conversation_of(number, messages);
    let text: Vec<String> = ranks_of(number).into_iter().map(word).collect();
    let inbound = number.is_multiple_of(2);
    Doc::Message(MessageDoc {
        id: id(number),
        conversation: id(conversation),
        contact: id(conversation),
        channel: id(conversation % 9),
        channel_kind: ChannelKind::named("webchat"),
        author: if inbound {
            Author::Contact(id(conversation))
        } else {
            Author::User(id(number % 7))
        },
        direction: if inbound {
            Direction::Inbound
        } else {
            Direction::Outbound
        },
        private: false,
        at: Timestamp::from_secs(EPOCH_SECS + i64::from(number)),
        text: text.join(" "),
        subject: None,
        files: Vec::new(),
        has: Vec::new(),
        failed: false,
    })
}

/// The `number`-th conversation.
#[must_use]
pub fn conversation(number: u32) -> Doc {
    let id: ConversationId = id(number);
    let state = state(id);
    Doc::Conversation(ConversationDoc {
        id,
        contact: self::id(number),
        channel: self::id(number % 9),
        channel_kind: ChannelKind::named("webchat"),
        at: Timestamp::from_secs(EPOCH_SECS + i64::from(number)),
        subject: None,
        status: state.status,
        assignee: state.assignee,
        team: state.team,
        priority: state.priority,
        tags: state.tags,
    })
}

/// How any conversation of the corpus stands: every third one is done.
#[must_use]
pub fn state(conversation: ConversationId) -> State {
    let done = conversation.bytes()[15].is_multiple_of(3);
    State {
        status: if done { Status::Resolved } else { Status::Open },
        assignee: None,
        team: None,
        priority: Priority::Normal,
        tags: Vec::new(),
        unread: false,
        hidden: false,
    }
}

/// The id a number stands for; spread in time like real ones.
#[must_use]
pub fn id<I: Id>(number: u32) -> I {
    let mut bytes = [0; 16];
    let mut noise = Numbers::new(u64::from(number) ^ (1 << 40));
    bytes[..6].copy_from_slice(&(1_700_000_000_000 + u64::from(number) * 1_000).to_be_bytes()[2..]);
    bytes[6..10].copy_from_slice(&noise.below(u32::MAX).to_be_bytes());
    bytes[12..].copy_from_slice(&number.to_be_bytes());
    I::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_ranks_share_a_word() {
        let words: std::collections::HashSet<String> = (0..VOCABULARY).map(word).collect();
        assert_eq!(words.len(), VOCABULARY as usize);
    }

    #[test]
    fn frequent_words_are_frequent() {
        let count = |wanted: u32| {
            (0..2_000)
                .filter(|n| ranks_of(*n).contains(&wanted))
                .count()
        };
        assert!(count(0) > 4 * count(20), "{} {}", count(0), count(20));
    }
}

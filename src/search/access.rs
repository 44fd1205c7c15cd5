//! Who may find what, and how a conversation stands: asked for each candidate, from the store.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::HashSet;

use crate::model::conversation::Priority;
use crate::model::conversation::Status;
use crate::model::fence::Fence;
use crate::model::ids::ConversationId;
use crate::model::ids::TeamId;
use crate::model::ids::UserId;
use crate::search::facts::folded_name;
use crate::search::resolve::Negatable;
use crate::search::resolve::StateTest;

/// How a conversation stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its status.
    pub status: Status,
    /// Who answers it.
    pub assignee: Option<UserId>,
    /// Which team answers it.
    pub team: Option<TeamId>,
    /// How urgent it is.
    pub priority: Priority,
    /// Its labels.
    pub tags: Vec<String>,
    /// Whether the person asking has not read to its end.
    pub unread: bool,
    /// Whether it is out of sight.
    pub hidden: bool,
}

/// Reads how a conversation stands; none when it does not exist or must not be found.
pub type States<'a> = &'a dyn Fn(ConversationId) -> Option<State>;

impl StateTest {
    fn holds(&self, state: &State) -> bool {
        match self {
            Self::Status(status) => state.status == *status,
            Self::Assignee(any) => any.contains(&state.assignee),
            Self::Team(any) => any.contains(&state.team),
            Self::Priority(priority) => state.priority == *priority,
            Self::Tag(tag) => state.tags.iter().any(|name| folded_name(name) == *tag),
            Self::Unread => state.unread,
        }
    }
}

/// Conversations looked up before the index is asked for a list of all that can pass.
const LOOKUPS_BEFORE_LIST: usize = 2_000;

/// The conversations that can pass; none when every one can.
pub(super) type Candidates = Option<HashSet<ConversationId>>;

/// Decides candidates by their conversation, each conversation once.
///
/// Looking a conversation up costs microseconds, so a search whose condition holds for few of the
/// conversations it meets asks the index for the list of those it can hold for, and then passes
/// over the others without looking them up.
pub(super) struct Gate<'a> {
    fence: &'a Fence,
    tests: &'a [Negatable<StateTest>],
    states: States<'a>,
    list: &'a dyn Fn() -> Candidates,
    listed: OnceCell<Candidates>,
    decided: RefCell<HashMap<ConversationId, bool>>,
}

impl<'a> Gate<'a> {
    pub(super) fn new(
        fence: &'a Fence,
        tests: &'a [Negatable<StateTest>],
        states: States<'a>,
        list: &'a dyn Fn() -> Candidates,
    ) -> Self {
        Self {
            fence,
            tests,
            states,
            list,
            listed: OnceCell::new(),
            decided: RefCell::default(),
        }
    }

    pub(super) fn admits(&self, conversation: ConversationId) -> bool {
        let mut decided = self.decided.borrow_mut();
        if let Some(decision) = decided.get(&conversation) {
            return *decision;
        }
        if decided.len() >= LOOKUPS_BEFORE_LIST {
            let listed = self.listed.get_or_init(self.list);
            if listed
                .as_ref()
                .is_some_and(|list| !list.contains(&conversation))
            {
                return false;
            }
        }
        let decision = (self.states)(conversation).is_some_and(|state| self.passes(&state));
        decided.insert(conversation, decision);
        decision
    }

    fn passes(&self, state: &State) -> bool {
        !state.hidden
            && self.fence.admits(state.assignee, state.team)
            && self
                .tests
                .iter()
                .all(|wanted| wanted.test.holds(state) != wanted.negated)
    }
}

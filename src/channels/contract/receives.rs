//! What comes in: bytes of a vendor, facts for us.

use crate::base::http::Headers;
use crate::base::http::HttpReply;
use crate::base::http::Webhook;
use crate::base::time::Timestamp;
use crate::channels::contract::Heeded;
use crate::channels::contract::NotGenuine;
use crate::channels::contract::ParseError;
use crate::channels::contract::Recorded;
use crate::model::inbound::InboundEvent;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Next;
use crate::model::outbound::Polled;
use crate::model::outbound::Remote;
use crate::model::outbound::Source;
use crate::model::outbound::Step;
use crate::model::refusal::Refusal;

/// What comes in: bytes of a vendor, facts for us.
pub trait Receives {
    /// The address of our webhooks with what proves a call written into it, for vendors that sign
    /// nothing; none where it is not needed.
    fn proving_url(&self, account: &Account) -> Option<String> {
        let _ = account;
        None
    }

    /// Checks that a webhook really came from the vendor, in constant time.
    ///
    /// # Errors
    /// [`NotGenuine`]: the proof is missing, wrong or too old. The caller answers with
    /// [`turn_away`](Self::turn_away) and keeps nothing.
    fn verify(&self, account: &Account, hook: &Webhook, now: Timestamp) -> Result<(), NotGenuine>;

    /// The answer to a webhook that is not genuine; none gives the usual refusal, a 401 with words for
    /// programs.
    fn turn_away(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let _ = (account, hook);
        None
    }

    /// Where something lies that a webhook is checked with, such as the certificate that signed it;
    /// none where everything is at hand. It is fetched once and kept, and given to
    /// [`verify_by`](Self::verify_by).
    fn proof_at(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let _ = (account, hook);
        None
    }

    /// The same as [`verify`](Self::verify), with what lies at [`proof_at`](Self::proof_at).
    ///
    /// # Errors
    /// [`NotGenuine`].
    fn verify_by(
        &self,
        account: &Account,
        hook: &Webhook,
        proof: &[u8],
        now: Timestamp,
    ) -> Result<(), NotGenuine> {
        let _ = proof;
        self.verify(account, hook, now)
    }

    /// What names a webhook that must be taken once only: nothing is read from one that comes again.
    /// None where what it says may be heard twice.
    fn once(&self, account: &Account, hook: &Webhook) -> Option<String> {
        let _ = (account, hook);
        None
    }

    /// The answer to a webhook whose name came before; none answers it as the first was.
    fn turn_back(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let _ = (account, hook);
        None
    }

    /// What follows from a genuine webhook beside facts.
    fn heed(&self, account: &Account, hook: &Webhook) -> Heeded {
        let _ = (account, hook);
        Heeded::default()
    }

    /// The answer to a call that only asks whether we are there; none for every other call. Such a
    /// call is answered at once and leaves no trace, so it must not need [`verify`](Self::verify).
    fn greet(&self, account: &Account, hook: &Webhook) -> Option<HttpReply> {
        let _ = (account, hook);
        None
    }

    /// Reads a genuine webhook into facts, oldest first. Kinds we do not know are skipped.
    ///
    /// # Errors
    /// [`ParseError`], which also says what becomes of the bytes.
    fn parse(&self, account: &Account, hook: &Webhook) -> Result<Vec<InboundEvent>, ParseError>;

    /// The answer to a webhook whose facts are on disk: one entry for each fact that
    /// [`parse`](Self::parse) read, in the same order. Most vendors want no more than 200.
    fn answer(&self, account: &Account, recorded: &[Recorded]) -> HttpReply {
        let _ = (account, recorded);
        HttpReply {
            status: 200,
            headers: Headers::default(),
            body: Vec::new(),
        }
    }

    /// Whether a vendor sends what happens on several accounts to one address. Each of our
    /// accounts that finds such a webhook genuine then [`parse`](Self::parse)s it and takes out
    /// what is its own.
    fn shares_webhooks(&self) -> bool {
        false
    }

    /// Asks a vendor that does not call us. None where the account needs no asking; a vendor that
    /// holds the call open until there is news is asked again at once.
    ///
    /// `telegram/poll.rs` does so.
    fn poll(&self, position: Option<&str>, asked: &Asked<'_>) -> Option<Next<Polled>> {
        let _ = (position, asked);
        None
    }

    /// Finds out where a file lies that came with a message. Only what
    /// [`parse`](Self::parse) left without a stored file is looked for; the bytes are fetched by
    /// the engine, within its limits. Unless a channel says otherwise the file is at its address.
    ///
    /// `telegram/files.rs` does so.
    ///
    /// # Errors
    /// It cannot be had, or not now.
    fn locate(&self, remote: &Remote<'_>, asked: &Asked<'_>) -> Next<Source> {
        let _ = asked;
        let url = remote.media.url.clone().ok_or_else(|| {
            Refusal::Never(SendError::lasting(
                "no_address",
                "The vendor did not say where the file is.",
            ))
        })?;
        Ok(Step::Done(Source {
            url,
            authorization: None,
            digest: None,
        }))
    }
}

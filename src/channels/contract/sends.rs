//! What goes out: a message of ours, calls for the vendor.

use crate::base::http::HttpReply;
use crate::channels::contract::RenderError;
use crate::channels::contract::answers::not_offered;
use crate::model::Opaque;

use crate::model::call::Call;
use crate::model::content::Content;
use crate::model::content::Media;
use crate::model::ids::MessageId;
use crate::model::inbound::InboundSender;
use crate::model::message::SendError;
use crate::model::outbound::Account;
use crate::model::outbound::Asked;
use crate::model::outbound::Lost;
use crate::model::outbound::Next;
use crate::model::outbound::Pressed;
use crate::model::outbound::Sending;
use crate::model::outbound::Sign;
use crate::model::outbound::Step;
use crate::model::outbound::Taken;
use crate::model::outbound::Watcher;
use crate::model::refusal::Outcome;
use crate::model::refusal::Refusal;
use crate::model::rejection::Rejection;

/// What goes out: a message of ours, calls for the vendor, and what its answers mean.
pub trait Sends {
    /// Gives a stored file to the vendor before the message that carries it, and says under what
    /// handle the vendor knows it then: [`Sending::handles`]. Done at once with none where the
    /// vendor fetches files by their address or takes them with the message.
    ///
    /// `whatsapp/files.rs` does so.
    ///
    /// # Errors
    /// The vendor does not take it.
    fn upload(&self, media: &Media, asked: &Asked<'_>) -> Next<Option<String>> {
        let _ = (media, asked);
        Ok(Step::Done(None))
    }

    /// Whether a message may be put on its way as it is: what no row of capabilities can say, such as
    /// how large all its files may be together.
    ///
    /// # Errors
    /// Why not.
    fn refuse(
        &self,
        account: &Account,
        to: &str,
        parts: &[Content],
        metadata: &Opaque,
    ) -> Result<(), Rejection> {
        let _ = (account, to, parts, metadata);
        Ok(())
    }

    /// The account's own words where a part has none above its choices or those of the engine, such as
    /// `Choose an option:`; none where the part's words stand. [`render`](Self::render) uses them.
    fn stand_in(&self, account: &Account, words: &str) -> Option<String> {
        let _ = (account, words);
        None
    }

    /// Writes the calls that carry a message, in sending order. How many there are depends on the
    /// parts alone: a send that broke off is rendered again and goes on after the calls the vendor
    /// took. Never called where `Capabilities::own_transport` says that storing is sending.
    ///
    /// # Errors
    /// [`RenderError`]: content that was not fitted to `Channel::capabilities` first.
    /// That is a bug in the engine, not a mistake of the person writing.
    fn render(&self, sending: &Sending<'_>) -> Result<Vec<Call>, RenderError>;

    /// Reads the vendor's answer to one call of [`render`](Self::render): the ids under which it
    /// took it, the one that receipts name last; or why it did not.
    ///
    /// # Errors
    /// What became of it: later, or never.
    fn read_reply(&self, account: &Account, reply: &HttpReply) -> Outcome;

    /// Why the vendor keeps a message back that it took with this answer, in its words; none where
    /// it goes out. One that is kept back is not sent until the vendor reports so.
    fn kept_back(&self, reply: &HttpReply) -> Option<String> {
        let _ = reply;
        None
    }

    /// Under which id the vendor finds a call in its own logs, where its answer tells.
    fn trace(&self, reply: &HttpReply) -> Option<String> {
        let _ = reply;
        None
    }

    /// How much of what the vendor allows is used, in percent, where it says so beside its answers.
    /// From 90 on, what can wait is asked for seldom.
    fn used(&self, reply: &HttpReply) -> Option<u32> {
        let _ = reply;
        None
    }

    /// Whether the vendor says with this answer that it cannot show a sign at all, to nobody: it is not
    /// asked again until the channel is connected anew.
    fn cannot_show(&self, reply: &HttpReply) -> bool {
        let _ = reply;
        false
    }

    /// The id that a message bears because we wrote it in, where it bears one: answers name it,
    /// whatever the vendor calls the message. It is known under this id as soon as a call was taken.
    fn written_id(&self, account: &Account, message: MessageId) -> Option<String> {
        let _ = (account, message);
        None
    }

    /// What is kept with a message of how it went out, once the vendor took it with this answer.
    fn remark(&self, sending: &Sending<'_>, reply: &HttpReply) -> Opaque {
        let _ = (sending, reply);
        Opaque::new()
    }

    /// Asks the vendor whether it took a call whose answer got lost: the ids of what may be it, the
    /// oldest first, some of which may be those of other messages. None where it does not tell.
    ///
    /// `sms/twilio/lost.rs` does so.
    ///
    /// # Errors
    /// Not now.
    fn find_lost(&self, lost: &Lost<'_>, asked: &Asked<'_>) -> Option<Next<Vec<String>>> {
        let _ = (lost, asked);
        None
    }

    /// Whom the vendor sends nothing to although it took the call, by the same answer, and why: of
    /// those who get a copy, by their address.
    fn left_out(&self, account: &Account, reply: &HttpReply) -> Vec<(String, SendError)> {
        let _ = (account, reply);
        Vec::new()
    }

    /// Under which other address the vendor knows whom a call of [`render`](Self::render) was
    /// written to, where its answer tells: what the customer writes then comes from there.
    fn met(&self, to: &str, reply: &HttpReply) -> Option<InboundSender> {
        let _ = (to, reply);
        None
    }

    /// Changes a message at the vendor, which took it before: it says `parts` from now on, as many
    /// as it has now. Held where `Capabilities::edits` allows it. A vendor that already has it so
    /// is no error: the same change may be asked twice.
    ///
    /// `telegram/changes.rs` does so.
    ///
    /// # Errors
    /// The vendor does not change it.
    fn edit(&self, taken: &Taken<'_>, parts: &[Content], asked: &Asked<'_>) -> Next<()> {
        let _ = (taken, parts, asked);
        Err(Refusal::Never(not_offered("edits")))
    }

    /// Takes a message back at the vendor, with all its parts. Held where
    /// `Capabilities::deletes` allows it. One that is not there any more is no error.
    ///
    /// # Errors
    /// The vendor leaves it where it is.
    fn delete(&self, taken: &Taken<'_>, asked: &Asked<'_>) -> Next<()> {
        let _ = (taken, asked);
        Err(Refusal::Never(not_offered("deletes")))
    }

    /// Shows a customer what we do: typing, reading. Made once; what comes back is not read. None
    /// where the channel cannot show it.
    fn show(&self, sign: Sign, watcher: &Watcher<'_>) -> Option<Call> {
        let _ = (sign, watcher);
        None
    }

    /// What the vendor wants to hear at once when a customer pressed a button, so that the press
    /// does not seem lost. Made once; what comes back is not read.
    fn acknowledge(&self, pressed: &Pressed<'_>) -> Vec<Call> {
        let _ = pressed;
        Vec::new()
    }
}

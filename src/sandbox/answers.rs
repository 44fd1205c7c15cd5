//! Answers calls to vendors' addresses: fairly, or as the switches of an account say.

use std::time::Duration;

use crate::base::http::HttpReply;
use crate::base::time::Timestamp;
use crate::sandbox::Answered;
use crate::sandbox::Sandbox;
use crate::sandbox::account::Account;
use crate::sandbox::call;
use crate::sandbox::call::Call;
use crate::sandbox::faults::Fate;
use crate::sandbox::journal;
use crate::sandbox::journal::Entry;
use crate::sandbox::journal::Way;
use crate::sandbox::vendor::Given;
use crate::sandbox::vendor::Vendor;

impl Sandbox {
    /// Answers a call to a vendor's address.
    pub async fn call(&self, vendor: &str, call: Call) -> Answered {
        let Some(vendor) = self.vendor(vendor) else {
            return Answered::Nobody;
        };
        let Some(account) = self.owner(vendor, &call) else {
            let reply = vendor.stranger(&call);
            self.note_call("", &call, &reply, "nobody's");
            return Answered::Reply(reply);
        };
        let fate = self.fate(&account);
        let (reply, note) = match fate {
            Fate::Fair => (self.fair(&account, &call).await, ""),
            Fate::Silent { held, done } => {
                if done {
                    self.fair(&account, &call).await;
                }
                tokio::time::sleep(held).await;
                let cut = call::text(0, "text/plain", "");
                let note = if done { "cut, but done" } else { "cut" };
                self.note_call(&account, &call, &cut, note);
                return Answered::Cut;
            }
            disturbed => (vendor.disturbed(disturbed, self.now()), "switched"),
        };
        if !vendor.is_idle(&call, &reply) {
            self.note_call(&account, &call, &reply, note);
        }
        Answered::Reply(reply)
    }

    async fn fair(&self, account: &str, call: &Call) -> HttpReply {
        let mut until: Option<Timestamp> = None;
        let gone = || call::text(404, "text/plain", "");
        loop {
            let mut news = self.0.news.subscribe();
            news.borrow_and_update();
            let last_look = until.is_some_and(|until| self.now() >= until);
            let given = self.at_desk(account, |vendor, desk| {
                desk.last_look = last_look;
                vendor.answer(desk, call)
            });
            match given {
                None => return gone(),
                Some(Given::Reply(reply)) => {
                    self.news();
                    return reply;
                }
                Some(Given::Hold { secs }) => {
                    let span = Duration::from_secs(secs);
                    let until = *until.get_or_insert_with(|| self.now().plus(span));
                    tokio::select! {
                        // The sender is held by this very sandbox.
                        _ = news.changed() => {}
                        () = self.0.clock.until(until) => {}
                    }
                }
                Some(Given::Ask(question)) => {
                    let answer = self.0.http.exchange(*question).await.ok();
                    let reply = self.at_desk(account, |vendor, desk| {
                        vendor.answer_after(desk, call, answer.as_ref())
                    });
                    return reply.unwrap_or_else(gone);
                }
            }
        }
    }

    fn owner(&self, vendor: &dyn Vendor, call: &Call) -> Option<String> {
        let world = self.world();
        let is_of = |known: &&Account| known.vendor == vendor.name() && vendor.is_of(call, known);
        let its: Vec<&Account> = world.accounts.values().filter(is_of).collect();
        let about = its.iter().find(|known| vendor.is_about(call, known));
        about.or(its.first()).map(|account| account.id.clone())
    }

    fn fate(&self, account: &str) -> Fate {
        let mut world = self.world();
        let Some(account) = world.accounts.get_mut(account) else {
            return Fate::Fair;
        };
        account.calls += 1;
        account.faults.fate(account.calls)
    }

    fn note_call(&self, account: &str, call: &Call, reply: &HttpReply, note: &str) {
        let last = call.segments().pop().unwrap_or_default();
        self.note(Entry {
            id: 0,
            at: self.now(),
            account: account.to_owned(),
            way: Way::Call,
            title: format!("{} {last}", journal::method(call)),
            status: reply.status,
            note: note.to_owned(),
            request: journal::shown_call(call),
            answer: journal::shown_reply(reply),
        });
    }
}

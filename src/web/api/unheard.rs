//! Sends without an idempotency key whose answer nobody heard.
//!
//! Clients that lose a connection, or patience, send the same again and say nothing of it. What they
//! sent was stored by then, so within two minutes the same request of the same caller gets the answer
//! that was not heard. An answer that was heard guards nothing: the same words twice are two messages.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;

use actix_web::Error;
use actix_web::body::BodySize;
use actix_web::body::BoxBody;
use actix_web::body::MessageBody;
use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::dev::ServiceRequest;
use actix_web::dev::ServiceResponse;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::web::Data;
use tokio::sync::oneshot;
use tokio::sync::watch;

use crate::base::crypto::digest;
use crate::base::time::Timestamp;
use crate::engine::error::EngineError;
use crate::engine::setup::answers::Remembered;
use crate::web::api::caller;
use crate::web::api::repeats;
use crate::web::api::wire::Whole;
use crate::web::error::ApiError;
use crate::web::limits::Class;
use crate::web::line;
use crate::web::line::Line;
use crate::web::state::State;

/// How long an answer that was not heard is kept.
const KEPT: Duration = Duration::from_secs(120);
/// Requests remembered at most; beyond it those whose answer was not heard are forgotten.
const REQUESTS_MAX: usize = 10_000;

/// Caller, path and body of a request.
type Print = [u8; 32];

/// Sends that are being answered, and those whose answer was not heard.
#[derive(Default)]
pub struct Unheard(Mutex<Book>);

#[derive(Default)]
struct Book {
    next: u64,
    attempts: HashMap<Print, Vec<Attempt>>,
}

/// One time a request came.
struct Attempt {
    number: u64,
    at: Timestamp,
    line: Option<Line>,
    stand: watch::Receiver<Stand>,
}

/// How a request stands.
#[derive(Clone)]
enum Stand {
    /// It is being carried out.
    UnderWay,
    /// It was carried out, and the answer is on its way.
    Answered(Remembered),
    /// It was carried out, and nobody heard the answer.
    Unheard(Remembered),
}

impl Attempt {
    /// Whether nobody hears the answer, or will: it was carried out for nobody.
    fn is_unheard(&self) -> bool {
        matches!(*self.stand.borrow(), Stand::Unheard(_))
            || self.line.as_ref().is_some_and(Line::is_gone)
    }
}

impl Unheard {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An earlier attempt at the same request that nobody hears of.
    fn earlier(&self, print: &Print, now: Timestamp) -> Option<(u64, watch::Receiver<Stand>)> {
        let mut book = self.book();
        book.forget(now);
        let attempts = book.attempts.get(print)?;
        let unheard = attempts.iter().find(|attempt| attempt.is_unheard())?;
        Some((unheard.number, unheard.stand.clone()))
    }

    /// Notes that a request is being carried out.
    fn begin(
        &self,
        print: Print,
        at: Timestamp,
        line: Option<Line>,
    ) -> (u64, watch::Sender<Stand>) {
        let (tell, stand) = watch::channel(Stand::UnderWay);
        let mut book = self.book();
        let number = book.next;
        book.next += 1;
        let attempt = Attempt {
            number,
            at,
            line,
            stand,
        };
        book.attempts.entry(print).or_default().push(attempt);
        (number, tell)
    }

    /// An attempt was heard of, or came to nothing.
    fn end(&self, print: &Print, number: u64) {
        let mut book = self.book();
        if let Some(attempts) = book.attempts.get_mut(print) {
            attempts.retain(|attempt| attempt.number != number);
            if attempts.is_empty() {
                book.attempts.remove(print);
            }
        }
    }
}

impl Book {
    /// Forgets answers that were kept long enough.
    fn forget(&mut self, now: Timestamp) {
        let is_full = self.attempts.len() > REQUESTS_MAX;
        self.attempts.retain(|_, attempts| {
            attempts.retain(|attempt| {
                let is_over = is_full || now.since(attempt.at) >= KEPT;
                !is_over || !matches!(*attempt.stand.borrow(), Stand::Unheard(_))
            });
            !attempts.is_empty()
        });
    }
}

/// Whether a request is guarded here: it sends.
#[must_use]
pub fn guards(request: &ServiceRequest) -> bool {
    Class::of(request.method().as_str(), request.path()) == Class::Send
}

/// Answers a send, or gives it the answer that nobody heard.
///
/// # Errors
/// None that is not an answer already; the type is the web framework's.
pub async fn once<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
    state: Data<State>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // Who may not come in gets that answer.
    let Ok(caller) = caller::of(request.request()) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let body = match request.extract::<Whole>().await {
        Ok(Whole(body)) => body,
        Err(error) => return Ok(repeats::refuse(request, &error)),
    };
    let who = format!("{:?}\n{}\n", caller.actor.who(), request.path());
    let print = digest(&[who.as_bytes(), &body].concat());
    request.set_payload(Payload::from(body));
    let line = line::of(request.request());
    let now = || state.engine.context.clock.now();
    while let Some((number, mut stand)) = state.unheard.earlier(&print, now()) {
        let settled = stand.wait_for(|stand| !matches!(stand, Stand::UnderWay));
        let answer = settled.await.ok().and_then(|stand| match &*stand {
            Stand::UnderWay => None,
            Stand::Answered(answer) | Stand::Unheard(answer) => Some(answer.clone()),
        });
        let Some(answer) = answer else {
            // It came to nothing.
            state.unheard.end(&print, number);
            continue;
        };
        let delivery = Delivery {
            state: state.clone(),
            print,
            number,
            line,
            tell: None,
            heard: false,
        };
        let response = repeats::again(request, &answer);
        return Ok(response.map_body(|_, body| BoxBody::new(delivery.of(body))));
    }
    let (number, tell) = state.unheard.begin(print, now(), line.clone());
    let delivery = Delivery {
        state,
        print,
        number,
        line,
        tell: Some(tell),
        heard: false,
    };
    carry_out(request, next, delivery).await
}

/// Has a request carried out to its end, whoever still waits for the answer.
async fn carry_out<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    delivery: Delivery,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let work = next.call(request);
    let (done, answered) = oneshot::channel();
    actix_web::rt::spawn(async move {
        // An answer that nobody waits for any more is dropped, and so noted as unheard.
        drop(done.send(answer(work.await, delivery).await));
    });
    answered.await.unwrap_or_else(|_| {
        let broken = EngineError::Broken("a send ended without an answer".to_owned());
        Err(ApiError::from(broken).into())
    })
}

/// The answer on its way. Only one that says that all went well is worth repeating.
async fn answer<B: MessageBody + 'static>(
    answered: Result<ServiceResponse<B>, Error>,
    delivery: Delivery,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = answered?.map_into_boxed_body();
    if !response.status().is_success() {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.unwrap_or_default();
    if let Some(tell) = &delivery.tell {
        tell.send_replace(Stand::Answered(Remembered {
            request: delivery.print,
            status: head.status().as_u16(),
            body: body.to_vec(),
        }));
    }
    let response = head.set_body(BoxBody::new(delivery.of(BoxBody::new(body))));
    Ok(ServiceResponse::new(request, response))
}

/// What becomes of an answer. Dropped before it was heard, it is kept for the next attempt.
struct Delivery {
    state: Data<State>,
    print: Print,
    number: u64,
    line: Option<Line>,
    /// None for an answer that is given again: the first attempt stands as it stood.
    tell: Option<watch::Sender<Stand>>,
    heard: bool,
}

impl Delivery {
    const fn of(self, body: BoxBody) -> OnItsWay {
        OnItsWay {
            body,
            delivery: Some(self),
        }
    }

    /// The answer is being written, to whoever is on the line.
    fn give(mut self) {
        self.heard = !self.line.as_ref().is_some_and(Line::is_gone);
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        let answer = self.tell.as_ref().map(|tell| tell.borrow().clone());
        match (self.heard, &self.tell, answer) {
            (false, Some(tell), Some(Stand::Answered(answer))) => {
                tell.send_replace(Stand::Unheard(answer));
            }
            (false, None, _) => {}
            _ => self.state.unheard.end(&self.print, self.number),
        }
    }
}

/// A body that notices when it is given out.
struct OnItsWay {
    body: BoxBody,
    delivery: Option<Delivery>,
}

impl MessageBody for OnItsWay {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(delivery) = self.delivery.take() {
            delivery.give();
        }
        Pin::new(&mut self.body).poll_next(context)
    }
}

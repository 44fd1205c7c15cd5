//! One socket of a visitor, without the socket: texts in, texts out, and when to end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::base::crypto::token_hash;
use crate::base::time::Timestamp;
use crate::channels::webchat::frames;
use crate::channels::webchat::frames::Body;
use crate::channels::webchat::frames::Frame;
use crate::channels::webchat::frames::Hello;
use crate::channels::webchat::frames::SessionRequest;
use crate::channels::webchat::frames::TypingState;
use crate::channels::webchat::wire::Availability;
use crate::channels::webchat::wire::Outgoing;
use crate::channels::webchat::wire::TypingOut;
use crate::channels::webchat::wire::Welcome;
use crate::engine::live::visitors::Bell;
use crate::engine::live::visitors::Guest;
use crate::engine::live::visitors::Kind;
use crate::engine::live::visitors::News;
use crate::engine::webchat::Caller;
use crate::engine::webchat::Peer;
use crate::engine::webchat::Webchat;
use crate::engine::webchat::error::Code;
use crate::engine::webchat::error::Problem;
use crate::engine::webchat::error::WebchatError;
use crate::engine::webchat::limits::Limit;
use crate::engine::webchat::site::Site;
use crate::engine::webchat::timeline::MISSED_MAX;
use crate::engine::webchat::view;
use crate::model::ids::ChannelId;
use crate::model::ids::UserId;

/// How long a new connection may take to say hello.
pub const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long a connection may say nothing.
pub const IDLE_AFTER: Duration = Duration::from_secs(75);
/// How often a browser says that it is there, in seconds.
const HEARTBEAT_SECS: u32 = 25;
/// Entries a connection may be behind while it is open; more, and its browser does not keep up.
const BEHIND_MAX: u64 = 256;
/// Entries sent before other things get their turn.
const BATCH: usize = 32;
/// Refusals for haste within a minute that end a connection.
const HASTE_MAX: u32 = 30;

/// Why a connection ends: the code and reason of the closing frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close(pub u16, pub &'static str);

impl Close {
    /// The server stops.
    pub const RESTART: Self = Self(1012, "restart");
    /// Nothing was heard.
    pub const IDLE: Self = Self(4000, "idle");
    /// No valid hello in time.
    pub const NO_HELLO: Self = Self(4001, "hello");
    /// The channel is gone or switched off.
    pub const CHANNEL: Self = Self(4003, "channel");
    /// Too much at once.
    pub const HASTE: Self = Self(4008, "rate limit");
    /// A newer connection of the same browser.
    pub const REPLACED: Self = Self(4009, "replaced");
    /// The session ended.
    pub const REVOKED: Self = Self(4010, "session revoked");
    /// The browser does not keep up.
    pub const SLOW: Self = Self(4015, "slow consumer");
    /// The protocol is too old.
    pub const UPGRADE: Self = Self(4026, "protocol");
}

/// A connection whose browser said who it is.
pub struct Connection {
    webchat: Webchat,
    site: Arc<Site>,
    /// The digest of the token, by which the caller is found again.
    token: [u8; 32],
    guest: Guest,
    bell: Arc<Bell>,
    generation: u32,
    /// The last entry that was sent.
    sent: u64,
    availability: Availability,
    /// Whoever answers and is here, as the browser knows it.
    attending: Option<UserId>,
    peer: Peer,
    refused: u32,
    refused_since: Timestamp,
}

/// What is to be sent, and whether that is the end.
#[derive(Debug, Default)]
pub struct Turn {
    /// Frames, in order.
    pub frames: Vec<String>,
    /// Whether and why the connection ends after them.
    pub close: Option<Close>,
}

impl Turn {
    fn say(frame: &Outgoing) -> Self {
        Self {
            frames: vec![frame.text()],
            close: None,
        }
    }

    fn end(close: Close) -> Self {
        Self {
            frames: Vec::new(),
            close: Some(close),
        }
    }
}

impl Webchat {
    /// Begins a connection with the first text a browser sends; else what to say before the end.
    pub async fn greet(
        &self,
        channel: ChannelId,
        text: &str,
        peer: &Peer,
    ) -> Result<(Connection, Turn), Turn> {
        let refused = |id: Option<String>, problem: &Problem, close| Turn {
            frames: vec![error_frame(id, problem).text()],
            close: Some(close),
        };
        let frame = frames::read(text).map_err(|bad| {
            let close = if bad.problem.code == Code::UpgradeRequired {
                Close::UPGRADE
            } else {
                Close::NO_HELLO
            };
            refused(bad.id, &bad.problem, close)
        })?;
        let Frame { id, body } = frame;
        let Body::Hello(hello) = body else {
            let problem = Problem::new(Code::TokenMissing, "The first frame must be a hello.");
            return Err(refused(id, &problem, Close::NO_HELLO));
        };
        if hello.protocol != frames::PROTOCOL {
            let problem = Problem::new(Code::UpgradeRequired, "Reload the widget.");
            return Err(refused(id, &problem, Close::UPGRADE));
        }
        let begun = self.begin(channel, &hello, peer).await;
        begun
            .map(|(connection, welcome)| {
                let frame = Outgoing::answer("welcome", id.clone(), welcome);
                (connection, Turn::say(&frame))
            })
            .map_err(|error| {
                let problem = error.told();
                let close = match problem.code {
                    Code::OriginNotAllowed | Code::ChannelDisabled => Close::CHANNEL,
                    Code::VisitorBlocked => Close::REVOKED,
                    Code::Internal | Code::Unavailable => Close::RESTART,
                    _ => Close::NO_HELLO,
                };
                refused(id, &problem, close)
            })
    }

    async fn begin(
        &self,
        channel: ChannelId,
        hello: &Hello,
        peer: &Peer,
    ) -> Result<(Connection, Welcome), WebchatError> {
        let site = self.site(channel)?;
        let caller = self.caller(&site, Some(&hello.token))?;
        let caller = self.returns(caller, hello.locale.clone(), peer).await?;
        let visitor = &caller.visitor;
        let newest = visitor.newest;
        let missed = newest.saturating_sub(hello.cursor);
        let reset = caller.session.generation != visitor.generation
            || hello.cursor > newest
            || missed > MISSED_MAX;
        if caller.session.generation != visitor.generation {
            self.knows_generation(&caller).await?;
        }
        let guest = Guest {
            visitor: visitor.id,
            session: caller.session.id,
            channel,
            conversation: visitor.conversation_id,
            visible: hello.visible,
            kind: Kind::Socket,
        };
        let bell = self.arrive(guest);
        if let Some(page) = &hello.page {
            self.looks_at(&caller, page, peer);
        }
        let welcome = Welcome {
            state: self.state(&caller)?,
            heartbeat: HEARTBEAT_SECS,
            cursor: newest,
            reset,
            missed: if reset { 0 } else { missed },
        };
        let connection = Connection {
            availability: self.availability(&site)?,
            attending: self.attending(visitor.conversation_id)?,
            webchat: self.clone(),
            site,
            token: caller.session.token_hash,
            guest,
            bell,
            generation: visitor.generation,
            sent: if reset { newest } else { hello.cursor },
            peer: peer.clone(),
            refused: 0,
            refused_since: self.context.clock.now(),
        };
        // What was missed is sent like what comes from now on.
        connection.bell.ring(News::TIMELINE);
        Ok((connection, welcome))
    }
}

impl Connection {
    /// Waits for something to say.
    pub async fn rung(&self) -> News {
        self.bell.rung().await
    }

    /// Says what is new. More of the timeline rings again.
    pub fn tell(&mut self, news: News) -> Turn {
        for (kind, close) in [
            (News::STOPPING, Close::RESTART),
            (News::REVOKED, Close::REVOKED),
            (News::REPLACED, Close::REPLACED),
        ] {
            if news.has(kind) {
                return Turn::end(close);
            }
        }
        match self.gather(news) {
            Ok(turn) => turn,
            Err(error) => self.fail(None, &error),
        }
    }

    fn gather(&mut self, news: News) -> Result<Turn, WebchatError> {
        let mut turn = Turn::default();
        if news.has(News::CHANNEL) {
            match self.webchat.site(self.site.channel.id) {
                Ok(site) => self.site = site,
                Err(WebchatError::Refused(_)) => return Ok(Turn::end(Close::CHANNEL)),
                Err(broken) => return Err(broken),
            }
            let reload = Outgoing::passing("reload", json!({ "reason": "config" }));
            turn.frames.push(reload.text());
        }
        if news.has(News::TIMELINE)
            && let Some(close) = self.catch_up(&mut turn)?
        {
            turn.close = Some(close);
            return Ok(turn);
        }
        if news.has(News::TYPING) {
            turn.frames.push(self.typing().text());
        }
        if news.has(News::AVAILABILITY) || news.has(News::TIMELINE) {
            self.tell_who_is_here(&mut turn)?;
        }
        Ok(turn)
    }

    /// Adds the next entries of the timeline.
    fn catch_up(&mut self, turn: &mut Turn) -> Result<Option<Close>, WebchatError> {
        let caller = self.caller()?;
        if caller.visitor.id != self.guest.visitor || caller.visitor.generation != self.generation {
            // Two timelines became one: the browser comes back and starts afresh.
            return Ok(Some(Close::RESTART));
        }
        let behind = caller.visitor.newest.saturating_sub(self.sent);
        if behind > BEHIND_MAX {
            return Ok(Some(Close::SLOW));
        }
        let frames = self.webchat.frames_after(&caller, self.sent, BATCH)?;
        for frame in frames {
            self.sent = frame.seq.unwrap_or(self.sent);
            turn.frames.push(frame.text());
        }
        if self.sent < caller.visitor.newest {
            self.bell.ring(News::TIMELINE);
        }
        let visitors = self.webchat.context.live.visitors();
        visitors.talks_in(caller.visitor.id, caller.visitor.conversation_id);
        Ok(None)
    }

    fn typing(&self) -> Outgoing {
        let visitors = self.webchat.context.live.visitors();
        match visitors.typist(self.guest.visitor) {
            Some(typist) => {
                let typing = TypingOut {
                    state: TypingState::Start,
                    author: view::typist(typist),
                };
                Outgoing::passing("typing", typing)
            }
            None => Outgoing::passing("typing", json!({ "state": "stop" })),
        }
    }

    /// Says whether somebody answers and who is here, where that changed.
    fn tell_who_is_here(&mut self, turn: &mut Turn) -> Result<(), WebchatError> {
        let availability = self.webchat.availability(&self.site)?;
        if availability != self.availability {
            self.availability = availability;
            let frame = Outgoing::passing("availability", availability);
            turn.frames.push(frame.text());
        }
        let visitors = self.webchat.context.live.visitors();
        let attending = self
            .webchat
            .attending(visitors.conversation(self.guest.visitor))?;
        if attending != self.attending {
            self.attending = attending;
            let read = self.webchat.context.store.snapshot()?;
            let agent = view::person(&read, self.webchat.pictures(&self.site), attending)?;
            let agents: Vec<_> = agent.into_iter().collect();
            let frame = Outgoing::passing("presence", json!({ "agents": agents }));
            turn.frames.push(frame.text());
        }
        Ok(())
    }

    /// Hears a text of the browser and answers it.
    pub async fn hear(&mut self, text: &str) -> Turn {
        let frame = match frames::read(text) {
            Ok(frame) => frame,
            Err(bad) => {
                // Nonsense counts like every other frame.
                if let Err(hasty) = self.count() {
                    return self.fail(bad.id, &hasty);
                }
                let mut turn = Turn::say(&error_frame(bad.id, &bad.problem));
                if bad.problem.code == Code::UpgradeRequired {
                    turn.close = Some(Close::UPGRADE);
                }
                return turn;
            }
        };
        let Frame { id, body } = frame;
        match self.answer(id.clone(), body).await {
            Ok(turn) => turn,
            Err(error) => self.fail(id, &error),
        }
    }

    async fn answer(&mut self, id: Option<String>, body: Body) -> Result<Turn, WebchatError> {
        match body {
            Body::Ping => {
                let now = self.webchat.context.clock.now();
                let pong = Outgoing::answer("pong", id, json!({ "serverTime": now }));
                let mut turn = Turn::say(&pong);
                self.tell_who_is_here(&mut turn)?;
                Ok(turn)
            }
            Body::Hello(_) => Err(Problem::validation("Hello was said already.").into()),
            Body::Sync { after } => {
                self.count()?;
                self.sent = self.sent.min(after);
                self.bell.ring(News::TIMELINE);
                Ok(Turn::default())
            }
            Body::Presence(presence) => {
                self.webchat
                    .shows(self.guest.visitor, &self.bell, presence.visible);
                Ok(Turn::default())
            }
            Body::Send(send) => {
                let caller = self.caller()?;
                let ack = self.webchat.send(&caller, *send, &self.peer).await?;
                Ok(Turn::say(&Outgoing::answer("ack", id, ack)))
            }
            Body::Identify(user) => {
                let caller = self.caller()?;
                let said = SessionRequest {
                    user: Some(*user),
                    ..SessionRequest::default()
                };
                let answer = self.webchat.update(&caller, said, &self.peer).await?;
                if let Some(token) = &answer.token {
                    self.token = token_hash(token);
                }
                Ok(Turn::say(&Outgoing::answer("session.updated", id, answer)))
            }
            other => {
                let caller = self.caller()?;
                self.webchat.act(&caller, other, &self.peer).await?;
                Ok(Turn::default())
            }
        }
    }

    /// Counts a frame of this browser.
    fn count(&self) -> Result<(), WebchatError> {
        self.webchat
            .count(Limit::Frames, &self.guest.session.to_string())
    }

    fn caller(&self) -> Result<Caller, WebchatError> {
        self.webchat.caller_by_hash(&self.site, &self.token)
    }

    /// What a browser is told of a failure, and whether it has gone too far.
    fn fail(&mut self, id: Option<String>, error: &WebchatError) -> Turn {
        let problem = error.told();
        let mut turn = Turn::say(&error_frame(id, &problem));
        turn.close = match problem.code {
            Code::TokenInvalid | Code::TokenExpired | Code::VisitorBlocked => Some(Close::REVOKED),
            Code::ChannelDisabled => Some(Close::CHANNEL),
            Code::RateLimited => self.hastes().then_some(Close::HASTE),
            _ => None,
        };
        turn
    }

    fn hastes(&mut self) -> bool {
        let now = self.webchat.context.clock.now();
        if now.since(self.refused_since) > Duration::from_secs(60) {
            self.refused_since = now;
            self.refused = 0;
        }
        self.refused += 1;
        self.refused > HASTE_MAX
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.webchat.depart(self.guest.visitor, &self.bell);
    }
}

/// A refusal as a frame.
#[must_use]
pub fn error_frame(id: Option<String>, problem: &Problem) -> Outgoing {
    Outgoing::answer("error", id, problem)
}

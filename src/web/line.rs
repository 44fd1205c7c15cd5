//! Whether whoever asked is still on the line.
//!
//! The framework keeps the connection to itself, so a second handle of it is held beside: by it one
//! can look, without taking anything in, whether the other side has hung up. It is let go where
//! nobody will look, so that a connection that only listens costs one handle.

use std::any::Any;
use std::net::TcpStream;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::http::header;
use actix_web::rt::net;

/// A second handle of a connection. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Line(Arc<Mutex<Option<TcpStream>>>);

/// Holds a second handle of a connection that was just accepted.
pub fn hold(connection: &dyn Any, data: &mut Extensions) {
    // Without a handle left to take, nobody is ever found to have hung up.
    if let Some(stream) = connection.downcast_ref::<net::TcpStream>()
        && let Ok(handle) = stream.as_fd().try_clone_to_owned()
    {
        data.insert(Line::new(handle.into()));
    }
}

/// The line a request came over.
#[must_use]
pub fn of(request: &HttpRequest) -> Option<Line> {
    request.conn_data::<Line>().cloned()
}

/// Lets the second handle go where the connection is no program's that calls, or becomes a socket.
pub fn let_go_of_listeners(request: &HttpRequest) {
    let headers = request.headers();
    let calls = headers.contains_key("x-api-key") || headers.contains_key(header::AUTHORIZATION);
    if (!calls || headers.contains_key(header::UPGRADE))
        && let Some(line) = request.conn_data::<Line>()
    {
        drop(line.handle().take());
    }
}

impl Line {
    fn new(handle: TcpStream) -> Self {
        Self(Arc::new(Mutex::new(Some(handle))))
    }

    fn handle(&self) -> std::sync::MutexGuard<'_, Option<TcpStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the other side has hung up. Nobody who waits for an answer does that.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let handle = self.handle();
        let Some(stream) = &*handle else { return false };
        // The connection does not block, so neither does looking at it.
        match stream.peek(&mut [0]) {
            Ok(waiting) => waiting == 0,
            Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::io::Write as _;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn who_hung_up_is_gone_and_who_is_silent_or_talks_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        accepted.set_nonblocking(true).unwrap();
        let line = Line::new(accepted);
        assert!(!line.is_gone());
        caller.write_all(b"x").unwrap();
        assert!(!line.is_gone());
        drop(caller);
        let taken = line.handle().take().unwrap();
        // What was said is taken in, as the framework does; behind it is the end.
        while taken.peek(&mut [0]).is_err() {
            std::thread::yield_now();
        }
        assert_eq!(std::io::Read::read(&mut &taken, &mut [0]).unwrap(), 1);
        *line.handle() = Some(taken);
        while !line.is_gone() {
            std::thread::yield_now();
        }
    }
}

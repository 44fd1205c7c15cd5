//! What this process needs to hold many sockets.

use rustix::process::Resource;
use rustix::process::getrlimit;
use rustix::process::setrlimit;

use crate::bench::BenchError;

/// Files this process may have open: one a socket, and some more.
const FILES: u64 = 12_000;

/// Lets this process, and servers it starts from now on, hold as many files as sockets need.
pub fn raise_open_files() -> Result<(), BenchError> {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = Some(limit.maximum.unwrap_or(FILES).min(FILES));
    setrlimit(Resource::Nofile, limit)
        .map_err(BenchError::while_doing("asking for more open files"))
}

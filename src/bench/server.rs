//! The server under measurement: this program once more, as a process of its own.

use std::io::BufRead as _;
use std::io::BufReader;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Child;
use std::process::ChildStderr;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use crate::bench::BenchError;

/// How long a server may take to say where it serves.
const PATIENCE: Duration = Duration::from_secs(60);

/// What it says just before the address.
const SERVES_AT: &str = "serves at http://";

/// A key of the owner for programs, which every server started here knows.
pub const KEY: &str = "lk_for_measuring_alone_0123456789";

/// A running server. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts one over a data folder and waits until it listens.
    pub fn start(folder: &Path) -> Result<Self, BenchError> {
        let program = std::env::current_exe().map_err(BenchError::new)?;
        let mut process = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder)
            .env_clear()
            .env("LINKTOR_LIMITS_OTHER_PER_MINUTE", "0")
            .env("LINKTOR_BOOTSTRAP_API_KEY", KEY)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(BenchError::while_doing("starting the server"))?;
        let address = process.stderr.take().map_or_else(
            || Err(BenchError::new("the server says nothing")),
            listening_at,
        );
        // Made before the address is looked at, so that a silent server is killed as well.
        let server = |address| Self { process, address };
        match address {
            Ok(address) => Ok(server(address)),
            Err(error) => {
                drop(server(SocketAddr::from(([127, 0, 0, 1], 0))));
                Err(error)
            }
        }
    }

    /// Memory it holds, pages of the program and of open files included.
    pub fn resident_bytes(&self) -> Result<u64, BenchError> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .map_err(BenchError::while_doing("reading the server's memory"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().strip_suffix(" kB"))
            .and_then(|kilobytes| kilobytes.trim().parse::<u64>().ok())
            .map(|kilobytes| kilobytes * 1_024)
            .ok_or_else(|| BenchError::new("this system does not tell a process's memory"))
    }
}

impl Drop for Server {
    /// As by `kill -9`: what was acknowledged is on disk.
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Waits for the line that names the address. Warnings and errors are passed on for as long as
/// the server lives.
fn listening_at(stderr: ChildStderr) -> Result<SocketAddr, BenchError> {
    let (found, address) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once(SERVES_AT) {
                // Nobody waits any more after the first.
                drop(found.send(rest.trim().parse()));
            } else if line.contains("ERROR") || line.contains("WARN") {
                eprintln!("{line}");
            }
        }
    });
    match address.recv_timeout(PATIENCE) {
        Ok(address) => address.map_err(BenchError::while_doing("reading the server's address")),
        Err(_) => Err(BenchError::new("the server did not start")),
    }
}

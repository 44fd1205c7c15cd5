//! The binary as a process of its own, so that it can be killed.

use std::io::BufRead as _;
use std::io::BufReader;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use reqwest::Client;

use crate::support::api::Api;
use crate::support::browser::Browser;
use crate::support::server::KEY;
use crate::support::server::OWNER;
use crate::support::server::PASSWORD;

/// What it says just before its address.
const SERVES_AT: &str = "serves at ";

/// What becomes of its log once it serves.
#[derive(Clone, Copy)]
enum Log {
    /// Somebody reads it.
    Read,
    /// Writing it fails, as on a full disk, and every request is to be written.
    Broken,
}

impl Log {
    fn level(self) -> &'static str {
        match self {
            Self::Read => "info",
            Self::Broken => "debug",
        }
    }
}

/// A running server. It is killed when this is dropped.
pub struct Process {
    child: Child,
    http: Client,
    log: Arc<Mutex<Vec<String>>>,
    url: String,
}

impl Process {
    /// Starts it over a folder and waits until it says where it serves.
    pub fn start(data: &Path) -> Self {
        Self::of(Command::new(env!("CARGO_BIN_EXE_linktor")), data, Log::Read)
    }

    /// The same with a log that says much and cannot be written once it serves.
    pub fn start_unheard(data: &Path) -> Self {
        Self::of(
            Command::new(env!("CARGO_BIN_EXE_linktor")),
            data,
            Log::Broken,
        )
    }

    /// The same on a disk that can be made full: [`Process::limit_files`].
    pub fn start_limited(data: &Path) -> Self {
        // A file at its limit is an error then, as a full disk is, and not the end of the process.
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
        shell.arg(env!("CARGO_BIN_EXE_linktor"));
        Self::of(shell, data, Log::Read)
    }

    fn of(mut command: Command, data: &Path, log: Log) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env_clear()
            .env("LINKTOR_ADMIN_EMAIL", OWNER)
            .env("LINKTOR_ADMIN_PASSWORD", PASSWORD)
            .env("LINKTOR_BOOTSTRAP_API_KEY", KEY)
            .env("LINKTOR_LOG", log.level())
            .env("LINKTOR_LIMITS_OTHER_PER_MINUTE", "0")
            .env("LINKTOR_LIMITS_SENDS_PER_MINUTE", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else {
                unreachable!("it did not start: {said:#?}");
            };
            if let Some((_, url)) = line.split_once(SERVES_AT) {
                break url.trim().to_owned();
            }
            said.push(line);
        };
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        match log {
            // Read on: a full pipe would hold the server up.
            Log::Read => {
                let heard = Arc::clone(&heard);
                drop(std::thread::spawn(move || {
                    for line in lines.map_while(Result::ok) {
                        heard
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(line);
                    }
                }));
            }
            Log::Broken => drop(lines),
        }
        Self {
            child,
            http: Client::new(),
            log: heard,
            url,
        }
    }

    /// Makes the disk full for files that have so many bytes; none makes room again.
    pub fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let made = Command::new("prlimit")
            .args(["--pid", &self.child.id().to_string()])
            // The soft limit alone, so that it can be raised again.
            .arg(format!("--fsize={limit}:"))
            .status();
        assert!(made.unwrap().success());
    }

    /// What it wrote into its log since it serves: the lines with these words.
    pub fn said(&self, words: &str) -> Vec<String> {
        let heard = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let found = heard.iter().filter(|line| line.contains(words));
        found.cloned().collect()
    }

    /// Ends it at this instant, as `kill -9` and a power cut of the program do.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// A program with the owner's key.
    pub fn api(&self) -> Api {
        Api::new(self.http.clone(), &self.url).with("x-api-key", KEY)
    }

    /// A browser in front of a web chat, from an address of its own.
    pub fn browser(&self, site: &str, ip: &str) -> Browser {
        Browser::new(self.http.clone(), &self.url, site, ip)
    }

    /// A browser that talked to it before it was started again.
    pub fn moved(&self, browser: &Browser) -> Browser {
        browser.at(&self.url)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Gone already after a kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

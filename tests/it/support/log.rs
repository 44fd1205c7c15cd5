//! What servers complain about while tests run: an error in the log that no test provokes on
//! purpose fails the test that finds it.

use std::io::Write;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use tracing_subscriber::filter::LevelFilter;

/// What tests provoke on purpose, by words of its line.
const PROVOKED: &[&str] = &[
    // The sandbox cuts a call off, which is one of its switches.
    "Response payload stream error: actix_http::Error { kind: Body, cause: Some(Body(Kind(ConnectionReset))) }",
];

static COMPLAINTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Takes the log of this process in.
pub fn listen() -> Watch {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::ERROR)
        .with_ansi(false)
        .with_writer(|| Ear);
    // Taken already when another test of this process was faster.
    drop(subscriber.try_init());
    Watch
}

/// Whether a test failed: its server was left without its folder, and complains about that.
static SPOILED: AtomicBool = AtomicBool::new(false);

/// Notices when a test fails whose server is still there.
pub struct Watch;

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            SPOILED.store(true, Ordering::Relaxed);
        }
    }
}

/// Fails when there was an error that nobody provoked. Servers share the log, so the error may be of
/// a test that runs at the same time.
pub fn must_be_clean() {
    let mut held = COMPLAINTS.lock().unwrap_or_else(PoisonError::into_inner);
    let heard = std::mem::take(&mut *held).concat();
    drop(held);
    let heard = Some(heard).filter(|_| !SPOILED.load(Ordering::Relaxed));
    assert_eq!(heard.unwrap_or_default(), "", "errors in the log");
}

struct Ear;

impl Write for Ear {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line).into_owned();
        if !PROVOKED.iter().any(|words| text.contains(words)) {
            let mut held = COMPLAINTS.lock().unwrap_or_else(PoisonError::into_inner);
            held.push(text);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

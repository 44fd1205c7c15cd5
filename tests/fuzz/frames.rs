//! Frames of the web chat's socket: whatever comes is read or refused in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linktor::channels::webchat::frames;

fuzz_target!(|text: &str| {
    if let Err(bad) = frames::read(text) {
        assert!(!bad.problem.message.is_empty(), "a refusal says why");
    }
});

//! Mail: whatever bytes come in, and in whatever pieces, they are taken apart alike and read to the
//! end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linktor::channels::Timestamp;
use linktor::channels::email::incoming;
use linktor::channels::email::incoming::Us;
use linktor::channels::email::incoming::split::BOUNDS;
use linktor::channels::email::incoming::split::Part;
use linktor::channels::email::incoming::split::Splitter;
use linktor::model::mail::Envelope;

fn split(raw: &[u8], size: usize) -> Option<(Vec<Part>, Vec<Vec<u8>>)> {
    let (mut splitter, mut files) = (Splitter::new(BOUNDS), Vec::new());
    for piece in raw.chunks(size) {
        splitter.take(piece, &mut files).ok()?;
    }
    let parts = splitter.end(&mut files).ok()?;
    Some((parts, files))
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, raw) = input;
    let whole = split(raw, raw.len().max(1));
    assert_eq!(whole, split(raw, usize::from(size).max(1)));
    if let Some((parts, _)) = whole {
        let us = Us {
            folds: true,
            ..Us::default()
        };
        let now = Timestamp::from_secs(1_767_268_900);
        drop(incoming::read(&parts, &[0; 32], &Envelope::default(), &us, now));
    }
});

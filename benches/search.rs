//! Search against the bare library on the same index. `cargo bench --bench search [MESSAGES]`.
#![expect(clippy::print_stdout, reason = "a report is what a measurement is for")]

use linktor::search::bench;

/// Messages searched when no number is given.
const MESSAGES: u32 = 1_000_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let messages = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(MESSAGES);
    let folder = tempfile::tempdir()?;
    let rate = bench::fill(folder.path(), messages)?;
    println!("{messages} messages, indexed at {rate:.0} a second");
    println!(
        "{:<38} {:>10} {:>10} {:>10} {:>10} {:>6}",
        "microseconds", "p50", "p99", "bare p50", "bare p99", "ratio"
    );
    for row in bench::compare(folder.path(), messages)? {
        println!(
            "{:<38} {:>10} {:>10} {:>10} {:>10} {:>6.2}",
            row.name,
            row.ours.p50.as_micros(),
            row.ours.p99.as_micros(),
            row.bare.p50.as_micros(),
            row.bare.p99.as_micros(),
            row.ratio()
        );
    }
    Ok(())
}

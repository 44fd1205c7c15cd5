//! Questions answered, against the search library alone on the same index.

use std::time::Duration;

use crate::bench::Bench;
use crate::bench::BenchError;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;
use crate::search::bench;

/// How much longer than the bare library an answer may take.
const RATIO_MAX: f64 = 1.5;
/// How long any answer may take.
const ANSWER_MAX: Duration = Duration::from_millis(2);

/// How fast messages are indexed and found.
pub fn measure(scale: &Bench) -> Result<Vec<Figure>, BenchError> {
    let folder = scale.folder("search");
    let trouble = BenchError::while_doing("searching");
    let rate = bench::fill(&folder, scale.messages).map_err(&trouble)?;
    let mut figures = vec![Figure::new("messages indexed", Amount::PerSecond(rate))];
    for row in bench::compare(&folder, scale.messages).map_err(&trouble)? {
        figures.push(
            Figure::new(format!("{}, p99", row.name), Amount::Time(row.ours.p99))
                .against("tantivy alone", Amount::Time(row.bare.p99))
                .held(
                    Amount::Ratio(row.ratio()),
                    Target::AtMost(Amount::Ratio(RATIO_MAX)),
                ),
        );
        let slowest = Amount::Time(row.ours.p99);
        figures.push(
            Figure::new(format!("{}, longest", row.name), slowest)
                .held(slowest, Target::AtMost(Amount::Time(ANSWER_MAX))),
        );
    }
    Ok(figures)
}

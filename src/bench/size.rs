//! The program itself.

use crate::bench::BenchError;
use crate::bench::report::Amount;
use crate::bench::report::Figure;
use crate::bench::report::Target;

/// The largest a released program may be.
const PROGRAM_MAX: u64 = 35_000_000;

/// How large the file is that is running.
pub fn measure() -> Result<Vec<Figure>, BenchError> {
    let program = std::env::current_exe().and_then(std::fs::metadata);
    let size = program.map_err(BenchError::while_doing("looking at the program"))?;
    let bytes = Amount::Bytes(size.len());
    Ok(vec![
        Figure::new("the program", bytes).held(bytes, Target::AtMost(Amount::Bytes(PROGRAM_MAX))),
    ])
}

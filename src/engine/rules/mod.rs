//! Pure functions: facts in, a verdict out. No clock, no storage, no waiting.

pub mod choices;
pub mod fit;

//! The throw-away installation behind `linktor demo`.

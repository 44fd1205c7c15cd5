//! The command line: `serve`, `demo`, `user`, `apikey`, `backup`, `restore`, `reindex`, `doctor`.

/// Runs the command line and answers with the process's exit code.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}

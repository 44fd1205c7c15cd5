//! Calls [`linktor::cli::main`] and turns its result into an exit code.

fn main() -> std::process::ExitCode {
    linktor::cli::main()
}

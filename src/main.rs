//! Calls [`linktor::cli::main`] and turns its result into an exit code.

/// The writer spends more time on small blocks of memory than on anything else, and this one hands
/// them out faster than the system's does. What is freed goes back to the system within
/// milliseconds, and no huge pages are asked for: a server with nothing to do stays small.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    linktor::cli::main()
}

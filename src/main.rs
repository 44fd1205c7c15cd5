//! Calls [`linktor::cli::main`] and turns its result into an exit code.

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    linktor::cli::main()
}

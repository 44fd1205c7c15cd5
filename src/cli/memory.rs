//! Gives large blocks of memory back to the system as soon as they are free.
//!
//! By itself glibc keeps them once a few were used: hashing twenty passwords left 250 MB behind, and
//! 13 MB with this setting. It is read from the environment before `main`, so the program starts
//! itself once more in the same process with the setting in place.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// glibc's name of the setting: blocks from so many bytes on are their own mappings.
const THRESHOLD: &str = "MALLOC_MMAP_THRESHOLD_";
/// The default it starts with and then abandons.
const THRESHOLD_BYTES: &str = "131072";

/// Starts this program anew with the setting, once. Returns where it is set already, and where it
/// cannot be set: then everything works all the same, in more memory.
pub fn settle() {
    if std::env::var_os(THRESHOLD).is_some() || !cfg!(all(target_os = "linux", target_env = "gnu"))
    {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let error = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(THRESHOLD, THRESHOLD_BYTES)
        .exec();
    eprintln!("linktor: memory cannot be kept small, going on without: {error}");
}

//! Panics of a translation, kept where they happen.

use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// Runs a translation; one that panics harms only what it was asked for.
///
/// # Errors
/// What the panic said.
pub fn caught<T>(translate: impl FnOnce() -> T) -> Result<T, String> {
    // A translation holds no state that a panic could leave half changed.
    catch_unwind(AssertUnwindSafe(translate)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let said = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        format!("the channel panicked: {}", said.unwrap_or("without a word"))
    })
}

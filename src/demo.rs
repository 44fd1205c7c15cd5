//! The throw-away installation behind `linktor demo`.

use crate::app::Running;
use crate::app::StartError;
use crate::app::World;
use crate::config::Config;

/// Serves a throw-away installation until it is told to stop.
///
/// # Errors
/// As [`Running::start`].
pub async fn run(config: Config) -> Result<(), StartError> {
    let running = Running::start(&config, World::default()).await?;
    crate::cli::asked_to_stop().await;
    running.stop().await;
    Ok(())
}

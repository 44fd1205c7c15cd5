//! `linktor demo`: a throw-away installation with the sample business in it.

use crate::app;
use crate::app::Running;
use crate::app::StartError;
use crate::app::World;
use crate::app::throwaway::Throwaway;
use crate::base::time::Clock;
use crate::config::Config;
use crate::demo;

/// Serves a throw-away installation until it is told to stop, and removes it.
///
/// # Errors
/// As [`Running::start`].
pub async fn run(mut config: Config) -> Result<(), StartError> {
    let folder = Throwaway::within(&std::env::temp_dir(), "linktor-demo")?;
    folder.path().clone_into(&mut config.server.data);
    config.security.allow_private_targets = true;
    config.sandbox.enabled = true;
    let world = World {
        clock: Clock::manual(Clock::system().now().minus(demo::length())),
        ..World::default()
    };
    let clock = world.clock.clone();
    let running = Running::start(&config, world).await?;
    let (engine, sandbox) = (&running.engine, running.sandbox());
    let demo = demo::furnish(engine, sandbox, &clock).await;
    let demo = demo.map_err(StartError::new)?;
    clock.let_go();
    let token = demo.token.clone();
    drop(running.demo.set(demo));
    announce(running.url(), &token);
    app::asked_to_stop().await;
    running.stop().await;
    Ok(())
}

/// What a person who started the demo needs to know. It is the one thing this command prints.
fn announce(url: &str, token: &str) {
    let lines = [
        String::new(),
        "  Aurora Coffee is open. Everything here is thrown away when you stop it.".to_owned(),
        String::new(),
        format!("  Inbox, signed in as the owner:  {url}/demo/enter?token={token}"),
        format!("  The shop with the chat bubble:  {url}/demo/shop"),
        format!("  The customers\u{2019} phones:         {url}/sandbox"),
        String::new(),
        "  Press Ctrl+C to stop.".to_owned(),
    ];
    eprintln!("{}", lines.join("\n"));
}

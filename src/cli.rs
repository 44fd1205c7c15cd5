//! The command line: `serve`, `demo`, `user`, `apikey`, `backup`, `restore`, `reindex`, `doctor`.

use std::process::ExitCode;

use clap::Args;
use clap::Parser;
use clap::Subcommand;

use crate::app;
use crate::app::Running;
use crate::app::StartError;
use crate::app::World;
use crate::config::Config;
use crate::config::LogFormat;
use crate::config::load;
use crate::config::load::Sources;
use crate::demo;

/// One binary that connects a business to its customers on every channel they use.
#[derive(Parser)]
#[command(name = "linktor", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Settings that may also stand in the environment (`LINKTOR_...`) or in a file.
#[derive(Args, Default)]
struct Settings {
    /// The directory that holds everything.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Where HTTP is served, such as 127.0.0.1:8080. Port 0 takes a free one.
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// The address under which browsers reach it.
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// A TOML file with settings.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<String>,
    /// Lets outgoing requests reach loopback and private addresses.
    #[arg(long, global = true)]
    allow_private_targets: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (also without any command).
    Serve,
    /// A throw-away installation with a sample business, ready to try.
    Demo,
}

/// Runs the command line and answers with the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match execute(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linktor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: &Cli) -> Result<(), StartError> {
    let config = configure(&cli.settings)?;
    match cli.command.as_ref().unwrap_or(&Command::Serve) {
        Command::Serve => app::run(serve(&config)).map_err(StartError::new)?,
        Command::Demo => app::run(demo::run(config)).map_err(StartError::new)?,
    }
}

fn configure(settings: &Settings) -> Result<Config, StartError> {
    let mut flags = Vec::new();
    let mut flag = |name: &'static str, value: &Option<String>| {
        flags.extend(value.clone().map(|value| (name, value)));
    };
    flag("data", &settings.data);
    flag("listen", &settings.listen);
    flag("public-url", &settings.public_url);
    if settings.allow_private_targets {
        flags.push(("allow-private-targets", "true".to_owned()));
    }
    let sources = Sources::of_process(flags, settings.config.clone());
    let loaded = load::load(&sources).map_err(StartError::new)?;
    start_log(&loaded.config);
    Ok(loaded.config)
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log.filter);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if let Err(error) = started {
        eprintln!("linktor: the log was started before: {error}");
    }
}

async fn serve(config: &Config) -> Result<(), StartError> {
    let running = Running::start(config, World::default()).await?;
    tracing::info!(
        "linktor {} serves at {}",
        env!("CARGO_PKG_VERSION"),
        running.url()
    );
    if let Some(url) = running.setup_url() {
        tracing::info!("nobody has an account yet; open this link once to make the owner: {url}");
    }
    asked_to_stop().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Waits for SIGTERM or SIGINT.
pub async fn asked_to_stop() {
    use tokio::signal::unix::SignalKind;
    use tokio::signal::unix::signal;
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        tracing::error!("signals cannot be heard; stop with kill -9");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

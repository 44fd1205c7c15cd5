//! The command line: `serve`, `demo`, `user`, `apikey`, `backup`, `restore`, `export`, `import`, `reindex`, `doctor`, `bench`.

#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help people read"
)]

mod demo;
mod doctor;
mod memory;
mod orders;

use std::io::IsTerminal as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::Parser;
use clap::Subcommand;

use crate::app;
use crate::app::Offline;
use crate::app::Running;
use crate::app::StartError;
use crate::app::World;
use crate::bench;
use crate::cli::orders::KeyOrder;
use crate::cli::orders::UserOrder;
use crate::config::Config;
use crate::config::LogFormat;
use crate::config::load;
use crate::config::load::Sources;
use crate::control::Command;
use crate::control::operate;
use crate::control::socket;
use crate::store::backup;
use crate::store::folder::CONTROL_SOCKET;

/// One binary that connects a business to its customers on every channel they use.
#[derive(Parser)]
#[command(name = "linktor", version, about, after_help = EXAMPLES)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    order: Option<Order>,
}

const EXAMPLES: &str = "\
Try it:           linktor demo
Run it for real:  linktor --data /var/lib/linktor --public-url https://chat.example.com
Is it well?       linktor doctor --data /var/lib/linktor

Commands that change something work while the server runs, and when it does not.
Every setting can also stand in the environment (LINKTOR_DATA, ...) or in a file.";

/// Settings that may also stand in the environment (`LINKTOR_...`) or in a file.
#[derive(Args, Default)]
#[command(next_help_heading = "Settings")]
struct Settings {
    /// The directory that holds everything [LINKTOR_DATA, default ./linktor-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Where HTTP is served; port 0 takes a free one [LINKTOR_LISTEN, default 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR:PORT")]
    listen: Option<String>,
    /// The address under which browsers reach it [LINKTOR_PUBLIC_URL]
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// A TOML file with settings [LINKTOR_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<String>,
    /// Lets outgoing requests reach loopback and private addresses [LINKTOR_ALLOW_PRIVATE_TARGETS]
    #[arg(long, global = true)]
    allow_private_targets: bool,
    /// Lets stand-ins for the vendors answer below /sandbox, to try channels with [LINKTOR_SANDBOX]
    #[arg(long, global = true)]
    sandbox: bool,
}

#[derive(Subcommand)]
enum Order {
    /// Run the server; also what happens without any command
    Serve,
    /// Run a throw-away installation with a sample business, ready to try
    Demo,
    /// Make, change and remove the people who answer
    #[command(subcommand)]
    User(UserOrder),
    /// Make, list and revoke keys for programs
    #[command(subcommand, name = "apikey")]
    ApiKey(KeyOrder),
    /// Write everything into one file, also while the server runs
    Backup {
        /// The file to write; it must not exist yet
        file: PathBuf,
    },
    /// Fill an empty data directory from a backup
    Restore {
        /// A file that `linktor backup` wrote
        file: PathBuf,
    },
    /// Write every record as a line of JSON, without secrets and files
    Export {
        /// The file to write; it must not exist yet
        file: PathBuf,
    },
    /// Put the records of an export into a data directory in which nothing is yet
    Import {
        /// A file that `linktor export` wrote
        file: PathBuf,
    },
    /// Build the search index anew from the database
    Reindex,
    /// Look at everything and say what is wrong and what to do
    Doctor,
    /// Measure this program on this machine, against the bare libraries it is made of
    Bench(bench::Order),
}

/// Runs the command line and answers with the process's exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.order, None | Some(Order::Serve | Order::Demo)) {
        memory::settle();
    }
    match execute(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("linktor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: Cli) -> Result<ExitCode, StartError> {
    let config = configure(&cli.settings)?;
    match cli.order.unwrap_or(Order::Serve) {
        Order::Serve => app::run(serve(&config)).map_err(StartError::new)??,
        Order::Demo => app::run(demo::run(config)).map_err(StartError::new)??,
        Order::User(order) => tell(&order_out(&config, order.command()?)?),
        Order::ApiKey(order) => tell(&order_out(&config, order.command()?)?),
        Order::Backup { file } => {
            let file = absolute(&file)?;
            tell(&order_out(&config, Command::Backup { file })?);
        }
        Order::Export { file } => {
            let file = absolute(&file)?;
            tell(&order_out(&config, Command::Export { file })?);
        }
        Order::Import { file } => {
            let file = absolute(&file)?;
            tell(&carry_out(&config, Command::Import { file })?);
        }
        Order::Restore { file } => tell(&restore(&config, &file)?),
        Order::Reindex => reindex(&config)?,
        Order::Doctor => return doctor::examine(&config),
        Order::Bench(order) => app::run(bench::run(order, tell))
            .map_err(StartError::new)?
            .map_err(StartError::new)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Says something to whoever typed the command. The one place that writes to standard output.
#[expect(clippy::print_stdout, reason = "the answer to a command is its output")]
fn tell(text: &str) {
    println!("{text}");
}

/// Has a command carried out: by the running server, or here when none runs.
fn order_out(config: &Config, command: Command) -> Result<String, StartError> {
    must_exist(&config.server.data)?;
    carry_out(config, command)
}

/// The same where there may be no data directory yet.
fn carry_out(config: &Config, command: Command) -> Result<String, StartError> {
    let socket = config.server.data.join(CONTROL_SOCKET);
    if let Some(answer) = socket::call(&socket, &command).map_err(StartError::new)? {
        return if answer.ok {
            Ok(answer.text)
        } else {
            Err(StartError::new(answer.text))
        };
    }
    let here = async {
        let offline = Offline::open(config, World::default())?;
        let outcome = operate::carry_out(&offline.engine, command).await;
        offline.close();
        outcome.map_err(StartError::new)
    };
    app::run(here).map_err(StartError::new)?
}

/// A command about data that is not there is a slip of the pen, no reason to make a new directory.
fn must_exist(data: &Path) -> Result<(), StartError> {
    if data.is_dir() {
        return Ok(());
    }
    Err(StartError::new(format!(
        "there is no data directory {}; name the right one with --data or LINKTOR_DATA",
        data.display()
    )))
}

/// The running server may stand in another directory than the operator.
fn absolute(file: &Path) -> Result<String, StartError> {
    let file = std::path::absolute(file).map_err(StartError::new)?;
    let file = file.into_os_string().into_string();
    file.map_err(|_| StartError::new("the name of the file must be readable text"))
}

fn restore(config: &Config, file: &Path) -> Result<String, StartError> {
    let data = &config.server.data;
    let contents = backup::restore(file, data).map_err(StartError::new)?;
    Ok(format!(
        "Restored {} records and {} files into {}. The search index is built at the first start.",
        contents.rows,
        contents.files,
        data.display()
    ))
}

fn reindex(config: &Config) -> Result<(), StartError> {
    must_exist(&config.server.data)?;
    let socket = config.server.data.join(CONTROL_SOCKET);
    let asked = socket::call(&socket, &Command::Reindex).map_err(StartError::new)?;
    match asked {
        Some(answer) if answer.ok => tell(&answer.text),
        Some(answer) => return Err(StartError::new(answer.text)),
        None => {
            let offline = Offline::open(config, World::default())?;
            offline.reindex(|done| eprintln!("{} of {} entries", done.position, done.last))?;
            offline.close();
            tell("The search index is complete.");
        }
    }
    Ok(())
}

fn configure(settings: &Settings) -> Result<Config, StartError> {
    let mut flags = Vec::new();
    let mut flag = |name: &'static str, value: &Option<String>| {
        flags.extend(value.clone().map(|value| (name, value)));
    };
    flag("data", &settings.data);
    flag("listen", &settings.listen);
    flag("public-url", &settings.public_url);
    if settings.sandbox {
        flags.push(("sandbox", "true".to_owned()));
    }
    if settings.allow_private_targets {
        flags.push(("allow-private-targets", "true".to_owned()));
    }
    let sources = Sources::of_process(flags, settings.config.clone());
    let loaded = load::load(&sources).map_err(StartError::new)?;
    start_log(&loaded.config);
    for name in loaded.unknown_variables {
        tracing::warn!("{name} in the environment is no setting of linktor");
    }
    Ok(loaded.config)
}

fn start_log(config: &Config) {
    // What actix says at its start and end is no news to an operator, and that strangers send no HTTP
    // is nothing to act upon.
    let filter = format!("actix_server=warn,actix_http=off,{}", config.log.filter);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        // What cannot be written is lost: saying so there as well would end whoever logs.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text if std::io::stderr().is_terminal() => builder.with_target(false).try_init(),
        LogFormat::Text => builder.with_target(false).with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    if let Err(error) = started {
        eprintln!("linktor: the log was started before: {error}");
    }
}

async fn serve(config: &Config) -> Result<(), StartError> {
    let running = Running::start(config, World::default()).await?;
    let version = env!("CARGO_PKG_VERSION");
    announce(&format!("linktor {version} serves at {}", running.url()));
    if let Some(url) = running.setup_url() {
        announce(&format!(
            "nobody has an account yet; open this link once to make the owner: {url}"
        ));
    }
    app::asked_to_stop().await;
    tracing::info!("stopping");
    running.stop().await;
    Ok(())
}

/// Says what the operator must see, also where the log is set to less.
fn announce(line: &str) {
    if tracing::enabled!(tracing::Level::INFO) {
        tracing::info!("{line}");
    } else {
        eprintln!("{line}");
    }
}

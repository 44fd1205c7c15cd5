//! The same message as one `PostgreSQL` transaction of single statements, which is what products of
//! this field do. Run where `PostgreSQL` is installed, with its defaults, on the same disk.
//!
//! It has no HTTP, signatures or parsing to do, so the comparison favours it.

use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use std::os::unix::process::CommandExt as _;

use crate::bench::BenchError;

/// Where Debian keeps each version's programs.
const VERSIONS: &str = "/usr/lib/postgresql";
/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long transactions are counted.
const SECONDS: &str = "10";

/// A running server with its tables. It is stopped when this is dropped.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    process: Option<Child>,
}

impl Postgres {
    /// Starts one in a new folder; none where it is not installed.
    pub fn start(folder: PathBuf) -> Result<Option<Self>, BenchError> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        let folder = std::path::absolute(folder).map_err(BenchError::new)?;
        let mut postgres = Self {
            programs,
            folder,
            process: None,
        };
        postgres.make_folder()?;
        postgres.call(
            "initdb",
            &["--auth=trust", "--no-locale", "-E", "UTF8", "-D", "data"],
        )?;
        let settings = ["-c", "listen_addresses=", "-c", "max_connections=300"];
        let server = postgres
            .program("postgres", &settings)
            .args(["-D", "data", "-k"])
            // In full, because it changes to its data directory before it makes its socket.
            .arg(&postgres.folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(BenchError::while_doing("starting PostgreSQL"))?;
        postgres.process = Some(server);
        postgres.wait_until_ready()?;
        postgres.call(
            "psql",
            &[
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-f",
                "schema.sql",
                "postgres",
            ],
        )?;
        Ok(Some(postgres))
    }

    /// Transactions a second over so many connections.
    pub fn rate(&self, connections: u32) -> Result<f64, BenchError> {
        let connections = connections.to_string();
        let told = self.call(
            "pgbench",
            &[
                "-n",
                "-M",
                "prepared",
                "-j",
                "2",
                "-T",
                SECONDS,
                "-f",
                "message.sql",
                "-c",
                &connections,
                "postgres",
            ],
        )?;
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        let rate = told.lines().find_map(|line| line.strip_prefix("tps = "));
        rate.and_then(|rate| rate.split(' ').next()?.parse().ok())
            .ok_or_else(|| BenchError::new("pgbench tells no rate"))
    }

    /// `PostgreSQL` refuses to run as root, so what it writes belongs to its own user.
    fn make_folder(&self) -> Result<(), BenchError> {
        let trouble = BenchError::while_doing("making a folder for PostgreSQL");
        std::fs::create_dir(&self.folder).map_err(&trouble)?;
        for (name, text) in [
            ("schema.sql", include_str!("postgres/schema.sql")),
            ("message.sql", include_str!("postgres/message.sql")),
        ] {
            std::fs::write(self.folder.join(name), text).map_err(&trouble)?;
        }
        match user() {
            Some((user, group)) => {
                std::os::unix::fs::chown(&self.folder, Some(user), Some(group)).map_err(&trouble)
            }
            None => Ok(()),
        }
    }

    fn program(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("PGHOST", &self.folder)
            .stdin(Stdio::null());
        if let Some((user, group)) = user() {
            command.uid(user).gid(group).env("PGUSER", USER);
        }
        command
    }

    fn call(&self, name: &str, arguments: &[&str]) -> Result<Output, BenchError> {
        let output = self.program(name, arguments).output();
        let output = output.map_err(BenchError::while_doing("calling PostgreSQL"))?;
        if output.status.success() {
            return Ok(output);
        }
        // Every connection says the same again.
        let told = String::from_utf8_lossy(&output.stderr);
        let why = told.lines().next().unwrap_or("it does not say why");
        Err(BenchError::new(format!("{name} failed: {why}")))
    }

    fn wait_until_ready(&self) -> Result<(), BenchError> {
        let until = Instant::now() + PATIENCE;
        while self.call("pg_isready", &["-q"]).is_err() {
            if Instant::now() > until {
                return Err(BenchError::new("PostgreSQL did not start"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Its own program stops its helpers too.
            drop(self.call("pg_ctl", &["stop", "-s", "-m", "immediate", "-D", "data"]));
            drop(process.wait());
        }
    }
}

/// The user that Debian makes for it.
const USER: &str = "postgres";

/// That user and its group, where this process may become anybody.
fn user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(USER))?;
    let mut numbers = line.split(':').skip(2);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// The programs of the newest version that has all of them.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(Path::new(VERSIONS)).ok()?;
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder| folder.join("postgres").exists() && folder.join("pgbench").exists())
        .collect();
    folders.sort();
    folders.pop()
}

//! `linktor doctor`: looks at everything and says what is wrong and what to do, in plain words.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use crate::app;
use crate::app::Offline;
use crate::app::StartError;
use crate::app::World;
use crate::cli::tell;
use crate::config::Config;
use crate::control::Command;
use crate::control::operate;
use crate::control::socket;
use crate::control::status::Finding;
use crate::control::status::Level;
use crate::net::smtp::Mailer;

/// Below this much room on the disk somebody must act.
const ROOM_LEAST_BYTES: u64 = 200 * 1024 * 1024;
/// Below this much room it is worth knowing.
const ROOM_LOW_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Examines the installation and prints what was found; fails when somebody must act.
///
/// # Errors
/// The system gives no event loop.
pub fn examine(config: &Config) -> Result<ExitCode, StartError> {
    let findings = findings(config)?;
    for finding in &findings {
        let mark = match finding.level {
            Level::Good => "  ok ",
            Level::Note => "note ",
            Level::Bad => " BAD ",
        };
        tell(&format!("{mark} {}", finding.text));
    }
    let bad = findings.iter().any(|finding| finding.level == Level::Bad);
    tell(if bad {
        "\nSomething needs you."
    } else {
        "\nAll is well."
    });
    Ok(if bad {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn findings(config: &Config) -> Result<Vec<Finding>, StartError> {
    let data = &config.server.data;
    if !data.is_dir() {
        return Ok(vec![Finding::bad(format!(
            "There is no data directory {}. The first `linktor serve` makes it; for another one use --data.",
            data.display()
        ))]);
    }
    let mut findings = vec![access(data), key(&data.join("secret.key"))];
    findings.extend(room(data));
    findings.push(address(config));
    findings.push(app::run(mail(config)).map_err(StartError::new)?);
    findings.extend(inside(config)?);
    Ok(findings)
}

fn access(data: &Path) -> Finding {
    let shown = data.display();
    match std::fs::metadata(data) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Finding::bad(format!(
            "Others on this machine may look into {shown}: run chmod 700 {shown}"
        )),
        Ok(_) => Finding::good(format!("{shown} is for its owner alone.")),
        Err(error) => Finding::bad(format!("{shown} cannot be looked at: {error}")),
    }
}

fn key(path: &Path) -> Finding {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Finding::bad(format!(
            "Others on this machine may read {shown}: run chmod 600 {shown}"
        )),
        Ok(found) if found.len() != 32 => Finding::bad(format!(
            "{shown} is damaged: put back the one from your last backup."
        )),
        Ok(_) => Finding::good("secret.key is there and for its owner alone."),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::note(format!(
            "{shown} is not there; the next start makes a new one."
        )),
        Err(error) => Finding::bad(format!("{shown} cannot be looked at: {error}")),
    }
}

fn room(data: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(data).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let megabytes = free / (1024 * 1024);
    Some(if free < ROOM_LEAST_BYTES {
        Finding::bad(format!("Only {megabytes} MB are free on the disk."))
    } else if free < ROOM_LOW_BYTES {
        Finding::note(format!("{megabytes} MB are free on the disk."))
    } else {
        Finding::good(format!("{megabytes} MB are free on the disk."))
    })
}

fn address(config: &Config) -> Finding {
    match &config.server.public_url {
        None => Finding::note(
            "No public address is set: links and the chat snippet only work on this machine. Set LINKTOR_PUBLIC_URL.",
        ),
        Some(url) if url.scheme() != "https" => Finding::note(format!(
            "The public address {url} is not https: passwords travel in the open, and customers' sites cannot load the chat."
        )),
        Some(url) => Finding::good(format!("The public address is {url}")),
    }
}

/// Greets the mail server, and signs in there.
async fn mail(config: &Config) -> Finding {
    let mailer = Mailer::new(&config.mail);
    let (host, port) = (config.mail.host.as_deref(), config.mail.port());
    let Some(host) = host else {
        return Finding::note(
            "No mail server is set: nobody can ask for a new password by mail, and nobody is told when a channel breaks. Set LINKTOR_MAIL_HOST and LINKTOR_MAIL_FROM.",
        );
    };
    match mailer.check().await {
        Ok(()) => Finding::good(format!("The mail server {host} (port {port}) lets us in.")),
        Err(error) => Finding::bad(format!(
            "Mails do not go out through {host} (port {port}): {error}. See the LINKTOR_MAIL_ settings."
        )),
    }
}

/// What the data itself says: asked of the running server, or read here.
fn inside(config: &Config) -> Result<Vec<Finding>, StartError> {
    let path = config.server.data.join("control.sock");
    let (who, outcome) = match socket::call(&path, &Command::Status) {
        Ok(Some(answer)) if answer.ok => ("A server runs and answers.", Ok(answer.text)),
        Ok(Some(answer)) => ("A server runs and answers.", Err(answer.text)),
        Ok(None) => ("No server runs on this directory.", looked_here(config)?),
        Err(error) => return Ok(vec![Finding::bad(error)]),
    };
    let mut findings = vec![Finding::good(who)];
    match outcome.map(|text| serde_json::from_str::<Vec<Finding>>(&text)) {
        Ok(Ok(inside)) => findings.extend(inside),
        Ok(Err(error)) => findings.push(Finding::bad(format!(
            "The server's answer is not understood ({error}); is it of the same version?"
        ))),
        Err(error) => findings.push(Finding::bad(error)),
    }
    Ok(findings)
}

fn looked_here(config: &Config) -> Result<Result<String, String>, StartError> {
    let look = async {
        let offline = Offline::open(config, World::default()).map_err(|error| error.to_string())?;
        let outcome = operate::carry_out(&offline.engine, Command::Status).await;
        offline.close();
        outcome
    };
    app::run(look).map_err(StartError::new)
}

//! `linktor doctor`: looks at everything and says what is wrong and what to do, in plain words.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use url::Url;

use crate::app;
use crate::app::Offline;
use crate::app::StartError;
use crate::app::World;
use crate::base::http::Headers;
use crate::base::http::HttpRequest;
use crate::base::http::Method;
use crate::cli::tell;
use crate::config::Config;
use crate::control::Command;
use crate::control::operate;
use crate::control::socket;
use crate::control::status::Finding;
use crate::control::status::Level;
use crate::net::http::Http;
use crate::net::smtp::Mailer;
use crate::store::folder;

/// Below this much room on the disk somebody must act.
const ROOM_LEAST_BYTES: u64 = 200 * 1024 * 1024;
/// Below this much room it is worth knowing.
const ROOM_LOW_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// How long the public address has to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// What a data directory consists of.
struct Place {
    database: PathBuf,
    key: PathBuf,
    socket: PathBuf,
}

impl Place {
    fn of(data: &Path) -> Self {
        Self {
            database: data.join(folder::DATABASE),
            key: data.join(folder::KEY),
            socket: data.join(folder::CONTROL_SOCKET),
        }
    }
}

/// Whether something is there, or may be: who may not look does not know.
fn is_there(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

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
    let place = Place::of(data);
    let mut findings = vec![access(data), key(&place)];
    findings.extend(room(data));
    findings.push(app::run(address(config, &place)).map_err(StartError::new)?);
    findings.push(app::run(mail(config)).map_err(StartError::new)?);
    findings.extend(inside(config, &place)?);
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

fn key(place: &Place) -> Finding {
    let shown = place.key.display();
    match std::fs::metadata(&place.key) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => Finding::bad(format!(
            "Others on this machine may read {shown}: run chmod 600 {shown}"
        )),
        Ok(found) if found.len() != 32 => Finding::bad(format!(
            "{shown} is damaged: put back the one from your last backup."
        )),
        Ok(_) => Finding::good("secret.key is there and for its owner alone."),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Finding::bad(format!("{shown} cannot be looked at: {error}"))
        }
        Err(_) if is_there(&place.database) => Finding::bad(format!(
            "{shown} is not there: put back the one of your last backup before the next start, which makes another one. With that, every vendor token must be entered again."
        )),
        Err(_) => Finding::note(format!(
            "{shown} is not there yet: the first start makes it."
        )),
    }
}

fn room(data: &Path) -> Option<Finding> {
    let disk = rustix::fs::statvfs(data).ok()?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let megabytes = free / (1024 * 1024);
    Some(if free < ROOM_LEAST_BYTES {
        Finding::bad(format!(
            "Only {megabytes} MB are free on the disk: make room."
        ))
    } else if free < ROOM_LOW_BYTES {
        Finding::note(format!("{megabytes} MB are free on the disk."))
    } else {
        Finding::good(format!("{megabytes} MB are free on the disk."))
    })
}

/// Whether browsers are told an address that leads here.
async fn address(config: &Config, place: &Place) -> Finding {
    let Some(url) = &config.server.public_url else {
        return Finding::note(
            "No public address is set: links and the chat snippet only work on this machine. Set LINKTOR_PUBLIC_URL.",
        );
    };
    if url.scheme() != "https" {
        return Finding::note(format!(
            "The public address {url} is not https: passwords travel in the open, and customers' sites cannot load the chat."
        ));
    }
    if !is_there(&place.socket) {
        // Without a server nothing answers there.
        return Finding::good(format!("The public address is {url}"));
    }
    match led(config, url).await {
        Ok(()) => Finding::good(format!("The public address {url} leads to linktor.")),
        Err(why) => Finding::note(format!(
            "The public address {url} does not lead to linktor from this machine: {why}. Look at the name and at the proxy in front."
        )),
    }
}

/// Whether linktor answers at an address; why not, in words.
async fn led(config: &Config, url: &Url) -> Result<(), String> {
    // A name of one's own may well lead to a private address.
    let mut everywhere = config.clone();
    everywhere.security.allow_private_targets = true;
    let request = HttpRequest {
        method: Method::Get,
        url: format!("{url}healthz"),
        headers: Headers::default(),
        authorization: None,
        body: Vec::new(),
        timeout: ANSWER_WITHIN,
    };
    match Http::new(&everywhere).exchange(request).await {
        Ok(reply) if reply.status == 200 => Ok(()),
        Ok(reply) => Err(format!("the answer was {}", reply.status)),
        Err(error) => Err(error.to_string()),
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
fn inside(config: &Config, place: &Place) -> Result<Vec<Finding>, StartError> {
    let (who, outcome) = match socket::call(&place.socket, &Command::Status) {
        Ok(Some(answer)) if answer.ok => ("A server runs and answers.", Ok(answer.text)),
        Ok(Some(answer)) => ("A server runs and answers.", Err(answer.text)),
        Ok(None) => {
            let nobody = "No server runs on this directory.";
            if let Some(finding) = incomplete(place) {
                return Ok(vec![Finding::good(nobody), finding]);
            }
            (nobody, looked_here(config)?)
        }
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

/// Why the data is not opened to look at it: that would make what is missing.
fn incomplete(place: &Place) -> Option<Finding> {
    match (is_there(&place.database), is_there(&place.key)) {
        (true, true) => None,
        (true, false) => Some(Finding::note(
            "Without its key nothing inside was looked at.",
        )),
        (false, true) => Some(Finding::bad(format!(
            "{} is not there: restore your last backup into a new directory. The next start begins with an empty one.",
            place.database.display()
        ))),
        (false, false) => Some(Finding::note(
            "Nothing is in it yet: the first `linktor serve` fills it.",
        )),
    }
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

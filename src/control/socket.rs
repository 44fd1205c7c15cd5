//! The local socket: one line of JSON asks, one line answers.
//!
//! It lies in the data directory, which nobody but its owner may enter; whoever reaches it may do
//! everything.

use std::io::BufRead as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::net::UnixStream;
use tokio::task::JoinHandle;

use crate::control::Answer;
use crate::control::Command;
use crate::control::operate;
use crate::engine::Engine;

/// The longest command.
const COMMAND_MAX_BYTES: u64 = 64 * 1024;

/// The open socket of a running server. Dropping it leaves the file behind; [`ControlSocket::close`]
/// does not.
pub struct ControlSocket {
    path: PathBuf,
    listening: JoinHandle<()>,
}

impl ControlSocket {
    /// Opens the socket at `path`. Whoever calls holds the lock of the data directory, so a file
    /// that is there already was left behind by a server that was killed.
    ///
    /// # Errors
    /// The system's: the path may be too long for a socket.
    pub fn open(path: PathBuf, engine: Engine) -> std::io::Result<Self> {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let listening = tokio::spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => drop(tokio::spawn(converse(stream, engine.clone()))),
                    Err(error) => {
                        tracing::error!("the control socket cannot be heard: {error}");
                        return;
                    }
                }
            }
        });
        Ok(Self { path, listening })
    }

    /// Stops listening and removes the file. Commands under way go on.
    pub fn close(self) {
        self.listening.abort();
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!("{} could not be removed: {error}", self.path.display());
        }
    }
}

async fn converse(stream: UnixStream, engine: Engine) {
    let (from, mut to) = stream.into_split();
    let mut line = String::new();
    let mut reader = tokio::io::BufReader::new(from.take(COMMAND_MAX_BYTES));
    let answer = match reader.read_line(&mut line).await {
        Ok(_) => match serde_json::from_str::<Command>(&line) {
            Ok(command) => Answer::from(operate::carry_out(&engine, command).await),
            Err(error) => Answer::from(Err(format!(
                "the running server does not understand this command ({error}); is it of the same version?"
            ))),
        },
        Err(error) => Answer::from(Err(format!("the command could not be read: {error}"))),
    };
    let Ok(mut text) = serde_json::to_string(&answer) else {
        return;
    };
    text.push('\n');
    // An operator who did not wait for the answer does not want it.
    drop(to.write_all(text.as_bytes()).await);
}

/// Sends a command to the server behind the socket at `path`. `None`: there is none.
///
/// # Errors
/// One line for the operator: the socket may not be used, or the server ended in between.
pub fn call(path: &Path, command: &Command) -> Result<Option<Answer>, String> {
    use std::io::ErrorKind;
    let broken = |error: std::io::Error| {
        format!(
            "the running server behind {} does not answer: {error}",
            path.display()
        )
    };
    let mut stream = match std::os::unix::net::UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(error) => {
            return match error.kind() {
                ErrorKind::NotFound | ErrorKind::ConnectionRefused | ErrorKind::InvalidInput => {
                    Ok(None)
                }
                ErrorKind::PermissionDenied => Err(format!(
                    "{} is for the user who owns the data directory: run this as that user, such as with `sudo -u`",
                    path.display()
                )),
                _ => Err(broken(error)),
            };
        }
    };
    let mut text = serde_json::to_string(command).map_err(|error| error.to_string())?;
    text.push('\n');
    stream.write_all(text.as_bytes()).map_err(broken)?;
    let mut line = String::new();
    std::io::BufReader::new(stream)
        .read_line(&mut line)
        .map_err(broken)?;
    serde_json::from_str(&line)
        .map(Some)
        .map_err(|_| broken(ErrorKind::UnexpectedEof.into()))
}

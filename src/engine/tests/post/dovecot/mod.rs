//! A real Dovecot, as Debian has it.

mod config;
mod tokens;

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use serde_json::json;

use crate::engine::tests::post::dovecot::config::Access;
use crate::engine::tests::post::dovecot::config::Security;

/// Where it lies.
const PROGRAM: &str = "/usr/sbin/dovecot";

/// Makes a folder that is open to Dovecot too, which may read mail as another user.
fn open_folder(path: &Path) {
    std::fs::create_dir_all(path).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
}

/// A real mail server over a folder of its own.
pub(super) struct Dovecot {
    /// Where everything of it lies.
    pub folder: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
    written: u32,
}

impl Dovecot {
    /// A server on the same machine, without encryption.
    pub fn new() -> Self {
        Self::with(&Security::Open, &Access::Password)
    }

    /// The same for programs that sign in by this token.
    pub fn by_token(token: &str) -> Self {
        Self::with(&Security::Open, &Access::Token(token.to_owned()))
    }

    /// Believes another token from now on, and lets everybody go who came with the last.
    pub fn believe(&mut self, token: &str) {
        self.stop();
        self.write(&Security::Open, &Access::Token(token.to_owned()));
        self.start();
    }

    /// A server that lets nobody in before the conversation is encrypted.
    pub fn encrypted(certificate: &Path, key: &Path) -> Self {
        let security = Security::Encrypted {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        Self::with(&security, &Access::Password)
    }

    fn with(security: &Security, access: &Access) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        for name in [
            "", "run", "state", "mail", "mail/new", "mail/cur", "mail/tmp",
        ] {
            open_folder(&folder.path().join(name));
        }
        let mut dovecot = Self {
            folder,
            port,
            running: None,
            written: 0,
        };
        dovecot.write(security, access);
        dovecot.start();
        dovecot
    }

    fn write(&self, security: &Security, access: &Access) {
        let place = self.folder.path();
        let config = config::written(place, self.port, security, access);
        std::fs::write(place.join("dovecot.conf"), config).unwrap();
    }

    pub fn start(&mut self) {
        let child = Command::new(PROGRAM)
            .arg("-F")
            .arg("-c")
            .arg(self.folder.path().join("dovecot.conf"))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(child.expect("Dovecot is missing: tests/run installs it"));
    }

    pub fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let pid = child.id().to_string();
            // Those who serve somebody would go on for some seconds without it.
            let all = format!("-{pid}");
            drop(Command::new("kill").args(["--", &all]).status());
            child.wait().unwrap();
        }
    }

    pub fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Puts a mail into the mailbox, as a server that delivers does.
    pub fn deliver(&mut self, raw: &[u8]) {
        let mailbox = self.mail();
        self.deliver_to(&mailbox, raw);
    }

    /// The same into a folder of the mailbox, by its name as the protocol writes it; it is made where
    /// it is not there.
    pub fn deliver_into(&mut self, folder: &str, raw: &[u8]) {
        let folder = self.mail().join(format!(".{folder}"));
        for name in ["", "new", "cur", "tmp"] {
            open_folder(&folder.join(name));
        }
        self.deliver_to(&folder, raw);
    }

    fn deliver_to(&mut self, folder: &Path, raw: &[u8]) {
        self.written += 1;
        let name = format!("{}.M{}.here", 1_767_268_000 + self.written, self.written);
        let draft = folder.join("tmp").join(&name);
        std::fs::write(&draft, raw).unwrap();
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o666)).unwrap();
        std::fs::rename(&draft, folder.join("new").join(&name)).unwrap();
    }

    /// Forgets how mails are numbered.
    pub fn number_anew(&self) {
        for entry in std::fs::read_dir(self.mail()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("dovecot") && path.is_file() {
                std::fs::remove_file(&path).unwrap();
            }
        }
    }

    pub fn settings(&self) -> serde_json::Value {
        json!({
            "fromEmail": "support@acme.example",
            "inboundMode": "imap",
            "imapHost": "127.0.0.1",
            "imapPort": self.port,
            "imapUsername": "anna",
            "imapEncryption": "none",
            "imapInitialDays": 3650,
        })
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

//! A real Dovecot, as Debian has it.

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use serde_json::json;

/// What is said in the open is heard.
const OPEN: &str = "ssl = no\ndisable_plaintext_auth = no\n";
/// Whoever knows the password is let in.
const BY_PASSWORD: &str = "passdb {\n driver = static\n args = password=secret\n}\n";

/// Whoever has the token is let in.
fn believing(token: &str) -> String {
    format!(
        "auth_mechanisms = xoauth2\npassdb {{\n driver = static\n args = password={token}\n}}\n"
    )
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
        Self::with(OPEN, BY_PASSWORD)
    }

    /// The same for programs that sign in by this token.
    pub fn by_token(token: &str) -> Self {
        Self::with(OPEN, &believing(token))
    }

    /// Believes another token from now on, and lets everybody go who came with the last.
    pub fn believe(&mut self, token: &str) {
        self.stop();
        self.write(OPEN, &believing(token));
        self.start();
    }

    /// A server that lets nobody in before the conversation is encrypted.
    pub fn encrypted(certificate: &Path, key: &Path) -> Self {
        let (certificate, key) = (certificate.display(), key.display());
        let security = format!(
            "ssl = yes\nssl_cert = <{certificate}\nssl_key = <{key}\ndisable_plaintext_auth = yes\n\
             login_trusted_networks =\n"
        );
        Self::with(&security, BY_PASSWORD)
    }

    fn with(security: &str, access: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        for name in [
            "", "run", "state", "mail", "mail/new", "mail/cur", "mail/tmp",
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            // Dovecot reads mail as another user.
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
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

    fn write(&self, security: &str, access: &str) {
        let (dir, port) = (self.folder.path().display(), self.port);
        let config = format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/state\n\
             log_path = {dir}/log\n{security}first_valid_uid = 1\n\
             mail_location = maildir:{dir}/mail\n{access}\
             userdb {{\n driver = static\n args = uid=mail gid=mail home={dir}/mail\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n\
             inet_listener imaps {{\n port = 0\n }}\n}}\nservice anvil {{\n chroot =\n}}\n"
        );
        std::fs::write(self.folder.path().join("dovecot.conf"), config).unwrap();
    }

    pub fn start(&mut self) {
        let child = Command::new("/usr/sbin/dovecot")
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
        self.written += 1;
        let name = format!("{}.M{}.here", 1_767_268_000 + self.written, self.written);
        let draft = self.mail().join("tmp").join(&name);
        std::fs::write(&draft, raw).unwrap();
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o666)).unwrap();
        std::fs::rename(&draft, self.mail().join("new").join(&name)).unwrap();
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

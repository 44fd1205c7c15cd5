//! A real mail server: Exim of Debian's package `exim4-daemon-light`, in a folder of its own.
//!
//! It keeps every mail it takes as a file. Signing in as `desk` with `secret` works on every port;
//! `nobody@...` is refused and `later@...` put off. The token `fresh` is believed too, no other is. Its certificate is nobody's.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::support::eventually;

/// Whom the server runs as where root starts it; anybody else is nobody but themselves.
const SERVANT: &str = "Debian-exim";

/// The server; it ends with the value.
pub struct Exim {
    /// The port on which a conversation begins in the open and may be encrypted.
    pub plain: u16,
    /// The port that is encrypted from the first byte.
    pub tls: u16,
    folder: TempDir,
    running: Child,
}

impl Exim {
    /// Starts a server and waits until it answers.
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (plain, tls) = (free_port(), free_port());
        let place = folder.path().display().to_string();
        for name in ["spool", "box"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        certificate(&place);
        let conf = format!("{place}/exim.conf");
        let is_root = id("-u") == "0";
        let (user, group) = if is_root {
            (SERVANT.to_owned(), SERVANT.to_owned())
        } else {
            (id("-un"), id("-gn"))
        };
        std::fs::write(&conf, config(&place, (&user, &group), plain, tls)).unwrap();
        if is_root {
            run(Command::new("chown").args(["-R", SERVANT, &place]));
            run(Command::new("chmod").args(["755", &place]));
            run(Command::new("chown").args(["root", &conf]));
        }
        let running = Command::new("/usr/sbin/exim4")
            .args(["-C", &conf, "-bdf"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("exim4 is missing; tests/run installs exim4-daemon-light");
        eventually("the mail server answers", async || {
            TcpStream::connect(("127.0.0.1", plain)).await.ok()
        })
        .await;
        Self {
            plain,
            tls,
            folder,
            running,
        }
    }

    /// Every mail it took, with what it wrote above it.
    pub fn mails(&self) -> Vec<String> {
        let arrived: PathBuf = self.folder.path().join("box/new");
        let files = std::fs::read_dir(arrived).into_iter().flatten();
        let read = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        read.collect()
    }
}

impl Exim {
    /// How often it refused a recipient, for good or for the moment.
    pub fn refused(&self, whom: &str) -> usize {
        let log = std::fs::read_to_string(self.folder.path().join("log-main"));
        let words = format!("RCPT <{whom}>");
        log.unwrap_or_default().matches(&words).count()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        // It may have ended by itself; the folder goes either way.
        let _ = self.running.kill();
        let _ = self.running.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.unwrap().success(), "{command:?}");
}

/// Who runs this, as `id` tells it.
fn id(what: &str) -> String {
    let told = Command::new("id").arg(what).output().unwrap().stdout;
    String::from_utf8(told).unwrap().trim().to_owned()
}

fn certificate(place: &str) {
    run(Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-keyout",
        ])
        .arg(format!("{place}/key.pem"))
        .arg("-out")
        .arg(format!("{place}/cert.pem")));
}

fn config(place: &str, (user, group): (&str, &str), plain: u16, tls: u16) -> String {
    format!(
        "primary_hostname = localhost
exim_user = {user}
exim_group = {group}
deliver_drop_privilege = true
never_users =
spool_directory = {place}/spool
log_file_path = {place}/log-%s
pid_file_path = {place}/exim.pid
daemon_smtp_ports = {plain} : {tls}
tls_on_connect_ports = {tls}
local_interfaces = 127.0.0.1
tls_certificate = {place}/cert.pem
tls_privatekey = {place}/key.pem
tls_advertise_hosts = *
message_size_limit = 60M
acl_smtp_rcpt = rcpt
acl_smtp_data = accept
keep_environment =
begin acl
rcpt:
  deny local_parts = nobody
       message = 5.1.1 no such person
  defer local_parts = later
       message = 4.2.0 try later
  accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = {place}/box
  maildir_format
  user = {user}
  envelope_to_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{desk}}}}{{eq{{$auth3}}{{secret}}}}}}}}
  server_set_id = $auth2
xoauth2:
  driver = plaintext
  public_name = XOAUTH2
  server_condition = ${{if match{{$auth1}}{{Bearer fresh}}}}
  server_set_id = token
"
    )
}

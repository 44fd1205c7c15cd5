//! nginx in front of a server, with the very file that deploy/ offers. Only what every reader of the
//! file changes too is changed: the certificate, the ports, and where linktor listens.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Child;
use std::process::Command;

use crate::support::eventually;

const NGINX: &str = "/usr/sbin/nginx";
const EXAMPLE: &str = include_str!("../../../deploy/nginx.conf");

/// A running nginx. It ends with this.
pub struct Proxy {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that nothing listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

impl Proxy {
    /// Puts nginx in front of a server and waits until it answers.
    pub async fn start(port: u16, upstream: &str) -> Self {
        assert!(
            Path::new(NGINX).exists(),
            "install nginx-light for this test"
        );
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("nginx.conf");
        fs::write(&main, around(&site(port, upstream), folder.path())).unwrap();
        let child = Command::new(NGINX)
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&main)
            .args(["-e", "stderr"])
            .spawn()
            .unwrap();
        let proxy = Self {
            child,
            _folder: folder,
        };
        eventually("nginx listens", async || {
            let socket = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
            socket.ok().map(drop)
        })
        .await;
        proxy
    }
}

/// The example without its certificate and without the site that leads to it.
fn site(port: u16, upstream: &str) -> String {
    let (before, rest) = EXAMPLE.split_once("server {").unwrap();
    let (_redirect, secure) = rest.split_once("server {").unwrap();
    let host = upstream.trim_start_matches("http://");
    let kept = secure.lines().filter(|line| {
        let line = line.trim();
        !line.starts_with("ssl_") && !line.starts_with("listen [::]")
    });
    let secure = kept.collect::<Vec<_>>().join("\n");
    let changed = format!("{before}server {{{secure}")
        .replacen(
            "listen 443 ssl http2;",
            &format!("listen 127.0.0.1:{port};"),
            1,
        )
        .replacen("server 127.0.0.1:8080;", &format!("server {host};"), 1);
    assert!(
        changed.contains(&format!(":{port};")) && changed.contains(host),
        "deploy/nginx.conf has changed: {changed}"
    );
    changed
}

/// What Debian's own nginx.conf says around a site, in a folder of our own.
fn around(site: &str, folder: &Path) -> String {
    let folder = folder.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|kind| format!("{kind}_temp_path {folder}/{kind};\n"))
        .concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr crit;\n\
         events {{}}\nhttp {{\naccess_log off;\n{temporary}{site}\n}}\n"
    )
}

//! A certificate, made by openssl.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

const WISHES: &str = "[req]
distinguished_name = who
x509_extensions = more
prompt = no
[who]
CN = localhost
[more]
basicConstraints = critical,CA:FALSE
subjectAltName = ";

/// Makes a certificate and its key in a folder, for whom it names: `DNS:localhost`.
pub(super) fn made(folder: &Path, whom: &str) -> (PathBuf, PathBuf) {
    let certificate = folder.join("cert.pem");
    let (key, wishes) = (key_beside(&certificate), folder.join("wishes"));
    std::fs::write(&wishes, format!("{WISHES}{whom}\n")).unwrap();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"])
        .args(["-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args([Path::new("-config"), &wishes])
        .args([Path::new("-keyout"), &key])
        .args([Path::new("-out"), &certificate])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    (certificate, key)
}

/// The key that belongs to a certificate.
pub(super) fn key_beside(certificate: &Path) -> PathBuf {
    certificate.with_file_name("key.pem")
}

//! What `linktor doctor` says of a directory in which something is missing, and that it only looks.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::server::Server;

/// What it says, and whether all is well.
fn doctor(data: &Path, more: &[&str]) -> (String, bool) {
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_linktor"));
    doctor.arg("doctor").arg("--data").arg(data).args(more);
    let output = doctor.env_clear().output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (said, output.status.success())
}

/// A directory with an owner and a channel that has secrets.
fn used(data: &Path) {
    linktor::app::run(async {
        let server = Server::start(data).await;
        server.website(json!({})).await;
        server.stop().await;
    })
    .unwrap();
}

#[test]
fn a_key_that_is_gone_is_missed_and_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    used(&data);
    let (said, well) = doctor(&data, &[]);
    assert!(well, "{said}");

    let key = data.join("secret.key");
    std::fs::remove_file(&key).unwrap();
    let (said, well) = doctor(&data, &[]);
    assert!(
        !well && said.contains("put back the one of your last backup"),
        "{said}"
    );
    assert!(!key.exists(), "it only looks");

    // As after a start without the key, or with the one of another installation.
    std::fs::write(&key, [7; 32]).unwrap();
    let (said, well) = doctor(&data, &[]);
    let told = "were kept with another secret.key";
    assert!(!well && said.contains(told), "{said}");
}

#[test]
fn a_database_that_is_gone_or_damaged_is_missed_and_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    used(&data);
    let database = data.join("linktor.redb");
    std::fs::write(&database, "no database").unwrap();
    let (said, well) = doctor(&data, &[]);
    assert!(!well && said.contains("restore your last backup"), "{said}");

    std::fs::remove_file(&database).unwrap();
    let (said, well) = doctor(&data, &[]);
    assert!(!well && said.contains("restore your last backup"), "{said}");
    assert!(!database.exists(), "it only looks");

    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let (said, _) = doctor(&empty, &[]);
    assert!(
        said.contains("the first `linktor serve` fills it"),
        "{said}"
    );
    assert_eq!(std::fs::read_dir(&empty).unwrap().count(), 0);
}

#[test]
fn a_public_address_that_leads_elsewhere_is_told_while_the_server_runs() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let address = ["--public-url", "https://nowhere.invalid"];
    linktor::app::run(async {
        let server = Server::start(&data).await;
        let place = data.clone();
        let looking = tokio::task::spawn_blocking(move || doctor(&place, &address));
        let (said, _) = looking.await.unwrap();
        assert!(
            said.contains("does not lead to linktor from this machine"),
            "{said}"
        );
        server.stop().await;
    })
    .unwrap();
    let (said, _) = doctor(&data, &address);
    assert!(
        said.contains("The public address is https://nowhere.invalid/"),
        "{said}"
    );
}

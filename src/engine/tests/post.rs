//! Mail over real protocols: a real Dovecot for mailboxes, and our own listener for what other
//! servers bring. `tests/run` installs Dovecot.

use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use serde_json::json;
use tokio::io::AsyncBufReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use tokio::net::TcpStream;

use super::Office;
use super::id;
use crate::config::Config;
use crate::engine::context::secret_place;
use crate::engine::inbox::reading::Reading;
use crate::engine::workers::Workers;
use crate::engine::workers::reception;
use crate::model::actor::Actor;
use crate::model::channel::ChannelKind;
use crate::model::ids::ChannelId;
use crate::model::mail::Mail;
use crate::model::message::Message;
use crate::model::permission::Role;
use crate::net::reception::Terms;
use crate::store::Direction as Order;
use crate::store::records::attachments;
use crate::store::records::channels;
use crate::store::records::counters;
use crate::store::records::counters::Counter;
use crate::store::records::messages;

/// The longest anything may take here that is not about time.
const PATIENCE: Duration = Duration::from_secs(120);

async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An office whose mailbox may be on this machine, with an email channel of these settings.
async fn office(settings: serde_json::Value) -> (Office, ChannelId) {
    let mut config = Config::default();
    config.security.allow_private_targets = true;
    let office = Office::with(&config).await;
    let channel: ChannelId = id(77);
    let place = secret_place(channel, "imapPassword");
    let password = office.context.sealer.seal(&place, b"secret");
    let website = office.channel;
    office
        .write(move |tx| {
            let mut mailbox = channels::get(tx, website)?.unwrap();
            mailbox.id = channel;
            mailbox.kind = ChannelKind::named("email");
            mailbox.settings = settings.as_object().cloned().unwrap_or_default();
            mailbox.secrets = [("imapPassword".to_owned(), password.clone())].into();
            channels::put(tx, &mailbox)
        })
        .await;
    (office, channel)
}

fn received(office: &Office) -> Vec<Message> {
    let read = office.context.store.snapshot().unwrap();
    let all = messages::by_age(&read, None, Order::Forward, 20_000).unwrap();
    all.into_iter().filter(|message| !message.private).collect()
}

async fn words(office: &Office, wanted: &str) -> Message {
    let what = format!("a mail that says {wanted}");
    eventually(&what, || {
        let mut all = received(office).into_iter();
        all.find(|message| message.content.words() == wanted)
    })
    .await
}

/// A real mail server over a folder of its own.
struct Dovecot {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
    written: u32,
}

impl Dovecot {
    fn new() -> Self {
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
        let dir = folder.path().display();
        let config = format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/state\n\
             log_path = {dir}/log\nssl = no\ndisable_plaintext_auth = no\nfirst_valid_uid = 1\n\
             mail_location = maildir:{dir}/mail\n\
             passdb {{\n driver = static\n args = password=secret\n}}\n\
             userdb {{\n driver = static\n args = uid=mail gid=mail home={dir}/mail\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n\
             inet_listener imaps {{\n port = 0\n }}\n}}\nservice anvil {{\n chroot =\n}}\n"
        );
        std::fs::write(folder.path().join("dovecot.conf"), config).unwrap();
        let mut dovecot = Self {
            folder,
            port,
            running: None,
            written: 0,
        };
        dovecot.start();
        dovecot
    }

    fn start(&mut self) {
        let child = Command::new("/usr/sbin/dovecot")
            .arg("-F")
            .arg("-c")
            .arg(self.folder.path().join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.running = Some(child.expect("Dovecot is missing: tests/run installs it"));
    }

    fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let pid = child.id().to_string();
            // Asked kindly it ends its own children too.
            drop(Command::new("kill").arg(&pid).status());
            child.wait().unwrap();
        }
    }

    fn mail(&self) -> PathBuf {
        self.folder.path().join("mail")
    }

    /// Puts a mail into the mailbox, as a server that delivers does.
    fn deliver(&mut self, raw: &[u8]) {
        self.written += 1;
        let name = format!("{}.M{}.here", 1_767_268_000 + self.written, self.written);
        let draft = self.mail().join("tmp").join(&name);
        std::fs::write(&draft, raw).unwrap();
        std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o666)).unwrap();
        std::fs::rename(&draft, self.mail().join("new").join(&name)).unwrap();
    }

    /// Forgets how mails are numbered.
    fn number_anew(&self) {
        for entry in std::fs::read_dir(self.mail()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("dovecot") && path.is_file() {
                std::fs::remove_file(&path).unwrap();
            }
        }
    }

    fn settings(&self) -> serde_json::Value {
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

fn plain(number: u32) -> Vec<u8> {
    format!(
        "From: Customer {number} <c{number}@x.example>\r\nTo: support@acme.example\r\n\
         Subject: Mail {number}\r\nMessage-ID: <{number}@x.example>\r\n\r\nWords {number}\r\n"
    )
    .into_bytes()
}

/// Lets the pauses after trouble pass until something is there.
async fn after_pauses(office: &Office, wanted: &str) {
    eventually(wanted, || {
        office.context.clock.advance(Duration::from_secs(60));
        let all = received(office);
        all.iter()
            .any(|message| message.content.words() == wanted)
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mailbox_is_read_listened_to_and_read_again_after_every_kind_of_break() {
    let mut dovecot = Dovecot::new();
    dovecot.deliver(&plain(1));
    let (office, _) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    after_pauses(&office, "Words 1").await;
    // The clock stands still now: only the server can tell.
    dovecot.deliver(&plain(2));
    words(&office, "Words 2").await;
    dovecot.stop();
    dovecot.deliver(&plain(3));
    dovecot.start();
    after_pauses(&office, "Words 3").await;
    dovecot.stop();
    dovecot.number_anew();
    dovecot.deliver(&plain(4));
    dovecot.start();
    after_pauses(&office, "Words 4").await;
    assert_eq!(received(&office).len(), 4, "nothing came twice");
    workers.stop(Duration::from_secs(5)).await;
}

/// The flags of the mails in the mailbox, as the server keeps them.
fn flags(dovecot: &Dovecot) -> Vec<String> {
    let read = ["new", "cur"].map(|name| std::fs::read_dir(dovecot.mail().join(name)).unwrap());
    let names = read.into_iter().flatten().map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.split_once(":2,")
            .map_or_else(String::new, |(_, flags)| flags.to_owned())
    });
    names.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_marked_as_read_once_somebody_reads_it_here() {
    let mut dovecot = Dovecot::new();
    for number in [1, 2] {
        dovecot.deliver(&plain(number));
    }
    let mut settings = dovecot.settings();
    settings["imapMarkSeen"] = true.into();
    let (office, _) = office(settings).await;
    let workers = Workers::start(&office.context);
    after_pauses(&office, "Words 2").await;
    assert!(flags(&dovecot).iter().all(|flags| !flags.contains('S')));
    let message = words(&office, "Words 1").await;
    let reading = Reading(office.context.clone());
    let actor = Actor::user(id(1), Role::Owner, "Ana");
    reading
        .mark_read(&actor, message.conversation_id)
        .await
        .unwrap();
    eventually("the one that was read is marked, the other is not", || {
        office.context.clock.advance(Duration::from_secs(1));
        let flags = flags(&dovecot);
        let seen = flags.iter().filter(|flags| flags.contains('S')).count();
        (seen == 1).then_some(())
    })
    .await;
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_mails_are_caught_up_with() {
    let mut dovecot = Dovecot::new();
    for number in 1..=10_000 {
        dovecot.deliver(&plain(number));
    }
    let (office, _) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    let begun = Instant::now();
    let count = || {
        let read = office.context.store.snapshot().unwrap();
        counters::get(&read, Counter::Inbound).unwrap()
    };
    while begun.elapsed() < Duration::from_secs(600) && count() < 10_000 {
        office.context.clock.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(received(&office).len(), 10_000);
    eprintln!("10,000 mails in {:?}", begun.elapsed());
    workers.stop(Duration::from_secs(5)).await;
}

/// The most memory this process had, in bytes.
fn memory_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

fn with_file(path: &Path, bytes: usize) {
    use base64::Engine as _;
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    file.write_all(
        b"From: ana@x.example\r\nMessage-ID: <big@x.example>\r\n\
          Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nA big file\r\n--b\r\n\
          Content-Type: application/octet-stream; name=big.bin\r\n\
          Content-Transfer-Encoding: base64\r\n\r\n",
    )
    .unwrap();
    let line = base64::engine::general_purpose::STANDARD.encode([7; 57]);
    for _ in 0..bytes / 57 {
        file.write_all(line.as_bytes()).unwrap();
        file.write_all(b"\r\n").unwrap();
    }
    file.write_all(b"--b--\r\n").unwrap();
}

/// In a process of its own: the memory of other tests counts for nothing.
#[test]
fn a_file_of_forty_megabytes_comes_in_without_being_held_in_memory() {
    let alone = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "engine::tests::post::forty_megabytes_alone",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&alone.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in a process of its own"]
async fn forty_megabytes_alone() {
    let mut dovecot = Dovecot::new();
    let big = dovecot.folder.path().join("big");
    with_file(&big, 40 * 1024 * 1024);
    let (office, _) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    dovecot.deliver(&plain(1));
    after_pauses(&office, "Words 1").await;
    let before = memory_peak();
    let place = dovecot.mail().join("new").join("1767269999.M9.here");
    std::fs::set_permissions(&big, std::fs::Permissions::from_mode(0o666)).unwrap();
    std::fs::rename(&big, &place).unwrap();
    let message = words(&office, "A big file").await;
    let file = Mail::of(&message.metadata).unwrap().attachments[0]
        .id
        .unwrap();
    let read = office.context.store.snapshot().unwrap();
    let file = attachments::get(&read, file).unwrap().unwrap();
    assert_eq!(file.size_bytes, 40 * 1024 * 1024 / 57 * 57);
    drop(read);
    let grown = memory_peak().saturating_sub(before);
    assert!(grown < 40 * 1024 * 1024, "memory grew by {grown} bytes");
    workers.stop(Duration::from_secs(5)).await;
}

/// A server that brings mail.
struct Courier {
    stream: BufReader<TcpStream>,
}

impl Courier {
    async fn come(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.unwrap();
        let mut courier = Self {
            stream: BufReader::new(stream),
        };
        assert_eq!(courier.hear().await, 220);
        courier
    }

    /// The code of the next answer.
    async fn hear(&mut self) -> u16 {
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line);
            let count = tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
            assert!(count > 0, "the listener hung up");
            if line.as_bytes()[3] == b' ' {
                return line[..3].parse().unwrap();
            }
        }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
    }

    async fn say(&mut self, words: &str) -> u16 {
        self.write(format!("{words}\r\n").as_bytes()).await;
        self.hear().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_servers_bring_mail_for_us_and_for_nobody_else() {
    let settings = json!({"fromEmail": "support@acme.example", "inboundMode": "smtp"});
    let (office, _) = office(settings).await;
    let mut workers = Workers::start(&office.context);
    let listener = Arc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
    let place = listener.local_addr().unwrap();
    let terms = Terms {
        host: "mx.acme.example".to_owned(),
        mail_bytes: 100_000,
        tls: None,
    };
    workers.run("reception", &office.context, move |context, stop| {
        reception::run(context, listener.clone(), terms.clone(), stop)
    });
    let mut courier = Courier::come(place).await;
    for (words, expected) in [
        ("MAIL FROM:<ana@x.example>", 503),
        ("EHLO mail.x.example", 250),
        ("STARTTLS", 502),
        ("AUTH PLAIN AGEAYg==", 503),
        ("FROBNICATE", 500),
        ("DATA", 503),
        ("MAIL FROM:<ana@x.example> SIZE=100001", 552),
        ("MAIL FROM:<ana@x.example>", 250),
        ("DATA", 503),
        ("RCPT TO:<someone@elsewhere.example>", 550),
        ("RCPT TO:<support%elsewhere.example@acme.example>", 550),
        ("RCPT TO:<Support+conv-x@acme.example>", 250),
        ("DATA", 354),
    ] {
        assert_eq!(courier.say(words).await, expected, "{words}");
    }
    courier
        .write(b"From: ana@x.example\r\nMessage-ID: <s1@x.example>\r\n\r\n..dotted\r\n.\r\n")
        .await;
    assert_eq!(courier.hear().await, 250);
    let message = words(&office, ".dotted").await;
    assert_eq!(message.from, "ana@x.example");
    // Too large, though nobody said so: read to its end and refused; the session goes on.
    courier.say("MAIL FROM:<>").await;
    courier.say("RCPT TO:<support@acme.example>").await;
    courier.say("DATA").await;
    courier.write(&b"0123456789abcdef\r\n".repeat(10_000)).await;
    courier.write(b".\r\n").await;
    assert_eq!(courier.hear().await, 552);
    // Several commands in one piece.
    courier
        .write(
            b"MAIL FROM:<bob@x.example>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\n\
              From: bob@x.example\r\n\r\nIn one piece\r\n.\r\nQUIT\r\n",
        )
        .await;
    for expected in [250, 250, 354, 250, 221] {
        assert_eq!(courier.hear().await, expected);
    }
    words(&office, "In one piece").await;
    assert_eq!(received(&office).len(), 2);
    workers.stop(Duration::from_secs(5)).await;
}

//! Mail out of a mailbox.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use super::bombs::REASONS;
use super::bombs::bombs;
use super::bombs::put_aside;
use super::certificate;
use super::dovecot::Dovecot;
use super::eventually;
use super::office;
use super::passes_alone;
use super::received;
use super::words;
use crate::engine::inbox::reading::Reading;
use crate::engine::tests::Office;
use crate::engine::tests::id;
use crate::engine::workers::Workers;
use crate::model::actor::Actor;
use crate::model::channel::HealthNote;
use crate::model::mail::Mail;
use crate::model::permission::Role;
use crate::store::DEFAULT_CACHE_BYTES;
use crate::store::records::attachments;
use crate::store::records::channels;
use crate::store::records::counters;
use crate::store::records::counters::Counter;

/// By how much memory may grow while ten thousand mails are caught up with: the pages of the database
/// that are kept, what the index writes from, and 40 MB for all else.
const CAUGHT_UP_BYTES: u64 = DEFAULT_CACHE_BYTES as u64 + INDEX_BYTES + 40 * 1024 * 1024;

/// What the index of these tests writes from, in bytes.
const INDEX_BYTES: u64 = 15_000_000;

pub(super) fn plain(number: u32) -> Vec<u8> {
    format!(
        "From: Customer {number} <c{number}@x.example>\r\nTo: support@acme.example\r\n\
         Subject: Mail {number}\r\nMessage-ID: <{number}@x.example>\r\n\r\nWords {number}\r\n"
    )
    .into_bytes()
}

/// Lets the pauses after trouble pass until something is there.
pub(super) async fn after_pauses(office: &Office, wanted: &str) {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_folders_are_read_each_from_where_it_was_left() {
    let mut dovecot = Dovecot::new();
    dovecot.deliver(&plain(1));
    dovecot.deliver_into("B&APw-ro", &plain(2));
    let mut settings = dovecot.settings();
    settings["imapFolder"] = "INBOX, B\u{fc}ro".into();
    let (office, _) = office(settings).await;
    let workers = Workers::start(&office.context);
    for wanted in ["Words 1", "Words 2"] {
        after_pauses(&office, wanted).await;
    }
    dovecot.stop();
    dovecot.deliver_into("B&APw-ro", &plain(3));
    dovecot.deliver(&plain(4));
    dovecot.start();
    for wanted in ["Words 3", "Words 4"] {
        after_pauses(&office, wanted).await;
    }
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

/// In a process of its own: the memory of other tests counts for nothing.
#[test]
fn ten_thousand_mails_are_caught_up_with_in_bounded_memory() {
    passes_alone("mailbox::ten_thousand_alone", []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in a process of its own"]
async fn ten_thousand_alone() {
    let mut dovecot = Dovecot::new();
    let (office, _) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    dovecot.deliver(&plain(1));
    after_pauses(&office, "Words 1").await;
    let before = memory("RssAnon");
    dovecot.stop();
    for number in 2..=10_000 {
        dovecot.deliver(&plain(number));
    }
    dovecot.start();
    let begun = Instant::now();
    let count = || {
        let read = office.context.store.snapshot().unwrap();
        counters::get(&read, Counter::Inbound).unwrap()
    };
    let mut most = before;
    while begun.elapsed() < Duration::from_secs(600) && count() < 10_000 {
        office.context.clock.advance(Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
        most = most.max(memory("RssAnon"));
    }
    let grown = most - before;
    eprintln!("10,000 mails in {:?}, {grown} bytes more", begun.elapsed());
    assert_eq!(count(), 10_000, "each came once");
    assert!(grown < CAUGHT_UP_BYTES, "memory grew by {grown} bytes");
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_that_comes_while_other_mail_is_brought_in_is_not_waited_for() {
    let mut dovecot = Dovecot::new();
    dovecot.deliver(&plain(1));
    let (office, _) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    after_pauses(&office, "Words 1").await;
    // The clock stands still, and the last of them come before the first are here.
    for number in 2..=400 {
        dovecot.deliver(&plain(number));
    }
    words(&office, "Words 400").await;
    assert_eq!(received(&office).len(), 400);
    workers.stop(Duration::from_secs(5)).await;
}

/// A figure of the memory of this process, in bytes: `VmHWM` is the most it ever had, `RssAnon` what
/// it has now, without the program itself.
pub(super) fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

/// Writes a mail with a file of so many bytes.
pub(super) fn with_file(path: &Path, bytes: usize) {
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
    passes_alone("mailbox::forty_megabytes_alone", []);
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
    let before = memory("VmHWM");
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
    let grown = memory("VmHWM").saturating_sub(before);
    assert!(grown < 40 * 1024 * 1024, "memory grew by {grown} bytes");
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mails_that_are_made_to_hurt_are_put_aside_and_those_behind_them_are_read() {
    let mut dovecot = Dovecot::new();
    for raw in bombs().into_iter().chain([plain(1)]) {
        dovecot.deliver(&raw);
    }
    let (office, channel) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    after_pauses(&office, "Words 1").await;
    assert_eq!(put_aside(&office, channel), REASONS);
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_mail_that_is_too_large_only_the_head_is_fetched() {
    let mut dovecot = Dovecot::new();
    let big = dovecot.folder.path().join("big");
    with_file(&big, 46 * 1024 * 1024);
    let (office, _) = office(dovecot.settings()).await;
    let workers = Workers::start(&office.context);
    dovecot.deliver(&plain(1));
    after_pauses(&office, "Words 1").await;
    std::fs::set_permissions(&big, std::fs::Permissions::from_mode(0o666)).unwrap();
    let place = dovecot.mail().join("new").join("1767269999.M9.here");
    std::fs::rename(&big, &place).unwrap();
    let told = eventually("the head of the large mail", || {
        let mut all = received(&office).into_iter();
        all.find_map(|message| {
            Mail::of(&message.metadata).filter(|mail| mail.media_error.is_some())
        })
    })
    .await;
    assert_eq!(told.media_error.as_deref(), Some("too_big"));
    assert_eq!(told.message_id, "big@x.example");
    assert!(told.attachments.is_empty(), "{:?}", told.attachments);
    // Those behind it are read.
    dovecot.deliver(&plain(2));
    after_pauses(&office, "Words 2").await;
    workers.stop(Duration::from_secs(5)).await;
}

/// In a process of its own, which believes the certificate of the test.
#[test]
fn a_mailbox_that_is_encrypted_after_its_greeting_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, _) = certificate::made(folder.path(), "DNS:localhost");
    passes_alone("mailbox::encrypted_alone", [("SSL_CERT_FILE", certificate)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test above runs it, in a process of its own"]
async fn encrypted_alone() {
    let certificate = PathBuf::from(std::env::var("SSL_CERT_FILE").unwrap());
    let mut dovecot = Dovecot::encrypted(&certificate, &certificate::key_beside(&certificate));
    dovecot.deliver(&plain(1));
    let mut settings = dovecot.settings();
    settings["imapHost"] = "localhost".into();
    settings["imapEncryption"] = "starttls".into();
    let (office, channel) = office(settings).await;
    let workers = Workers::start(&office.context);
    after_pauses(&office, "Words 1").await;
    // Another name than the certificate's is not believed, and nothing is said in the open.
    office
        .write(move |tx| {
            let mut mailbox = channels::get(tx, channel)?.unwrap();
            mailbox
                .settings
                .insert("imapHost".to_owned(), "127.0.0.1".into());
            channels::put(tx, &mailbox)
        })
        .await;
    dovecot.deliver(&plain(2));
    eventually("the channel says what is wrong", || {
        office.context.clock.advance(Duration::from_secs(60));
        let read = office.context.store.snapshot().unwrap();
        let now = channels::get(&read, channel).unwrap().unwrap();
        let says = |note: &HealthNote| note.text.contains("could not be encrypted");
        now.notes.iter().any(says).then_some(())
    })
    .await;
    assert_eq!(received(&office).len(), 1);
    workers.stop(Duration::from_secs(5)).await;
}

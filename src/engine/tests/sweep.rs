//! Files nothing needs any more.

use std::fs::File;
use std::time::SystemTime;

use super::*;
use crate::engine::inbox::files::Files;
use crate::engine::workers::sweep;
use crate::model::attachment::Attachment;
use crate::model::content::Media;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A picture of one pixel, told apart by what stands behind it.
fn picture(mark: u8) -> Vec<u8> {
    let mut bytes = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec();
    bytes.push(mark);
    bytes
}

async fn upload(files: &Files, actor: &Actor, mark: u8) -> Attachment {
    let chunks = [Ok::<_, std::convert::Infallible>(picture(mark))];
    let bytes = futures_util::stream::iter(chunks);
    files.upload(actor, "a.gif", bytes).await.unwrap()
}

/// Makes a stored file as old as the clock of the test says, and a moment more.
fn age(office: &Office, digest: &[u8; 32]) {
    let now = office.context.clock.now().minus(DAY * 2).as_millis();
    let then = SystemTime::UNIX_EPOCH + Duration::from_millis(now.try_into().unwrap());
    let path = office.context.store.blobs().path(digest);
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(then).unwrap();
}

#[tokio::test]
async fn a_file_lives_as_long_as_a_message_carries_it() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let ana = office.customer("Ana").await;
    let (conversation, _) = office.hear(&ana, "a picture, please").await;
    let files = &office.engine.files;
    let file = upload(files, &boss, 1).await;
    let media = Media {
        media_id: Some(file.id),
        ..Media::default()
    };
    let draft = Draft::new(Content::Image(media), Source::Dashboard);
    let target = Target::Conversation(conversation.id);
    let sent = office.engine.sending.send(&boss, target, draft, None).await;
    sent.unwrap();
    office.context.clock.advance(DAY * 3);
    age(&office, &file.digest);

    sweep::work(&office.context).await.unwrap();
    assert!(files.get(file.id).is_ok());
    assert!(files.path(&file).exists());

    let gone = office.engine.changing.delete(&boss, conversation.id);
    gone.await.unwrap();
    sweep::work(&office.context).await.unwrap();
    assert_eq!(code(files.get(file.id)), Code::ResourceNotFound);
    assert!(!files.path(&file).exists());
}

#[tokio::test]
async fn bytes_without_a_record_go_after_a_day_and_shared_ones_stay() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let blobs = office.context.store.blobs();
    let orphan = blobs.store_bytes(picture(1)).await.unwrap();
    let fresh = blobs.store_bytes(picture(2)).await.unwrap();
    let again = blobs.store_bytes(picture(3)).await.unwrap();
    let named = upload(&office.engine.files, &boss, 4).await;
    office.context.clock.advance(DAY * 3);
    for digest in [orphan.digest, again.digest, named.digest] {
        age(&office, &digest);
    }
    blobs.store_bytes(picture(3)).await.unwrap();
    sweep::work(&office.context).await.unwrap();
    let there = [orphan.digest, fresh.digest, again.digest, named.digest]
        .map(|digest| blobs.path(&digest).exists());
    assert_eq!(there, [false, true, true, true]);
}

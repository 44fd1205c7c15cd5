//! What hangs on a mail.

use super::message;
use crate::channels::email::incoming::Source;
use crate::model::content::Content;

#[test]
fn files_shown_in_the_html_are_told_from_others() {
    let raw = "From: a@x.example
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/related; boundary=r

--r
Content-Type: text/html

<p>See <img src=\"cid:logo%40x\"> and <img src=\"https://t.example/p.gif\"></p>
--r
Content-Type: image/png; name=logo.png
Content-Disposition: attachment; filename=logo.png
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

iVBORw0=
--r--
--m
Content-Type: application/pdf
Content-Disposition: attachment; filename*0*=utf-8''Or%C3%A7; filename*1*=amento.pdf

x
--m
Content-Type: text/x-unknown
Content-Disposition: attachment

y
--m--
";
    let (read, mail, files) = message(raw);
    assert_eq!(read.message.content, Content::text("See and"));
    assert_eq!(
        mail.html.as_deref(),
        Some(
            "<p>See <img src=\"cid:0\"> and <img data-remote-src=\"https://t.example/p.gif\"></p>"
        )
    );
    assert!(mail.has_remote_images);
    let named: Vec<_> = mail
        .attachments
        .iter()
        .map(|file| (file.filename.as_str(), file.inline, file.size))
        .collect();
    assert_eq!(
        named,
        [
            ("logo.png", true, 5),
            ("Or\u{e7}amento.pdf", false, 1),
            ("attachment-3.bin", false, 1)
        ]
    );
    assert_eq!(
        files.attached,
        [Source::Shelf(0), Source::Shelf(1), Source::Shelf(2)]
    );
}

#[test]
fn a_mail_that_is_only_a_file_is_that_file() {
    let raw = "From: a@x.example
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: text/plain


--m
Content-Type: image/jpeg; name=photo.jpg

x
--m
Content-Type: application/pdf; name=b.pdf

y
--m--
";
    let (read, mail, files) = message(raw);
    let Content::Image(media) = &read.message.content else {
        unreachable!("{:?}", read.message.content);
    };
    assert_eq!(media.filename.as_deref(), Some("photo.jpg"));
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(files.content, Some(Source::Shelf(0)));
    assert_eq!(files.attached, [Source::Shelf(1)]);
}

#[test]
fn invitations_are_read_once_and_kept_as_a_file() {
    let raw = "From: a@x.example
Content-Type: multipart/mixed; boundary=m

--m
Content-Type: multipart/alternative; boundary=b

--b

Please come
--b
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Demo
DTSTART:20260710T090000Z
END:VEVENT
END:VCALENDAR
--b--
--m
Content-Type: text/calendar; name=invite.ics
Content-Disposition: attachment; filename=invite.ics

BEGIN:VCALENDAR
END:VCALENDAR
--m--
";
    let (_, mail, _) = message(raw);
    assert_eq!(mail.invite.unwrap().summary, "Demo");
    assert_eq!(mail.attachments.len(), 1);
    assert_eq!(mail.attachments[0].filename, "invite.ics");
}

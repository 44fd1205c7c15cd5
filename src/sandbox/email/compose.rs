//! How a mail program writes: who is answered, what is quoted, which ids are named.

use std::fmt::Write as _;

use crate::base::time::Timestamp;
use crate::sandbox::act::Letter;
use crate::sandbox::act::NotPossible;
use crate::sandbox::chat::Body;
use crate::sandbox::desk::Desk;
use crate::sandbox::email::letter::Attached;
use crate::sandbox::email::letter::Written;
use crate::sandbox::email::mime;
use crate::sandbox::mail::Mail;
use crate::sandbox::mail::Party;

/// What stands above a mail nobody gave a subject.
const NO_SUBJECT: &str = "A question";

/// Writes a mail of a customer.
///
/// # Errors
/// There is nothing in it, it answers what is gone, or an address in it is none.
pub fn written(desk: &Desk<'_>, customer: &str, letter: Letter) -> Result<Written, NotPossible> {
    if letter.text.trim().is_empty() && letter.files.is_empty() {
        return Err(NotPossible("Write something first.".to_owned()));
    }
    let chat = desk.chat(customer).ok_or_else(NotPossible::gone)?;
    let answered = match &letter.answering {
        Some(id) => {
            let bubble = chat.bubble(id).ok_or_else(NotPossible::gone)?;
            match &bubble.body {
                Body::Mail(mail) => Some((&**mail, bubble.at)),
                _ => return Err(NotPossible::gone()),
            }
        }
        None => None,
    };
    let me = Party {
        email: customer.to_owned(),
        name: chat.customer.name.clone(),
    };
    let business = Party {
        email: desk.account.key("fromEmail").to_owned(),
        name: desk.account.name.clone(),
    };
    let (to, mut cc) = addressed(&me, &business, answered.map(|(mail, _)| mail), letter.all);
    for text in &letter.cc {
        let party = Party::read(text)
            .ok_or_else(|| NotPossible(format!("\u{201c}{text}\u{201d} is no address.")))?;
        if to.iter().chain(&cc).all(|known| known.key() != party.key()) {
            cc.push(party);
        }
    }
    let domain = customer
        .rsplit_once('@')
        .map_or("example.com", |(_, domain)| domain);
    let mut references = answered.map_or_else(Vec::new, |(mail, _)| mail.references.clone());
    references.extend(answered.map(|(mail, _)| mail.message_id.clone()));
    let mail = Mail {
        subject: subject(&letter.subject, answered.map(|(mail, _)| mail)),
        from: me,
        to,
        cc,
        text: text(&letter.text, answered),
        html: Some(html(&letter.text, answered)),
        message_id: format!("CA{}@mail.{domain}", desk.random.base62(22)),
        references,
        ..Mail::default()
    };
    let attached = |file| Attached {
        file,
        content_id: None,
    };
    let files: Vec<Attached> = letter.files.into_iter().map(attached).collect();
    let raw = mime::write(&mail, &files, desk.now)
        .ok_or_else(|| NotPossible("An address in this mail is none.".to_owned()))?;
    Ok(Written {
        mail,
        files,
        own: Vec::new(),
        at: desk.now,
        raw,
    })
}

/// To whom a mail goes, and who gets it as well.
fn addressed(
    me: &Party,
    business: &Party,
    answered: Option<&Mail>,
    all: bool,
) -> (Vec<Party>, Vec<Party>) {
    let Some(mail) = answered else {
        return (vec![business.clone()], Vec::new());
    };
    let mine = mail.from.key() == me.key();
    let to = if mine {
        mail.to.clone()
    } else {
        vec![mail.reply_to.clone().unwrap_or_else(|| mail.from.clone())]
    };
    let mut cc: Vec<Party> = Vec::new();
    if all {
        let others = mail.to.iter().chain(&mail.cc);
        for party in others {
            let known = to.iter().chain(&cc).chain([me, &mail.from]);
            if known.into_iter().all(|other| other.key() != party.key()) {
                cc.push(party.clone());
            }
        }
    }
    (to, cc)
}

fn subject(own: &str, answered: Option<&Mail>) -> String {
    let own = own.trim();
    match answered {
        _ if !own.is_empty() => own.to_owned(),
        Some(mail) if mail.subject.to_lowercase().starts_with("re:") => mail.subject.clone(),
        Some(mail) => format!("Re: {}", mail.subject),
        None => NO_SUBJECT.to_owned(),
    }
}

fn introduction(mail: &Mail, at: Timestamp) -> String {
    let date = at.calendar().strftime("%a, %b %-d, %Y at %H:%M");
    format!("On {date} {} wrote:", mail.from)
}

fn text(words: &str, answered: Option<(&Mail, Timestamp)>) -> String {
    let mut text = format!("{words}\n");
    if let Some((mail, at)) = answered {
        let _ = write!(text, "\n{}\n\n", introduction(mail, at));
        for line in mail.text.lines() {
            let _ = writeln!(text, "> {line}");
        }
    }
    text
}

fn html(words: &str, answered: Option<(&Mail, Timestamp)>) -> String {
    let mut html = format!("<div dir=\"ltr\">{}</div>", lines(words));
    if let Some((mail, at)) = answered {
        let quoted = mail.html.clone().unwrap_or_else(|| lines(&mail.text));
        let _ = write!(
            html,
            "<br><div class=\"gmail_quote\"><div dir=\"ltr\" class=\"gmail_attr\">{}<br></div>\
             <blockquote class=\"gmail_quote\" style=\"margin:0 0 0 .8ex;border-left:1px solid \
             #ccc;padding-left:1ex\">{quoted}</blockquote></div>",
            escaped(&introduction(mail, at))
        );
    }
    html
}

fn lines(text: &str) -> String {
    escaped(text).replace('\n', "<br>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(email: &str) -> Party {
        Party::bare(email)
    }

    #[test]
    fn an_answer_goes_where_it_is_wanted_and_one_to_all_leaves_nobody_out() {
        let (me, shop) = (party("ana@a.example"), party("hello@s.example"));
        let got = Mail {
            subject: "Your order".to_owned(),
            from: shop.clone(),
            to: vec![party("Ana@a.example"), party("bo@b.example")],
            cc: vec![party("boss@b.example")],
            reply_to: Some(party("hello+conv-1@s.example")),
            ..Mail::default()
        };
        let one = addressed(&me, &shop, Some(&got), false);
        assert_eq!(one, (vec![party("hello+conv-1@s.example")], Vec::new()));
        let (to, cc) = addressed(&me, &shop, Some(&got), true);
        assert_eq!(to, [party("hello+conv-1@s.example")]);
        assert_eq!(cc, [party("bo@b.example"), party("boss@b.example")]);
        assert_eq!(addressed(&me, &shop, None, true).0, [shop]);
        assert_eq!(subject("", Some(&got)), "Re: Your order");
        let again = Mail {
            subject: "RE: Your order".to_owned(),
            ..Mail::default()
        };
        assert_eq!(subject("", Some(&again)), "RE: Your order");
        assert_eq!(subject(" Other ", Some(&got)), "Other");
    }
}

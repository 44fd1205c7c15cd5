//! Finding people outside.

use super::*;
use crate::base::page::Order;
use crate::base::page::Span;
use crate::engine::people::contact_list::Filter;
use crate::engine::people::contact_list::Sort;
use crate::engine::people::contact_list::SortBy;

#[tokio::test]
async fn a_search_for_people_says_how_many_there_are() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    for number in 0..5 {
        office.customer(&format!("Ana {number}")).await;
        office.customer(&format!("Bia {number}")).await;
    }
    let filter = Filter {
        words: Some("bia".to_owned()),
        ..Filter::default()
    };
    let (mut cursor, mut names) = (None, Vec::new());
    for _ in 0..3 {
        let span = Span {
            cursor,
            offset: 0,
            limit: 2,
        };
        let page = office.engine.contacts.page(&boss, &filter, &span).unwrap();
        assert_eq!(page.total, Some(5));
        names.extend(page.rows.into_iter().map(|person| person.contact.name));
        cursor = page.next;
    }
    assert_eq!(names, ["Bia 0", "Bia 1", "Bia 2", "Bia 3", "Bia 4"]);
    assert!(cursor.is_none());
    let span = Span {
        cursor: None,
        offset: 4,
        limit: 2,
    };
    let last = office.engine.contacts.page(&boss, &filter, &span).unwrap();
    assert_eq!((last.rows.len(), last.total), (1, Some(5)));
}

/// People of two names: of the first so many that not all are read for a page of them.
async fn crowd(office: &Office) -> Vec<Contact> {
    let stamp = office.context.stamp();
    let change = move |tx: &mut Tx<'_>| {
        let mut pen = stamp.pen();
        let mut all = Vec::new();
        for number in 0..2_600 {
            let mut contact = Contact::nobody(pen.id(), pen.now);
            let name = if number % 5 == 0 { "Bia" } else { "Ana" };
            contact.name = format!("{name} {}", 7 * number % 2_600);
            contacts::put(tx, &contact)?;
            let contact_id = contact.id;
            pen.log(tx, Event::ContactCreated(ContactEvent { contact_id }))?;
            all.push(contact);
        }
        Ok(all)
    };
    office.write(change).await
}

async fn rename(office: &Office, contact: &mut Contact, name: &str) {
    name.clone_into(&mut contact.name);
    let (stamp, contact) = (office.context.stamp(), contact.clone());
    let change = move |tx: &mut Tx<'_>| {
        let mut pen = stamp.pen();
        contacts::put(tx, &contact)?;
        let contact_id = contact.id;
        pen.log(tx, Event::ContactUpdated(ContactEvent { contact_id }))?;
        Ok(())
    };
    office.write(change).await;
}

/// The names of everybody whom words mean, page by page, and how many there are said to be.
fn listed(office: &Office, boss: &Actor, words: &str, sort: Sort) -> (Vec<String>, Vec<u64>) {
    let filter = Filter {
        words: Some(words.to_owned()),
        sort,
        ..Filter::default()
    };
    let (mut names, mut totals, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let span = Span {
            cursor,
            offset: 0,
            limit: 700,
        };
        let page = office.engine.contacts.page(boss, &filter, &span).unwrap();
        names.extend(page.rows.into_iter().map(|person| person.contact.name));
        totals.extend(page.total);
        cursor = page.next;
        if cursor.is_none() {
            return (names, totals);
        }
    }
}

#[tokio::test]
async fn many_and_few_are_found_in_every_order_whoever_changed_just_now() {
    let office = Office::new().await;
    let boss = office.hire(1, Role::Supervisor).await;
    let mut all = crowd(&office).await;
    office.indexed();
    let [first, second, ..] = all.as_mut_slice() else {
        unreachable!("a crowd is many");
    };
    rename(&office, first, "Ana, who was Bia").await;
    rename(&office, second, "Zoe, who was Ana's friend").await;
    all.push(office.customer("Bia, who is new").await);
    for words in ["ana", "bia", "who"] {
        for by in [SortBy::Name, SortBy::Created, SortBy::LastSeen] {
            let mut meant: Vec<&Contact> = all
                .iter()
                .filter(|one| one.name.to_lowercase().contains(words))
                .collect();
            meant.sort_by_key(|one| {
                (
                    (by == SortBy::Name).then(|| one.name.to_lowercase()),
                    one.id,
                )
            });
            for order in [Order::Ascending, Order::Descending] {
                let (names, totals) = listed(&office, &boss, words, Sort { by, order });
                let wanted: Vec<String> = meant.iter().map(|one| one.name.clone()).collect();
                assert_eq!(names, wanted, "{words} {by:?} {order:?}");
                let count = meant.len() as u64;
                assert!(totals.iter().all(|total| *total == count), "{totals:?}");
                meant.reverse();
            }
        }
    }
}

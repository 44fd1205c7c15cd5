//! Finding people outside.

use super::*;
use crate::base::page::Span;
use crate::engine::people::contact_list::Filter;

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
    for total in [Some(5), None, None] {
        let span = Span {
            cursor,
            offset: 0,
            limit: 2,
        };
        let page = office.engine.contacts.page(&boss, &filter, &span).unwrap();
        assert_eq!(page.total, total);
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

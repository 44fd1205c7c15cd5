//! What a question finds.

use super::*;
use crate::search::documents::ContactDoc;
use crate::search::facts::Has;

#[test]
fn words_find_texts() {
    let shop = Shop::saying(&[
        "The bag came torn",                                                      // 1
        "Torn? Send a photo of the bag please",                                   // 2
        "S\u{e3}o Paulo, Stra\u{df}e 5",                                          // 3
        "my number is +55 11 98765-4321",                                         // 4
        "write to camila.duarte@example.com",                                     // 5
        "order INV-2026-001 was shipped",                                         // 6
        "\u{6771}\u{4eac}\u{90fd}\u{306e}\u{5929}\u{6c17}",                       // 7
        "\u{c548}\u{b155}\u{d558}\u{c138}\u{c694}",                               // 8
        "\u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}\u{e04}\u{e23}\u{e31}\u{e1a}", // 9
        "shipping takes a week",                                                  // 10
        "the shiping was late",                                                   // 11
        "call +5511987650000",                                                    // 12
        "bags and baggage",                                                       // 13
    ]);
    let cases: [(&str, &[u32]); 44] = [
        ("torn ", &[1, 2]),
        ("TORN bag ", &[1, 2]),
        ("\"bag came torn\"", &[1]),
        ("\"torn bag\"", &[]),
        ("torn -photo", &[1]),
        ("torn -\"a photo\"", &[1]),
        ("photo OR week", &[2, 10]),
        ("sao paulo ", &[3]),
        ("S\u{c3}O", &[3]),
        ("strasse ", &[3]),
        ("987654321", &[4]),
        ("98765-4321 ", &[4]),
        ("98765 4321 ", &[4]),
        ("11 98765 4321", &[4]),
        ("+55 11 98765-4321", &[4]),
        ("5511987654321 ", &[4]),
        ("98765", &[4, 12]),
        ("4321 ", &[4]),
        ("0000 ", &[12]),
        ("11 98765-0000", &[12]),
        ("camila.duarte@example.com", &[5]),
        ("camila.du", &[5]),
        ("duarte ", &[5]),
        ("INV-2026-001 ", &[6]),
        ("inv-2026", &[6]),
        ("001-2026 ", &[]),
        ("\u{6771}\u{4eac}", &[7]),
        ("\u{4eac}\u{90fd}", &[7]),
        ("\u{5929}\u{6c17} ", &[7]),
        ("\u{6771}", &[7]),
        ("\u{6c17} ", &[7]),
        ("\u{6771}\u{90fd}", &[]),
        ("\u{b155}\u{d558}", &[8]),
        ("\u{c694}", &[8]),
        ("\u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}", &[9]),
        // While typing, what begins with the last word counts; a finished word is itself.
        ("bag", &[1, 2, 13]),
        ("bag ", &[1, 2]),
        ("ba to", &[]),
        ("bag to", &[1, 2]),
        // Exact first, then one typing mistake: missing, added, changed, swapped.
        ("shipping ", &[10, 11]),
        ("shiping ", &[11, 10]),
        ("shippign ", &[10]),
        ("shipping -late ", &[10]),
        ("\"shipping\"", &[10]),
    ];
    for (question, expected) in cases {
        assert_eq!(shop.find(question), expected, "{question}");
    }
}

#[test]
fn a_mistake_is_forgiven_from_five_letters_on_and_marked() {
    let shop = Shop::saying(&["ship", "grenn", "green"]);
    assert_eq!(shop.find("shop "), Vec::<u32>::new());
    let hits = shop.ask("green ", |_| {});
    assert_eq!(numbers(&hits), [3, 2]);
    assert_eq!(
        hits.rows.iter().map(|hit| hit.close).collect::<Vec<_>>(),
        [false, true]
    );
}

#[test]
fn exact_hits_come_first_by_relevance_too_and_titles_count_double() {
    let mut titled = message(9, "about other things entirely, at some length");
    titled.subject = Some("Refund".to_owned());
    let shop = Shop::saying(&[
        "refunt refunt refunt",
        "the refund for a bag and other goods",
    ]);
    shop.add(vec![Doc::Message(titled)]);
    let hits = shop.ask("refund ", |request| request.order = Order::Relevance);
    assert_eq!(numbers(&hits), [9, 2, 1]);
    assert!(hits.rows.iter().all(|hit| hit.score.is_some()));
}

#[test]
fn nothing_asked_finds_nothing() {
    let shop = Shop::saying(&["a"]);
    for question in ["", "  ", "\"", "\"\""] {
        assert_eq!(shop.find(question), Vec::<u32>::new(), "{question}");
    }
}

#[test]
fn operators_filter_messages() {
    let camila = message(1, "the bag");
    let hannah = MessageDoc {
        author: Author::Contact(id(2)),
        contact: id(2),
        conversation: id(2),
        channel: id(2),
        channel_kind: ChannelKind::named("whatsapp"),
        has: vec![Has::Image],
        files: vec!["Invoice_2026.pdf".to_owned()],
        ..message(2, "the bag https://example.com")
    };
    let marina = MessageDoc {
        author: Author::User(id(1)),
        direction: Direction::Outbound,
        failed: true,
        ..message(3, "the bag")
    };
    let note = MessageDoc {
        author: Author::User(id(2)),
        direction: Direction::Outbound,
        private: true,
        ..message(4, "the bag")
    };
    let bot = MessageDoc {
        author: Author::Bot,
        direction: Direction::Outbound,
        at: Timestamp::from_millis(NOW - 86_400_000),
        ..message(5, "the bag")
    };
    let shop = Shop::new([camila, hannah, marina, note, bot].map(Doc::Message).into());
    let msg: MessageId = id(3);
    let conv: ConversationId = id(2);
    let cases = [
        ("bag from:camila", vec![1]),
        ("bag -from:camila", vec![2, 3, 4, 5]),
        ("from:Hannah", vec![2]),
        ("from:marina", vec![3]),
        ("from:me", vec![3]),
        ("from:bot", vec![5]),
        ("from:us", vec![3, 4, 5]),
        ("from:customer", vec![1, 2]),
        ("from:nobodyatall", vec![]),
        ("to:camila", vec![3, 4, 5]),
        ("in:whatsapp", vec![2]),
        ("channel:\"US orders\"", vec![2]),
        ("in:unknown", vec![]),
        ("-in:whatsapp bag", vec![1, 3, 4, 5]),
        ("has:file", vec![2]),
        ("has:image", vec![2]),
        ("has:link", vec![2]),
        ("has:audio", vec![]),
        ("file:invoice*.pdf", vec![2]),
        ("file:invoice_2026.pdf", vec![2]),
        ("file:inv", vec![]),
        ("invoice", vec![2]),
        ("is:failed", vec![3]),
        ("is:note", vec![4]),
        ("before:today", vec![5]),
        ("after:today", vec![1, 2, 3, 4]),
        ("on:yesterday", vec![5]),
        ("-on:yesterday bag", vec![1, 2, 3, 4]),
        ("on:2026-11", vec![1, 2, 3, 4, 5]),
        ("before:2026-11-24T11:59:57Z after:2026", vec![4, 5]),
        ("after:2030", vec![]),
    ];
    for (question, expected) in cases {
        assert_eq!(shop.find(question), expected, "{question}");
    }
    assert_eq!(shop.find(&format!("id:{msg}")), [3]);
    assert_eq!(shop.find(&format!("id:{conv}")), [2]);
    let notes = shop.ask("bag", |request| request.kinds = &[Kind::Note]);
    assert_eq!(numbers(&notes), [4]);
}

#[test]
fn contacts_and_conversations_are_found_by_their_own_words() {
    let contact = ContactDoc {
        id: id(7),
        at: Timestamp::from_millis(NOW - 1),
        names: vec!["Jos\u{e9} Ib\u{e1}\u{f1}ez".to_owned()],
        addresses: vec!["+5511987654321".to_owned(), "jose@example.com".to_owned()],
        tags: vec!["Wholesale".to_owned()],
        text: "Acme Ltda".to_owned(),
    };
    let conversation = ConversationDoc {
        subject: Some("Broken zip".to_owned()),
        tags: vec!["Wholesale".to_owned()],
        ..conversation(8)
    };
    let said = MessageDoc {
        conversation: id(8),
        ..message(9, "hello from acme")
    };
    let shop = Shop::new(vec![
        Doc::Contact(contact),
        Doc::Conversation(conversation),
        Doc::Message(said),
    ]);
    let cases = [
        ("jose ibanez ", vec![7]),
        ("98765-4321", vec![7]),
        ("jose@example", vec![7]),
        ("broken zip", vec![8]),
        ("acme", vec![7, 9]),
        ("tag:wholesale", vec![8, 7, 9]),
        ("-tag:wholesale acme", vec![]),
        ("tag:wholesale acme", vec![7, 9]),
        // A contact has no status.
        ("status:open acme", vec![9]),
        ("in:webchat acme", vec![9]),
    ];
    for (question, expected) in cases {
        assert_eq!(shop.find(question), expected, "{question}");
    }
    for (name, known) in [
        ("jos", true),
        ("ibanez jose", true),
        ("jose@example.com", true),
        ("josefa", false),
    ] {
        let named = shop.search.contacts_named(name).unwrap();
        assert_eq!(!named.is_empty(), known, "{name}");
        let beginning = shop.search.contacts_beginning(name, 10).unwrap();
        assert_eq!(beginning, Some(named.into_iter().collect()), "{name}");
    }
    let many = shop.search.contacts_beginning("jos", 0).unwrap();
    assert_eq!(many, None, "more than were wanted");
    let contacts = shop.ask("acme", |request| request.kinds = &[Kind::Contact]);
    assert_eq!(contacts.rows[0].conversation, None);
}

#[test]
fn states_are_those_of_the_store_and_fences_hold() {
    let mut docs: Vec<Doc> = (1..=4)
        .map(|number| {
            Doc::Message(MessageDoc {
                conversation: id(number),
                ..message(number, "the bag")
            })
        })
        .collect();
    docs.extend((1..=4).map(|number| {
        Doc::Conversation(ConversationDoc {
            assignee: (number == 1).then(|| id(1)),
            team: (number == 2).then(|| id(1)),
            status: if number == 3 {
                Status::Snoozed
            } else {
                Status::Open
            },
            priority: if number == 4 {
                Priority::Urgent
            } else {
                Priority::Normal
            },
            ..conversation(number)
        })
    }));
    let mut shop = Shop::new(docs);
    let cases = [
        ("bag assignee:marina", vec![1]),
        ("bag is:mine", vec![1]),
        ("bag assignee:none", vec![2, 3, 4]),
        ("bag -assignee:me", vec![2, 3, 4]),
        ("bag team:support", vec![2]),
        ("bag status:snoozed", vec![3]),
        ("bag -status:snoozed", vec![1, 2, 4]),
        ("bag priority:urgent", vec![4]),
        ("bag is:unread", vec![2]),
    ];
    shop.states.borrow_mut().get_mut(&id(2)).unwrap().unread = true;
    for (question, expected) in cases {
        assert_eq!(shop.find(question), expected, "{question}");
    }

    // The store decides, even before the index knows.
    shop.states.borrow_mut().get_mut(&id(3)).unwrap().status = Status::Open;
    assert_eq!(shop.find("bag status:snoozed"), Vec::<u32>::new());

    let fence = |teams: Vec<TeamId>, unassigned| Fence::Only {
        user: id(1),
        teams,
        unassigned,
    };
    for (fence, expected) in [
        (fence(vec![], false), vec![1]),
        (fence(vec![id(1)], false), vec![1, 2]),
        (fence(vec![id(1)], true), vec![1, 2, 3, 4]),
        (fence(vec![], true), vec![1, 3, 4]),
    ] {
        shop.fence = fence;
        assert_eq!(shop.find("bag"), expected, "{:?}", shop.fence);
    }
    shop.fence = Fence::All;
    shop.states.borrow_mut().get_mut(&id(1)).unwrap().hidden = true;
    assert_eq!(shop.find("bag"), [2, 3, 4]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(16))]

    #[test]
    fn any_question_can_be_asked(
        questions in proptest::collection::vec(
            "(-?(from:|in:|before:|has:|id:|file:|tag:|status:|OR |\")?[a-c1-9\u{6771}\u{4eac}\"*. -]{0,9} ?){1,5}",
            1..40,
        )
    ) {
        let shop = Shop::saying(&["a b c", "aa ab b-a", "123 45-6789 12", "\u{6771}\u{4eac} c", "abcab"]);
        for question in &questions {
            for order in [Order::Newest, Order::Relevance] {
                let hits = shop.ask(question, |request| request.order = order);
                proptest::prop_assert!(hits.rows.len() <= 5);
            }
        }
    }
}

//! In which order hits come, and that pages neither repeat nor lose any.

use proptest::prelude::*;

use super::*;

const WORDS: [&str; 6] = ["bag", "torn", "refund", "order", "late", "zip"];

/// A small corpus: for each message its words, its time and the commit it came with. Times are
/// few, so that many are equal.
fn corpus() -> impl Strategy<Value = Vec<(Vec<usize>, i64, usize)>> {
    let words = prop::collection::vec(0..WORDS.len(), 1..5);
    prop::collection::vec((words, 0_i64..12, 0_usize..4), 1..40)
}

fn said(number: usize, words: &[usize], at: i64) -> MessageDoc {
    let text: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
    MessageDoc {
        at: Timestamp::from_millis(at),
        ..message(u32::try_from(number).unwrap(), &text.join(" "))
    }
}

/// The numbers of messages with all the words, newest first, the higher id first among equals.
fn expected(corpus: &[(Vec<usize>, i64, usize)], asked: &[usize]) -> Vec<u32> {
    let mut hits: Vec<(i64, usize)> = corpus
        .iter()
        .enumerate()
        .filter(|(_, (words, ..))| asked.iter().all(|word| words.contains(word)))
        .map(|(number, (_, at, _))| (*at, number))
        .collect();
    hits.sort_unstable_by_key(|hit| std::cmp::Reverse(*hit));
    hits.into_iter()
        .map(|(_, number)| u32::try_from(number).unwrap())
        .collect()
}

fn shop_of(corpus: &[(Vec<usize>, i64, usize)]) -> Shop {
    let shop = Shop::new(Vec::new());
    for commit in 0..4 {
        let docs = corpus
            .iter()
            .enumerate()
            .filter(|(_, (.., at))| *at == commit)
            .map(|(number, (words, at, _))| Doc::Message(said(number, words, *at)))
            .collect();
        shop.add(docs);
    }
    shop
}

/// All hits, a page after the other.
fn paged(shop: &Shop, question: &str, limit: usize, order: Order) -> Vec<u32> {
    let mut all = Vec::new();
    let mut next: Option<Vec<u8>> = None;
    loop {
        let page = {
            let after = next.take();
            shop.ask_from(question, limit, order, after.as_deref())
        };
        assert!(page.rows.len() <= limit);
        all.extend(numbers(&page));
        match page.next {
            Some(place) => next = Some(place),
            None => return all,
        }
    }
}

impl Shop {
    fn ask_from(&self, question: &str, limit: usize, order: Order, after: Option<&[u8]>) -> Hits {
        let query = parse(question);
        self.search
            .query(&Request {
                query: &query,
                kinds: &Kind::ALL,
                order,
                limit,
                after,
                count_to: 0,
                fence: &self.fence,
                resolver: &Names,
                states: &|_| Some(state_of(&conversation(1))),
            })
            .unwrap()
    }
}

fn asked_text(asked: &[usize]) -> String {
    let words: Vec<&str> = asked.iter().map(|word| WORDS[*word]).collect();
    format!("\"{}\"", words.join("\" \""))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn newest_first_is_what_looking_at_everything_gives(
        corpus in corpus(),
        asked in prop::collection::vec(0..WORDS.len(), 1..3),
        limit in 1_usize..7,
    ) {
        let shop = shop_of(&corpus);
        let question = asked_text(&asked);
        let expected = expected(&corpus, &asked);
        prop_assert_eq!(&shop.find(&question), &expected);
        prop_assert_eq!(&paged(&shop, &question, limit, Order::Newest), &expected);
        let counted = shop.ask(&question, |request| {
            request.limit = 1;
            request.count_to = 1_000;
        });
        prop_assert_eq!(counted.total, expected.len() as u64);
        prop_assert!(counted.total_is_exact);
    }

    #[test]
    fn pages_by_relevance_hold_each_hit_once(
        corpus in corpus(),
        asked in prop::collection::vec(0..WORDS.len(), 1..3),
        limit in 1_usize..7,
    ) {
        let shop = shop_of(&corpus);
        let mut found = paged(&shop, &asked_text(&asked), limit, Order::Relevance);
        let mut expected = expected(&corpus, &asked);
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn paging_goes_on_where_it_was_while_newer_messages_come() {
    let shop = Shop::saying(&["bag 1", "bag 2", "bag 3", "bag 4", "bag 5"]);
    let first = shop.ask_from("bag ", 2, Order::Newest, None);
    assert_eq!(numbers(&first), [1, 2]);
    let newer = MessageDoc {
        at: Timestamp::from_millis(NOW + 1_000),
        ..message(100, "bag 100")
    };
    shop.add(vec![Doc::Message(newer)]);
    let second = shop.ask_from("bag ", 2, Order::Newest, first.next.as_deref());
    assert_eq!(numbers(&second), [3, 4]);
    let third = shop.ask_from("bag ", 2, Order::Newest, second.next.as_deref());
    assert_eq!(numbers(&third), [5]);
    assert_eq!(third.next, None);
}

#[test]
fn pages_run_through_exact_hits_into_close_ones() {
    let shop = Shop::saying(&["shiping", "shipping", "shippin", "shipping", "shhipping"]);
    for limit in 1..=6 {
        assert_eq!(
            paged(&shop, "shipping ", limit, Order::Newest),
            [2, 4, 1, 3, 5],
            "{limit}"
        );
    }
}

#[test]
fn a_count_says_whether_it_is_exact() {
    let texts = ["bag"; 30];
    let shop = Shop::saying(&texts);
    let count = |count_to| {
        let hits = shop.ask("bag ", |request| {
            request.limit = 5;
            request.count_to = count_to;
        });
        (hits.total, hits.total_is_exact)
    };
    assert_eq!(count(1_000), (30, true));
    let (total, exact) = count(10);
    assert!((10..30).contains(&total) && !exact, "{total}");
}

#[test]
fn a_foreign_place_is_refused() {
    let shop = Shop::saying(&["bag"]);
    let query = parse("bag");
    for place in [&b""[..], b"\x02", b"\0abc", &[0; 30]] {
        let result = shop.search.query(&Request {
            query: &query,
            kinds: &Kind::ALL,
            order: Order::Newest,
            limit: 5,
            after: Some(place),
            count_to: 0,
            fence: &Fence::All,
            resolver: &Names,
            states: &|_| None,
        });
        assert!(
            matches!(result, Err(crate::search::SearchError::BadPlace)),
            "{place:?}"
        );
    }
}

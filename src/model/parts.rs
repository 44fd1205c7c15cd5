//! How a message stands that went out as several.

use serde::Deserialize;
use serde::Serialize;

use crate::model::message::Delivery;

/// How far each part of a message came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parts {
    /// How many of the vendor's ids are of tries before the last one, of which they say nothing.
    pub before: usize,
    /// How far the parts came, in order; of those missing at the end it is known that they went out.
    pub stand: Vec<Delivery>,
}

impl Parts {
    /// What is known of a message that is tried from its beginning once more, after so many ids.
    #[must_use]
    pub const fn tried_again(ids: usize) -> Self {
        Self {
            before: ids,
            stand: Vec::new(),
        }
    }

    /// Notes news of the part that has the id at `index` of `ids`, and what they say of the whole: it
    /// failed where a part did, else it came as far as the part that came least far. Whoever read a
    /// part has those before it too. None where they say nothing.
    pub fn hear(&mut self, index: usize, ids: usize, news: Delivery) -> Option<Delivery> {
        let index = index.checked_sub(self.before)?;
        self.stand.resize(ids - self.before, Delivery::Sent);
        let own = self.stand[index].after(news);
        self.stand[index] = own;
        if own == Delivery::Read {
            let earlier = self.stand[..index].iter_mut();
            for part in earlier.filter(|part| **part != Delivery::Failed) {
                *part = Delivery::Read;
            }
        }
        if self.stand.contains(&Delivery::Failed) {
            return (own == Delivery::Failed).then_some(Delivery::Failed);
        }
        let slow = [Delivery::Sent, Delivery::Delivered];
        let slowest = slow.into_iter().find(|state| self.stand.contains(state));
        slowest.or(Some(Delivery::Read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_came_as_far_as_the_part_that_came_least_far() {
        use Delivery::{Delivered, Failed, Read, Sent};
        type Heard<'a> = &'a [(usize, Delivery, Option<Delivery>)];
        let cases: [Heard<'_>; 8] = [
            &[(0, Delivered, Some(Sent)), (1, Delivered, Some(Delivered))],
            &[(1, Delivered, Some(Sent)), (0, Delivered, Some(Delivered))],
            &[(0, Read, Some(Sent)), (1, Delivered, Some(Delivered))],
            // Who read the last has read all.
            &[(1, Read, Some(Read)), (0, Delivered, Some(Read))],
            &[(1, Sent, Some(Sent)), (1, Read, Some(Read))],
            &[(0, Failed, Some(Failed)), (1, Read, None)],
            &[(1, Failed, Some(Failed)), (0, Delivered, None)],
            // It is there: that it failed is no news.
            &[(0, Delivered, Some(Sent)), (0, Failed, Some(Sent))],
        ];
        for case in cases {
            let mut parts = Parts::default();
            for (index, news, whole) in case {
                assert_eq!(parts.hear(*index, 2, *news), *whole, "{case:?}");
            }
        }
    }

    #[test]
    fn what_is_told_of_an_earlier_try_says_nothing_of_the_last() {
        let mut parts = Parts::tried_again(2);
        assert_eq!(parts.hear(1, 4, Delivery::Failed), None);
        assert_eq!(parts.hear(3, 4, Delivery::Read), Some(Delivery::Read));
    }
}

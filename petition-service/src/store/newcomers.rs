//! Which mailboxes sent a form to this instance within the last day or two, told from two Bloom filters: one
//! that is being filled, and the one before it.
//!
//! The first mail of a mailbox is not charged to its budget (`store/mailboxes`), which would be one more row
//! for every form of a broadcast, somewhere in an index of all mailboxes. Who sends a second form is
//! charged for both.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Bits of a filter: 4 MiB.
const BITS: u64 = 1 << 25;

/// Bits of a mailbox, and how many mailboxes a filter takes: with ten bits for each, one in a hundred that it
/// never saw seems to be known (Bloom, 1970), and is charged one mail too many.
const EACH: u64 = 7;
const MOST: u64 = BITS / 10;

/// How long a filter is filled.
const FILLED: Duration = Duration::from_secs(24 * 3600);

/// The mailboxes of late.
#[derive(Default)]
pub(super) struct Newcomers(Mutex<Filters>);

#[derive(Default)]
struct Filters {
    now: Vec<u64>,
    before: Vec<u64>,
    taken: u64,
    began: DateTime<Utc>,
}

impl Newcomers {
    /// Whether this is the first form of a mailbox (its keyed hash) of late; from now on it is known.
    pub(super) fn is_new(&self, mailbox: [u8; 16], now: DateTime<Utc>) -> bool {
        let mut filters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        filters.turn(now);
        filters.is_new(mailbox)
    }
}

impl Filters {
    fn turn(&mut self, now: DateTime<Utc>) {
        // Also after a clock that was set back.
        let is_over = (now - self.began)
            .abs()
            .to_std()
            .is_ok_and(|age| age >= FILLED);
        if is_over || self.taken >= MOST || self.now.is_empty() {
            let words = usize::try_from(BITS / 64).unwrap_or_default();
            self.before = std::mem::replace(&mut self.now, vec![0; words]);
            self.taken = 0;
            self.began = now;
        }
    }

    fn is_new(&mut self, mailbox: [u8; 16]) -> bool {
        let (mut known_now, mut known_before) = (true, true);
        for (place, bit) in places(mailbox) {
            known_before &= self.before.get(place).is_some_and(|word| word & bit != 0);
            if let Some(word) = self.now.get_mut(place) {
                known_now &= *word & bit != 0;
                *word |= bit;
            }
        }
        self.taken += u64::from(!known_now);
        !known_now && !known_before
    }
}

/// The words of a mailbox's bits, and the bit in each. Its hash is long enough for two hashes, of which all
/// are made (Kirsch and Mitzenmacher, 2006).
fn places(mailbox: [u8; 16]) -> impl Iterator<Item = (usize, u64)> {
    let (first, second) = Uuid::from_bytes(mailbox).as_u64_pair();
    let second = second | 1;
    (0..EACH).map(move |turn| {
        let bit = first.wrapping_add(turn.wrapping_mul(second)) % BITS;
        (
            usize::try_from(bit / 64).unwrap_or_default(),
            1 << (bit % 64),
        )
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + number)
    }

    #[test]
    fn a_mailbox_is_new_once() {
        let newcomers = Newcomers::default();
        let anna = *Uuid::new_v4().as_bytes();
        assert!(newcomers.is_new(anna, day(0)));
        assert!(!newcomers.is_new(anna, day(0)));
        assert!(!newcomers.is_new(anna, day(1)), "the day after, too");
        assert!(newcomers.is_new(*Uuid::new_v4().as_bytes(), day(1)));
        assert!(
            !newcomers.is_new(anna, day(2)),
            "it was seen the day before"
        );
        for number in 3..5 {
            newcomers.is_new(*Uuid::new_v4().as_bytes(), day(number));
        }
        assert!(newcomers.is_new(anna, day(5)), "forgotten");
    }

    #[test]
    fn few_strangers_seem_to_be_known() {
        let newcomers = Newcomers::default();
        for _ in 0..200_000 {
            newcomers.is_new(*Uuid::new_v4().as_bytes(), day(0));
        }
        let strangers =
            (0..20_000).filter(|_| !newcomers.is_new(*Uuid::new_v4().as_bytes(), day(0)));
        assert!(strangers.count() < 200);
    }
}

//! Answers to forms take equally long, so that their time does not tell whether an address was known.
//!
//! A form for a mailbox that is known takes other work than one for a new one. Both answers are held back
//! until as much time has passed as the slow ones of late took: a few milliseconds, as long as the disk makes
//! it. Who needs longer waits for the next multiple of that.
//!
//! That costs a visitor nothing to speak of, but would cost throughput where many come at once. There,
//! forms share their transactions, and what one takes is lost among the others: from
//! [`MANY`] a second on nothing is held back.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// From so many forms in a second nothing is held back: more than a petition sees on its best evening.
const MANY: u32 = 150;

/// So many answers are remembered.
const REMEMBERED: usize = 256;

/// So many of those may have taken longer than the time that all are to take.
const SLOWER: usize = 4;

/// On how many answers the time rests at least; before, all take [`FIRST`].
const ENOUGH: usize = 32;

/// How long answers take until enough is known.
const FIRST: Duration = Duration::from_millis(20);

/// Answers are never held back for longer, whatever the disk does.
const LONGEST: Duration = Duration::from_millis(100);

/// The times of those answers that must not tell by theirs whether there was something to do.
#[derive(Default)]
pub(super) struct Levels {
    /// Forms that were taken, or seemed to be.
    pub(super) forms: Level,
    /// Codes that did not confirm.
    pub(super) codes: Level,
    /// Mails that were asked for again.
    pub(super) resends: Level,
}

/// The time that answers take.
pub(super) struct Level(Mutex<Seen>);

struct Seen {
    /// How long the last answers took before they were held back.
    took: Vec<Duration>,
    /// Where the next one goes.
    next: usize,
    /// When the second began in which forms are counted, how many came in it, and in the one before.
    second: Instant,
    now: u32,
    before: u32,
}

impl Default for Level {
    fn default() -> Self {
        Self(Mutex::new(Seen {
            took: Vec::with_capacity(REMEMBERED),
            next: 0,
            second: Instant::now(),
            now: 0,
            before: 0,
        }))
    }
}

impl Level {
    /// Waits until an answer to a form that came then may leave.
    pub(super) async fn wait(&self, came: Instant) {
        let answer_at = {
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.answer_at(came, Instant::now())
        };
        if let Some(at) = answer_at {
            tokio::time::sleep_until(at).await;
        }
    }
}

impl Seen {
    fn answer_at(&mut self, came: Instant, now: Instant) -> Option<Instant> {
        let is_busy = self.is_busy(now);
        let took = now.saturating_duration_since(came);
        // What is remembered is what a form takes that comes alone.
        if is_busy {
            return None;
        }
        let level = self.level();
        self.remember(took);
        let times = took.as_nanos() / level.as_nanos().max(1) + 1;
        let held = level.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX));
        (held.saturating_sub(took) <= LONGEST).then(|| came + held)
    }

    fn is_busy(&mut self, now: Instant) -> bool {
        let seconds = now.saturating_duration_since(self.second).as_secs();
        if seconds > 0 {
            self.before = if seconds == 1 { self.now } else { 0 };
            self.now = 0;
            self.second = now;
        }
        self.now = self.now.saturating_add(1);
        self.now.max(self.before) > MANY
    }

    /// A whole number of milliseconds, as the clock that wakes who waits has them.
    fn level(&self) -> Duration {
        if self.took.len() < ENOUGH {
            return FIRST;
        }
        let mut sorted = self.took.clone();
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        let slow = sorted.get(SLOWER).copied().unwrap_or(FIRST);
        let millis = slow.as_millis().saturating_add(1);
        Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX)).min(LONGEST)
    }

    fn remember(&mut self, took: Duration) {
        match self.took.get_mut(self.next) {
            Some(oldest) => *oldest = took,
            None => self.took.push(took),
        }
        self.next = (self.next + 1) % REMEMBERED;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forms that come one after another, ten a second.
    struct Visitors {
        seen: Seen,
        now: Instant,
    }

    impl Visitors {
        fn new() -> Self {
            let Level(seen) = Level::default();
            Self {
                seen: seen.into_inner().expect("whole"),
                now: Instant::now(),
            }
        }

        /// After how many milliseconds a form is answered whose work takes so many.
        fn answered(&mut self, work: u64) -> u128 {
            self.now += Duration::from_millis(100);
            let done = self.now + Duration::from_millis(work);
            let at = self.seen.answer_at(self.now, done).unwrap_or(done);
            at.saturating_duration_since(self.now).as_millis()
        }
    }

    #[test]
    fn answers_take_equally_long_whatever_their_work() {
        let mut visitors = Visitors::new();
        for number in 0..256 {
            visitors.answered(if number % 2 == 0 { 2 } else { 4 });
        }
        for _ in 0..20 {
            assert_eq!(visitors.answered(2), 5);
            assert_eq!(visitors.answered(4), 5);
        }
        // Who needs longer stands on the same steps.
        assert_eq!(visitors.answered(7), 10);
        assert_eq!(visitors.answered(8), 10);
        // A few that hang do not slow down all.
        assert_eq!(visitors.answered(403), 405);
        assert_eq!(visitors.answered(2), 5);
    }

    #[test]
    fn nobody_is_held_back_for_long() {
        let mut visitors = Visitors::new();
        assert_eq!(visitors.answered(1), 20, "nothing is known yet");
        for _ in 0..256 {
            visitors.answered(300);
        }
        assert_eq!(visitors.answered(3), 100);
        assert_eq!(visitors.answered(310), 400);
    }

    #[test]
    fn nobody_is_held_back_while_many_come() {
        let mut visitors = Visitors::new();
        let now = visitors.now + Duration::from_millis(10);
        let mut at_once = |number: u32, now: Instant| {
            let came = now - Duration::from_millis(10);
            let answers = (0..number).map(|_| visitors.seen.answer_at(came, now));
            answers.filter(Option::is_none).count()
        };
        assert_eq!(at_once(MANY + 50, now), 50);
        let next = now + Duration::from_secs(1);
        assert_eq!(at_once(50, next), 50, "as the second before");
        assert_eq!(at_once(50, next + Duration::from_secs(1)), 0);
    }
}

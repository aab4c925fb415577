//! How many mails may leave in a minute: many relays refuse, or charge for, more.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// The pace of one instance. A second's worth may leave at once.
pub(super) struct Pace {
    limiter: Option<DefaultDirectRateLimiter>,
    clock: DefaultClock,
}

impl Pace {
    /// So many mails a minute; 0 means as many as the relay takes.
    pub(super) fn per_minute(mails: u32) -> Self {
        let quota = NonZeroU32::new(mails).map(|mails| {
            let at_once = NonZeroU32::new(mails.get() / 60).unwrap_or(NonZeroU32::MIN);
            Quota::per_minute(mails).allow_burst(at_once)
        });
        Self {
            limiter: quota.map(RateLimiter::direct),
            clock: DefaultClock::default(),
        }
    }

    /// Takes the turn of one mail.
    ///
    /// # Errors
    /// How long until it may leave.
    pub(super) fn take(&self) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        limiter
            .check()
            .map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

/// How many mails to take from the outbox at once: what leaves within a second or so, so that a
/// more urgent one that comes meanwhile is not far behind.
pub(super) fn claimed_at_once(concurrency: usize, per_minute: u32) -> u32 {
    let at_once = u32::try_from(concurrency.saturating_mul(4)).unwrap_or(256);
    let paced = if per_minute == 0 {
        256
    } else {
        per_minute / 60
    };
    at_once.min(paced).clamp(1, 256)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Pace, claimed_at_once};

    #[test]
    fn a_pace_lets_one_second_through_and_tells_the_wait() {
        let pace = Pace::per_minute(120);
        assert_eq!((pace.take(), pace.take()), (Ok(()), Ok(())));
        let wait = pace.take().expect_err("the third");
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(500));
        let slow = Pace::per_minute(1);
        assert_eq!(slow.take(), Ok(()));
        assert!(slow.take().expect_err("the second") > Duration::from_secs(50));
        let free = Pace::per_minute(0);
        assert!((0..10_000).all(|_| free.take().is_ok()));
    }

    #[test]
    fn no_more_is_claimed_than_leaves_soon() {
        assert_eq!(claimed_at_once(8, 0), 32);
        assert_eq!(claimed_at_once(8, 600), 10);
        assert_eq!(claimed_at_once(8, 1), 1);
        assert_eq!(claimed_at_once(usize::MAX, 0), 256);
    }
}

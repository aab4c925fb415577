//! How much a network may have of what all share.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// One limit for every network. Kept in memory only: a start forgets it.
pub struct Rate {
    limiter: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Rate {
    /// So many in an hour, all of them at once if need be.
    #[must_use]
    pub fn per_hour(count: u32) -> Self {
        let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::keyed(Quota::per_hour(count)),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one from this key's share.
    ///
    /// # Errors
    /// The share is used up: how long until the next one.
    pub fn take(&self, key: &str) -> Result<(), Duration> {
        self.limiter
            .check_key(&key.to_owned())
            .map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// Forgets keys that have their whole share again.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn each_key_has_its_own_share() {
        let rate = Rate::per_hour(2);
        assert!(rate.take("a").is_ok());
        assert!(rate.take("a").is_ok());
        assert!(rate.take("a").is_err());
        assert!(rate.take("b").is_ok());
        rate.tidy();
        assert!(rate.take("a").is_err());
    }
}

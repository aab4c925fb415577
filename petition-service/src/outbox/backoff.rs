//! How long a failed mail rests.

use std::time::Duration;

use super::WorkerOptions;

/// Pauses that double, up to a longest one.
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    pub(super) fn of(options: &WorkerOptions) -> Self {
        Self {
            first: options.first_pause,
            longest: options.longest_pause,
        }
    }

    /// The pause after that many tries. `chance` (any number) makes it up to a quarter shorter or
    /// longer, so that what failed together is not tried together again.
    pub(super) fn pause(&self, tries: u32, chance: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1).min(30));
        let pause = self.first.saturating_mul(doubled).min(self.longest);
        let quarter = f64::from(chance) / f64::from(u32::MAX) / 2.0 + 0.75;
        pause.mul_f64(quarter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_the_longest() {
        let backoff = Backoff {
            first: Duration::from_secs(20),
            longest: Duration::from_secs(3600),
        };
        let middle = u32::MAX / 2;
        for (tries, seconds) in [(1, 20), (2, 40), (5, 320), (9, 3600), (u32::MAX, 3600)] {
            let pause = backoff.pause(tries, middle).as_secs_f64();
            assert!(
                (pause - f64::from(seconds)).abs() < 0.01,
                "{tries}: {pause}"
            );
        }
        assert_eq!(backoff.pause(1, 0), Duration::from_secs(15));
        assert_eq!(backoff.pause(1, u32::MAX), Duration::from_secs(25));
    }
}

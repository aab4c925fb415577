//! Notices that the clock was set.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::Clock;

/// What is further apart than this was set; less is drift, or a clock that is being corrected gently.
const SET: TimeDelta = TimeDelta::minutes(1);

/// So long after it was set a clock is taken at its word again, if it was not set once more.
const CALM_AFTER: Duration = Duration::from_secs(3600);

/// That the clock was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jump {
    /// By so much.
    Forward(TimeDelta),
    /// By so much. What bears a time from `since` on was written under the time that was wrong.
    Back {
        /// By how much.
        by: TimeDelta,
        /// What the clock had shown when it was set before that, or at the start.
        since: DateTime<Utc>,
    },
}

/// What the clock showed, beside the steady time that nobody sets.
#[derive(Debug)]
pub struct Jumps {
    /// What it showed at the last look.
    last: (DateTime<Utc>, Duration),
    /// What it showed at first since it was set.
    since: DateTime<Utc>,
    /// In steady time.
    set_at: Option<Duration>,
}

impl Jumps {
    /// Begins to look. The clock is believed until it jumps.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        let now = clock.now();
        Self {
            last: (now, clock.steady()),
            since: now,
            set_at: None,
        }
    }

    /// Looks at the clock; a jump since the last look is told once.
    pub fn look(&mut self, clock: &Clock) -> Option<Jump> {
        let (now, steady) = (clock.now(), clock.steady());
        let passed = steady.saturating_sub(self.last.1);
        let expected = self.last.0 + TimeDelta::from_std(passed).unwrap_or_default();
        self.last = (now, steady);
        let off = now - expected;
        if off.abs() <= SET {
            return None;
        }
        self.set_at = Some(steady);
        let since = std::mem::replace(&mut self.since, now);
        Some(if off > TimeDelta::zero() {
            Jump::Forward(off)
        } else {
            Jump::Back { by: -off, since }
        })
    }

    /// Whether the clock has not been set for an hour: what is erased by its word does not come back.
    #[must_use]
    pub fn is_calm(&self, clock: &Clock) -> bool {
        self.set_at
            .is_none_or(|at| clock.steady().saturating_sub(at) >= CALM_AFTER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A clock that shows so many minutes after so many seconds.
    fn clock(minutes: i64, steady: u64) -> Clock {
        let now = DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        Clock::with_steady(move || now, move || Duration::from_secs(steady))
    }

    #[test]
    fn a_jump_is_noticed_once_and_time_that_passes_is_none() {
        let mut jumps = Jumps::new(&clock(1000, 0));
        assert_eq!(jumps.look(&clock(1000, 1)), None);
        assert_eq!(jumps.look(&clock(1060, 3601)), None, "an hour went by");
        assert!(jumps.is_calm(&clock(1060, 3601)));

        let five_hours = TimeDelta::minutes(300);
        let forward = Jump::Forward(five_hours);
        assert_eq!(jumps.look(&clock(1360, 3601)), Some(forward));
        assert_eq!(jumps.look(&clock(1361, 3661)), None);
        assert!(!jumps.is_calm(&clock(1361, 3661)));
        let back = Jump::Back {
            by: five_hours,
            since: clock(1360, 0).now(),
        };
        assert_eq!(jumps.look(&clock(1061, 3661)), Some(back));
        assert!(!jumps.is_calm(&clock(1061, 3661 + 3599)));
        assert!(jumps.is_calm(&clock(1061, 3661 + 3600)));
    }

    #[test]
    fn a_clock_that_was_wrong_from_the_start_is_noticed_when_it_is_put_right() {
        let mut jumps = Jumps::new(&clock(9000, 0));
        let back = Jump::Back {
            by: TimeDelta::minutes(8000),
            since: clock(9000, 0).now(),
        };
        assert_eq!(jumps.look(&clock(1001, 60)), Some(back));
    }
}

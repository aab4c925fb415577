//! Leaves a provider alone that failed several times in a row.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures in a row after which the provider is left alone.
const FAILURES: u32 = 5;

/// For how long.
pub(super) const REST: Duration = Duration::from_secs(30);

/// Counts failures in a row.
#[derive(Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    in_row: u32,
    last_failure: Option<Instant>,
    resting_until: Option<Instant>,
}

impl Breaker {
    /// Whether a call may be made. After a rest one call at a time is let through to try, at most
    /// one in each further [`REST`], until one works.
    pub(super) fn may_call(&self, now: Instant) -> bool {
        let mut state = self.lock();
        match state.resting_until {
            Some(until) if now < until => false,
            Some(_) => {
                state.resting_until = Some(now + REST);
                true
            }
            None => true,
        }
    }

    /// A call went well.
    pub(super) fn worked(&self) {
        let mut state = self.lock();
        state.in_row = 0;
        state.resting_until = None;
    }

    /// A call failed.
    pub(super) fn failed(&self, now: Instant) {
        let mut state = self.lock();
        state.in_row = state.in_row.saturating_add(1);
        state.last_failure = Some(now);
        if state.in_row >= FAILURES {
            state.resting_until = Some(now + REST);
        }
    }

    /// Whether the provider is failing: the last call failed, a short while ago.
    pub(super) fn ails(&self, now: Instant) -> bool {
        let state = self.lock();
        state.in_row > 0
            && state
                .last_failure
                .is_some_and(|last| now.saturating_duration_since(last) < REST)
    }

    /// Whether there was a failure within that time.
    pub(super) fn failed_within(&self, time: Duration, now: Instant) -> bool {
        let last = self.lock().last_failure;
        last.is_some_and(|last| now.saturating_duration_since(last) < time)
    }

    // The three values are set together without anything that could panic between.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rests_after_five_failures_and_then_tries_one_call() {
        let breaker = Breaker::default();
        let start = Instant::now();
        for _ in 0..FAILURES {
            assert!(breaker.may_call(start));
            breaker.failed(start);
        }
        assert!(!breaker.may_call(start));
        assert!(!breaker.may_call(start + REST - Duration::from_millis(1)));
        let later = start + REST;
        assert!(breaker.may_call(later));
        assert!(!breaker.may_call(later), "only one call tries");
        breaker.failed(later);
        assert!(!breaker.may_call(later + Duration::from_secs(29)));
        assert!(breaker.may_call(later + REST));
        breaker.worked();
        assert!(breaker.may_call(later + REST));
        breaker.failed(later + REST);
        assert!(breaker.may_call(later + REST), "it counts from 0 again");
    }

    #[test]
    fn one_failure_is_an_ailment_of_a_while() {
        let breaker = Breaker::default();
        let start = Instant::now();
        assert!(!breaker.ails(start));
        breaker.failed(start);
        assert!(breaker.ails(start));
        assert!(!breaker.ails(start + REST));
        assert!(breaker.failed_within(REST * 2, start + REST));
        breaker.worked();
        assert!(!breaker.ails(start));
    }
}

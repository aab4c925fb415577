//! The clock that is handed in.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// Tells the time. The only place that asks the system for it.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    steady: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system for the time"
    )]
    pub fn system() -> Self {
        Self::new(Utc::now)
    }

    /// A clock of one's own, for tests; its steady time is the machine's.
    pub fn new(now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        let begun = Instant::now();
        Self::with_steady(now, move || begun.elapsed())
    }

    /// A clock of one's own in both respects, for tests.
    pub fn with_steady(
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        steady: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self {
            now: Arc::new(now),
            steady: Arc::new(steady),
        }
    }

    /// A clock that is set by hand; both its times are in seconds, the first since 1970.
    #[cfg(test)]
    pub(crate) fn by_hand() -> (Self, Hands) {
        let hands = Hands::default();
        let (shown, steady) = (hands.clone(), hands.clone());
        let clock = Self::with_steady(
            move || {
                let shows = shown.shows.load(std::sync::atomic::Ordering::Relaxed);
                DateTime::from_timestamp(shows, 0).expect("a time")
            },
            move || Duration::from_secs(steady.steady.load(std::sync::atomic::Ordering::Relaxed)),
        );
        (clock, hands)
    }

    /// The time now. It may be set, forward and back, at any moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// How long this program has been running, or so: nobody sets it. It measures how long something takes
    /// or lasts.
    #[must_use]
    pub fn steady(&self) -> Duration {
        (self.steady)()
    }
}

/// The hands of a clock.
#[cfg(test)]
#[derive(Clone, Default)]
pub(crate) struct Hands {
    shows: Arc<std::sync::atomic::AtomicI64>,
    steady: Arc<std::sync::atomic::AtomicU64>,
}

#[cfg(test)]
impl Hands {
    /// Sets the clock, forward or back; no time passes.
    pub(crate) fn set(&self, by: chrono::TimeDelta) {
        use std::sync::atomic::Ordering::Relaxed;
        self.shows.fetch_add(by.num_seconds(), Relaxed);
    }

    /// Time passes.
    pub(crate) fn pass(&self, time: Duration) {
        use std::sync::atomic::Ordering::Relaxed;
        self.steady.fetch_add(time.as_secs(), Relaxed);
        self.set(chrono::TimeDelta::from_std(time).expect("a time"));
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

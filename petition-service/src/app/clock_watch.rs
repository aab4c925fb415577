//! Looks after the clock, by which links end and data is erased: it may be set, and set back.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::{Jump, Jumps};
use crate::usecases::Service;

/// How far the clocks of this machine and of its database server may be apart, in milliseconds, for
/// anything to be erased.
const APART: i64 = 5 * 60 * 1000;

/// Watches the clock of a service.
pub(super) struct ClockWatch(Mutex<Jumps>);

impl ClockWatch {
    pub(super) fn new(service: &Service) -> Self {
        Self(Mutex::new(Jumps::new(&service.clock)))
    }

    /// Looks whether the clock was set, and puts right what was dated by a clock that was ahead.
    pub(super) async fn look(&self, service: &Service) {
        let jump = self.jumps().look(&service.clock);
        match jump {
            None => {}
            Some(Jump::Forward(by)) => tracing::warn!(
                minutes = by.num_minutes(),
                "the clock was set forward: nothing is erased for an hour, in case that it goes back"
            ),
            Some(Jump::Back { by, since }) => {
                tracing::warn!(
                    minutes = by.num_minutes(),
                    "the clock was set back: nothing is erased for an hour, and mails of the time \
                     that was wrong leave now"
                );
                if let Err(error) = service.store.set_back(since, by).await {
                    tracing::error!(%error, "these mails wait until the clock is there again");
                }
            }
        }
    }

    /// Whether the clock can be taken at its word by somebody who erases.
    pub(super) async fn may_erase(&self, service: &Service) -> bool {
        self.look(service).await;
        let calm = self.jumps().is_calm(&service.clock);
        calm && agrees(service).await
    }

    // What was seen is whole after any panic of its user.
    fn jumps(&self) -> MutexGuard<'_, Jumps> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the database's server shows the same time: an instance whose clock has been wrong since its
/// start would erase what is of today.
async fn agrees(service: &Service) -> bool {
    if !service.store.is_shared() {
        return true;
    }
    let Ok(Some(there)) = service.store.time().await else {
        return false;
    };
    let apart = (there - service.clock.now()).num_milliseconds().abs();
    if apart > APART {
        tracing::error!(
            minutes = apart / 60_000,
            "this machine's clock and the database server's are apart: nothing is erased"
        );
    }
    apart <= APART
}

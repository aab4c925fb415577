//! Whether the database is there, and what is made good when it is back.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Replayed, Store, StoreError};

/// How long the database may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(5);

impl Store {
    /// Whether forms go to the journal at once, since the database did not take one.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    /// Waits for an answer to a visitor's request, but not for long, and while the database is known to
    /// be away for a moment only: it may just have come back.
    pub(super) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let patience = self.options.patience;
        let patience = if self.is_down() {
            patience / 5
        } else {
            patience
        };
        let done = tokio::time::timeout(patience, work).await;
        let done = done.unwrap_or_else(|_| Err(StoreError::Down("it does not answer".to_owned())));
        if let Err(error) = &done
            && error.is_down()
        {
            self.went_down(error);
        }
        done
    }

    /// From now on forms do not wait for the database.
    pub(super) fn went_down(&self, error: &StoreError) {
        if !self.down.swap(true, Ordering::Relaxed) {
            tracing::error!(%error, "the database cannot be used: forms go to the journal");
        }
    }

    /// Looks whether the database is well again, so that forms go there once more. Whoever looks after
    /// the keys does so before [`Store::replay`].
    ///
    /// # Errors
    /// [`StoreError`]: it is not.
    pub async fn recover(&self) -> Result<(), StoreError> {
        let ready = tokio::time::timeout(PATIENCE, self.ready()).await;
        ready.unwrap_or_else(|_| Err(StoreError::Down("it does not answer".to_owned())))?;
        if self.down.swap(false, Ordering::Relaxed) {
            tracing::info!("the database is back");
        }
        Ok(())
    }

    /// Whether forms wait in the journal.
    #[must_use]
    pub fn has_journal(&self) -> bool {
        let journal = self.journal.as_ref();
        journal.is_some_and(|journal| journal.holds_forms())
    }

    /// Puts what the journal holds into the database, each form once, and destroys it.
    ///
    /// # Errors
    /// [`StoreError`]: the rest is for the next call.
    pub async fn replay(&self, now: DateTime<Utc>) -> Result<Replayed, StoreError> {
        let Some(journal) = &self.journal else {
            return Ok(Replayed::default());
        };
        journal.replay(&self.writer, &self.options, now).await
    }
}

//! Withdrawing a signature, and unsubscribing.

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::records::{LeaveOutcome, StoreError, SubjectKind};
use super::tokens::{State, find, log};
use super::writer::{Done, Write};
use super::{Store, ms};
use crate::domain::{Purpose, TokenHash};

impl Store {
    /// Withdraws a signature, confirmed or not: it no longer counts and its personal data is
    /// erased. Twice is once.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn withdraw(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<LeaveOutcome, StoreError> {
        let purpose = Purpose::Withdraw;
        self.writer.write(Leave { hash, purpose, now }).await
    }

    /// Ends a subscription and erases its personal data. Twice is once.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn unsubscribe(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<LeaveOutcome, StoreError> {
        let purpose = Purpose::Unsubscribe;
        self.writer.write(Leave { hash, purpose, now }).await
    }
}

struct Leave {
    hash: TokenHash,
    purpose: Purpose,
    now: DateTime<Utc>,
}

impl Write for Leave {
    type Out = LeaveOutcome;

    async fn run(
        &mut self,
        conn: &mut SqliteConnection,
    ) -> Result<Done<LeaveOutcome>, sqlx::Error> {
        let found = find(&mut *conn, self.hash).await?;
        let Some(found) = found.filter(|found| found.purpose == self.purpose) else {
            return Ok(Done::keep(LeaveOutcome::Unknown));
        };
        if found.state == State::Over {
            return Ok(Done::keep(LeaveOutcome::Already(found.about)));
        }
        // Whoever wants to leave a newsletter can, whatever the date.
        if self.purpose == Purpose::Withdraw && found.has_expired(self.now) {
            return Ok(Done::keep(LeaveOutcome::Expired(found.about)));
        }
        if found.state == State::Confirmed && found.about.kind == SubjectKind::Petition {
            log(conn, &found.about.form_id, &found.subject, -1, self.now).await?;
        }
        sqlx::query(
            "update subjects set state = 'ended', dedupe_key = null, ended_at = ?2 where id = ?1",
        )
        .bind(&found.subject)
        .bind(ms(self.now))
        .execute(&mut *conn)
        .await?;
        let steps = [
            "delete from outbox where state = 'waiting'
                 and attempt_id in (select id from attempts where subject_id = ?1)",
            "update attempts
             set email = null, fields = null, nonce_hash = null, newsletter_key = null
             where subject_id = ?1",
        ];
        for step in steps {
            sqlx::query(step)
                .bind(&found.subject)
                .execute(&mut *conn)
                .await?;
        }
        Ok(Done::keep(LeaveOutcome::Done(found.about)))
    }
}

//! Withdrawing a signature, and unsubscribing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attempts;
use super::engine::{Conn, Error, statements, values};
use super::log::{Logged, log};
use super::records::{LeaveOutcome, StoreError, SubjectKind};
use super::tokens::{State, find_to_change};
use super::writer::{Done, Write};
use super::{Store, ms};
use crate::domain::{Purpose, TokenHash};

statements! {
    END = "update subjects set state = 'ended', dedupe_key = null, ended_at = $2 where id = $1";

    COUNTED_AS = "select country from confirmations where subject_id = $1 and delta = 1";

    HIDE = "delete from public_signers where subject_id = $1";
}

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
        let leave = self.writer.write(Leave { hash, purpose, now });
        self.in_time(leave).await
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
        let leave = self.writer.write(Leave { hash, purpose, now });
        self.in_time(leave).await
    }
}

struct Leave {
    hash: TokenHash,
    purpose: Purpose,
    now: DateTime<Utc>,
}

impl Write for Leave {
    type Out = LeaveOutcome;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<LeaveOutcome>, Error> {
        let found = find_to_change(conn, self.hash).await?;
        let Some(found) = found.filter(|found| found.purpose == self.purpose) else {
            return Ok(Done::of(LeaveOutcome::Unknown));
        };
        if found.state == State::Over {
            return Ok(Done::of(LeaveOutcome::Already(found.about)));
        }
        // Whoever wants to leave a newsletter can, whatever the date.
        if self.purpose == Purpose::Withdraw && found.has_expired(self.now) {
            return Ok(Done::of(LeaveOutcome::Expired(found.about)));
        }
        if found.state == State::Confirmed && found.about.kind == SubjectKind::Petition {
            let entry = Logged {
                form_id: found.about.form_id.clone(),
                subject: found.subject,
                delta: -1,
                country: counted_country(conn, found.subject).await?,
                at: ms(self.now),
            };
            log(conn, vec![entry]).await?;
        }
        conn.run(&END, values![found.subject, ms(self.now)]).await?;
        conn.run(&HIDE, values![found.subject]).await?;
        attempts::erase(conn, &[found.subject]).await?;
        Ok(Done::of(LeaveOutcome::Done(found.about)))
    }
}

/// The country as which the signature was counted: a newer form may have named another since.
async fn counted_country(conn: &mut Conn, subject: Uuid) -> Result<Option<String>, Error> {
    let row = conn.first(&COUNTED_AS, values![subject]).await?;
    row.map_or(Ok(None), |row| row.maybe_text("country"))
}

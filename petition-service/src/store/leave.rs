//! Withdrawing a signature, and unsubscribing.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::attempts;
use super::engine::{Conn, Error, statements, values};
use super::log::{Logged, log};
use super::records::{LeaveOutcome, StoreError, SubjectKind};
use super::rights::RightsOutcome;
use super::tokens::{Found, State, find_to_change};
use super::writer::{Done, Write};
use super::{Store, key16, ms};
use crate::domain::{Purpose, TokenHash};

statements! {
    END = "update subjects set state = 'ended', dedupe_key = null, ended_at = $2,
             lang = null, topics = null, paused_until = null where id = $1";

    LETTER = "select id from subjects where dedupe_key = $1 and kind = 'newsletter'";

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

    /// The same from the page of a reader's preferences.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed.
    pub async fn stop(
        &self,
        hash: TokenHash,
        now: DateTime<Utc>,
    ) -> Result<RightsOutcome, StoreError> {
        let purpose = Purpose::Manage;
        let left = self.writer.write(Leave { hash, purpose, now }).await?;
        Ok(match left {
            LeaveOutcome::Done(about) => RightsOutcome::Done(about),
            LeaveOutcome::Already(about) | LeaveOutcome::Expired(about) => {
                RightsOutcome::Over(about)
            }
            LeaveOutcome::Unknown => RightsOutcome::Unknown,
        })
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
        withdraw(conn, &found, self.now).await?;
        Ok(Done::of(LeaveOutcome::Done(found.about)))
    }
}

/// Ends a signature or a subscription: a counted signature no longer counts, and what was typed goes.
pub(super) async fn withdraw(
    conn: &mut Conn,
    found: &Found,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if found.state == State::Confirmed && found.about.kind == SubjectKind::Petition {
        let entry = Logged {
            form_id: found.about.form_id.clone(),
            subject: found.subject,
            delta: -1,
            country: counted_country(conn, found.subject).await?,
            at: ms(now),
        };
        log(conn, vec![entry]).await?;
    }
    conn.run(&END, values![found.subject, ms(now)]).await?;
    conn.run(&HIDE, values![found.subject]).await?;
    attempts::erase(conn, &[found.subject]).await
}

/// Ends a subscription; `now` is in milliseconds.
pub(super) async fn end(conn: &mut Conn, subject: Uuid, now: i64) -> Result<(), Error> {
    conn.run(&END, values![subject, now]).await?;
    attempts::erase(conn, &[subject]).await
}

/// Ends the subscriptions with these keys, confirmed or not; how many there were. `now` is in
/// milliseconds.
pub(super) async fn end_subscriptions(
    conn: &mut Conn,
    keys: &[[u8; 32]],
    now: i64,
) -> Result<u64, Error> {
    let mut ended = 0;
    for key in keys {
        let Some(row) = conn.first(&LETTER, values![key16(key)]).await? else {
            continue;
        };
        let subject = row.id("id")?;
        end(conn, subject, now).await?;
        ended += 1;
    }
    Ok(ended)
}

/// The country as which the signature was counted: a newer form may have named another since.
async fn counted_country(conn: &mut Conn, subject: Uuid) -> Result<Option<String>, Error> {
    let row = conn.first(&COUNTED_AS, values![subject]).await?;
    row.map_or(Ok(None), |row| row.maybe_text("country"))
}

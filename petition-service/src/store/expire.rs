//! What is no longer needed goes.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::attempts;
use super::records::{Expired, StoreError, StoreOptions};
use super::writer::{Done, Write};
use super::{Store, ms, ms_before};

/// How long sent mails are remembered.
const KEEP_SENT: Duration = Duration::from_secs(7 * 24 * 3600);

impl Store {
    /// Erases the personal data of forms that were never confirmed, and removes what no longer
    /// serves. To be called now and then.
    ///
    /// # Errors
    /// [`StoreError`]: all is as before.
    pub async fn expire(&self, now: DateTime<Utc>) -> Result<Expired, StoreError> {
        let options = self.options.clone();
        self.writer.write(Expire { options, now }).await
    }
}

struct Expire {
    options: Arc<StoreOptions>,
    now: DateTime<Utc>,
}

impl Write for Expire {
    type Out = Expired;

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<Expired>, sqlx::Error> {
        let now = self.now;
        let lapsed = sqlx::query(
            "update subjects set state = 'lapsed', dedupe_key = null, ended_at = ?1
             where state = 'pending' and last_mail_at <= ?2
                 and not exists (
                     select 1 from attempts a join outbox o on o.attempt_id = a.id
                     where a.subject_id = subjects.id and o.state = 'waiting')
                 and not exists (
                     select 1 from attempts a join tokens t on t.attempt_id = a.id
                     where a.subject_id = subjects.id and t.expires_at > ?1
                         and t.purpose in ('confirm_signature', 'confirm_subscription'))",
        )
        .bind(ms(now))
        .bind(ms_before(now, self.options.keep_pending))
        .execute(&mut *conn)
        .await?
        .rows_affected();
        sqlx::query(
            "update attempts
             set email = null, fields = null, nonce_hash = null, newsletter_key = null
             where email is not null
                 and subject_id in (select id from subjects where state = 'lapsed')",
        )
        .execute(&mut *conn)
        .await?;
        let old = ms_before(now, self.options.keep_ended_links);
        let hour = Duration::from_secs(3600);
        let sweeps = [
            (
                "delete from subjects where state = 'lapsed' and ended_at <= ?1",
                old,
            ),
            ("delete from tokens where expires_at <= ?1", old),
            (
                "delete from outbox where state = 'sent' and done_at <= ?1",
                ms_before(now, KEEP_SENT),
            ),
            (
                "delete from outbox where state = 'dead' and done_at <= ?1",
                old,
            ),
            (
                "delete from used_challenges where expires_at < ?1",
                ms_before(now, hour).div_euclid(1000),
            ),
            (
                "delete from mail_budget where hour < ?1",
                ms_before(now, 24 * hour).div_euclid(3_600_000),
            ),
        ];
        let keep = ms_before(now, self.options.keep_pending);
        let mut removed = attempts::erase_leftovers(conn, keep, now).await?;
        for (sweep, limit) in sweeps {
            let done = sqlx::query(sweep).bind(limit).execute(&mut *conn).await?;
            removed += done.rows_affected();
        }
        Ok(Done::keep(Expired { lapsed, removed }))
    }
}

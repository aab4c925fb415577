//! What is no longer needed goes.
//!
//! In small portions: there is one writer, and whoever signs must not wait for it until a month's
//! work is done.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::SqliteConnection;

use super::attempts;
use super::records::{Expired, StoreError};
use super::writer::{Done, Write};
use super::{Store, ms, ms_before};

/// How long sent mails are remembered.
const KEEP_SENT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Rows of one portion.
const PORTION: u32 = 500;

impl Store {
    /// Erases the personal data of forms that were never confirmed, and removes what no longer
    /// serves, with other writes in between. To be called now and then.
    ///
    /// # Errors
    /// [`StoreError`]: the rest is for the next call.
    pub async fn expire(&self, now: DateTime<Utc>) -> Result<Expired, StoreError> {
        let before = ms_before(now, self.options.keep_pending);
        let mut expired = Expired::default();
        loop {
            let lapsed = self.writer.write(Lapse { now, before }).await?;
            expired.lapsed += lapsed;
            if lapsed < u64::from(PORTION) {
                break;
            }
        }
        loop {
            let erased = self.writer.write(Leftovers { now, before }).await?;
            expired.removed += erased;
            if erased < u64::from(PORTION) {
                break;
            }
        }
        for (sql, limit) in self.sweeps(now) {
            loop {
                let removed = self.writer.write(Sweep { sql, limit }).await?;
                expired.removed += removed;
                if removed < u64::from(PORTION) {
                    break;
                }
            }
        }
        Ok(expired)
    }

    /// What is removed, and up to when.
    fn sweeps(&self, now: DateTime<Utc>) -> [(&'static str, i64); 6] {
        let old = ms_before(now, self.options.keep_ended_links);
        let hour = Duration::from_secs(3600);
        [
            (
                "delete from subjects where id in (
                     select id from subjects where state = 'lapsed' and ended_at <= ?1 limit ?2)",
                old,
            ),
            (
                "delete from tokens where hash in (
                     select hash from tokens where expires_at <= ?1 limit ?2)",
                old,
            ),
            (
                "delete from outbox where id in (
                     select id from outbox where state = 'sent' and done_at <= ?1 limit ?2)",
                ms_before(now, KEEP_SENT),
            ),
            (
                "delete from outbox where id in (
                     select id from outbox where state = 'dead' and done_at <= ?1 limit ?2)",
                old,
            ),
            (
                "delete from used_challenges where nonce in (
                     select nonce from used_challenges where expires_at < ?1 limit ?2)",
                ms_before(now, hour).div_euclid(1000),
            ),
            (
                "delete from mail_budget where hour in (
                     select hour from mail_budget where hour < ?1 limit ?2)",
                ms_before(now, 24 * hour).div_euclid(3_600_000),
            ),
        ]
    }
}

/// Erases a portion of the forms that nobody confirmed in time.
struct Lapse {
    now: DateTime<Utc>,
    before: i64,
}

impl Write for Lapse {
    type Out = u64;

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<u64>, sqlx::Error> {
        let lapsed: Vec<String> = sqlx::query_scalar(
            "update subjects set state = 'lapsed', dedupe_key = null, ended_at = ?1
             where id in (
                 select s.id from subjects s
                 where s.state = 'pending' and s.last_mail_at <= ?2
                     and not exists (
                         select 1 from attempts a join outbox o on o.attempt_id = a.id
                         where a.subject_id = s.id and o.state = 'waiting')
                     and not exists (
                         select 1 from attempts a join tokens t on t.attempt_id = a.id
                         where a.subject_id = s.id and t.expires_at > ?1
                             and t.purpose in ('confirm_signature', 'confirm_subscription'))
                 limit ?3)
             returning id",
        )
        .bind(ms(self.now))
        .bind(self.before)
        .bind(PORTION)
        .fetch_all(&mut *conn)
        .await?;
        // Theirs only: those that lapsed before have nothing left.
        for subject in &lapsed {
            sqlx::query(
                "update attempts
                 set email = null, fields = null, nonce_hash = null, newsletter_key = null
                 where subject_id = ?1",
            )
            .bind(subject)
            .execute(&mut *conn)
            .await?;
        }
        Ok(Done::keep(u64::try_from(lapsed.len()).unwrap_or(0)))
    }
}

/// Erases a portion of the forms that could have taken a confirmed one's place.
struct Leftovers {
    now: DateTime<Utc>,
    before: i64,
}

impl Write for Leftovers {
    type Out = u64;

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<u64>, sqlx::Error> {
        let erased = attempts::erase_leftovers(conn, self.before, self.now, PORTION).await?;
        Ok(Done::keep(erased))
    }
}

/// Removes a portion of what is old.
struct Sweep {
    sql: &'static str,
    limit: i64,
}

impl Write for Sweep {
    type Out = u64;

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<u64>, sqlx::Error> {
        let done = sqlx::query(self.sql)
            .bind(self.limit)
            .bind(PORTION)
            .execute(conn)
            .await?;
        Ok(Done::keep(done.rows_affected()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;
    use crate::store::testing::{minute, signature, store};

    /// As if all mails had left and their links had ended.
    struct NoMails;

    impl Write for NoMails {
        type Out = ();

        async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<()>, sqlx::Error> {
            sqlx::query("delete from outbox").execute(conn).await?;
            Ok(Done::keep(()))
        }
    }

    async fn addresses(store: &Store) -> i64 {
        sqlx::query_scalar("select count(*) from attempts where email is not null")
            .fetch_one(&store.reads)
            .await
            .expect("read")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_over_goes_in_portions_until_all_is_gone() {
        let (store, _folder) = store().await;
        let forms = i64::from(PORTION) + 20;
        let mut signing = JoinSet::new();
        for number in 0..forms {
            let store = store.clone();
            let form = signature(&format!("s{number}@example.org"));
            signing.spawn(async move { store.sign_up(form, minute(0)).await });
        }
        while let Some(signed) = signing.join_next().await {
            signed.expect("no panic").expect("stored");
        }
        store.writer.write(NoMails).await.expect("removed");

        let now = minute(8 * 24 * 60);
        let before = ms_before(now, store.options.keep_pending);
        let portion = store.writer.write(Lapse { now, before }).await;
        assert_eq!(portion.expect("erased"), u64::from(PORTION));
        assert_eq!(addresses(&store).await, 20, "the others wait their turn");

        let rest = store.expire(now).await.expect("expired");
        assert_eq!((rest.lapsed, rest.removed), (20, 0));
        assert_eq!(addresses(&store).await, 0);
        let again = store.expire(now).await.expect("expired");
        assert_eq!(again, Expired::default());

        let later = minute(100 * 24 * 60);
        let removed = store.expire(later).await.expect("expired").removed;
        assert_eq!(removed, u64::try_from(forms).expect("positive"));
    }
}

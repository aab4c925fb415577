//! The mails that wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection};

use super::records::{OutboxJob, OutboxKind, OutboxStats, StoreError};
use super::writer::{Done, Write};
use super::{Store, ms, ms_before, new_id};
use crate::domain::Private;

/// Puts a mail into the outbox, in the transaction of its cause.
pub(super) async fn queue(
    conn: &mut SqliteConnection,
    attempt: &str,
    kind: OutboxKind,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into outbox
             (id, attempt_id, kind, priority, state, tries, not_before, created_at)
         values (?1, ?2, ?3, ?4, 'waiting', 0, ?5, ?5)",
    )
    .bind(new_id())
    .bind(attempt)
    .bind(kind.name())
    .bind(kind.priority())
    .bind(ms(now))
    .execute(conn)
    .await?;
    Ok(())
}

impl Store {
    /// Takes up to so many mails that are due, the most urgent first. For the time of the lease
    /// nobody else gets them; whoever does not report in that time has lost them.
    ///
    /// A try counts when it is reported as failed, not when it begins: a service that is stopped
    /// in the middle of a mail says nothing about that mail, which is neither put off nor given up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn outbox_claim(
        &self,
        limit: u32,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<OutboxJob>, StoreError> {
        let due: bool = sqlx::query_scalar(
            "select exists (select 1 from outbox where state = 'waiting' and not_before <= ?1
                 and (leased_until is null or leased_until <= ?1))",
        )
        .bind(ms(now))
        .fetch_one(&self.reads)
        .await?;
        if !due {
            return Ok(Vec::new());
        }
        let claim = Claim { limit, now, lease };
        self.writer.write(claim).await
    }

    /// The mail left.
    ///
    /// # Errors
    /// [`StoreError`]: it will be sent once more.
    pub async fn outbox_sent(&self, id: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.settle(id, Settled::Sent(now)).await
    }

    /// The mail is to be tried again at that time. The reason is stored and must hold no personal
    /// data.
    ///
    /// # Errors
    /// [`StoreError`]: it will be tried again when its lease ends.
    pub async fn outbox_retry(
        &self,
        id: &str,
        at: DateTime<Utc>,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.settle(id, Settled::Retry(at, reason.to_owned())).await
    }

    /// The mail will never leave. Its row stays, with the reason, and [`Store::stats`] tells of it.
    ///
    /// # Errors
    /// [`StoreError`]: it will be tried again when its lease ends.
    pub async fn outbox_give_up(
        &self,
        id: &str,
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.settle(id, Settled::Dead(now, reason.to_owned())).await
    }

    /// Lets the mails that were given up wait again, with all their tries before them; how many. Those
    /// whose recipient has been erased since then stay as they are.
    ///
    /// # Errors
    /// [`StoreError`]: none of them waits.
    pub async fn outbox_retry_dead(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(RetryDead { now }).await
    }

    /// Ends a lease without a try: the mail was not begun.
    ///
    /// # Errors
    /// [`StoreError`]: it will be tried when its lease ends.
    pub async fn outbox_release(&self, id: &str) -> Result<(), StoreError> {
        self.settle(id, Settled::Released).await
    }

    /// Ends all leases: they are from before a start, and nobody is at work on them.
    ///
    /// # Errors
    /// [`StoreError`]: they end by themselves.
    pub async fn outbox_release_all(&self) -> Result<(), StoreError> {
        self.writer.write(ReleaseAll).await
    }

    /// The outbox at a glance.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stats(&self, now: DateTime<Utc>) -> Result<OutboxStats, StoreError> {
        let waiting = sqlx::query(
            "select count(*) as n, min(created_at) as oldest from outbox where state = 'waiting'",
        )
        .fetch_one(&self.reads)
        .await?;
        let dead: i64 = sqlx::query_scalar("select count(*) from outbox where state = 'dead'")
            .fetch_one(&self.reads)
            .await?;
        let number = |n: i64| u64::try_from(n).unwrap_or(0);
        let oldest: Option<i64> = waiting.try_get("oldest")?;
        Ok(OutboxStats {
            waiting: number(waiting.try_get("n")?),
            oldest: oldest.map(|at| Duration::from_millis(number(ms(now) - at))),
            given_up: number(dead),
        })
    }

    async fn settle(&self, id: &str, how: Settled) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.writer.write(Settle { id, how }).await
    }
}

struct Claim {
    limit: u32,
    now: DateTime<Utc>,
    lease: Duration,
}

impl Write for Claim {
    type Out = Vec<OutboxJob>;

    async fn run(
        &mut self,
        conn: &mut SqliteConnection,
    ) -> Result<Done<Vec<OutboxJob>>, sqlx::Error> {
        let rows = sqlx::query(
            "select o.id, o.kind, o.tries, o.attempt_id, a.lang, a.email, s.form_id
             from outbox o
             join attempts a on a.id = o.attempt_id
             join subjects s on s.id = a.subject_id
             where o.state = 'waiting' and o.not_before <= ?1
                 and (o.leased_until is null or o.leased_until <= ?1)
             order by o.priority, o.not_before, o.id limit ?2",
        )
        .bind(ms(self.now))
        .bind(self.limit)
        .fetch_all(&mut *conn)
        .await?;
        // The end of the lease: so long before "so long before now" turned round.
        let until = 2 * ms(self.now) - ms_before(self.now, self.lease);
        let mut jobs = Vec::with_capacity(rows.len());
        for row in rows {
            let id: String = row.try_get("id")?;
            let kind: String = row.try_get("kind")?;
            let email: Option<String> = row.try_get("email")?;
            let (Some(kind), Some(email)) = (OutboxKind::from_name(&kind), email) else {
                // Whom it was for was erased, or another version wrote it: nobody can send it.
                drop_row(conn, &id).await?;
                continue;
            };
            sqlx::query("update outbox set leased_until = ?2 where id = ?1")
                .bind(&id)
                .bind(until)
                .execute(&mut *conn)
                .await?;
            let tries: i64 = row.try_get("tries")?;
            jobs.push(OutboxJob {
                id,
                kind,
                attempt_id: row.try_get("attempt_id")?,
                form_id: row.try_get("form_id")?,
                lang: row.try_get("lang")?,
                email: Private::new(email),
                tries: u32::try_from(tries).unwrap_or(u32::MAX).saturating_add(1),
            });
        }
        Ok(Done::keep(jobs))
    }
}

async fn drop_row(conn: &mut SqliteConnection, id: &str) -> Result<(), sqlx::Error> {
    sqlx::query("delete from outbox where id = ?1")
        .bind(id)
        .execute(conn)
        .await
        .map(|_| ())
}

enum Settled {
    Sent(DateTime<Utc>),
    Retry(DateTime<Utc>, String),
    Dead(DateTime<Utc>, String),
    Released,
}

struct Settle {
    id: String,
    how: Settled,
}

impl Write for Settle {
    type Out = ();

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<()>, sqlx::Error> {
        let query = match &self.how {
            Settled::Sent(now) => sqlx::query(
                "update outbox set state = 'sent', done_at = ?2, leased_until = null,
                     reason = null
                 where id = ?1 and state = 'waiting'",
            )
            .bind(&self.id)
            .bind(ms(*now)),
            Settled::Retry(at, reason) => sqlx::query(
                "update outbox set tries = tries + 1, not_before = ?2, leased_until = null,
                     reason = ?3
                 where id = ?1 and state = 'waiting'",
            )
            .bind(&self.id)
            .bind(ms(*at))
            .bind(reason),
            Settled::Dead(now, reason) => sqlx::query(
                "update outbox set tries = tries + 1, state = 'dead', done_at = ?2,
                     leased_until = null, reason = ?3
                 where id = ?1 and state = 'waiting'",
            )
            .bind(&self.id)
            .bind(ms(*now))
            .bind(reason),
            Settled::Released => sqlx::query(
                "update outbox set leased_until = null
                 where id = ?1 and state = 'waiting' and leased_until is not null",
            )
            .bind(&self.id),
        };
        query.execute(conn).await?;
        Ok(Done::keep(()))
    }
}

struct ReleaseAll;

impl Write for ReleaseAll {
    type Out = ();

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<()>, sqlx::Error> {
        sqlx::query(
            "update outbox set leased_until = null
             where state = 'waiting' and leased_until is not null",
        )
        .execute(conn)
        .await?;
        Ok(Done::keep(()).with_mail(true))
    }
}

struct RetryDead {
    now: DateTime<Utc>,
}

impl Write for RetryDead {
    type Out = u64;

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<u64>, sqlx::Error> {
        let retried = sqlx::query(
            "update outbox set state = 'waiting', tries = 0, not_before = ?1, done_at = null,
                 leased_until = null
             where state = 'dead' and exists (
                 select 1 from attempts a
                 where a.id = outbox.attempt_id and a.email is not null)",
        )
        .bind(ms(self.now))
        .execute(conn)
        .await?
        .rows_affected();
        Ok(Done::keep(retried).with_mail(retried > 0))
    }
}

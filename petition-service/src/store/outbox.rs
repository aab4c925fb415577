//! The mails that wait.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::engine::{Conn, Error, Row, bulks, statements, values};
use super::recipient::Recipient;
use super::records::{OutboxJob, OutboxKind, OutboxStats, StoreError};
use super::remind::Reminder;
use super::settle::{Settle, Settled};
use super::vault::Sealed;
use super::writer::{Done, Write};
use super::{Store, leases, ms};

macro_rules! claim {
    ($among:literal, $lock:literal, $end:literal) => {
        concat!(
            "update outbox set leased_by = $3
             where id ",
            $among,
            "(
                 select id from outbox
                 where state = 'waiting' and priority = $4 and not_before <= $1
                     and leased_by is null
                 order by not_before, id limit $2",
            $lock,
            $end,
            "
             returning id, kind, priority, not_before, tries, doubts, attempt_id, recipient, hot_key_id,
                 (select coalesce(s.lang, a.lang) from attempts a join subjects s on s.id = a.subject_id
                  where a.id = outbox.attempt_id) as lang,
                 (select s.form_id from attempts a join subjects s on s.id = a.subject_id
                  where a.id = outbox.attempt_id) as form_id"
        )
    };
}

statements! {
    // By priority, so that an index leads to what is due past all that waits for its time.
    DUE = "with p(priority) as (values (0), (1), (2), (3), (4))
         select cast(p.priority as bigint) as priority from p
         where exists (select 1 from outbox
             where state = 'waiting' and priority = p.priority and not_before <= $1
                 and leased_by is null)
         order by p.priority";

    // Rows that another instance is taking are passed over: nobody waits, and nobody gets them twice.
    // An array, because PostgreSQL may run what stands in `in (…)` more than once, past its limit.
    CLAIM = claim!("in ", "", ")"),
        postgres claim!("= any (array ", " for update skip locked", "))");

    // Reminders wait for their day: that is no delay.
    WAITING = "select count(*) as n, min(created_at) as oldest from outbox
         where state = 'waiting' and (priority < 4 or not_before <= $1)";

    DEAD = "select count(*) as n from outbox where state = 'dead'";

    RETRY_DEAD = "update outbox set state = 'waiting', tries = 0, doubts = 0, not_before = $1,
             done_at = null, leased_by = null
         where state = 'dead' and recipient is not null";
}

bulks! {
    DROP(id Blob) = "delete from outbox where id in (select id from v)";
}

impl Store {
    /// Takes up to so many mails that are due, the most urgent first. Nobody else gets them until this
    /// instance tells how it went, or is not heard of any more ([`Store::outbox_release_orphans`]): no
    /// clock ends it, which could jump.
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
    ) -> Result<Vec<OutboxJob>, StoreError> {
        let due = self.reads.rows(&DUE, values![ms(now)]).await?;
        let priorities: Result<Vec<_>, _> = due.iter().map(|row| row.int("priority")).collect();
        let priorities = priorities?;
        if priorities.is_empty() {
            return Ok(Vec::new());
        }
        let claim = Claim {
            limit,
            now: ms(now),
            holder: self.instance(),
            priorities,
        };
        let mut rows = self.writer.write(claim).await?;
        let vault = &self.options.vault;
        let strange = |row: &Claimed| {
            let key = row.recipient.as_ref().map(|recipient| recipient.key_id);
            key.is_some_and(|key| !vault.knows(key))
        };
        if rows.iter().any(strange) {
            vault.learn(&self.hot_keys().await?);
        }
        rows.sort_by_key(|row| (row.priority, row.not_before, row.id));
        let mut jobs = Vec::with_capacity(rows.len());
        let mut lost = Vec::new();
        for row in rows {
            let (id, sealed) = (row.id, row.recipient.is_some());
            match self.job(row) {
                Some(job) => jobs.push(job),
                None if sealed => {
                    tracing::error!(mail = %id, "nothing opens the address of a mail any more");
                    let reason = "its address cannot be opened, or it is of another version";
                    self.outbox_give_up(id, reason, false, now).await?;
                }
                None => lost.push(id),
            }
        }
        if !lost.is_empty() {
            // Whom it was for was erased.
            self.writer.write(Drop(lost)).await?;
        }
        Ok(jobs)
    }

    fn job(&self, row: Claimed) -> Option<OutboxJob> {
        let recipient = row.recipient?;
        let opened = self.options.vault.open_recipient(row.id, &recipient)?;
        Some(OutboxJob {
            id: row.id,
            kind: OutboxKind::from_name(&row.kind)?,
            attempt_id: row.attempt?,
            form_id: row.form_id?,
            lang: row.lang?,
            recipient: Recipient::from_bytes(opened)?,
            tries: u32::try_from(row.tries)
                .unwrap_or(u32::MAX)
                .saturating_add(1),
            doubts: u32::try_from(row.doubts).unwrap_or(u32::MAX),
        })
    }

    /// The mail left.
    ///
    /// # Errors
    /// [`StoreError`]: it is still this instance's, and would be sent once more.
    pub async fn outbox_sent(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.settle(id, Settled::Sent(now, None)).await
    }

    /// A mail that asks to confirm left: as [`Store::outbox_sent`], and a signer who does not confirm
    /// is reminded once, if that is wanted.
    ///
    /// # Errors
    /// [`StoreError`]: it is still this instance's, and would be sent once more.
    pub async fn outbox_sent_asking(
        &self,
        job: &OutboxJob,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let reminder = Reminder::of(job, &self.options, now);
        self.settle(job.id, Settled::Sent(now, reminder)).await
    }

    /// The mail is to be tried again at that time. The reason is stored and must hold no personal
    /// data. `doubt`: it may have arrived all the same.
    ///
    /// # Errors
    /// [`StoreError`]: it is still this instance's.
    pub async fn outbox_retry(
        &self,
        id: Uuid,
        at: DateTime<Utc>,
        (reason, doubt): (&str, bool),
    ) -> Result<(), StoreError> {
        let reason = reason.to_owned();
        self.settle(id, Settled::Retry { at, reason, doubt }).await
    }

    /// The mail will not leave. Its row stays, with the reason, and [`Store::stats`] tells of it. If
    /// nothing can mend it (`for_good`), its recipient is forgotten.
    ///
    /// # Errors
    /// [`StoreError`]: it is still this instance's.
    pub async fn outbox_give_up(
        &self,
        id: Uuid,
        reason: &str,
        for_good: bool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let dead = Settled::Dead {
            at: now,
            reason: reason.to_owned(),
            for_good,
        };
        self.settle(id, dead).await
    }

    /// Lets the mails that were given up wait again, with all their tries before them; how many. Those
    /// whose recipient has been erased since then stay as they are.
    ///
    /// # Errors
    /// [`StoreError`]: none of them waits.
    pub async fn outbox_retry_dead(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(RetryDead { now }).await
    }

    /// The outbox at a glance.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stats(&self, now: DateTime<Utc>) -> Result<OutboxStats, StoreError> {
        let waiting = self.reads.one(&WAITING, values![ms(now)]).await?;
        let dead = self.reads.one(&DEAD, values![]).await?;
        let number = |n: i64| u64::try_from(n).unwrap_or(0);
        let oldest = waiting.maybe_int("oldest")?;
        Ok(OutboxStats {
            waiting: number(waiting.int("n")?),
            oldest: oldest.map(|at| Duration::from_millis(number(ms(now) - at))),
            given_up: number(dead.int("n")?),
        })
    }

    /// The mail must not leave: it goes, and nobody is told.
    ///
    /// # Errors
    /// [`StoreError`]: it is still this instance's.
    pub async fn outbox_drop(&self, id: Uuid) -> Result<(), StoreError> {
        self.writer.write(Drop(vec![id])).await
    }

    pub(super) async fn settle(&self, id: Uuid, how: Settled) -> Result<(), StoreError> {
        let holder = self.instance();
        self.writer.write_hot(Settle { id, holder, how }).await
    }
}

struct Claim {
    limit: u32,
    now: i64,
    holder: String,
    /// Those that have due mails, the most urgent first.
    priorities: Vec<i64>,
}

/// A row that was taken.
struct Claimed {
    id: Uuid,
    kind: String,
    priority: i64,
    not_before: i64,
    tries: i64,
    doubts: i64,
    attempt: Option<Uuid>,
    recipient: Option<Sealed>,
    lang: Option<String>,
    form_id: Option<String>,
}

impl Claimed {
    fn read(row: &Row) -> Result<Self, Error> {
        let key = row.maybe_blob("hot_key_id")?;
        let key = key.and_then(|key| key.try_into().ok());
        let recipient = row.maybe_blob("recipient")?.zip(key);
        Ok(Self {
            id: row.id("id")?,
            kind: row.text("kind")?,
            priority: row.int("priority")?,
            not_before: row.int("not_before")?,
            tries: row.int("tries")?,
            doubts: row.int("doubts")?,
            attempt: row.maybe_id("attempt_id")?,
            recipient: recipient.map(|(bytes, key_id)| Sealed { bytes, key_id }),
            lang: row.maybe_text("lang")?,
            form_id: row.maybe_text("form_id")?,
        })
    }
}

impl Write for Claim {
    type Out = Vec<Claimed>;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<Vec<Claimed>>, Error> {
        let mut claimed = Vec::new();
        if conn.is_shared() {
            // The mails of one that is not known to be there are taken from it.
            leases::present(conn, &self.holder).await?;
        }
        for priority in &self.priorities {
            let taken = u32::try_from(claimed.len()).unwrap_or(u32::MAX);
            let room = self.limit.saturating_sub(taken);
            if room == 0 {
                break;
            }
            let values = values![self.now, room, &self.holder, *priority];
            for row in conn.rows(&CLAIM, values).await? {
                claimed.push(Claimed::read(&row)?);
            }
        }
        Ok(Done::of(claimed))
    }
}

struct Drop(Vec<Uuid>);

impl Write for Drop {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let rows = self.0.iter().map(|id| values![*id]).collect();
        conn.bulk(&DROP, rows).await?;
        Ok(Done::of(()))
    }
}

struct RetryDead {
    now: DateTime<Utc>,
}

impl Write for RetryDead {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let retried = conn.run(&RETRY_DEAD, values![ms(self.now)]).await?;
        Ok(Done::of(retried).with_mail(retried > 0))
    }
}

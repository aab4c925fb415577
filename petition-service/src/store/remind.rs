//! One reminder for a signer who has not confirmed. Never for a newsletter: whoever's address a
//! stranger puts on lists must not get a second mail for each.

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::engine::{Conn, Error, bulks, statements, values};
use super::ms;
use super::options::StoreOptions;
use super::records::{OutboxJob, OutboxKind};
use super::vault::Sealed;

macro_rules! insert {
    ($lock:literal) => {
        concat!(
            "insert into outbox
                 (id, attempt_id, kind, priority, state, tries, not_before, created_at, recipient,
                  hot_key_id)
             select v.id, v.attempt_id, v.kind, v.priority, 'waiting', 0, v.at, v.at, v.recipient,
                 v.hot_key_id
             from v join attempts a on a.id = v.attempt_id join subjects s on s.id = a.subject_id
             where s.state = 'pending' and s.reminded_at is null and s.mails < v.most
                 and a.sealed is not null
                 and not exists (
                     select 1 from v w join attempts b on b.id = w.attempt_id
                     where b.subject_id = s.id and w.id < v.id)",
            $lock
        )
    };
}

statements! {
    POSTPONE = "update outbox set not_before = $2, created_at = $2
         where state = 'waiting' and kind = 'remind_petition' and leased_by is null
             and attempt_id in (select id from attempts where subject_id = $1)";
}

bulks! {
    INSERT(
        id Blob, attempt_id Blob, kind Text, priority Int, at Int, recipient Blob, hot_key_id Blob,
        most Int
    ) = insert!(""), postgres insert!(" order by s.id for update of s");

    // A reminder is a mail like the others: it counts as one.
    MARK(id Blob, attempt_id Blob, now Int) =
        "update subjects set reminded_at = v.now, mails = subjects.mails + 1
         from v where subjects.id = (select subject_id from attempts where id = v.attempt_id)
             and exists (select 1 from outbox o where o.id = v.id)";

    // Of whatever form it is: the mailbox has confirmed.
    DROP(subject Blob) =
        "delete from outbox where state = 'waiting' and kind = 'remind_petition'
             and attempt_id in (
                 select a.id from v cross join attempts a where a.subject_id = v.subject)";
}

/// A reminder to come.
pub(super) struct Reminder {
    /// The mail; its recipient is sealed for it.
    pub(super) id: Uuid,
    pub(super) attempt: Uuid,
    /// When it leaves, in milliseconds.
    pub(super) at: i64,
    pub(super) recipient: Sealed,
    /// The most mails that a mailbox gets.
    pub(super) most: i64,
    /// In milliseconds.
    pub(super) now: i64,
}

impl Reminder {
    /// The one that is due after a mail that left, if it asked a signer and reminders are wanted.
    pub(super) fn of(job: &OutboxJob, options: &StoreOptions, now: DateTime<Utc>) -> Option<Self> {
        let after = options.reminder_after?;
        if job.kind != OutboxKind::ConfirmPetition {
            return None;
        }
        let id = super::new_id();
        let to = job.recipient.to_bytes();
        Some(Self {
            id,
            attempt: job.attempt_id,
            at: ms(now).saturating_add(i64::try_from(after.as_millis()).ok()?),
            recipient: options.vault.seal_recipient(id, to.expose()).ok()?,
            most: i64::from(options.lifetime_mails),
            now: ms(now),
        })
    }
}

/// Queues reminders, one for each mailbox in its life with one petition.
pub(super) async fn queue(conn: &mut Conn, reminders: &[&Reminder]) -> Result<(), Error> {
    let kind = OutboxKind::RemindPetition;
    let row = |one: &&Reminder| {
        values![
            one.id,
            one.attempt,
            kind.name(),
            kind.priority(),
            one.at,
            one.recipient.bytes.as_slice(),
            one.recipient.key_id.as_slice(),
            one.most
        ]
    };
    conn.bulk(&INSERT, reminders.iter().map(row).collect())
        .await?;
    let mark = |one: &&Reminder| values![one.id, one.attempt, one.now];
    conn.bulk(&MARK, reminders.iter().map(mark).collect())
        .await?;
    Ok(())
}

/// Another mail goes to the mailbox at that time, in milliseconds: its reminder comes so long after it.
pub(super) async fn postpone(
    conn: &mut Conn,
    subject: Uuid,
    mail_at: i64,
    after: Duration,
) -> Result<(), Error> {
    let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
    let at = mail_at.saturating_add(after);
    conn.run(&POSTPONE, values![subject, at]).await.map(|_| ())
}

/// Drops the reminders of mailboxes that have confirmed.
pub(super) async fn drop(
    conn: &mut Conn,
    subjects: impl Iterator<Item = Uuid>,
) -> Result<(), Error> {
    let rows = subjects.map(|subject| values![subject]).collect();
    conn.bulk(&DROP, rows).await.map(|_| ())
}

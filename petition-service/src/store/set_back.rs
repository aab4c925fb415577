//! The clock was ahead and was put right: mails that were queued meanwhile would wait for a time that is
//! hours away.

use chrono::{DateTime, TimeDelta, Utc};

use super::engine::{Conn, Error, statements, values};
use super::records::StoreError;
use super::writer::{Done, Write};
use super::{Store, mailboxes, ms};

statements! {
    // Reminders wait for their day anyway, and may have been queued before.
    MAILS = "update outbox set not_before = not_before - $2,
             created_at = case when created_at >= $1 then created_at - $2 else created_at end
         where state = 'waiting' and kind <> 'remind_petition' and not_before >= $1";
}

impl Store {
    /// Dates the waiting mails of a time that never was: those that are to leave at `since` or later leave
    /// that much earlier. How many there were. A mail that failed before then and rests may be tried
    /// sooner than it would have been.
    ///
    /// # Errors
    /// [`StoreError`]: they leave when the clock gets there.
    pub async fn set_back(&self, since: DateTime<Utc>, by: TimeDelta) -> Result<u64, StoreError> {
        let by = by.num_milliseconds();
        self.writer
            .write(SetBack {
                since: ms(since),
                by,
            })
            .await
    }
}

struct SetBack {
    since: i64,
    by: i64,
}

impl Write for SetBack {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let mails = conn.run(&MAILS, values![self.since, self.by]).await?;
        mailboxes::set_back(conn, self.since, self.by).await?;
        Ok(Done::of(mails).with_mail(mails > 0))
    }
}

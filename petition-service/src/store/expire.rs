//! What is no longer needed goes.
//!
//! In small portions: there is one writer, and whoever signs must not wait for it until a month's
//! work is done.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::attempts;
use super::engine::{Conn, Error, Statement, statements, values};
use super::records::{Expired, StoreError};
use super::writer::{Done, Write};
use super::{Store, mailboxes, ms, ms_before};

/// How long sent mails are remembered.
const KEEP_SENT: Duration = Duration::from_secs(7 * DAY.as_secs());

/// How long the networks that forms came from are remembered.
const KEEP_NETWORKS: Duration = Duration::from_secs(30 * DAY.as_secs());

const DAY: Duration = Duration::from_secs(24 * 3600);

const HOUR: Duration = Duration::from_secs(3600);

/// Rows of one portion.
const PORTION: u32 = 500;

statements! {
    LAPSE = "update subjects set state = 'lapsed', dedupe_key = null, ended_at = $1
         where id in (
             select s.id from subjects s
             where s.state = 'pending' and s.last_mail_at <= $2
                 and not exists (
                     select 1 from attempts a join outbox o on o.attempt_id = a.id
                     where a.subject_id = s.id and o.state = 'waiting')
                 and not exists (
                     select 1 from attempts a join tokens t on t.attempt_id = a.id
                     where a.subject_id = s.id and t.expires_at > $1
                         and t.purpose in ('confirm_signature', 'confirm_subscription'))
             limit $3)
             and state = 'pending' and last_mail_at <= $2
         returning id";

    SUBJECTS = "delete from subjects where id in (
             select id from subjects where state = 'lapsed' and ended_at <= $1 limit $2)";

    TOKENS = "delete from tokens where hash in (
             select hash from tokens where expires_at <= $1 limit $2)";

    SENT = "delete from outbox where id in (
             select id from outbox where state = 'sent' and done_at <= $1 limit $2)";

    DEAD = "delete from outbox where id in (
             select id from outbox where state = 'dead' and done_at <= $1 limit $2)";

    CHALLENGES = "delete from used_challenges where nonce in (
             select nonce from used_challenges where expires_at < $1 limit $2)";

    BUDGET = "delete from mail_budget where hour in (
             select hour from mail_budget where hour < $1 limit $2)";

    NETWORKS = "update attempts set network = null where id in (
             select id from attempts where network is not null and created_at <= $1 limit $2)";

    NETWORK_COUNTS = "delete from network_counts where (network, hour) in (
             select network, hour from network_counts where hour < $1 limit $2)";
}

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
        for (statement, limit) in self.sweeps(now) {
            loop {
                let removed = self.writer.write(Sweep { statement, limit }).await?;
                expired.removed += removed;
                if removed < u64::from(PORTION) {
                    break;
                }
            }
        }
        for part in 0..mailboxes::PARTS {
            expired.removed += self.writer.write(FullAgain { part, now }).await?;
        }
        Ok(expired)
    }

    /// What is removed, and up to when.
    fn sweeps(&self, now: DateTime<Utc>) -> [(&'static Statement, i64); 8] {
        let old = ms_before(now, self.options.keep_ended_links);
        let yesterday = ms_before(now, DAY).div_euclid(3_600_000);
        [
            (&SUBJECTS, old),
            (&TOKENS, old),
            (&SENT, ms_before(now, KEEP_SENT)),
            (&DEAD, old),
            (&CHALLENGES, ms_before(now, HOUR).div_euclid(1000)),
            (&BUDGET, yesterday),
            (&NETWORKS, ms_before(now, KEEP_NETWORKS)),
            (&NETWORK_COUNTS, yesterday),
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

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let values = values![ms(self.now), self.before, PORTION];
        let lapsed = conn.rows(&LAPSE, values).await?;
        let lapsed: Result<Vec<_>, _> = lapsed.iter().map(|row| row.id("id")).collect();
        let lapsed = lapsed?;
        // Theirs only: those that lapsed before have nothing left.
        attempts::erase(conn, &lapsed).await?;
        Ok(Done::of(u64::try_from(lapsed.len()).unwrap_or(0)))
    }
}

/// Erases a portion of the forms that could have taken a confirmed one's place.
struct Leftovers {
    now: DateTime<Utc>,
    before: i64,
}

impl Write for Leftovers {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let erased = attempts::erase_leftovers(conn, self.before, self.now, PORTION).await?;
        Ok(Done::of(erased))
    }
}

/// Forgets a part of the mailboxes that may get all their mails again.
struct FullAgain {
    part: u8,
    now: DateTime<Utc>,
}

impl Write for FullAgain {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let removed = mailboxes::forget(conn, self.part, ms(self.now)).await?;
        Ok(Done::of(removed))
    }
}

/// Removes a portion of what is old.
struct Sweep {
    statement: &'static Statement,
    limit: i64,
}

impl Write for Sweep {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let values = values![self.limit, PORTION];
        let removed = conn.run(self.statement, values).await?;
        Ok(Done::of(removed))
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;
    use crate::store::testing::{On, ask, minute, on_both, signature};

    on_both![what_is_over_goes_in_portions_until_all_is_gone];

    /// As if all mails had left and their links had ended.
    struct NoMails;

    static NO_MAILS: Statement = Statement::both("delete from outbox");

    impl Write for NoMails {
        type Out = ();

        async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
            conn.run(&NO_MAILS, values![]).await?;
            Ok(Done::of(()))
        }
    }

    async fn addresses(store: &Store) -> i64 {
        let sql = "select count(*) as n from attempts where sealed is not null";
        let row = ask(store, sql).await.pop().expect("a row");
        row.int("n").expect("a number")
    }

    async fn what_is_over_goes_in_portions_until_all_is_gone(on: On) {
        let (store, _home) = on.store().await;
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

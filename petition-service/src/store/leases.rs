//! Work that one instance does for all, and which instances there are.
//!
//! A lease has no end that a clock could jump over. Whoever holds it raises its beat; whoever wants it
//! watches, and takes it once the beat has stood still for long enough by the watcher's own steady
//! time. So nobody's clock is compared with another's, and setting one changes nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Store;
use super::engine::{Conn, Error, statements, values};
use super::records::StoreError;
use super::writer::{Done, Write};
use crate::domain::Clock;

statements! {
    RENEW = "insert into leases (name, holder, beat) values ($1, $2, 1)
         on conflict (name) do update set beat = leases.beat + 1
         where leases.holder = excluded.holder
         returning beat";

    // Only from whom it was watched at: another one may have been quicker.
    TAKE_OVER = "update leases set holder = $2, beat = beat + 1
         where name = $1 and holder = $3 and beat = $4
         returning beat";

    SEE = "select holder, beat from leases where name = $1";

    GIVE_BACK = "delete from leases where name = $1 and holder = $2";

    INSTANCES = "select name, beat from leases where name like 'instance/%'";

    FORGET = "delete from leases where name = $1 and beat = $2";

    PRESENT = "insert into leases (name, holder, beat) values ('instance/' || $1, $1, 1)
         on conflict (name) do nothing";
}

/// The beats that were seen, and since when each stands where it does.
#[derive(Default)]
pub(super) struct Watched(Mutex<HashMap<String, Seen>>);

struct Seen {
    holder: String,
    beat: i64,
    /// In steady time.
    since: Duration,
}

impl Watched {
    /// Notes a beat; for how long it has stood still.
    fn saw(&self, name: &str, holder: &str, beat: i64, now: Duration) -> Duration {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get(name) {
            Some(seen) if seen.holder == holder && seen.beat == beat => {
                now.saturating_sub(seen.since)
            }
            _ => {
                let holder = holder.to_owned();
                let since = now;
                all.insert(
                    name.to_owned(),
                    Seen {
                        holder,
                        beat,
                        since,
                    },
                );
                Duration::ZERO
            }
        }
    }

    /// The holder and the beat of a lease that has stood still for that long.
    fn dead(&self, name: &str, now: Duration, for_: Duration) -> Option<(String, i64)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.get(name)?;
        (now.saturating_sub(seen.since) >= for_).then(|| (seen.holder.clone(), seen.beat))
    }

    fn forget(&self, name: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(name);
    }
}

impl Store {
    /// Takes a piece of work, or keeps it; whether it is this instance's now, for `time` from when it was
    /// asked. Only the clock's steady time is looked at. Whoever holds it and is killed is waited for that
    /// long.
    ///
    /// # Errors
    /// [`StoreError`]: it is not this instance's.
    pub async fn lease(
        &self,
        name: &str,
        clock: &Clock,
        time: Duration,
    ) -> Result<bool, StoreError> {
        // A file has one instance, which holds the lock beside it.
        if !self.reads.is_shared() {
            return Ok(true);
        }
        let take = Take {
            name: name.to_owned(),
            holder: self.instance(),
            dead: self.watched.dead(name, clock.steady(), time),
        };
        match self.writer.write(take).await? {
            Taken::Mine => {
                self.watched.forget(name);
                Ok(true)
            }
            Taken::Others(holder, beat) => {
                self.watched.saw(name, &holder, beat, clock.steady());
                Ok(false)
            }
        }
    }

    /// Gives back what [`Store::lease`] took.
    ///
    /// # Errors
    /// [`StoreError`]: the next instance waits until its time is over.
    pub async fn give_back(&self, name: &str) -> Result<(), StoreError> {
        if !self.reads.is_shared() {
            return Ok(());
        }
        let give = GiveBack {
            name: name.to_owned(),
            holder: self.instance(),
        };
        self.writer.write(give).await
    }

    /// Tells the other instances that this one is there, and forgets those that were not heard of for so
    /// long. Their mails are free then ([`Store::outbox_release_orphans`]).
    ///
    /// # Errors
    /// [`StoreError`]: they do not know.
    pub async fn alive(&self, clock: &Clock, time: Duration) -> Result<(), StoreError> {
        if !self.reads.is_shared() {
            return Ok(());
        }
        let own = format!("instance/{}", self.instance());
        self.lease(&own, clock, time).await?;
        for row in self.reads.rows(&INSTANCES, values![]).await? {
            let (name, beat) = (row.text("name")?, row.int("beat")?);
            if name != own && self.watched.saw(&name, "", beat, clock.steady()) >= time {
                self.watched.forget(&name);
                self.writer.write(Forget { name, beat }).await?;
            }
        }
        Ok(())
    }
}

/// Notes that an instance is there, if that is not known.
pub(super) async fn present(conn: &mut Conn, instance: &str) -> Result<(), Error> {
    conn.run(&PRESENT, values![instance]).await.map(|_| ())
}

/// Whose a lease is.
enum Taken {
    Mine,
    Others(String, i64),
}

struct Take {
    name: String,
    holder: String,
    /// Holder and beat that have stood still for long enough.
    dead: Option<(String, i64)>,
}

impl Write for Take {
    type Out = Taken;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<Taken>, Error> {
        let values = values![&self.name, &self.holder];
        if conn.first(&RENEW, values).await?.is_some() {
            return Ok(Done::of(Taken::Mine));
        }
        if let Some((from, beat)) = &self.dead {
            let values = values![&self.name, &self.holder, from, *beat];
            if conn.first(&TAKE_OVER, values).await?.is_some() {
                return Ok(Done::of(Taken::Mine));
            }
        }
        let row = conn.first(&SEE, values![&self.name]).await?;
        let row = row.ok_or(Error::RowNotFound)?;
        Ok(Done::of(Taken::Others(
            row.text("holder")?,
            row.int("beat")?,
        )))
    }
}

struct GiveBack {
    name: String,
    holder: String,
}

impl Write for GiveBack {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let values = values![&self.name, &self.holder];
        conn.run(&GIVE_BACK, values).await?;
        Ok(Done::of(()))
    }
}

struct Forget {
    name: String,
    beat: i64,
}

impl Write for Forget {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        conn.run(&FORGET, values![&self.name, self.beat]).await?;
        Ok(Done::of(()))
    }
}

//! Work that one instance does for all, and which instances there are.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::engine::{Conn, Error, statements, values};
use super::records::StoreError;
use super::writer::{Done, Write};
use super::{Store, ms};

statements! {
    TAKE = "insert into leases (name, holder, until) values ($1, $2, $3)
         on conflict (name) do update set holder = excluded.holder, until = excluded.until
         where leases.holder = excluded.holder or leases.until <= $4
         returning holder";

    GIVE_BACK = "delete from leases where name = $1 and holder = $2";

    FORGET = "delete from leases where until <= $1";
}

impl Store {
    /// Takes a piece of work for so long, or keeps it; whether it is this instance's now. Whoever
    /// is killed loses it when its time is over. Clocks of instances may differ by less than that.
    ///
    /// # Errors
    /// [`StoreError`]: it is not this instance's.
    pub async fn lease(
        &self,
        name: &str,
        now: DateTime<Utc>,
        time: Duration,
    ) -> Result<bool, StoreError> {
        // A file has one instance, which holds the lock beside it.
        if !self.reads.is_shared() {
            return Ok(true);
        }
        let take = Take {
            name: name.to_owned(),
            holder: self.instance(),
            now: ms(now),
            until: ms(now).saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)),
        };
        self.writer.write(take).await
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

    /// Tells the other instances that this one is there for so long. The mails of one that is not
    /// heard of are free ([`Store::outbox_release_orphans`]).
    ///
    /// # Errors
    /// [`StoreError`]: they do not know.
    pub async fn alive(&self, now: DateTime<Utc>, time: Duration) -> Result<(), StoreError> {
        self.lease(&self.presence(), now, time).await.map(|_| ())
    }

    fn presence(&self) -> String {
        format!("instance/{}", self.instance())
    }

    /// Forgets leases that ended so long ago.
    pub(super) async fn forget_leases(&self, before: i64) -> Result<(), StoreError> {
        self.writer.write(Forget { before }).await
    }
}

struct Take {
    name: String,
    holder: String,
    now: i64,
    until: i64,
}

impl Write for Take {
    type Out = bool;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<bool>, Error> {
        let values = values![&self.name, &self.holder, self.until, self.now];
        let taken = conn.first(&TAKE, values).await?;
        Ok(Done::of(taken.is_some()))
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
    before: i64,
}

impl Write for Forget {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        conn.run(&FORGET, values![self.before]).await?;
        Ok(Done::of(()))
    }
}

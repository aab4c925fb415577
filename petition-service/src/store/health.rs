//! What a webmaster asks of the database: does it write, how fast, and what time is it there?

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::engine::{Conn, Error, statements, values};
use super::records::StoreError;
use super::writer::{Done, Write};
use super::{Store, ms};

/// The name of a lease that nobody else takes.
const TRIAL: &str = "doctor";

/// How often a commit is tried; the middle one counts.
const TRIALS: usize = 5;

statements! {
    TRY = "insert into leases (name, holder, beat) values ($1, $2, $3)
         on conflict (name) do update set holder = excluded.holder, beat = excluded.beat";

    FORGET = "delete from leases where name = $1";

    TIME = "select cast((julianday('now') - 2440587.5) * 86400000 as integer) as now",
        postgres "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now";
}

impl Store {
    /// Writes a row, durably, a few times, and removes it again; the usual time for one commit.
    ///
    /// # Errors
    /// [`StoreError`]: it cannot be written.
    pub async fn try_commit(&self, now: DateTime<Utc>) -> Result<Duration, StoreError> {
        let mut times = Vec::new();
        for _ in 0..TRIALS {
            let (holder, beat) = (self.instance(), ms(now));
            let begun = Instant::now();
            self.writer.write(Trial(Some((holder, beat)))).await?;
            times.push(begun.elapsed());
        }
        self.writer.write(Trial(None)).await?;
        times.sort();
        Ok(times.get(TRIALS / 2).copied().unwrap_or_default())
    }

    /// The database's clock; for an SQLite file this machine's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = self.reads.one(&TIME, Vec::new()).await?;
        Ok(DateTime::from_timestamp_millis(row.int("now")?))
    }
}

/// Writes the row, or removes it.
struct Trial(Option<(String, i64)>);

impl Write for Trial {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        match &self.0 {
            Some((holder, beat)) => conn.run(&TRY, values![TRIAL, holder, *beat]).await?,
            None => conn.run(&FORGET, values![TRIAL]).await?,
        };
        Ok(Done::of(()))
    }
}

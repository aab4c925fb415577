//! The counts: a log added up by one job.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::engine::{Conn, Error, Row, bulks, statements, values};
use super::records::{Counted, StoreError};
use super::writer::{Done, Write};
use super::{Store, ms};

/// How much is added up at once: whoever signs waits for it.
const PORTION: u32 = 5_000;

macro_rules! take {
    ($among:literal, $lock:literal, $end:literal) => {
        concat!(
            "delete from to_count where seq ",
            $among,
            "(
                 select seq from to_count order by seq limit $1",
            $lock,
            $end,
            " returning form_id, country, delta"
        )
    };
}

statements! {
    NEWS = "select exists (select 1 from to_count) as news";

    // A second job takes what the first one leaves: each entry is counted once.
    // An array, because PostgreSQL may run what stands in `in (…)` more than once, past its limit.
    TAKE = take!("in ", "", ")"), postgres take!("= any (array ", " for update skip locked", "))");

    COUNTED = "select total, at from counts where form_id = $1";

    COUNTS = "select form_id, total, at from counts";

    BY_COUNTRY = "select country, total from counts_by_country where form_id = $1";

    LOGGED = "select cast(coalesce(sum(delta), 0) as bigint) as total
         from confirmations where form_id = $1";
}

bulks! {
    ADD(form_id Text, delta Int, at Int) =
        "insert into counts (form_id, total, at) select form_id, delta, at from v where true
         on conflict (form_id) do update
         set total = counts.total + excluded.total, at = excluded.at";

    ADD_COUNTRY(form_id Text, country Text, delta Int) =
        "insert into counts_by_country (form_id, country, total)
         select form_id, country, delta from v where true
         on conflict (form_id, country) do update
         set total = counts_by_country.total + excluded.total";
}

impl Store {
    /// Adds to the counts what was logged since the last time; whether there was anything.
    ///
    /// # Errors
    /// [`StoreError`]: what is not added up yet is for the next time.
    pub async fn fold_counts(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        if !self.reads.one(&NEWS, values![]).await?.flag("news")? {
            return Ok(false);
        }
        while self.writer.write(Fold { now }).await? >= u64::from(PORTION) {}
        Ok(true)
    }

    /// The signatures of a petition, as last folded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counted(&self, form_id: &str) -> Result<Counted, StoreError> {
        match self.reads.first(&COUNTED, values![form_id]).await? {
            Some(row) => read(&row),
            None => Ok(Counted::default()),
        }
    }

    /// The signatures of a petition by code of country, as last folded; those who named none are in
    /// no country's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counted_by_country(
        &self,
        form_id: &str,
    ) -> Result<BTreeMap<String, i64>, StoreError> {
        let mut counts = BTreeMap::new();
        for row in self.reads.rows(&BY_COUNTRY, values![form_id]).await? {
            counts.insert(row.text("country")?, row.int("total")?);
        }
        Ok(counts)
    }

    /// The signatures of every petition that has any, as last folded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(&self) -> Result<BTreeMap<String, Counted>, StoreError> {
        let mut counts = BTreeMap::new();
        for row in self.reads.rows(&COUNTS, values![]).await? {
            counts.insert(row.text("form_id")?, read(&row)?);
        }
        Ok(counts)
    }

    /// The signatures of a petition added up from the whole log: to check the counts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logged(&self, form_id: &str) -> Result<i64, StoreError> {
        let row = self.reads.one(&LOGGED, values![form_id]).await?;
        Ok(row.int("total")?)
    }
}

fn read(row: &Row) -> Result<Counted, StoreError> {
    Ok(Counted {
        total: row.int("total")?,
        at: DateTime::from_timestamp_millis(row.int("at")?),
    })
}

struct Fold {
    now: DateTime<Utc>,
}

impl Write for Fold {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let taken = conn.rows(&TAKE, values![PORTION]).await?;
        // In one order everywhere, so that two jobs never wait for each other.
        let mut totals: BTreeMap<String, i64> = BTreeMap::new();
        let mut countries: BTreeMap<(String, String), i64> = BTreeMap::new();
        for row in &taken {
            let (form, delta) = (row.text("form_id")?, row.int("delta")?);
            if let Some(country) = row.maybe_text("country")? {
                *countries.entry((form.clone(), country)).or_default() += delta;
            }
            *totals.entry(form).or_default() += delta;
        }
        let at = ms(self.now);
        let rows = totals.into_iter().map(|(form, sum)| values![form, sum, at]);
        let rows = rows.collect();
        conn.bulk(&ADD, rows).await?;
        let rows = countries
            .into_iter()
            .map(|((form, country), sum)| values![form, country, sum]);
        let rows = rows.collect();
        conn.bulk(&ADD_COUNTRY, rows).await?;
        Ok(Done::of(u64::try_from(taken.len()).unwrap_or(0)))
    }
}

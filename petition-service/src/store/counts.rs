//! The counts: a log added up by one job.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection};

use super::records::{Counted, StoreError};
use super::writer::{Done, Write};
use super::{Store, ms};

impl Store {
    /// Adds to the counts what was logged since the last time; whether there was anything.
    ///
    /// # Errors
    /// [`StoreError`]: the counts are as before.
    pub async fn fold_counts(&self, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let news: bool = sqlx::query_scalar(
            "select exists (select 1 from confirmations where seq > (select through from folded))",
        )
        .fetch_one(&self.reads)
        .await?;
        if !news {
            return Ok(false);
        }
        self.writer.write(Fold { now }).await?;
        Ok(true)
    }

    /// The signatures of a petition, as last folded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counted(&self, form_id: &str) -> Result<Counted, StoreError> {
        // One statement, so that number and time belong together.
        let row = sqlx::query(
            "select coalesce((select total from counts where form_id = ?1), 0) as total, at
             from folded",
        )
        .bind(form_id)
        .fetch_one(&self.reads)
        .await?;
        let at: i64 = row.try_get("at")?;
        Ok(Counted {
            total: row.try_get("total")?,
            at: DateTime::from_timestamp_millis(at).filter(|_| at > 0),
        })
    }

    /// The signatures of every petition that has any, as last folded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn counts(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows = sqlx::query("select form_id, total from counts")
            .fetch_all(&self.reads)
            .await?;
        let mut counts = BTreeMap::new();
        for row in rows {
            counts.insert(row.try_get("form_id")?, row.try_get("total")?);
        }
        Ok(counts)
    }

    /// The signatures of a petition added up from the whole log: to check the counts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn logged(&self, form_id: &str) -> Result<i64, StoreError> {
        let sum: Option<i64> =
            sqlx::query_scalar("select sum(delta) from confirmations where form_id = ?1")
                .bind(form_id)
                .fetch_one(&self.reads)
                .await?;
        Ok(sum.unwrap_or(0))
    }
}

struct Fold {
    now: DateTime<Utc>,
}

impl Write for Fold {
    type Out = ();

    async fn run(&mut self, conn: &mut SqliteConnection) -> Result<Done<()>, sqlx::Error> {
        sqlx::query(
            "insert into counts (form_id, total)
             select form_id, sum(delta) from confirmations
             where seq > (select through from folded) group by form_id
             on conflict (form_id) do update set total = counts.total + excluded.total",
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "update folded set at = ?1,
                 through = (select coalesce(max(seq), 0) from confirmations)",
        )
        .bind(ms(self.now))
        .execute(&mut *conn)
        .await?;
        Ok(Done::keep(()))
    }
}

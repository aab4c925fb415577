//! A whole database copied into another, of either engine: what moving, backup and restoring are.
//!
//! The source is read as it was at one moment, beside a running service. The target gets everything
//! in one transaction, which is committed only after it was read again and found equal: a copy is
//! whole or not there. Sealed rows are copied as they are; no key is needed.

mod digest;
mod tables;
#[cfg(test)]
mod tests;

use std::path::Path;

use futures_util::StreamExt;
use sha2::{Digest as _, Sha256};

use self::digest::Digest;
pub(super) use self::tables::TABLES;
use self::tables::Table;
use super::engine::{self, Address, Conn, Error, Kind, Row, Value, statements};
use super::records::StoreError;

/// Rows that are written together.
const PORTION: usize = 512;

statements! {
    SNAPSHOT = "begin", postgres "begin isolation level repeatable read, read only";
    BEGIN = "begin immediate", postgres "begin";
    COMMIT = "commit";
    ROLLBACK = "rollback";

    INTEGRITY = "select integrity_check as said from pragma_integrity_check limit 1",
        postgres "select 'ok' as said";

    // What was counted and what is yet to be counted is what the log says.
    MISCOUNTED = "select form_id from (
             select form_id, total as counted, 0 as logged from counts
             union all select form_id, delta, 0 from to_count
             union all select form_id, 0, delta from confirmations
         ) as both_sides
         group by form_id having sum(counted) <> sum(logged) order by form_id limit 1";
}

/// Why a copy was not made. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the databases failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is something in the target.
    #[error(
        "the database {to} is not empty (there are rows in `{table}`): nothing is ever written over; \
         name an empty one"
    )]
    NotEmpty {
        /// The target.
        to: String,
        /// A table with rows.
        table: &'static str,
    },
    /// The source is damaged.
    #[error("the database {from} is damaged: {said}")]
    Damaged {
        /// The source.
        from: String,
        /// What the engine says.
        said: String,
    },
    /// What was written is not what was read.
    #[error(
        "the table `{table}` is not the same on both sides ({read} rows were read, {written} are there)"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// Rows in the source.
        read: u64,
        /// Rows in the target.
        written: u64,
    },
    /// A count is not the sum of its log.
    #[error("the count of `{form}` is not the sum of its log")]
    Miscounted {
        /// A petition's id.
        form: String,
    },
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Store(error.into())
    }
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Each table and its rows.
    pub tables: Vec<(&'static str, u64)>,
    /// A hash over all rows, in hexadecimal: equal if all are, on either engine.
    pub fingerprint: String,
}

/// Told again and again of the table and of its rows until now.
pub type Tell<'a> = &'a mut (dyn FnMut(&'static str, u64) + Send);

/// Copies everything into an empty database, which is made if it is a file that is not there.
///
/// # Errors
/// [`CopyError`]: the target is as it was, but for empty tables.
pub async fn copy(from: &Address, to: &Address, tell: Tell<'_>) -> Result<Copied, CopyError> {
    if from.file().is_some_and(|file| !file.exists()) {
        return Err(no_file(from).into());
    }
    let mut source = Side::open(from).await?;
    let mut target = match Side::open(to).await {
        Ok(target) => target,
        Err(error) => {
            source.close().await;
            return Err(error.into());
        }
    };
    let copied = fill(&mut source.conn, &mut target.conn, (from, to), tell).await;
    source.close().await;
    target.close().await;
    copied
}

fn no_file(address: &Address) -> StoreError {
    StoreError::Open {
        path: address.to_string(),
        reason: "there is no such file".to_owned(),
        hint: "check its name",
    }
}

/// One of the two databases, open.
struct Side {
    conn: Conn,
    pool: engine::Pool,
}

impl Side {
    async fn open(address: &Address) -> Result<Self, StoreError> {
        let (_, conn, pool) = engine::open(address, 1).await?;
        Ok(Self { conn, pool })
    }

    /// The last one to close an SQLite file leaves nothing beside it.
    async fn close(self) {
        self.pool.close().await;
        // What was committed is on the disk already.
        let _closed = self.conn.close().await;
    }
}

async fn fill(
    source: &mut Conn,
    target: &mut Conn,
    (from, to): (&Address, &Address),
    tell: Tell<'_>,
) -> Result<Copied, CopyError> {
    source.say(&SNAPSHOT).await?;
    let said = source.first(&INTEGRITY, Vec::new()).await?;
    let said = said.map_or(Ok(String::new()), |row| row.text("said"))?;
    if said != "ok" {
        let from = from.to_string();
        return Err(CopyError::Damaged { from, said });
    }
    target.say(&BEGIN).await?;
    match fill_tables(source, target, to, tell).await {
        Ok(copied) => {
            target.say(&COMMIT).await?;
            Ok(copied)
        }
        Err(error) => {
            // If even that fails, the end of the connection does it.
            let _undone = target.say(&ROLLBACK).await;
            Err(error)
        }
    }
}

async fn fill_tables(
    source: &mut Conn,
    target: &mut Conn,
    to: &Address,
    tell: Tell<'_>,
) -> Result<Copied, CopyError> {
    for &table in TABLES {
        let found = target.first(&table.any, Vec::new()).await?;
        if found.is_some_and(|row| row.flag("found").unwrap_or(true)) {
            let (to, table) = (to.to_string(), table.name);
            return Err(CopyError::NotEmpty { to, table });
        }
    }
    let mut read = Vec::new();
    for &table in TABLES {
        read.push(copy_table(source, target, table, tell).await?);
    }
    let mut all = Sha256::new();
    let mut tables = Vec::new();
    for (&table, read) in TABLES.iter().zip(read) {
        let written = digest_of(target, table).await?;
        if read != written {
            return Err(CopyError::Differs {
                table: table.name,
                read: read.rows,
                written: written.rows,
            });
        }
        all.update(table.name.as_bytes());
        all.update(read.to_bytes());
        tables.push((table.name, read.rows));
    }
    if let Some(row) = target.first(&MISCOUNTED, Vec::new()).await? {
        let form = row.text("form_id")?;
        return Err(CopyError::Miscounted { form });
    }
    let hash = all.finalize();
    let fingerprint = hash.iter().take(16).map(|b| format!("{b:02x}")).collect();
    Ok(Copied {
        tables,
        fingerprint,
    })
}

async fn copy_table(
    source: &mut Conn,
    target: &mut Conn,
    table: &'static Table,
    tell: Tell<'_>,
) -> Result<Digest, CopyError> {
    let mut digest = Digest::default();
    let mut rows = source.stream(&table.read);
    let mut portion = Vec::with_capacity(PORTION);
    while let Some(row) = rows.next().await {
        let cells = cells(&row?, table)?;
        digest.add(&cells);
        portion.push(cells);
        if portion.len() == PORTION {
            target
                .bulk(&table.write, std::mem::take(&mut portion))
                .await?;
            tell(table.name, digest.rows);
        }
    }
    target.bulk(&table.write, portion).await?;
    tell(table.name, digest.rows);
    Ok(digest)
}

async fn digest_of(conn: &mut Conn, table: &'static Table) -> Result<Digest, CopyError> {
    let mut digest = Digest::default();
    let mut rows = conn.stream(&table.read);
    while let Some(row) = rows.next().await {
        digest.add(&cells(&row?, table)?);
    }
    Ok(digest)
}

fn cells(row: &Row, table: &Table) -> Result<Vec<Value>, Error> {
    let read = |(name, kind): &(&'static str, Kind)| match kind {
        Kind::Int => row.maybe_int(name).map(Value::Int),
        Kind::Text => row.maybe_text(name).map(Value::Text),
        Kind::Blob => row.maybe_blob(name).map(Value::Blob),
    };
    table.columns.iter().map(read).collect()
}

/// Makes a backup: the whole database, of either engine, as one SQLite file that only its owner may
/// read. It appears under its name when it is whole.
///
/// # Errors
/// [`CopyError`]; among others, that there is such a file already.
pub async fn back_up(from: &Address, file: &Path, tell: Tell<'_>) -> Result<Copied, CopyError> {
    let failed = |reason: std::io::Error| StoreError::Open {
        path: file.display().to_string(),
        reason: reason.to_string(),
        hint: "name a file that does not exist yet, in a folder that can be written",
    };
    if file.exists() {
        return Err(failed(std::io::ErrorKind::AlreadyExists.into()).into());
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // What is half made goes with its folder, whatever happens.
    let half = tempfile::Builder::new()
        .prefix(".backup-")
        .tempdir_in(folder)
        .map_err(failed)?;
    let made = half.path().join("backup.sqlite");
    let copied = copy(from, &Address::sqlite(&*made), tell).await?;
    // A link never takes the place of another file, as a new name might.
    std::fs::File::open(&made)
        .and_then(|made| made.sync_all())
        .and_then(|()| std::fs::hard_link(&made, file))
        .and_then(|()| std::fs::File::open(folder)?.sync_all())
        .map_err(failed)?;
    Ok(copied)
}

/// Brings a backup back into an empty database. The backup's file is not touched.
///
/// # Errors
/// [`CopyError`].
pub async fn restore(file: &Path, to: &Address, tell: Tell<'_>) -> Result<Copied, CopyError> {
    let failed = |reason: std::io::Error| StoreError::Open {
        path: file.display().to_string(),
        reason: reason.to_string(),
        hint: "check its name and that it can be read",
    };
    // A backup of an older version is brought up to date in a copy.
    let mut copy_of_it = tempfile::NamedTempFile::new().map_err(failed)?;
    let mut backup = std::fs::File::open(file).map_err(failed)?;
    std::io::copy(&mut backup, &mut copy_of_it).map_err(failed)?;
    copy(&Address::sqlite(copy_of_it.path()), to, tell).await
}

//! Opening a database: its connections, and its tables brought up to date.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use super::Error;
use super::address::{Address, Place};
use super::conn::{Conn, Pool};
use crate::store::StoreError;

/// How long to wait for a connection.
pub(super) const WAIT: Duration = Duration::from_secs(5);

/// Statements that a connection keeps prepared: each for many rows has 64 sizes.
const PREPARED: usize = 1000;

/// How many pages SQLite's log gets before they are copied to their places (16 MiB): a page that many forms
/// touched is copied once for all of them. With four times as many the forms that wait for it wait too long.
const CHECKPOINT: &str = "4000";

/// How PostgreSQL plans what is written: rows are found by their indexes, in the order in which the
/// statements name the tables, and a plan is made once. Before a new installation's tables were looked at
/// by `analyze`, which on the evening of a broadcast may be minutes, the server takes them for empty and
/// goes through all forms for each mail.
const PLANS: [(&str, &str); 5] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("join_collapse_limit", "1"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
];

/// Makes connections for writing.
pub(in crate::store) enum Connector {
    Sqlite(Box<SqliteConnectOptions>),
    Postgres(Box<PgConnectOptions>),
}

impl Connector {
    /// A new connection.
    pub(in crate::store) async fn connect(&self) -> Result<Conn, Error> {
        let made = async {
            Ok(match self {
                Self::Sqlite(options) => Conn::Sqlite(Box::new(options.connect().await?)),
                Self::Postgres(options) => Conn::Postgres(Box::new(options.connect().await?)),
            })
        };
        tokio::time::timeout(WAIT, made)
            .await
            .unwrap_or(Err(Error::PoolTimedOut))
    }
}

/// Opens a database, makes it if it is a file that is not there, and brings its tables up to date.
pub(in crate::store) async fn open(
    address: &Address,
    readers: u32,
) -> Result<(Connector, Conn, Pool), StoreError> {
    match &address.0 {
        Place::Sqlite(file) => open_file(address, file, readers).await,
        Place::Postgres(options) => open_server(address, options, readers).await,
    }
}

async fn open_file(
    address: &Address,
    file: &Path,
    readers: u32,
) -> Result<(Connector, Conn, Pool), StoreError> {
    let failed = |error: Error| cannot_open(address, &error.to_string());
    make_private(file).map_err(|error| cannot_open(address, &error.to_string()))?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An answer means that it is on the disk, whatever happens to the machine.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(WAIT)
        // What is erased is overwritten.
        .pragma("secure_delete", "ON")
        // What undoes a statement for many rows that fails half-way needs no file.
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", CHECKPOINT)
        .statement_cache_capacity(PREPARED)
        .disable_statement_logging();
    let mut conn = options.connect().await.map_err(failed)?;
    if is_of_a_trial(&mut conn).await.map_err(failed)? {
        return Err(StoreError::OfATrial {
            path: address.to_string(),
        });
    }
    sqlx::migrate!("./migrations/sqlite")
        .run(&mut conn)
        .await
        .map_err(|error| cannot_migrate(address, &error))?;
    let pool = SqlitePoolOptions::new()
        .max_connections(readers.max(1))
        .acquire_timeout(WAIT)
        .connect_with(options.clone().pragma("query_only", "ON"))
        .await
        .map_err(failed)?;
    let conn = Conn::Sqlite(Box::new(conn));
    let connector = Connector::Sqlite(Box::new(options));
    Ok((connector, conn, Pool::Sqlite(pool)))
}

async fn open_server(
    address: &Address,
    options: &PgConnectOptions,
    readers: u32,
) -> Result<(Connector, Conn, Pool), StoreError> {
    let failed = |error: Error| cannot_open(address, &error.to_string());
    let options = options
        .clone()
        // An answer means that it is on the disk, whatever the server's settings say.
        .options([("synchronous_commit", "on")])
        .application_name("petition-service")
        .statement_cache_capacity(PREPARED)
        .disable_statement_logging();
    let mut conn = tokio::time::timeout(WAIT, options.connect())
        .await
        .unwrap_or(Err(Error::PoolTimedOut))
        .map_err(failed)?;
    // Of several instances that start together one does it, under a lock of the server's.
    sqlx::migrate!("./migrations/postgres")
        .run(&mut conn)
        .await
        .map_err(|error| cannot_migrate(address, &error))?;
    conn.close().await.map_err(failed)?;
    let pool = PgPoolOptions::new()
        .max_connections(readers.max(1))
        .acquire_timeout(WAIT)
        .connect_with(options.clone())
        .await
        .map_err(failed)?;
    let connector = Connector::Postgres(Box::new(options.options(PLANS)));
    let conn = connector.connect().await.map_err(failed)?;
    Ok((connector, conn, Pool::Postgres(pool)))
}

/// Whether the file has tables from before the first release, which nothing leads on from.
async fn is_of_a_trial(conn: &mut SqliteConnection) -> Result<bool, Error> {
    sqlx::query_scalar("select exists (select 1 from sqlite_master where name = 'folded')")
        .fetch_one(conn)
        .await
}

fn cannot_open(address: &Address, reason: &str) -> StoreError {
    let hint = match address.0 {
        Place::Sqlite(_) => "check that its folder exists and is writable",
        Place::Postgres(_) => "check that the server runs and lets this user in",
    };
    StoreError::Open {
        path: address.to_string(),
        reason: reason.to_owned(),
        hint,
    }
}

fn cannot_migrate(address: &Address, error: &sqlx::migrate::MigrateError) -> StoreError {
    StoreError::Migrate {
        path: address.to_string(),
        reason: error.to_string(),
    }
}

/// Makes the file, if it is not there, so that only its owner can read it.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(|_| ())
}

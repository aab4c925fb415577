//! The database: SQLite with one writer and many readers. All SQL of the service stands here.
//!
//! Times are handed in. What is answered with `Ok` is on the disk.

mod attempts;
mod counts;
mod expire;
mod leave;
mod lock;
mod outbox;
mod records;
mod sign_up;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::ConnectOptions;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::Notify;
use uuid::Uuid;

pub use lock::Lock;
pub use records::{
    About, ConfirmOutcome, Consent, Counted, Expired, LeaveOutcome, MailBudget, NewSignUp,
    NewToken, NewsletterIntent, OutboxJob, OutboxKind, OutboxStats, Peek, PeekState, SignUpOutcome,
    StoreError, StoreOptions, SubjectKind, UsedChallenge,
};
use writer::Writer;

/// The database. Clones share it.
#[derive(Clone)]
pub struct Store {
    reads: SqlitePool,
    writer: Writer,
    mail: Arc<Notify>,
    options: Arc<StoreOptions>,
}

impl Store {
    /// Opens the database, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::Migrate`].
    pub async fn open(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let shown = path.display().to_string();
        let open_error = |reason: String| StoreError::Open {
            path: shown.clone(),
            reason,
        };
        make_private(path).map_err(|e| open_error(e.to_string()))?;
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An answer means that it is on the disk, whatever happens to the machine.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            // What is erased is overwritten.
            .pragma("secure_delete", "ON")
            .disable_statement_logging();
        let mut conn = connect
            .connect()
            .await
            .map_err(|e| open_error(e.to_string()))?;
        sqlx::migrate!()
            .run(&mut conn)
            .await
            .map_err(|e| StoreError::Migrate {
                path: shown.clone(),
                reason: e.to_string(),
            })?;
        let reads = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(connect.pragma("query_only", "ON"))
            .await
            .map_err(|e| open_error(e.to_string()))?;
        let mail = Arc::new(Notify::new());
        Ok(Self {
            reads,
            writer: Writer::start(conn, mail.clone()),
            mail,
            options: Arc::new(options),
        })
    }

    /// Waits until a mail was put into the outbox. For one waiting task.
    pub async fn mail_waiting(&self) {
        self.mail.notified().await;
    }

    /// Waits until nothing can be written any more: the writer broke off.
    pub async fn closed(&self) {
        self.writer.closed().await;
    }

    /// Whether the database can be read and written.
    ///
    /// # Errors
    /// [`StoreError`]: why not.
    pub async fn ready(&self) -> Result<(), StoreError> {
        sqlx::query("select through from folded")
            .fetch_one(&self.reads)
            .await?;
        self.writer.write(Nothing).await
    }
}

/// Writes nothing: whoever gets an answer knows that the writer lives.
struct Nothing;

impl writer::Write for Nothing {
    type Out = ();

    async fn run(
        &mut self,
        _: &mut sqlx::SqliteConnection,
    ) -> Result<writer::Done<()>, sqlx::Error> {
        Ok(writer::Done::keep(()))
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

fn new_id() -> String {
    Uuid::now_v7().to_string()
}

fn ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// A time so long before another.
fn ms_before(time: DateTime<Utc>, by: Duration) -> i64 {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    ms(time).saturating_sub(by)
}

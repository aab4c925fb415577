//! The database: SQLite or PostgreSQL, with one writer and many readers. All SQL of the service
//! stands here.
//!
//! Times are handed in. What is answered with `Ok` is on the disk.

mod again;
mod attempts;
mod batch;
mod code;
mod confirm;
mod copy;
mod counts;
mod engine;
mod error;
mod expire;
mod export;
mod first_forms;
mod health;
mod hot_keys;
mod journal;
mod kind;
mod known;
mod leases;
mod leave;
mod lock;
mod log;
mod mail_leases;
mod mailboxes;
mod networks;
mod newcomers;
mod options;
mod outbox;
mod partners;
mod queue;
mod recipient;
mod records;
mod recover;
mod remind;
mod resend;
mod rights;
mod set_back;
mod settle;
mod sign_up;
mod signers;
mod spent;
mod subscribe;
mod suppressions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tokens;
mod vault;
mod waiting;
mod writer;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

pub use copy::{Copied, CopyError, Tell, back_up, copy, restore};
pub use engine::{Address, ThrowAway};
use engine::{Conn, Error, Pool, statements};
pub use hot_keys::WrappedKey;
use journal::Journal;
#[cfg(all(fuzzing, not(test)))]
pub use journal::hostile;
pub use journal::{JournalOptions, Replayed};
pub use lock::Lock;
pub use mailboxes::MailboxLimits;
pub use networks::NetworkCount;
use newcomers::Newcomers;
pub use options::StoreOptions;
pub use partners::PartnerCount;
pub use recipient::Recipient;
pub use records::{
    About, ConfirmOutcome, Consent, Counted, Expired, LeaveOutcome, MailBudget, MailLag, NewSignUp,
    NewToken, NewsletterIntent, OutboxJob, OutboxKind, OutboxStats, Peek, PeekState, SignUpOutcome,
    StoreError, SubjectKind, UsedChallenge, Waiting,
};
pub use rights::{Choice, EraseOutcome, Preferences, RightsOutcome};
pub use signers::PublicSigner;
pub use suppressions::SuppressionReason;
pub use vault::{NoKeys, NotSealed, Sealed, Vault};
use writer::Writer;

/// The database. Clones share it.
#[derive(Clone)]
pub struct Store {
    reads: Pool,
    writer: Writer,
    mail: Arc<Notify>,
    instance: Uuid,
    options: Arc<StoreOptions>,
    journal: Option<Journal>,
    newcomers: Arc<Newcomers>,
    watched: Arc<leases::Watched>,
    down: Arc<AtomicBool>,
}

impl Store {
    /// Opens the database, makes it if it is a file that is not there, and brings its tables up to
    /// date.
    ///
    /// # Errors
    /// [`StoreError::Open`], [`StoreError::OfATrial`], [`StoreError::Migrate`].
    pub async fn open(
        address: impl Into<Address>,
        options: StoreOptions,
    ) -> Result<Self, StoreError> {
        let vault = options.vault.clone();
        let journal = options.journal.as_ref();
        let journal = journal.map(|about| Journal::open(about, vault));
        let (connector, conn, reads) = engine::open(&address.into(), options.readers).await?;
        let mail = Arc::new(Notify::new());
        Ok(Self {
            reads,
            writer: Writer::start(connector, conn, mail.clone()),
            mail,
            instance: new_id(),
            options: Arc::new(options),
            journal,
            newcomers: Arc::default(),
            watched: Arc::default(),
            down: Arc::default(),
        })
    }

    /// The name of this opening of the database, by which leases are held.
    fn instance(&self) -> String {
        self.instance.to_string()
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
        self.reads.rows(&READY, Vec::new()).await?;
        self.writer.write(Nothing).await
    }
}

statements! {
    READY = "select count(*) as n from leases";
}

/// Writes nothing: whoever gets an answer knows that the writer lives.
struct Nothing;

impl writer::Write for Nothing {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<writer::Done<()>, Error> {
        conn.rows(&READY, Vec::new()).await?;
        Ok(writer::Done::of(()))
    }
}

fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A keyed hash as it is stored: half of it tells mailboxes apart as well.
fn key16(key: &[u8]) -> Vec<u8> {
    key.iter().take(16).copied().collect()
}

fn ms(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

/// A time so long before another.
fn ms_before(time: DateTime<Utc>, by: Duration) -> i64 {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    ms(time).saturating_sub(by)
}

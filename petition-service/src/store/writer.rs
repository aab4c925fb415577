//! One task writes. Whatever waits is done in one transaction and answered after its commit.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::{Notify, mpsc, oneshot};

use super::StoreError;

/// The most requests of one transaction.
const BATCH: usize = 256;

/// The most requests that wait; more wait outside.
const WAITING: usize = 4096;

/// Something to write.
pub(super) trait Write: Send + 'static {
    /// What the caller learns.
    type Out: Send + 'static;

    /// Writes, inside a savepoint of its own.
    fn run(
        &mut self,
        conn: &mut SqliteConnection,
    ) -> impl Future<Output = Result<Done<Self::Out>, sqlx::Error>> + Send;
}

/// What a write came to.
pub(super) struct Done<T> {
    out: T,
    keep: bool,
    mail: bool,
}

impl<T> Done<T> {
    /// Keeps what was written.
    pub(super) fn keep(out: T) -> Self {
        Self {
            out,
            keep: true,
            mail: false,
        }
    }

    /// Undoes what was written.
    pub(super) fn undo(out: T) -> Self {
        Self {
            out,
            keep: false,
            mail: false,
        }
    }

    /// Tells the outbox's worker that there may be mail.
    pub(super) fn with_mail(self, mail: bool) -> Self {
        Self { mail, ..self }
    }
}

/// A request that waits, of whatever kind.
trait Request: Send {
    /// Does it; whether to keep it and whether there is mail.
    fn run<'a>(&'a mut self, conn: &'a mut SqliteConnection) -> BoxFuture<'a, (bool, bool)>;
    /// Answers it.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<W: Write> {
    write: W,
    result: Option<Result<W::Out, StoreError>>,
    reply: oneshot::Sender<Result<W::Out, StoreError>>,
}

impl<W: Write> Request for Waiting<W> {
    fn run<'a>(&'a mut self, conn: &'a mut SqliteConnection) -> BoxFuture<'a, (bool, bool)> {
        Box::pin(async move {
            let (result, keep, mail) = match self.write.run(conn).await {
                Ok(done) => (Ok(done.out), done.keep, done.mail && done.keep),
                Err(error) => (Err(StoreError::from(error)), false, false),
            };
            self.result = Some(result);
            (keep, mail)
        })
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Stopped),
            (Err(error), _) => Err(error),
        };
        // Whoever asked may have gone; what was written stays.
        let _gone = self.reply.send(result);
    }
}

/// Hands writes to the task.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Box<dyn Request>>);

impl Writer {
    /// Starts the task. It ends when the last `Writer` is gone and all is written.
    pub(super) fn start(conn: SqliteConnection, mail: Arc<Notify>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(work(conn, receiver, mail));
        Self(sender)
    }

    /// Waits until the task is gone, which it is before its time if it panicked.
    pub(super) async fn closed(&self) {
        self.0.closed().await;
    }

    /// Writes and waits until it is on the disk.
    pub(super) async fn write<W: Write>(&self, write: W) -> Result<W::Out, StoreError> {
        let (reply, answer) = oneshot::channel();
        let request = Box::new(Waiting {
            write,
            result: None,
            reply,
        });
        let sent = self.0.send(request).await;
        sent.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

async fn work(
    mut conn: SqliteConnection,
    mut receiver: mpsc::Receiver<Box<dyn Request>>,
    mail: Arc<Notify>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        let outcome = transaction(&mut conn, &mut batch).await;
        if let Err(error) = &outcome {
            tracing::error!(%error, requests = batch.len(), "a transaction failed");
            // Fails if the database has rolled back by itself.
            let _rolled_back = run(&mut conn, "rollback").await;
        }
        if matches!(outcome, Ok(true)) {
            mail.notify_one();
        }
        let committed = outcome.map(|_| ()).map_err(StoreError::from);
        for request in batch.drain(..) {
            request.answer(committed.clone());
        }
    }
    use sqlx::Connection;
    let _closed = conn.close().await;
}

/// All requests in one transaction; whether there is mail.
async fn transaction(
    conn: &mut SqliteConnection,
    batch: &mut [Box<dyn Request>],
) -> Result<bool, sqlx::Error> {
    run(conn, "begin immediate").await?;
    let mut any_mail = false;
    for request in batch {
        run(conn, "savepoint request").await?;
        let (keep, mail) = request.run(conn).await;
        if !keep {
            run(conn, "rollback to request").await?;
        }
        run(conn, "release request").await?;
        any_mail |= mail;
    }
    run(conn, "commit").await?;
    Ok(any_mail)
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(sql).execute(conn).await.map(|_| ())
}

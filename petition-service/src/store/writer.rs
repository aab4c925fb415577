//! Whatever waits is done in one transaction and answered after its commit: by one task on SQLite,
//! which takes one writer at a time, by a few on PostgreSQL.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::StoreError;
use super::batch::{Batch, Message, Request};
use super::engine::{Conn, Connector, Error, Statement, is_gone, is_retried};

/// The most requests of one transaction.
const BATCH: usize = 256;

/// The most requests that wait; more wait outside.
const WAITING: usize = 4096;

/// How often a transaction is begun before its requests are done one by one: two instances may have
/// stood in each other's way, or the server may have been started again.
const TOGETHER: u32 = 3;

static BEGIN: Statement = Statement::each("begin immediate", "begin");
static COMMIT: Statement = Statement::both("commit");
static ROLLBACK: Statement = Statement::both("rollback");

/// How many transactions are under way at once on a server: while one is on its way to the disk, the
/// next is being written.
const LANES: usize = 2;

/// The longest that a server may take for a transaction.
const LONGEST: Duration = Duration::from_secs(15);

/// Something to write.
pub(super) trait Write: Send + 'static {
    /// What the caller learns.
    type Out: Send + 'static;

    /// Writes. What fails may be tried again, in another transaction.
    fn run(
        &mut self,
        conn: &mut Conn,
    ) -> impl Future<Output = Result<Done<Self::Out>, Error>> + Send;
}

/// Something of which many may come at once: all of them take few statements together.
pub(super) trait Hot: Send + Sync + Sized + 'static {
    /// What the caller learns.
    type Out: Send + 'static;

    /// Writes all of them; an outcome for each, in their order. What fails may be tried again.
    fn run_all(
        conn: &mut Conn,
        all: &[Self],
    ) -> impl Future<Output = Result<Vec<Done<Self::Out>>, Error>> + Send;

    /// For the writer's inbox.
    fn message(self, reply: Reply<Self::Out>) -> Message;
}

/// Where an outcome goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What a write came to.
pub(super) struct Done<T> {
    pub(super) out: T,
    pub(super) mail: bool,
}

impl<T> Done<T> {
    /// What the caller learns.
    pub(super) fn of(out: T) -> Self {
        Self { out, mail: false }
    }

    /// Tells the outbox's worker that there may be mail.
    pub(super) fn with_mail(self, mail: bool) -> Self {
        Self { mail, ..self }
    }
}

struct Waiting<W: Write> {
    write: W,
    result: Option<Result<W::Out, StoreError>>,
    reply: Reply<W::Out>,
}

impl<W: Write> Request for Waiting<W> {
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            let done = self.write.run(conn).await?;
            self.result = Some(Ok(done.out));
            Ok(done.mail)
        })
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error));
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
pub(super) struct Writer(mpsc::Sender<Message>);

impl Writer {
    /// Starts the tasks. They end when the last `Writer` is gone and all is written.
    pub(super) fn start(connector: Connector, conn: Conn, mail: Arc<Notify>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let lanes = if conn.is_shared() { LANES } else { 1 };
        let shared = Arc::new(Shared {
            inbox: Mutex::new(receiver),
            connector,
            mail,
            broken: CancellationToken::new(),
        });
        let mut conn = Some(conn);
        for _ in 0..lanes {
            let link = Link {
                shared: Arc::clone(&shared),
                conn: conn.take(),
            };
            tokio::spawn(work(link));
        }
        Self(sender)
    }

    /// Waits until the tasks are gone, which they are before their time if one panicked.
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
        self.send(Message::Other(request), answer).await
    }

    /// The same for what may come in great numbers.
    pub(super) async fn write_hot<W: Hot>(&self, write: W) -> Result<W::Out, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(write.message(reply), answer).await
    }

    async fn send<T>(
        &self,
        message: Message,
        answer: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let sent = self.0.send(message).await;
        sent.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

/// What the tasks share.
struct Shared {
    inbox: Mutex<mpsc::Receiver<Message>>,
    connector: Connector,
    mail: Arc<Notify>,
    /// One of them is gone: the others end what they are at and go too.
    broken: CancellationToken,
}

impl Shared {
    /// Takes what waits, or waits for it; nothing when it is over.
    async fn next(&self) -> Vec<Message> {
        let mut requests = Vec::with_capacity(BATCH);
        let waiting = async {
            let mut inbox = self.inbox.lock().await;
            inbox.recv_many(&mut requests, BATCH).await
        };
        self.broken.run_until_cancelled(waiting).await;
        requests
    }
}

/// A task's connection, made anew when it broke.
struct Link {
    shared: Arc<Shared>,
    conn: Option<Conn>,
}

impl Link {
    async fn conn(&mut self) -> Result<&mut Conn, Error> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.shared.connector.connect().await?,
        };
        Ok(self.conn.insert(conn))
    }

    /// Leaves a transaction that failed.
    async fn undo(&mut self, error: &Error) {
        let Some(conn) = &mut self.conn else { return };
        if conn.is_shared() && is_gone(error) {
            self.conn = None;
            return;
        }
        // Fails on SQLite if the database has rolled back by itself.
        let undone = conn.say(&ROLLBACK).await;
        if undone.is_err() && (conn.is_shared() || is_gone(error)) {
            self.conn = None;
        }
    }
}

async fn work(mut link: Link) {
    let shared = Arc::clone(&link.shared);
    let _half_dead_is_dead = shared.broken.clone().drop_guard();
    loop {
        let requests = shared.next().await;
        if requests.is_empty() {
            break;
        }
        let count = requests.len();
        let mut batch = Batch::default();
        for message in requests {
            batch.take(message);
        }
        let committed = commit(&mut link, &mut batch).await;
        if let Err(error) = &committed {
            tracing::error!(%error, requests = count, "a transaction failed");
        } else if batch.mail() {
            shared.mail.notify_one();
        }
        batch.answer(&committed.map_err(StoreError::from));
    }
    if let Some(conn) = link.conn.take() {
        let _closed = conn.close().await;
    }
}

/// How far a transaction came.
enum Failed {
    Before(Error),
    /// It may be committed, or not.
    AtCommit(Error),
}

/// All requests in one transaction: together, or else, when that fails, one by one, so that one that
/// cannot be done fails alone.
async fn commit(link: &mut Link, batch: &mut Batch) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        let conn = link.conn().await?;
        match in_time(conn, batch, tries > TOGETHER).await {
            Ok(()) => return Ok(()),
            Err(Failed::AtCommit(error)) => {
                link.undo(&error).await;
                return Err(error);
            }
            Err(Failed::Before(error)) => {
                link.undo(&error).await;
                if tries > TOGETHER {
                    return Err(error);
                }
                let again = is_gone(&error) || is_retried(&error);
                tracing::warn!(%error, again, "requests could not be written together");
                if !again {
                    tries = TOGETHER;
                }
            }
        }
    }
}

/// A server that does not answer is given up: whoever waits must hear of it.
async fn in_time(conn: &mut Conn, batch: &mut Batch, singly: bool) -> Result<(), Failed> {
    if !conn.is_shared() {
        return transaction(conn, batch, singly).await;
    }
    let done = tokio::time::timeout(LONGEST, transaction(conn, batch, singly)).await;
    done.unwrap_or(Err(Failed::AtCommit(Error::PoolTimedOut)))
}

async fn transaction(conn: &mut Conn, batch: &mut Batch, singly: bool) -> Result<(), Failed> {
    if conn.is_shared() && !singly {
        match batch.run_first_forms(conn).await {
            Err(error) if is_gone(&error) => return Err(Failed::AtCommit(error)),
            // One that cannot be stored took the others with it: the transaction will tell them apart.
            Err(error) => tracing::warn!(%error, "first forms could not be written together"),
            Ok(()) if batch.is_done() => return Ok(()),
            Ok(()) => {}
        }
    }
    conn.say(&BEGIN).await.map_err(Failed::Before)?;
    let done = if singly {
        batch.run_singly(conn).await
    } else {
        batch.run(conn).await
    };
    done.map_err(Failed::Before)?;
    conn.say(&COMMIT).await.map_err(Failed::AtCommit)
}

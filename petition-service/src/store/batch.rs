//! The requests of one transaction, sorted by what can be done together.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::StoreError;
use super::confirm::Confirm;
use super::engine::{Conn, Error, Statement};
use super::first_forms;
use super::records::SignUpOutcome;
use super::settle::Settle;
use super::sign_up::SignUp;
use super::tokens::StoreTokens;
use super::writer::{Done, Hot, Reply};

/// A request of whatever kind.
pub(super) trait Request: Send {
    /// Does it; whether there is mail.
    fn run<'a>(&'a mut self, conn: &'a mut Conn) -> BoxFuture<'a, Result<bool, Error>>;
    /// It cannot be done.
    fn fail(&mut self, error: StoreError);
    /// Answers it.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// What lies in the writer's inbox.
pub(super) enum Message {
    SignUp(Arc<SignUp>, Reply<<Arc<SignUp> as Hot>::Out>),
    Confirm(Confirm, Reply<<Confirm as Hot>::Out>),
    Tokens(StoreTokens, Reply<()>),
    Settle(Settle, Reply<()>),
    Other(Box<dyn Request>),
}

static SAVE: Statement = Statement::both("savepoint request");
static KEEP: Statement = Statement::both("release savepoint request");
static UNDO: Statement = Statement::both("rollback to savepoint request");

/// Requests of one kind.
struct Lane<W: Hot> {
    writes: Vec<W>,
    replies: Vec<Reply<W::Out>>,
    outcomes: Vec<Result<Done<W::Out>, StoreError>>,
}

impl<W: Hot> Default for Lane<W> {
    fn default() -> Self {
        Self {
            writes: Vec::new(),
            replies: Vec::new(),
            outcomes: Vec::new(),
        }
    }
}

impl<W: Hot> Lane<W> {
    fn take(&mut self, write: W, reply: Reply<W::Out>) {
        self.writes.push(write);
        self.replies.push(reply);
    }

    async fn run(&mut self, conn: &mut Conn) -> Result<(), Error> {
        if !self.writes.is_empty() {
            let outcomes = W::run_all(conn, &self.writes).await?;
            self.outcomes = outcomes.into_iter().map(Ok).collect();
        }
        Ok(())
    }

    async fn run_singly(&mut self, conn: &mut Conn) -> Result<(), Error> {
        self.outcomes.clear();
        for write in &self.writes {
            conn.say(&SAVE).await?;
            let done = W::run_all(conn, std::slice::from_ref(write)).await;
            let outcome = match done.map(|mut done| done.pop()) {
                Ok(Some(done)) => Ok(done),
                Ok(None) => Err(StoreError::Stopped),
                Err(error) => {
                    conn.say(&UNDO).await?;
                    Err(error.into())
                }
            };
            conn.say(&KEEP).await?;
            self.outcomes.push(outcome);
        }
        Ok(())
    }

    /// Takes out those that are done; where their outcomes go.
    fn take_out(&mut self, done: impl Fn(&W) -> bool) -> Vec<Reply<W::Out>> {
        let both = std::mem::take(&mut self.writes).into_iter();
        let both = both.zip(std::mem::take(&mut self.replies));
        let (taken, left): (Vec<_>, Vec<_>) = both.partition(|(write, _)| done(write));
        (self.writes, self.replies) = left.into_iter().unzip();
        taken.into_iter().map(|(_, reply)| reply).collect()
    }

    fn mail(&self) -> bool {
        let told = |done: &Result<Done<W::Out>, _>| matches!(done, Ok(done) if done.mail);
        self.outcomes.iter().any(told)
    }

    fn answer(self, committed: &Result<(), StoreError>) {
        let mut outcomes = self.outcomes.into_iter();
        for reply in self.replies {
            let outcome = outcomes.next().unwrap_or(Err(StoreError::Stopped));
            let answer = committed.clone().and(outcome);
            // Whoever asked may have gone; what was written stays.
            let _gone = reply.send(answer.map(|done| done.out));
        }
    }
}

/// The requests of one transaction.
#[derive(Default)]
pub(super) struct Batch {
    settles: Lane<Settle>,
    tokens: Lane<StoreTokens>,
    confirms: Lane<Confirm>,
    sign_ups: Lane<Arc<SignUp>>,
    /// Of forms that are stored, whatever becomes of the rest.
    stored: Vec<Reply<SignUpOutcome>>,
    others: Vec<Box<dyn Request>>,
    others_mail: bool,
}

impl Batch {
    pub(super) fn take(&mut self, message: Message) {
        match message {
            Message::SignUp(write, reply) => self.sign_ups.take(write, reply),
            Message::Confirm(write, reply) => self.confirms.take(write, reply),
            Message::Tokens(write, reply) => self.tokens.take(write, reply),
            Message::Settle(write, reply) => self.settles.take(write, reply),
            Message::Other(request) => self.others.push(request),
        }
    }

    /// Stores first forms ([`first_forms::store`]), before and outside of the transaction.
    pub(super) async fn run_first_forms(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let new = first_forms::store(conn, &self.sign_ups.writes).await?;
        let stored = self.sign_ups.take_out(|one| new.contains(&one.subject));
        self.stored.extend(stored);
        Ok(())
    }

    /// Whether nothing is left for a transaction.
    pub(super) fn is_done(&self) -> bool {
        self.settles.writes.is_empty()
            && self.tokens.writes.is_empty()
            && self.confirms.writes.is_empty()
            && self.sign_ups.writes.is_empty()
            && self.others.is_empty()
    }

    /// All of them, the hot ones together.
    pub(super) async fn run(&mut self, conn: &mut Conn) -> Result<(), Error> {
        self.settles.run(conn).await?;
        self.tokens.run(conn).await?;
        self.confirms.run(conn).await?;
        self.sign_ups.run(conn).await?;
        self.others_mail = false;
        for request in &mut self.others {
            self.others_mail |= request.run(conn).await?;
        }
        Ok(())
    }

    /// Each by itself: one that fails is undone and takes no other with it.
    pub(super) async fn run_singly(&mut self, conn: &mut Conn) -> Result<(), Error> {
        self.settles.run_singly(conn).await?;
        self.tokens.run_singly(conn).await?;
        self.confirms.run_singly(conn).await?;
        self.sign_ups.run_singly(conn).await?;
        self.others_mail = false;
        for request in &mut self.others {
            conn.say(&SAVE).await?;
            match request.run(conn).await {
                Ok(mail) => self.others_mail |= mail,
                Err(error) => {
                    conn.say(&UNDO).await?;
                    request.fail(error.into());
                }
            }
            conn.say(&KEEP).await?;
        }
        Ok(())
    }

    /// Whether there may be mail.
    pub(super) fn mail(&self) -> bool {
        !self.stored.is_empty()
            || self.others_mail
            || self.settles.mail()
            || self.confirms.mail()
            || self.sign_ups.mail()
    }

    /// Answers all of them.
    pub(super) fn answer(self, committed: &Result<(), StoreError>) {
        for reply in self.stored {
            // Whoever asked may have gone; what was written stays.
            let _gone = reply.send(Ok(SignUpOutcome::Accepted { mail_queued: true }));
        }
        self.settles.answer(committed);
        self.tokens.answer(committed);
        self.confirms.answer(committed);
        self.sign_ups.answer(committed);
        for request in self.others {
            request.answer(committed.clone());
        }
    }
}

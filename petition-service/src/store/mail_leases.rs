//! Whose mails are whose: an instance has those that it took, until it tells how they went or is gone.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::Store;
use super::engine::{Conn, Error, statements, values};
use super::records::StoreError;
use super::settle::Settled;
use super::writer::{Done, Write};

statements! {
    RELEASE_ALL = "update outbox set leased_by = null
         where state = 'waiting' and leased_by is not null";

    RELEASE_ORPHANS = "update outbox set leased_by = null
         where state = 'waiting' and leased_by is not null and not exists (
             select 1 from leases where name = 'instance/' || outbox.leased_by)";

    RELEASE_MINE = "update outbox set leased_by = null
         where state = 'waiting' and leased_by = $1";

    MINE = "select id from outbox where state = 'waiting' and leased_by = $1";
}

impl Store {
    /// Lets go of a mail without a try: it was not begun.
    ///
    /// # Errors
    /// [`StoreError`]: it is still this instance's.
    pub async fn outbox_release(&self, id: Uuid) -> Result<(), StoreError> {
        self.settle(id, Settled::Released).await
    }

    /// Frees the mails that nobody is at work on, which a start may do. On SQLite, where there is one
    /// instance, these are all that are taken; else its own and those of instances that there are not.
    ///
    /// # Errors
    /// [`StoreError`]: none is freed.
    pub async fn outbox_release_all(&self) -> Result<(), StoreError> {
        let start_of = Some(self.instance());
        self.writer.write(Release { start_of }).await
    }

    /// Frees the mails of instances that there are not any more ([`Store::alive`] forgets those).
    ///
    /// # Errors
    /// [`StoreError`]: none is freed.
    pub async fn outbox_release_orphans(&self) -> Result<(), StoreError> {
        // A file has one instance.
        if !self.reads.is_shared() {
            return Ok(());
        }
        self.writer.write(Release { start_of: None }).await
    }

    /// Frees the mails that this instance took without knowing: the answer to its question was lost with
    /// the connection. To be asked only while no question is under way.
    ///
    /// # Errors
    /// [`StoreError`]: they wait for the next call.
    pub async fn outbox_release_unknown(&self, known: &BTreeSet<Uuid>) -> Result<(), StoreError> {
        for row in self.reads.rows(&MINE, values![self.instance()]).await? {
            let id = row.id("id")?;
            if !known.contains(&id) {
                self.outbox_release(id).await?;
            }
        }
        Ok(())
    }
}

struct Release {
    /// The instance that begins.
    start_of: Option<String>,
}

impl Write for Release {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let released = if conn.is_shared() {
            let own = match &self.start_of {
                Some(own) => conn.run(&RELEASE_MINE, values![own]).await?,
                None => 0,
            };
            own + conn.run(&RELEASE_ORPHANS, values![]).await?
        } else {
            conn.run(&RELEASE_ALL, values![]).await?
        };
        Ok(Done::of(()).with_mail(released > 0))
    }
}

//! The keys under which recipients wait, wrapped.

use chrono::{DateTime, Utc};

use super::engine::{Conn, Error, bulks, statements, values};
use super::records::StoreError;
use super::writer::{Done, Write};
use super::{Store, ms};

statements! {
    ADD = "insert into hot_keys (id, wrapped, created_at) values ($1, $2, $3)";

    ALL = "select id, wrapped from hot_keys order by created_at, id";
}

bulks! {
    // A key that a waiting recipient lies under stays, however old it is.
    DESTROY(id Blob) = "delete from hot_keys where id in (select id from v) and not exists (
             select 1 from outbox where outbox.hot_key_id = hot_keys.id)";
}

/// A key as it is stored: it opens nothing without the secret of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// Names it.
    pub id: [u8; 8],
    /// The key, wrapped.
    pub wrapped: Vec<u8>,
}

impl Store {
    /// Stores a key. It may be used only after this.
    ///
    /// # Errors
    /// [`StoreError`]: it must not be used.
    pub async fn add_hot_key(&self, key: WrappedKey, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer.write(Add { key, now }).await
    }

    /// All keys, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hot_keys(&self) -> Result<Vec<WrappedKey>, StoreError> {
        let rows = self.reads.rows(&ALL, values![]).await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            if let Ok(id) = row.blob("id")?.try_into() {
                let wrapped = row.blob("wrapped")?;
                keys.push(WrappedKey { id, wrapped });
            }
        }
        Ok(keys)
    }

    /// Destroys those of these keys under which no recipient lies. Nobody may be about to seal under
    /// them.
    ///
    /// # Errors
    /// [`StoreError`]: none is destroyed.
    pub async fn destroy_hot_keys(&self, ids: Vec<[u8; 8]>) -> Result<(), StoreError> {
        if ids.is_empty() {
            return Ok(());
        }
        self.writer.write(Destroy { ids }).await
    }
}

struct Add {
    key: WrappedKey,
    now: DateTime<Utc>,
}

impl Write for Add {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let WrappedKey { id, wrapped } = &self.key;
        let values = values![id.as_slice(), wrapped.as_slice(), ms(self.now)];
        conn.run(&ADD, values).await?;
        Ok(Done::of(()))
    }
}

struct Destroy {
    ids: Vec<[u8; 8]>,
}

impl Write for Destroy {
    type Out = ();

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<()>, Error> {
        let rows = self.ids.iter().map(|id| values![id.as_slice()]).collect();
        conn.bulk(&DESTROY, rows).await?;
        Ok(Done::of(()))
    }
}

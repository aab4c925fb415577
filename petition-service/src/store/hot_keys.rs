//! The keys under which recipients wait, wrapped.

use chrono::{DateTime, Utc};

use super::engine::{Conn, Error, statements, values};
use super::records::StoreError;
use super::writer::{Done, Write};
use super::{Store, ms};

statements! {
    ADD = "insert into hot_keys (id, wrapped, created_at) values ($1, $2, $3)";

    ALL = "select id, wrapped from hot_keys order by created_at, id";

    // A key that a waiting recipient lies under stays, however old it is.
    DESTROY = "delete from hot_keys where created_at <= $1 and not exists (
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

    /// Destroys the keys made before then under which no recipient lies; how many.
    ///
    /// # Errors
    /// [`StoreError`]: none is destroyed.
    pub async fn destroy_hot_keys(&self, made_before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer.write(Destroy { made_before }).await
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
    made_before: DateTime<Utc>,
}

impl Write for Destroy {
    type Out = u64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<u64>, Error> {
        let destroyed = conn.run(&DESTROY, values![ms(self.made_before)]).await?;
        Ok(Done::of(destroyed))
    }
}

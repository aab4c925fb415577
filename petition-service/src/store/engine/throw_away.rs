//! A database for a trial, beside another one on its server.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use uuid::Uuid;

use super::Error;
use super::address::{Address, Place};

/// An empty database on the server of another one. It is there until [`ThrowAway::drop`].
pub struct ThrowAway {
    server: PgConnectOptions,
    name: String,
}

impl ThrowAway {
    /// Makes one beside this database; none beside a file, where a trial makes its own.
    ///
    /// # Errors
    /// The server does not answer, or the user may not make a database.
    pub async fn beside(address: &Address) -> Result<Option<Self>, Error> {
        let Place::Postgres(server) = &address.0 else {
            return Ok(None);
        };
        let made = Self {
            server: (**server).clone(),
            // The name is ours: letters and digits.
            name: format!("rehearsal_{}", Uuid::new_v4().simple()),
        };
        made.say("create").await?;
        Ok(Some(made))
    }

    /// Its address. Holds the server's password.
    #[must_use]
    pub fn url(&self) -> String {
        let options = self.server.clone().database(&self.name);
        options.to_url_lossy().to_string()
    }

    /// Drops it, whoever is connected.
    ///
    /// # Errors
    /// It is still there: its name is in the message.
    pub async fn drop(self) -> Result<(), String> {
        let name = self.name.clone();
        let dropped = self.say("drop").await;
        dropped.map_err(|error| format!("the database {name} is left behind: {error}"))
    }

    async fn say(&self, verb: &str) -> Result<(), Error> {
        let mut conn = self.server.connect().await?;
        let force = if verb == "drop" { " with (force)" } else { "" };
        let sql = format!("{verb} database {}{force}", self.name);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await?;
        conn.close().await
    }
}

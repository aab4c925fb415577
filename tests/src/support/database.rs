//! The service's database, looked into while no service runs on it.

use std::collections::BTreeSet;
use std::path::Path;

use petition_service::domain::seal::{Content, Place, PrivateKey};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Postgres, Row, Sqlite};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// An open database.
pub(crate) struct Database {
    runtime: Runtime,
    connection: Open,
}

enum Open {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The form, the attempt and what was sealed of it.
type Sealed = (String, Vec<u8>, Vec<u8>);

impl Database {
    /// Opens a file, as the service would after a crash: what its journal holds counts.
    pub(crate) fn open(path: &Path) -> Self {
        let runtime = runtime();
        let options = SqliteConnectOptions::new().filename(path);
        let connection = runtime.block_on(options.connect()).expect("opened");
        Self {
            runtime,
            connection: Open::Sqlite(connection),
        }
    }

    /// Connects to a server.
    pub(crate) fn connect(url: &str) -> Self {
        let runtime = runtime();
        let connection = runtime.block_on(PgConnection::connect(url));
        Self {
            runtime,
            connection: Open::Postgres(connection.expect("connected")),
        }
    }

    /// The addresses in sealed forms, one for each row: the query gives `form_id`, `id` and `sealed`.
    pub(crate) fn list(&mut self, query: &'static str, key: &PrivateKey) -> Vec<String> {
        macro_rules! rows {
            ($engine:ty, $connection:expr) => {{
                let rows = sqlx::query::<$engine>(query).fetch_all($connection);
                let rows = self.runtime.block_on(rows).expect("read");
                let sealed = rows
                    .iter()
                    .map(|row| (row.get("form_id"), row.get("id"), row.get("sealed")));
                sealed.collect::<Vec<Sealed>>()
            }};
        }
        let rows = match &mut self.connection {
            Open::Sqlite(connection) => rows!(Sqlite, connection),
            Open::Postgres(connection) => rows!(Postgres, connection),
        };
        let address = |(form_id, id, sealed): &Sealed| {
            let place = Place {
                form_id,
                attempt_id: Uuid::from_slice(id).expect("an id"),
            };
            let bytes = key.open(place, sealed).expect("it opens");
            let form = Content::from_bytes(&bytes).expect("a form");
            form.email.expose().clone()
        };
        rows.iter().map(address).collect()
    }

    /// The same, each once.
    pub(crate) fn addresses(&mut self, query: &'static str, key: &PrivateKey) -> BTreeSet<String> {
        self.list(query, key).into_iter().collect()
    }

    /// The number that a query gives.
    pub(crate) fn number(&mut self, query: &'static str) -> i64 {
        match &mut self.connection {
            Open::Sqlite(connection) => {
                let number = sqlx::query_scalar::<Sqlite, i64>(query).fetch_one(connection);
                self.runtime.block_on(number).expect("read")
            }
            Open::Postgres(connection) => {
                let number = sqlx::query_scalar::<Postgres, i64>(query).fetch_one(connection);
                self.runtime.block_on(number).expect("read")
            }
        }
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

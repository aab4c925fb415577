//! The service's database, looked into while no service runs on it.

use std::collections::BTreeSet;
use std::path::Path;

use petition_service::domain::seal::{Content, Place, PrivateKey};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Row};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// An open database.
pub(crate) struct Database {
    runtime: Runtime,
    connection: SqliteConnection,
}

impl Database {
    /// Opens it, as the service would after a crash: what the journal holds counts.
    pub(crate) fn open(path: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let options = SqliteConnectOptions::new().filename(path);
        let connection = runtime.block_on(options.connect()).expect("opened");
        Self {
            runtime,
            connection,
        }
    }

    /// The addresses in sealed forms: the query gives `form_id`, `id` and `sealed`.
    pub(crate) fn addresses(&mut self, query: &'static str, key: &PrivateKey) -> BTreeSet<String> {
        let rows = sqlx::query(query).fetch_all(&mut self.connection);
        let rows = self.runtime.block_on(rows).expect("read");
        let address = |row: &SqliteRow| {
            let place = Place {
                form_id: row.get("form_id"),
                attempt_id: Uuid::from_slice(row.get("id")).expect("an id"),
            };
            let bytes = key.open(place, row.get("sealed")).expect("it opens");
            let form = Content::from_bytes(&bytes).expect("a form");
            form.email.expose().clone()
        };
        rows.iter().map(address).collect()
    }

    /// The number that a query gives.
    pub(crate) fn number(&mut self, query: &'static str) -> i64 {
        let number = sqlx::query_scalar(query).fetch_one(&mut self.connection);
        self.runtime.block_on(number).expect("read")
    }
}

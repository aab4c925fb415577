//! The service's database, looked into while no service runs on it.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row};
use tokio::runtime::Runtime;

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

    /// The texts of a query's first column.
    pub(crate) fn texts(&mut self, query: &'static str) -> BTreeSet<String> {
        let rows = sqlx::query(query).fetch_all(&mut self.connection);
        let rows = self.runtime.block_on(rows).expect("read");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The number that a query gives.
    pub(crate) fn number(&mut self, query: &'static str) -> i64 {
        let number = sqlx::query_scalar(query).fetch_one(&mut self.connection);
        self.runtime.block_on(number).expect("read")
    }
}

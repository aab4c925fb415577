//! Databases on a PostgreSQL of the tests' own: started once by a test process, gone with it.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use test_postgres::Postgres;

use crate::store::Address;

fn server() -> &'static Postgres {
    static SERVER: OnceLock<Postgres> = OnceLock::new();
    SERVER.get_or_init(|| Postgres::start().expect("PostgreSQL"))
}

/// An empty database.
pub(crate) async fn database() -> Address {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = tokio::task::spawn_blocking(server);
    let url = server.await.expect("a server").url();
    let schema = format!("test{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut conn = PgConnection::connect(url).await.expect("connected");
    sqlx::query(AssertSqlSafe(format!("create schema {schema}")))
        .execute(&mut conn)
        .await
        .expect("a schema");
    conn.close().await.expect("closed");
    let url = format!("{url}?options[search_path]={schema}");
    Address::parse(&url, Path::new("")).expect("an address")
}

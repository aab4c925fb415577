//! Requests that cannot be done, servers that go away, databases of another time.

use sqlx::Connection;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::QUEUED;
use crate::domain::{Purpose, TokenSecret};
use crate::store::engine::{Conn, Error, Statement, values};
use crate::store::testing::{On, ask, minute, on_both, options, signature};
use crate::store::writer::{Done, Write};
use crate::store::{NewToken, Store, StoreError};

on_both![what_cannot_be_done_fails_alone];

/// Of a form that there is not: the database refuses it.
fn of_nothing() -> NewToken {
    NewToken {
        token: TokenSecret::generate(),
        recipient: None,
        attempt_id: Uuid::now_v7(),
        purpose: Purpose::Withdraw,
        expires_at: minute(60),
    }
}

async fn what_cannot_be_done_fails_alone(on: On) {
    let (store, _home) = on.store().await;
    let mut signing = JoinSet::new();
    let mut refused = JoinSet::new();
    for number in 0..100 {
        let (one, other) = (store.clone(), store.clone());
        let form = signature(&format!("s{number}@example.org"));
        signing.spawn(async move { one.sign_up(form, minute(0)).await });
        if number % 10 == 0 {
            let tokens = vec![of_nothing()];
            refused.spawn(async move { other.store_tokens(tokens, minute(0)).await });
        }
    }
    while let Some(signed) = signing.join_next().await {
        assert_eq!(signed.expect("no panic").expect("stored"), QUEUED);
    }
    while let Some(stored) = refused.join_next().await {
        assert!(
            matches!(stored, Ok(Err(StoreError::Database(_)))),
            "{stored:?}"
        );
    }
    assert_eq!(store.stats(minute(1)).await.expect("stats").waiting, 100);
}

struct WhoAmI;

static WHO_AM_I: Statement = Statement::both("select cast(pg_backend_pid() as bigint) as pid");

impl Write for WhoAmI {
    type Out = i64;

    async fn run(&mut self, conn: &mut Conn) -> Result<Done<i64>, Error> {
        let row = conn.first(&WHO_AM_I, values![]).await?;
        Ok(Done::of(row.map_or(Ok(0), |row| row.int("pid"))?))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_broke_is_made_anew() {
    let (store, _home) = On::Postgres.store().await;
    for number in 0..5 {
        let pid = store.writer.write(WhoAmI).await.expect("a connection");
        let end = format!("select pg_terminate_backend({pid}) as ended");
        assert!(
            ask(&store, end.leak()).await[0]
                .flag("ended")
                .expect("an answer")
        );
        let form = signature(&format!("s{number}@example.org"));
        let signed = store.sign_up(form, minute(0)).await;
        assert_eq!(signed.expect("stored"), QUEUED, "nobody notices");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_from_before_the_first_release_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("data.sqlite");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let mut old = sqlx::SqliteConnection::connect(&url).await.expect("made");
    let table = sqlx::query("create table folded (id integer)");
    table.execute(&mut old).await.expect("a table");
    old.close().await.expect("closed");
    let opened = Store::open(file, options()).await;
    let fault = opened.err().expect("refused").to_string();
    assert!(fault.contains("move it away"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    let url = "postgres://anna:secret@127.0.0.1:1/petitions";
    let address = crate::store::Address::parse(url, std::path::Path::new("")).expect("an address");
    let opened = Store::open(address, options()).await;
    let fault = opened.err().expect("refused").to_string();
    assert!(fault.contains("127.0.0.1:1/petitions"), "{fault}");
    assert!(fault.contains("server runs"), "{fault}");
    assert!(!fault.contains("secret"), "{fault}");
}

//! A connection, and a pool of them for reading.

use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{Connection, Executor, Postgres, Sqlite};

use super::Error;
use super::chain::Chain;
use super::open::WAIT;
use super::row::Row;
use super::statement::{Bulk, Statement};
use super::value::{Kind, Value};

/// A connection to either engine.
pub(in crate::store) enum Conn {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// Connections for reading.
#[derive(Clone)]
pub(in crate::store) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A query with its parameters bound.
macro_rules! query {
    ($driver:ty, $sql:expr, $values:expr) => {{
        let mut query = sqlx::query::<$driver>($sql);
        for value in $values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Blob(value) => query.bind(value),
            };
        }
        query
    }};
}

async fn sqlite_rows<'e>(
    db: impl Executor<'e, Database = Sqlite>,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Vec<Row>, Error> {
    let rows: Vec<SqliteRow> = query!(Sqlite, sql, values).fetch_all(db).await?;
    Ok(rows.into_iter().map(Row::Sqlite).collect())
}

async fn postgres_rows<'e>(
    db: impl Executor<'e, Database = Postgres>,
    sql: &'static str,
    values: Vec<Value>,
) -> Result<Vec<Row>, Error> {
    let rows: Vec<PgRow> = query!(Postgres, sql, values).fetch_all(db).await?;
    Ok(rows.into_iter().map(Row::Postgres).collect())
}

impl Conn {
    /// Whether this is PostgreSQL.
    pub(in crate::store) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The rows of a statement's answer.
    pub(in crate::store) async fn rows(
        &mut self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        match self {
            Self::Sqlite(conn) => sqlite_rows(&mut **conn, statement.sqlite, values).await,
            Self::Postgres(conn) => postgres_rows(&mut **conn, statement.postgres, values).await,
        }
    }

    /// The rows of an answer that may be too long for memory, one after another.
    pub(in crate::store) fn stream(
        &mut self,
        statement: &'static Statement,
    ) -> BoxStream<'_, Result<Row, Error>> {
        match self {
            Self::Sqlite(conn) => sqlx::query(statement.sqlite)
                .fetch(&mut **conn)
                .map_ok(Row::Sqlite)
                .boxed(),
            Self::Postgres(conn) => sqlx::query(statement.postgres)
                .fetch(&mut **conn)
                .map_ok(Row::Postgres)
                .boxed(),
        }
    }

    /// The first row, if there is any.
    pub(in crate::store) async fn first(
        &mut self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Option<Row>, Error> {
        let rows = self.rows(statement, values).await?;
        Ok(rows.into_iter().next())
    }

    /// How many rows a statement changed.
    pub(in crate::store) async fn run(
        &mut self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<u64, Error> {
        match self {
            Self::Sqlite(conn) => {
                let done = query!(Sqlite, statement.sqlite, values);
                Ok(done.execute(&mut **conn).await?.rows_affected())
            }
            Self::Postgres(conn) => {
                let done = query!(Postgres, statement.postgres, values);
                Ok(done.execute(&mut **conn).await?.rows_affected())
            }
        }
    }

    /// Does the same to many rows, each with a value for every column; what comes back, in no
    /// certain order.
    pub(in crate::store) async fn bulk(
        &mut self,
        bulk: &'static Bulk,
        rows: Vec<Vec<Value>>,
    ) -> Result<Vec<Row>, Error> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match self {
            Self::Sqlite(conn) => {
                let mut answers = Vec::new();
                let mut rows = rows;
                while let Some((sql, taken)) = bulk.sqlite(rows.len()) {
                    let rest = rows.split_off(taken.min(rows.len()));
                    let cells = rows.into_iter().flatten().collect();
                    answers.extend(sqlite_rows(&mut **conn, sql, cells).await?);
                    rows = rest;
                    if rows.is_empty() {
                        break;
                    }
                }
                Ok(answers)
            }
            Self::Postgres(conn) => {
                let query = arrays(sqlx::query(bulk.postgres()), bulk, rows);
                let rows = query.fetch_all(&mut **conn).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Carries out statements together, for the rows of each part in the order of the parts; what the one
    /// that answers gives back.
    ///
    /// # Errors
    /// On SQLite, which takes one statement at a time ([`Conn::is_shared`]).
    pub(in crate::store) async fn chain(
        &mut self,
        chain: &'static Chain,
        rows: impl IntoIterator<Item = Vec<Vec<Value>>>,
    ) -> Result<Vec<Row>, Error> {
        let Self::Postgres(conn) = self else {
            return Err(Error::Protocol("a chain is PostgreSQL's".to_owned()));
        };
        let mut query = sqlx::query(chain.postgres());
        for (part, rows) in chain.parts.iter().zip(rows) {
            query = arrays(query, part.bulk, rows);
        }
        let rows = query.fetch_all(&mut **conn).await?;
        Ok(rows.into_iter().map(Row::Postgres).collect())
    }

    /// A statement without values or an answer, such as `commit`.
    pub(in crate::store) async fn say(
        &mut self,
        statement: &'static Statement,
    ) -> Result<(), Error> {
        self.run(statement, Vec::new()).await.map(|_| ())
    }

    pub(in crate::store) async fn close(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
        }
    }
}

type PgQuery = sqlx::query::Query<'static, Postgres, sqlx::postgres::PgArguments>;

/// The values of a column. One of another type, which no statement is given, is null.
macro_rules! gathered {
    ($column:expr, $kind:ident) => {
        $column
            .map(|value| match value {
                Value::$kind(value) => value,
                _ => None,
            })
            .collect::<Vec<_>>()
    };
}

/// Binds each column as one array.
fn arrays(mut query: PgQuery, bulk: &'static Bulk, rows: Vec<Vec<Value>>) -> PgQuery {
    let mut rows: Vec<_> = rows.into_iter().map(Vec::into_iter).collect();
    for (_, kind) in bulk.columns {
        let column = rows.iter_mut().filter_map(Iterator::next);
        query = match kind {
            Kind::Int => query.bind(gathered!(column, Int)),
            Kind::Text => query.bind(gathered!(column, Text)),
            Kind::Blob => query.bind(gathered!(column, Blob)),
        };
    }
    query
}

impl Pool {
    /// Ends its connections.
    pub(in crate::store) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    /// Whether this is PostgreSQL.
    pub(in crate::store) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The rows of a statement's answer.
    pub(in crate::store) async fn rows(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Error> {
        let pool = match self {
            Self::Sqlite(pool) => return sqlite_rows(pool, statement.sqlite, values).await,
            Self::Postgres(pool) => pool,
        };
        let mut lent = Lent {
            conn: pool.acquire().await?,
            whole: false,
        };
        let rows = postgres_rows(&mut *lent.conn, statement.postgres, values);
        let rows = tokio::time::timeout(WAIT, rows).await;
        lent.whole = rows.is_ok();
        rows.unwrap_or(Err(Error::PoolTimedOut))
    }

    /// The first row, if there is any.
    pub(in crate::store) async fn first(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Option<Row>, Error> {
        let rows = self.rows(statement, values).await?;
        Ok(rows.into_iter().next())
    }

    /// The one row that there always is.
    pub(in crate::store) async fn one(
        &self,
        statement: &'static Statement,
        values: Vec<Value>,
    ) -> Result<Row, Error> {
        self.first(statement, values)
            .await?
            .ok_or(Error::RowNotFound)
    }
}

/// A connection of the pool. One that was left in the middle of an answer does not go back there: it may
/// never get the rest, and a few of them would be all that there are.
struct Lent {
    conn: PoolConnection<Postgres>,
    whole: bool,
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !self.whole {
            self.conn.close_on_drop();
        }
    }
}

#[cfg(test)]
impl Pool {
    /// Panics unless the engine understands a statement.
    pub(in crate::store) async fn prepare(&self, statement: &'static Statement) {
        use sqlx::SqlSafeStr;
        match self {
            Self::Sqlite(pool) => {
                let prepared = pool.prepare(statement.sqlite.into_sql_str()).await;
                assert!(
                    prepared.is_ok(),
                    "{}: {:?}",
                    statement.sqlite,
                    prepared.err()
                );
            }
            Self::Postgres(pool) => {
                let prepared = pool.prepare(statement.postgres.into_sql_str()).await;
                assert!(
                    prepared.is_ok(),
                    "{}: {:?}",
                    statement.postgres,
                    prepared.err()
                );
            }
        }
    }

    /// The same for a chain, on PostgreSQL.
    pub(in crate::store) async fn prepare_chain(&self, chain: &'static Chain) {
        if self.is_shared() {
            let statement = Statement::both(chain.postgres());
            self.prepare(Box::leak(Box::new(statement))).await;
        }
    }

    /// The same for a statement for many rows, in each of its sizes.
    pub(in crate::store) async fn prepare_bulk(&self, bulk: &'static Bulk) {
        for rows in [1, 2, 4, 8, 16, 32, 64] {
            let (sqlite, taken) = bulk.sqlite(rows).expect("a text");
            assert_eq!(taken, rows);
            let statement = Statement::each(sqlite, bulk.postgres());
            self.prepare(Box::leak(Box::new(statement))).await;
        }
    }
}

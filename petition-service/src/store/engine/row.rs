//! What comes out of a statement.

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::Error;

/// One row of an answer. Columns are read by name.
pub(in crate::store) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! read {
    ($($(#[$about:meta])* $name:ident -> $type:ty;)*) => {$(
        $(#[$about])*
        pub(in crate::store) fn $name(&self, column: &str) -> Result<$type, Error> {
            match self {
                Self::Sqlite(row) => row.try_get(column),
                Self::Postgres(row) => row.try_get(column),
            }
        }
    )*};
}

impl Row {
    read! {
        int -> i64;
        maybe_int -> Option<i64>;
        text -> String;
        maybe_text -> Option<String>;
        blob -> Vec<u8>;
        maybe_blob -> Option<Vec<u8>>;
        flag -> bool;
    }

    pub(in crate::store) fn id(&self, column: &str) -> Result<Uuid, Error> {
        let bytes = self.blob(column)?;
        Uuid::from_slice(&bytes).map_err(|error| Error::ColumnDecode {
            index: column.to_owned(),
            source: Box::new(error),
        })
    }

    pub(in crate::store) fn maybe_id(&self, column: &str) -> Result<Option<Uuid>, Error> {
        Ok(self
            .maybe_blob(column)?
            .and_then(|bytes| Uuid::from_slice(&bytes).ok()))
    }
}

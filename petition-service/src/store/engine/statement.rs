//! Statements, written once for both engines where that is possible.

use std::sync::OnceLock;

use super::value::Kind;

/// The most rows of one statement on SQLite.
const MOST: usize = 64;

/// A statement with `$1` placeholders, which both engines take.
#[derive(Debug)]
pub(in crate::store) struct Statement {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Statement {
    pub(in crate::store) const fn both(sql: &'static str) -> Self {
        Self::each(sql, sql)
    }

    pub(in crate::store) const fn each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }
}

/// A statement that takes many rows at once, which it finds in a table `v` of these columns.
///
/// PostgreSQL gets each column as one array. SQLite gets a parameter for each value, in a statement for the
/// number of rows: two statements for parts of them would take longer than one that is kept for each number.
#[derive(Debug)]
pub(in crate::store) struct Bulk {
    pub(super) columns: &'static [(&'static str, Kind)],
    statement: Statement,
    sqlite: [OnceLock<String>; MOST],
    postgres: OnceLock<String>,
}

impl Bulk {
    pub(in crate::store) const fn new(
        columns: &'static [(&'static str, Kind)],
        statement: Statement,
    ) -> Self {
        Self {
            columns,
            statement,
            sqlite: [const { OnceLock::new() }; MOST],
            postgres: OnceLock::new(),
        }
    }

    /// The text for PostgreSQL.
    pub(super) fn postgres(&'static self) -> &'static str {
        self.postgres.get_or_init(|| self.postgres_after(1, None))
    }

    /// The same as a part of a chain: parameters from this number on, and only the rows whose column is an
    /// `id` of that part.
    pub(super) fn postgres_after(
        &self,
        first: usize,
        after: Option<(&'static str, usize)>,
    ) -> String {
        let arrays: Vec<String> = (first..)
            .zip(self.columns)
            .map(|(number, (_, kind))| format!("${number}::{}", kind.array()))
            .collect();
        let arrays = arrays.join(", ");
        let rows = match after {
            None => format!("select * from unnest({arrays})"),
            // `is true` keeps it a lookup in a hashed list: as a join it would be gone through for each row.
            Some((column, part)) => format!(
                "select * from unnest({arrays}) as u({}) where (u.{column} in (select id from p{part})) is true",
                self.names()
            ),
        };
        self.with(&rows, self.statement.postgres)
    }

    /// The text for as many of the rows as one statement on SQLite takes, and that number.
    pub(super) fn sqlite(&'static self, rows: usize) -> Option<(&'static str, usize)> {
        let taken = rows.clamp(1, MOST);
        let text = self.sqlite.get(taken - 1)?;
        let text = text.get_or_init(|| {
            // Without numbers: the driver looks each numbered one up in a list of all.
            let row = format!("({})", vec!["?"; self.columns.len()].join(","));
            let rows = vec![row; taken].join(",");
            self.with(&format!("values {rows}"), self.statement.sqlite)
        });
        Some((text, taken))
    }

    fn with(&self, rows: &str, statement: &str) -> String {
        format!("with v({}) as ({rows}) {statement}", self.names())
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }
}

/// Defines statements, and `STATEMENTS`, the list of them that a test prepares on both engines.
macro_rules! statements {
    (@one $both:expr) => { $crate::store::engine::Statement::both($both) };
    (@one $sqlite:expr, $postgres:expr) => {
        $crate::store::engine::Statement::each($sqlite, $postgres)
    };
    ($($name:ident = $sqlite:expr $(, postgres $postgres:expr)?;)*) => {
        $(static $name: $crate::store::engine::Statement =
            $crate::store::engine::statements!(@one $sqlite $(, $postgres)?);)*
        #[cfg(test)]
        pub(in crate::store) static STATEMENTS: &[&$crate::store::engine::Statement] =
            &[$(&$name),*];
    };
}

/// Defines statements for many rows, and `BULKS`, the list of them.
macro_rules! bulks {
    ($($vis:vis $name:ident($($column:ident $kind:ident),*) = $sqlite:expr $(, postgres $postgres:expr)?;)*) => {
        $($vis static $name: $crate::store::engine::Bulk = $crate::store::engine::Bulk::new(
            &[$((stringify!($column), $crate::store::engine::Kind::$kind)),*],
            $crate::store::engine::statements!(@one $sqlite $(, $postgres)?),
        );)*
        #[cfg(test)]
        pub(in crate::store) static BULKS: &[&$crate::store::engine::Bulk] = &[$(&$name),*];
    };
}

pub(in crate::store) use {bulks, statements};

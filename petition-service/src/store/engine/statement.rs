//! Statements, written once for both engines where that is possible.

use std::sync::OnceLock;

use super::value::Kind;

/// The most rows of one statement on SQLite.
const MOST: usize = 64;

/// Numbers of rows for which SQLite has a statement: powers of two up to [`MOST`].
const SIZES: usize = 7;

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
/// PostgreSQL gets each column as one array. SQLite gets a parameter for each value, and as many
/// statements as there are powers of two in the number of rows, so that few texts are prepared.
#[derive(Debug)]
pub(in crate::store) struct Bulk {
    pub(super) columns: &'static [(&'static str, Kind)],
    statement: Statement,
    sqlite: [OnceLock<String>; SIZES],
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
            sqlite: [const { OnceLock::new() }; SIZES],
            postgres: OnceLock::new(),
        }
    }

    /// The text for PostgreSQL.
    pub(super) fn postgres(&'static self) -> &'static str {
        self.postgres.get_or_init(|| {
            let arrays: Vec<String> = (1..)
                .zip(self.columns)
                .map(|(number, (_, kind))| format!("${number}::{}", kind.array()))
                .collect();
            let rows = format!("select * from unnest({})", arrays.join(", "));
            self.with(&rows, self.statement.postgres)
        })
    }

    /// The text for as many of the rows as one statement on SQLite takes, and that number.
    pub(super) fn sqlite(&'static self, rows: usize) -> Option<(&'static str, usize)> {
        let size = rows.clamp(1, MOST).ilog2();
        let taken = 1_usize << size;
        let text = self.sqlite.get(usize::try_from(size).ok()?)?;
        let text = text.get_or_init(|| {
            let width = self.columns.len();
            let row = |row: usize| {
                let cells: Vec<String> = (row * width + 1..=(row + 1) * width)
                    .map(|number| format!("${number}"))
                    .collect();
                format!("({})", cells.join(","))
            };
            let rows: Vec<String> = (0..taken).map(row).collect();
            self.with(&format!("values {}", rows.join(",")), self.statement.sqlite)
        });
        Some((text, taken))
    }

    fn with(&self, rows: &str, statement: &str) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        format!("with v({}) as ({rows}) {statement}", names.join(", "))
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
    ($($name:ident($($column:ident $kind:ident),*) = $sqlite:expr $(, postgres $postgres:expr)?;)*) => {
        $(static $name: $crate::store::engine::Bulk = $crate::store::engine::Bulk::new(
            &[$((stringify!($column), $crate::store::engine::Kind::$kind)),*],
            $crate::store::engine::statements!(@one $sqlite $(, $postgres)?),
        );)*
        #[cfg(test)]
        pub(in crate::store) static BULKS: &[&$crate::store::engine::Bulk] = &[$(&$name),*];
    };
}

pub(in crate::store) use {bulks, statements};

//! Several statements for many rows in one question to PostgreSQL: each answer that is waited for costs as
//! much time as writing a dozen rows.

use std::sync::OnceLock;

use super::statement::Bulk;

/// A statement of a chain.
#[derive(Debug)]
pub(in crate::store) struct Part {
    pub(super) bulk: &'static Bulk,
    /// A column of its rows, and the part (by number, from 0) that must have given back the column's
    /// value as an `id` of its own: other rows are left out.
    pub(super) after: Option<(&'static str, usize)>,
}

impl Part {
    /// For all rows.
    pub(in crate::store) const fn first(bulk: &'static Bulk) -> Self {
        Self { bulk, after: None }
    }

    /// For the rows whose `column` is an `id` that an earlier part gave back.
    pub(in crate::store) const fn after(
        bulk: &'static Bulk,
        column: &'static str,
        part: usize,
    ) -> Self {
        Self {
            bulk,
            after: Some((column, part)),
        }
    }
}

/// Statements that are carried out together; what the first one gives back is the answer.
///
/// They all see the tables as they were before (section 7.8.4 of PostgreSQL's manual); what refers to what
/// is checked at the end.
#[derive(Debug)]
pub(in crate::store) struct Chain {
    pub(super) parts: &'static [Part],
    text: OnceLock<String>,
}

impl Chain {
    pub(in crate::store) const fn new(parts: &'static [Part]) -> Self {
        Self {
            parts,
            text: OnceLock::new(),
        }
    }

    /// The text for PostgreSQL. Its parameters are the parts' columns, one array each.
    pub(super) fn postgres(&'static self) -> &'static str {
        self.text.get_or_init(|| {
            let mut number = 0;
            let parts: Vec<String> = self
                .parts
                .iter()
                .enumerate()
                .map(|(place, part)| {
                    let first = number + 1;
                    number += part.bulk.columns.len();
                    format!(
                        "p{place} as ({})",
                        part.bulk.postgres_after(first, part.after)
                    )
                })
                .collect();
            format!("with {} select id from p0", parts.join(", "))
        })
    }
}

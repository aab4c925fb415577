//! Tables of settings and front matter, read key by key, with the place of every fault.
//!
//! TOML and YAML become the same [`Node`] tree; a [`Table`] takes known keys out of it and reports
//! all that is wrong at once, instead of stopping at the first fault as a derived reader would.

mod nearest;
mod table;
#[cfg(test)]
mod tests;
mod toml;
mod value;
mod yaml;

pub use nearest::nearest;
pub use table::Table;
pub use toml::parse_toml;
pub use yaml::parse_yaml;

use ::toml::value::Datetime;

use crate::diagnostic::Diagnostic;

/// Where something stands in its file, both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line of the file.
    pub line: usize,
    /// Column, where known.
    pub column: Option<usize>,
}

impl Place {
    /// At this line and column.
    #[must_use]
    pub fn at(line: usize, column: usize) -> Self {
        Self {
            line,
            column: Some(column),
        }
    }

    /// Where a byte of a text stands whose first line is `first_line` of its file.
    #[must_use]
    pub fn of(text: &str, offset: usize, first_line: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let last = before.rsplit('\n').next().unwrap_or_default();
        Self::at(first_line + line, last.chars().count() + 1)
    }

    /// The place that follows a text which begins here.
    #[must_use]
    pub fn after(self, text: &str) -> Self {
        let end = Self::of(text, text.len(), self.line);
        match (self.column, end.column) {
            (Some(before), Some(more)) if end.line == self.line => {
                Self::at(end.line, before + more - 1)
            }
            _ => end,
        }
    }

    /// The fault, at this place.
    #[must_use]
    pub fn mark(self, mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.line = Some(self.line);
        diagnostic.column = self.column;
        diagnostic
    }
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands; none where the format does not say.
    pub place: Option<Place>,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// YAML's null.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    String(String),
    /// TOML's date, time or both.
    Datetime(Datetime),
    /// A list.
    Array(Vec<Node>),
    /// A table in the file's order.
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Option<Place>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// A table without keys.
    #[must_use]
    pub fn empty_table() -> Self {
        Self {
            place: None,
            kind: Kind::Table(Vec::new()),
        }
    }

    /// The kind's name in messages, with its article.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Integer(_) => "a whole number",
            Kind::Float(_) => "a decimal number",
            Kind::String(_) => "a string",
            Kind::Datetime(_) => "a date",
            Kind::Array(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }

    /// The entry of a table.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Table(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

/// The faults of one file, in the order they were found.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// The file, relative to the site's root.
    pub file: String,
    /// What was found.
    pub found: Vec<Diagnostic>,
}

impl Faults {
    /// No faults yet in this file.
    #[must_use]
    pub fn of(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            found: Vec::new(),
        }
    }

    /// Notes a fault of this file at this place.
    pub fn push(&mut self, place: Option<Place>, diagnostic: Diagnostic) {
        let diagnostic = diagnostic.in_file(self.file.clone());
        self.found.push(match place {
            Some(place) => place.mark(diagnostic),
            None => diagnostic,
        });
    }
}

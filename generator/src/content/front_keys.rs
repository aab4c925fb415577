//! Keys that pages and sections read alike.

use tera::Value;

use super::dates::{self, WrittenDate};
use crate::diagnostic::Diagnostic;
use crate::fields::{Kind, Node, Table};

/// A date, in TOML's own form or as text.
pub(super) fn date(table: &mut Table<'_, '_>, key: &'static str) -> Option<WrittenDate> {
    let node = table.node(key)?;
    let date = match &node.kind {
        Kind::Datetime(value) => dates::from_toml(value),
        Kind::String(text) => dates::parse(text),
        _ => None,
    };
    if date.is_none() {
        let message = match &node.kind {
            Kind::String(text) => format!("`{key}` is \"{text}\", which is not a date"),
            Kind::Datetime(value) => {
                format!("`{key}` is {value}, which is not a day of the calendar")
            }
            _ => format!("`{key}` must be a date, not {}", node.describe()),
        };
        let fault = Diagnostic::error(message).hint(format!(
            "write {key} = 2026-11-24, or with a time: 2026-11-24T09:30:00Z"
        ));
        table.faults().push(node.place, fault);
    }
    date
}

/// The author's own settings: always a map.
pub(super) fn extra(table: &mut Table<'_, '_>, sorted: bool) -> Value {
    let empty = || Node::empty_table().to_value(sorted);
    let Some(node) = table.node("extra") else {
        return empty();
    };
    match node.kind {
        Kind::Table(_) => node.to_value(sorted),
        Kind::Null => empty(),
        _ => {
            let message = format!("`extra` must be a table, not {}", node.describe());
            let fault = Diagnostic::error(message).hint("write [extra] and your keys below it");
            table.faults().push(node.place, fault);
            empty()
        }
    }
}

/// Text that may be left out but not left empty.
pub(super) fn filled(table: &mut Table<'_, '_>, key: &'static str) -> Option<String> {
    let text = table.string(key)?;
    if text.is_empty() {
        let fault = Diagnostic::error(format!("`{key}` is empty"))
            .hint("give it a value, or take the line away");
        table.fault(key, fault);
        return None;
    }
    Some(text)
}

/// Whether lists leave it out, where it says so.
pub(super) fn hidden(table: &mut Table<'_, '_>) -> Option<bool> {
    table.has("hidden").then(|| table.flag("hidden", false))
}

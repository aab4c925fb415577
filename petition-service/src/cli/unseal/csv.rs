//! Rows as CSV (RFC 4180), safe to open in a spreadsheet.

use campaign_file::Field;
use serde_json::Value;

use super::Opened;

/// The columns after the ids, in order of appearance: first the evidence, then what was typed.
#[derive(Default)]
pub(super) struct Columns {
    evidence: Vec<String>,
    fields: Vec<String>,
}

impl Columns {
    /// Notes the columns of a row.
    pub(super) fn see(&mut self, opened: &Opened) {
        for key in opened.row.evidence.keys() {
            if !self.evidence.contains(key) {
                self.evidence.push(key.clone());
            }
        }
        for name in opened.content.fields.keys() {
            if !self.fields.contains(name) {
                self.fields.push(name.clone());
                // Fields of every form as forms show them, then a petition's own.
                self.fields.sort_by_key(|name| {
                    Field::from_name(name).map_or(u8::MAX, |field| field as u8)
                });
            }
        }
    }

    /// The first line.
    pub(super) fn head(&self) -> String {
        let own = ["form_id", "attempt_id"].map(str::to_owned);
        let fields = self.fields.iter().map(|name| {
            // The row's own word (the country it is counted for) and the typed one are two columns.
            let taken = self.evidence.contains(name)
                || ["form_id", "attempt_id", "email"].contains(&name.as_str());
            if taken {
                format!("fields.{name}")
            } else {
                name.clone()
            }
        });
        let cells = own.into_iter().chain(self.evidence.iter().cloned());
        line(cells.chain(["email".to_owned()]).chain(fields))
    }

    /// A row's line.
    pub(super) fn line(&self, opened: &Opened) -> String {
        let Opened { row, content } = opened;
        let own = [row.form_id.clone(), row.attempt_id.to_string()];
        let evidence = self.evidence.iter().map(|key| match row.evidence.get(key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        });
        let fields = self.fields.iter().map(|name| {
            let value = content.fields.get(name);
            value.map_or_else(String::new, |value| value.expose().clone())
        });
        let email = content.email.expose().clone();
        line(own.into_iter().chain(evidence).chain([email]).chain(fields))
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. Whoever signs chooses its text, and a spreadsheet runs what looks like a formula: a quote
/// before it makes it text (OWASP ASVS 5.0, 1.2.10). The wide forms are read as formulas too.
pub(super) fn quoted(cell: &str) -> String {
    let formula = cell.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    let cell = if formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    // A semicolon separates in the spreadsheets of half the world.
    if cell.contains(['"', ',', ';', '\n', '\r', '\t']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

//! YAML text to a tree. Its reader tells no places, so those of top-level keys are looked up.

use serde_norway::Value;

use super::{Entry, Faults, Kind, Node, Place};
use crate::diagnostic::Diagnostic;

/// Parses a whole YAML text whose first line is `first_line` of its file.
///
/// # Errors
/// Noted in `faults`; nothing is returned then.
pub fn parse_yaml(text: &str, first_line: usize, faults: &mut Faults) -> Option<Node> {
    match serde_norway::from_str::<Value>(text) {
        Ok(Value::Null) => Some(Node::empty_table()),
        Ok(value) => {
            let mut node = convert(value);
            locate(&mut node, text, first_line);
            Some(node)
        }
        Err(error) => {
            let place = error.location().map(|location| Place {
                line: first_line + location.line().saturating_sub(1),
                column: Some(location.column()),
            });
            faults.push(
                place,
                Diagnostic::error(format!("This is not valid YAML: {error}"))
                    .hint("put text that holds a colon, a hash or a quote between quotes"),
            );
            None
        }
    }
}

fn convert(value: Value) -> Node {
    let kind = match value {
        Value::Null => Kind::Null,
        Value::Bool(flag) => Kind::Bool(flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Kind::Integer(number),
            None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => Kind::String(text),
        Value::Sequence(items) => Kind::Array(items.into_iter().map(convert).collect()),
        Value::Mapping(entries) => Kind::Table(
            entries
                .into_iter()
                .map(|(key, value)| Entry {
                    key: key_text(&key),
                    place: None,
                    value: convert(value),
                })
                .collect(),
        ),
        Value::Tagged(tagged) => return convert(tagged.value),
    };
    Node { place: None, kind }
}

/// A key as text: YAML also knows numbers and booleans as keys.
fn key_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        other => serde_norway::to_string(other)
            .unwrap_or_default()
            .trim_end()
            .to_owned(),
    }
}

/// Gives top-level keys and their values the line on which the key is written.
fn locate(node: &mut Node, text: &str, first_line: usize) {
    let Kind::Table(entries) = &mut node.kind else {
        return;
    };
    for entry in entries {
        let line = text.lines().position(|line| {
            [
                entry.key.as_str(),
                &format!("\"{}\"", entry.key),
                &format!("'{}'", entry.key),
            ]
            .into_iter()
            .any(|key| {
                line.strip_prefix(key)
                    .is_some_and(|rest| rest.trim_start().starts_with(':'))
            })
        });
        let place = line.map(|index| Place {
            line: first_line + index,
            column: Some(1),
        });
        entry.place = place;
        entry.value.place = place.map(|place| Place {
            column: None,
            ..place
        });
    }
}

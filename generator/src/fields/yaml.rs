//! YAML text to a tree. Its reader tells no places, so those of keys are looked up.

use serde_norway::Value;

use super::{Entry, Faults, Kind, Node, Place};
use crate::diagnostic::Diagnostic;

/// Parses a whole YAML text whose first line is `first_line` of its file.
///
/// # Errors
/// Noted in `faults`; nothing is returned then.
pub fn parse_yaml(text: &str, first_line: usize, faults: &mut Faults) -> Option<Node> {
    if let Some(at) = too_deep(text) {
        let fault = Diagnostic::error(format!(
            "This YAML holds more than {DEEPEST} brackets in each other"
        ));
        faults.push(
            Some(Place::of(text, at, first_line)),
            fault.hint("close each bracket, and nest them less deeply"),
        );
        return None;
    }
    match serde_norway::from_str::<Value>(text) {
        Ok(Value::Null) => Some(Node::empty_table()),
        Ok(value) => {
            let mut node = convert(value);
            let lines: Vec<&str> = text.lines().collect();
            locate(&mut node, &lines, first_line);
            Some(node)
        }
        Err(error) => {
            let place = error.location().map(|location| Place {
                line: first_line + location.line().saturating_sub(1),
                column: Some(location.column()),
            });
            faults.push(
                place,
                Diagnostic::error(format!("This is not valid YAML: {}", reason(&error)))
                    .hint("put text that holds a colon, a hash or a quote between quotes"),
            );
            None
        }
    }
}

/// The reader takes for ever where so many brackets are open.
const DEEPEST: usize = 1000;

/// Where brackets go too deep; those in texts count too, which hardly matters.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// What is wrong, without the place, which is told anyway.
fn reason(error: &serde_norway::Error) -> String {
    let text = error.to_string();
    match text.find(" at line ") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
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

/// Gives keys their places, and their values those where they begin. Only tables in block style
/// are followed; what stands elsewhere keeps none.
fn locate(node: &mut Node, lines: &[&str], first_line: usize) {
    let Kind::Table(entries) = &mut node.kind else {
        return;
    };
    let told = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with(['#', '%']);
    let Some(first) = lines
        .iter()
        .find(|line| told(line) && !line.starts_with("---"))
    else {
        return;
    };
    let depth = indent(first);
    for entry in entries {
        let found = lines.iter().enumerate().find_map(|(index, line)| {
            let rest = (indent(line) == depth).then(|| after_key(line.trim_start(), &entry.key))?;
            Some((index, line, rest?))
        });
        let Some((index, line, rest)) = found else {
            continue;
        };
        let place = Place::at(first_line + index, depth + 1);
        entry.place = Some(place);
        let written = rest.trim_start();
        entry.value.place = Some(if written.is_empty() || written.starts_with('#') {
            place
        } else {
            Place::of(line, line.len() - written.len(), first_line + index)
        });
        let below = lines.get(index + 1..).unwrap_or_default();
        let len = below
            .iter()
            .position(|line| told(line) && indent(line) <= depth)
            .unwrap_or(below.len());
        let below = below.get(..len).unwrap_or_default();
        locate(&mut entry.value, below, first_line + index + 1);
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// What follows a key and its colon.
fn after_key<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let bare = line.strip_prefix(key);
    let quoted = |quote| {
        line.strip_prefix(quote)?
            .strip_prefix(key)?
            .strip_prefix(quote)
    };
    bare.or_else(|| quoted('"'))
        .or_else(|| quoted('\''))?
        .trim_start()
        .strip_prefix(':')
}

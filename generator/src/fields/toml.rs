//! TOML text to a tree with places; goes on after a mistake, to report more than one.

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::{Entry, Faults, Kind, Node, Place};
use crate::diagnostic::Diagnostic;

/// What usually mends a mistake of this kind.
fn remedy(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "take one of the two lines away"
    } else if message.contains("string") || message.contains("newline") || message.contains("quot")
    {
        "text stands between double quotes on its line: key = \"…\""
    } else {
        "each line is a key, an equals sign and a value: text between double quotes, \
         lists between square brackets"
    }
}

/// Parses a whole TOML text whose first line is `first_line` of its file.
///
/// # Errors
/// Noted in `faults`; nothing is returned then.
pub fn parse_toml(text: &str, first_line: usize, faults: &mut Faults) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text, first_line);
    let mut bad_line = None;
    let before = faults.found.len();
    for error in errors {
        let place = error.span().map(|span| lines.place(span.start));
        // One mistake often yields several messages on its line: the first says enough.
        if place.is_some() && place.map(|place| place.line) == bad_line {
            continue;
        }
        bad_line = place.map(|place| place.line);
        faults.push(
            place,
            Diagnostic::error(format!("This is not valid TOML: {}", error.message()))
                .hint(remedy(error.message())),
        );
    }
    if faults.found.len() > before {
        return None;
    }
    let span = table.span();
    let kind = convert_table(table.into_inner(), &lines, faults);
    (faults.found.len() == before).then(|| Node {
        place: Some(lines.place(span.start)),
        kind,
    })
}

fn convert(value: Spanned<DeValue<'_>>, lines: &Lines<'_>, faults: &mut Faults) -> Node {
    let place = Some(lines.place(value.span().start));
    let kind = match value.into_inner() {
        DeValue::String(text) => Kind::String(text.into_owned()),
        DeValue::Integer(number) => Kind::Integer(
            i64::from_str_radix(number.as_str(), number.radix()).unwrap_or_else(|_| {
                let message = format!("The number {number} is too large");
                let fault = Diagnostic::error(message);
                faults.push(place, fault.hint("write it between double quotes, as text"));
                0
            }),
        ),
        DeValue::Float(number) => Kind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Kind::Bool(flag),
        DeValue::Datetime(datetime) => Kind::Datetime(datetime),
        DeValue::Array(items) => Kind::Array(
            items
                .into_iter()
                .map(|item| convert(item, lines, faults))
                .collect(),
        ),
        DeValue::Table(table) => convert_table(table, lines, faults),
    };
    Node { place, kind }
}

fn convert_table(table: DeTable<'_>, lines: &Lines<'_>, faults: &mut Faults) -> Kind {
    Kind::Table(
        table
            .into_iter()
            .map(|(key, value)| Entry {
                place: Some(lines.place(key.span().start)),
                key: key.into_inner().into_owned(),
                value: convert(value, lines, faults),
            })
            .collect(),
    )
}

/// Byte offsets to lines and columns.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    first_line: usize,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str, first_line: usize) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            text,
            starts: std::iter::once(0)
                .chain(breaks.map(|(offset, _)| offset + 1))
                .collect(),
            first_line,
        }
    }

    fn place(&self, offset: usize) -> Place {
        let index = self
            .starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or_default();
        let before: Range<usize> = start..offset.min(self.text.len());
        Place {
            line: self.first_line + index,
            column: self.text.get(before).map(|text| text.chars().count() + 1),
        }
    }
}

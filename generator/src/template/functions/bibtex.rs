//! BibTeX, one of the formats of `load_data`.

use std::cell::Cell;
use std::collections::BTreeMap;

use nom_bibtex::{Bibtex, Entry, model::StringValueType};
use serde_json::{Value as Json, json};

use super::formats::byte_place;
use crate::diagnostic::Diagnostic;
use crate::fields::Place;

/// Strings that name each other deeper than this name themselves.
const DEEPEST: usize = 256;

/// `{preambles, comments, variables, bibliographies: [{entry_type, citation_key, tags}]}`, the
/// names of tags in lower case and in order.
pub(super) fn bibtex(text: &str, label: &str) -> Result<Json, Diagnostic> {
    // The parser panics where a text that is never closed ends with such a character.
    let text = match text.chars().next_back() {
        Some(last) if !last.is_ascii() || matches!(last, '{' | '"') => &format!("{text}\n"),
        _ => text,
    };
    let entries =
        Bibtex::raw_parse(text).map_err(|error| unsound_bibtex(text, label, &error.to_string()))?;
    let written: BTreeMap<&str, &[StringValueType]> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Variable(variable) => Some((variable.key.as_str(), variable.value.as_slice())),
            _ => None,
        })
        .collect();
    let strings = Strings {
        written,
        left: Cell::new(LONGEST_BIBTEX),
    };
    let variables: BTreeMap<&str, String> = strings
        .written
        .iter()
        .filter_map(|(name, value)| Some((*name, strings.expanded(value, 0)?)))
        .collect();
    let (mut preambles, mut comments, mut bibliographies) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &entries {
        match entry {
            Entry::Variable(_) => {}
            Entry::Comment(comment) => comments.push(comment.clone()),
            Entry::Preamble(value) => {
                let text = strings.expanded(value, 0).ok_or_else(|| {
                    Diagnostic::error("A preamble names a string that is not defined")
                        .in_file(label)
                        .hint("define it before with @string{name = \"…\"}")
                })?;
                preambles.push(text);
            }
            Entry::Bibliography(kind, key, tags) => {
                // A tag that names an unknown string is left out, as in Zola.
                let tags: BTreeMap<String, String> = tags
                    .iter()
                    .filter_map(|tag| {
                        Some((tag.key.to_lowercase(), strings.expanded(&tag.value, 0)?))
                    })
                    .collect();
                bibliographies.push(json!({
                    "entry_type": kind,
                    "citation_key": key,
                    "tags": tags,
                }));
            }
        }
    }
    if strings.left.get() == 0 {
        return Err(Diagnostic::error(
            "The strings of this BibTeX name each other so often that it would not fit into memory",
        )
        .in_file(label)
        .hint("look for a @string that joins another one with itself"));
    }
    Ok(json!({
        "preambles": preambles,
        "comments": comments,
        "variables": variables,
        "bibliographies": bibliographies,
    }))
}

/// The parser tells places in a drawing: `0: at line 2, in …:`, the line, and a `^` below it.
fn unsound_bibtex(text: &str, label: &str, told: &str) -> Diagnostic {
    let place = told.split_once("at line ").and_then(|(_, rest)| {
        let number = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        let below = rest.lines().nth(2)?;
        let column = below.trim_end().strip_suffix('^')?.len() + 1;
        Some(byte_place(text, number.parse().ok()?, column))
    });
    let end = || Place::of(text.trim_end(), text.len(), 1);
    let fault = Diagnostic::error("This is not valid BibTeX: an entry is not as it should be")
        .in_file(label)
        .hint("write @kind{key, name = {text}, …}, each brace closed");
    place.unwrap_or_else(end).mark(fault)
}

const MONTHS: [(&str, &str); 12] = [
    ("jan", "January"),
    ("feb", "February"),
    ("mar", "March"),
    ("apr", "April"),
    ("may", "May"),
    ("jun", "June"),
    ("jul", "July"),
    ("aug", "August"),
    ("sep", "September"),
    ("oct", "October"),
    ("nov", "November"),
    ("dec", "December"),
];

/// Bytes of all texts of a BibTeX file with the strings that they name.
const LONGEST_BIBTEX: usize = 64 * 1024 * 1024;

/// The strings of a BibTeX file by name, and how much more text they may make.
struct Strings<'a> {
    written: BTreeMap<&'a str, &'a [StringValueType]>,
    left: Cell<usize>,
}

impl Strings<'_> {
    /// A value with the strings that it names; none if one is not defined, names itself, or has
    /// become too long.
    fn expanded(&self, value: &[StringValueType], depth: usize) -> Option<String> {
        if depth > DEEPEST {
            return None;
        }
        let mut text = String::new();
        for part in value {
            let part = match part {
                StringValueType::Str(part) => part.clone(),
                StringValueType::Abbreviation(name) => match self.written.get(name.as_str()) {
                    Some(value) => self.expanded(value, depth + 1)?,
                    None => {
                        let month = MONTHS.iter().find(|(short, _)| short == name)?;
                        month.1.to_owned()
                    }
                },
            };
            // An empty text takes time too.
            self.left
                .set(self.left.get().saturating_sub(part.len() + 1));
            if self.left.get() == 0 {
                return None;
            }
            text.push_str(&part);
        }
        Some(text)
    }
}

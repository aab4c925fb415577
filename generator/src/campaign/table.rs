//! One table of a page's front matter, read key by key, so that all its faults are found at once.

use serde_json::{Map, Value as Json};

use crate::diagnostic::Diagnostic;
use crate::fields::nearest;

/// A table under `[extra]` (`[extra.petition]`), with what is needed to name the place of a fault.
pub(super) struct Table<'a> {
    /// The page's file, relative to the site's root.
    file: String,
    /// The whole text of that file.
    source: &'a str,
    /// The table's name as written between brackets (`extra.petition`).
    name: &'a str,
    entries: Map<String, Json>,
    /// Keys that were asked for; the others are unknown.
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The table `extra.<key>`; none if the page has none.
    ///
    /// # Errors
    /// It is there, but no table.
    pub(super) fn open(
        file: String,
        source: &'a str,
        extra: &tera::Value,
        name: &'a str,
    ) -> Result<Option<Self>, Diagnostic> {
        let key = name.strip_prefix("extra.").unwrap_or(name);
        let Some(value) = extra.get_from_path(key).filter(|v| !v.is_undefined()) else {
            return Ok(None);
        };
        match serde_json::to_value(value) {
            Ok(Json::Object(entries)) => Ok(Some(Self {
                file,
                source,
                name,
                entries,
                asked: Vec::new(),
            })),
            _ => Err(Diagnostic::error(format!("`{name}` must be a table"))
                .at_line(line_of(source, name, None))
                .in_file(file)
                .hint(format!("write `[{name}]` on a line of its own"))),
        }
    }

    /// A fault of the whole table.
    pub(super) fn fault(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message)
            .in_file(self.file.clone())
            .at_line(line_of(self.source, self.name, None))
    }

    /// A fault of one key.
    pub(super) fn fault_at(&self, key: &str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message)
            .in_file(self.file.clone())
            .at_line(line_of(self.source, self.name, Some(key)))
    }

    fn take(&mut self, key: &'static str) -> Option<Json> {
        self.asked.push(key);
        self.entries.get(key).cloned()
    }

    /// A text that may be missing. Leading and trailing space is no part of it.
    pub(super) fn text(
        &mut self,
        key: &'static str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        match self.take(key)? {
            Json::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Json::String(_) => {
                faults.push(self.fault_at(key, format!("`{key}` is empty")));
                None
            }
            other => {
                faults.push(self.wrong_kind(key, "a text in quotes", &other));
                None
            }
        }
    }

    /// A text that must be there.
    pub(super) fn required_text(
        &mut self,
        key: &'static str,
        hint: &str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        if !self.entries.contains_key(key) {
            self.asked.push(key);
            faults.push(
                self.fault(format!("`[{}]` lacks `{key}`", self.name))
                    .hint(hint.to_owned()),
            );
            return None;
        }
        self.text(key, faults)
    }

    /// A list of whole numbers; empty if missing.
    pub(super) fn numbers(&mut self, key: &'static str, faults: &mut Vec<Diagnostic>) -> Vec<u64> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let numbers = value
            .as_array()
            .and_then(|items| items.iter().map(Json::as_u64).collect::<Option<Vec<u64>>>());
        numbers.unwrap_or_else(|| {
            faults.push(self.wrong_kind(key, "a list of whole numbers, `[1000, 5000]`", &value));
            Vec::new()
        })
    }

    /// A list of texts; none if missing.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let texts = value.as_array().and_then(|items| {
            items
                .iter()
                .map(|item| item.as_str().map(|s| s.trim().to_owned()))
                .collect::<Option<Vec<String>>>()
        });
        if texts.is_none() {
            faults.push(self.wrong_kind(key, "a list of texts, `[\"a\", \"b\"]`", &value));
        }
        texts
    }

    /// A calendar day, `YYYY-MM-DD`; the time of a date with time is left out.
    pub(super) fn day(
        &mut self,
        key: &'static str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let text = self.text(key, faults)?;
        let day = text.get(..10).unwrap_or(&text);
        if chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok() {
            return Some(day.to_owned());
        }
        faults.push(
            self.fault_at(key, format!("`{key}` is not a day: {text}"))
                .hint(format!("write year-month-day: {key} = 2026-11-24")),
        );
        None
    }

    /// Faults for the keys that nobody asked for. To be called last.
    pub(super) fn unknown_keys(&self, faults: &mut Vec<Diagnostic>) {
        for key in self.entries.keys() {
            if !self.asked.contains(&key.as_str()) {
                let hint = match nearest(key, self.asked.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known keys: {}", self.asked.join(", ")),
                };
                faults.push(
                    self.fault_at(key, format!("`[{}]` has no key `{key}`", self.name))
                        .hint(hint),
                );
            }
        }
    }

    fn wrong_kind(&self, key: &str, wanted: &str, found: &Json) -> Diagnostic {
        self.fault_at(key, format!("`{key}` must be {wanted}, not {found}"))
    }
}

/// The line, from 1, on which a table or one of its keys stands; the first line if it cannot be
/// told (YAML, dotted keys): a hint of where to look, never a reason to fail.
fn line_of(source: &str, table: &str, key: Option<&str>) -> usize {
    let header = format!("[{table}]");
    let mut table_line = None;
    for (index, line) in source.lines().enumerate() {
        let line = line.trim();
        match table_line {
            None if line.starts_with(&header) => {
                table_line = Some(index + 1);
                if key.is_none() {
                    break;
                }
            }
            Some(_) if line.starts_with('[') || line == "+++" => break,
            Some(_) => {
                let name = line.split('=').next().unwrap_or_default().trim();
                if key == Some(name.trim_matches('"')) {
                    return index + 1;
                }
            }
            None => {}
        }
    }
    table_line.unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::line_of;

    #[test]
    fn a_key_is_found_in_its_own_table() {
        let source = "+++\ntitle = \"x\"\n[extra.a]\nid = 1\n[extra.b]\n\"id\" = 2\n+++\nid = 3\n";
        assert_eq!(line_of(source, "extra.a", Some("id")), 4);
        assert_eq!(line_of(source, "extra.b", Some("id")), 6);
        assert_eq!(line_of(source, "extra.b", Some("other")), 5);
        assert_eq!(line_of(source, "extra.c", Some("id")), 1);
    }
}

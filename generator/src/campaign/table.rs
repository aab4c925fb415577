//! One table of a page's front matter, read key by key, so that all its faults are found at once.

use serde_json::{Map, Value as Json};

use crate::content::{Fence, front_matter_of};
use crate::diagnostic::Diagnostic;
use crate::fields::{Faults, Place, nearest, parse_toml, parse_yaml};

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
            _ => Err(places_of(source, name, None)
                .0
                .mark(Diagnostic::error(format!("`{name}` must be a table")))
                .in_file(file)
                .hint(format!("write `[{name}]` on a line of its own"))),
        }
    }

    /// A fault of the whole table.
    pub(super) fn fault(&self, message: impl Into<String>) -> Diagnostic {
        let (name, _) = places_of(self.source, self.name, None);
        name.mark(Diagnostic::error(message).in_file(self.file.clone()))
    }

    /// A fault of one key.
    pub(super) fn fault_at(&self, key: &str, message: impl Into<String>) -> Diagnostic {
        let (_, value) = places_of(self.source, self.name, Some(key));
        value.mark(Diagnostic::error(message).in_file(self.file.clone()))
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
                faults.push(
                    self.fault_at(key, format!("`{key}` is empty"))
                        .hint(format!(
                            "write its text, or take the line away: {key} = \"…\""
                        )),
                );
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

    /// A list of anything; none if missing.
    pub(super) fn items(
        &mut self,
        key: &'static str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Json>> {
        match self.take(key)? {
            Json::Array(items) => Some(items),
            other => {
                faults.push(self.wrong_kind(key, "a list, `[\"a\", \"b\"]`", &other));
                None
            }
        }
    }

    /// A table within this one; none if missing.
    pub(super) fn entries(
        &mut self,
        key: &'static str,
        faults: &mut Vec<Diagnostic>,
    ) -> Option<Map<String, Json>> {
        match self.take(key)? {
            Json::Object(entries) => Some(entries),
            other => {
                faults.push(self.wrong_kind(key, "a table", &other));
                None
            }
        }
    }

    /// True or false; false if missing.
    pub(super) fn flag(&mut self, key: &'static str, faults: &mut Vec<Diagnostic>) -> bool {
        match self.take(key) {
            None => false,
            Some(Json::Bool(flag)) => flag,
            Some(other) => {
                faults.push(self.wrong_kind(key, "true or false", &other));
                false
            }
        }
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
                let message = format!("`[{}]` has no key `{key}`", self.name);
                let fault = Diagnostic::error(message).in_file(self.file.clone());
                let (name, _) = places_of(self.source, self.name, Some(key));
                faults.push(name.mark(fault).hint(hint));
            }
        }
    }

    fn wrong_kind(&self, key: &str, wanted: &str, found: &Json) -> Diagnostic {
        self.fault_at(key, format!("`{key}` must be {wanted}, not {found}"))
            .hint(format!(
                "correct the value of `{key}` under `[{}]`",
                self.name
            ))
    }
}

/// Where the name of a table of a page's front matter or of one of its keys stands, and where its
/// value begins. What is not there is at the nearest table around it: a hint of where to look,
/// never a reason to fail.
fn places_of(source: &str, table: &str, key: Option<&str>) -> (Place, Place) {
    let mut places = (Place::at(1, 1), Place::at(1, 1));
    let Some((fence, range, first_line)) = front_matter_of(source) else {
        return places;
    };
    let front = source.get(range).unwrap_or_default();
    let mut unheard = Faults::default();
    let tree = match fence {
        Fence::Toml => parse_toml(front, first_line, &mut unheard),
        Fence::Yaml => parse_yaml(front, first_line, &mut unheard),
    };
    let mut node = tree.as_ref();
    for step in table.split('.') {
        let Some(entry) = node.and_then(|node| node.entry(step)) else {
            return places;
        };
        let name = entry.place.unwrap_or(places.0);
        places = (name, name);
        node = Some(&entry.value);
    }
    if let Some(entry) = key.and_then(|key| node?.entry(key)) {
        let name = entry.place.unwrap_or(places.0);
        places = (name, entry.value.place.unwrap_or(name));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::places_of;

    fn place(source: &str, table: &str, key: Option<&str>) -> (usize, Option<usize>) {
        let (_, place) = places_of(source, table, key);
        (place.line, place.column)
    }

    #[test]
    fn a_key_is_found_in_its_own_table() {
        let source = "+++\ntitle = \"x\"\n[extra.a]\nid = 1\n[extra.b]\n\"id\" = 2\n+++\nid = 3\n";
        assert_eq!(place(source, "extra.a", Some("id")), (4, Some(6)));
        assert_eq!(place(source, "extra.b", Some("id")), (6, Some(8)));
        assert_eq!(place(source, "extra.b", None).0, 5);
        assert_eq!(place(source, "extra.b", Some("other")).0, 5);
    }

    #[test]
    fn dotted_keys_inline_tables_and_yaml_too() {
        let source = "+++\nextra.a.id = 1\nextra.b = { id = 2 }\n+++\n";
        assert_eq!(place(source, "extra.a", Some("id")), (2, Some(14)));
        assert_eq!(place(source, "extra.b", Some("id")), (3, Some(18)));
        let source = "---\ntitle: x\nextra:\n  # id: 0\n  a:\n    id: 1\n---\n";
        assert_eq!(place(source, "extra.a", Some("id")), (6, Some(9)));
        assert_eq!(place(source, "extra.a", Some("other")), (5, Some(3)));
    }
}

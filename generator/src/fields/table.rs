//! One table, read key by key: every key asked for is known, the rest is the author's slip.

use super::{Entry, Faults, Kind, Node, Place, nearest};
use crate::diagnostic::Diagnostic;

/// A table being read.
pub struct Table<'n, 'f> {
    name: String,
    entries: &'n [Entry],
    asked: Vec<&'static str>,
    faults: &'f mut Faults,
}

impl<'n, 'f> Table<'n, 'f> {
    /// Begins to read `node`, which messages call `name` (`[markdown]`, `the front matter`). A node that
    /// is no table is a fault, and is read as an empty one.
    pub fn read(name: impl Into<String>, node: &'n Node, faults: &'f mut Faults) -> Self {
        let name = name.into();
        let entries = match &node.kind {
            Kind::Table(entries) => entries.as_slice(),
            _ => {
                let message = format!("{name} must be a table, not {}", node.describe());
                let hint = "write its keys below it, each with its value: key = \"…\"";
                faults.push(node.place, Diagnostic::error(message).hint(hint));
                &[]
            }
        };
        Self {
            name,
            entries,
            asked: Vec::new(),
            faults,
        }
    }

    /// The value of a key, whatever it is; marks the key as known.
    pub fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.asked.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Whether the key is written.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// Where the key stands.
    #[must_use]
    pub fn place_of(&self, key: &str) -> Option<Place> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .and_then(|entry| entry.place)
    }

    /// The sink of this file's faults.
    pub fn faults(&mut self) -> &mut Faults {
        self.faults
    }

    /// Notes a fault of this key's value.
    pub fn fault(&mut self, key: &str, diagnostic: Diagnostic) {
        let place = self.place_of(key);
        self.faults.push(place, diagnostic);
    }

    fn wrong_kind(&mut self, key: &str, wanted: &str, node: &Node) {
        let message = format!("`{key}` must be {wanted}, not {}", node.describe());
        let fault = Diagnostic::error(message).hint(remedy(wanted));
        self.faults.push(node.place, fault);
    }

    /// Text; YAML's null counts as absent.
    pub fn string(&mut self, key: &'static str) -> Option<String> {
        let node = self.node(key)?;
        match &node.kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Null => None,
            _ => {
                self.wrong_kind(key, "a string", node);
                None
            }
        }
    }

    /// True or false, `default` where it is not written.
    pub fn flag(&mut self, key: &'static str, default: bool) -> bool {
        let Some(node) = self.node(key) else {
            return default;
        };
        if let Kind::Bool(flag) = node.kind {
            return flag;
        }
        self.wrong_kind(key, "true or false", node);
        default
    }

    /// A whole number from 0.
    pub fn count(&mut self, key: &'static str) -> Option<u64> {
        let node = self.node(key)?;
        match node.kind {
            Kind::Integer(number) => match u64::try_from(number) {
                Ok(number) => Some(number),
                Err(_) => {
                    let fault = Diagnostic::error(format!("`{key}` must not be below zero"))
                        .hint("write 0 or more, or take the line away");
                    self.faults.push(node.place, fault);
                    None
                }
            },
            Kind::Null => None,
            _ => {
                self.wrong_kind(key, "a whole number", node);
                None
            }
        }
    }

    /// A list of texts.
    pub fn strings(&mut self, key: &'static str) -> Option<Vec<String>> {
        let node = self.node(key)?;
        let Kind::Array(items) = &node.kind else {
            self.wrong_kind(key, "a list of strings", node);
            return None;
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match &item.kind {
                Kind::String(text) => texts.push(text.clone()),
                _ => {
                    let message =
                        format!("`{key}` must hold strings only, not {}", item.describe());
                    let fault = Diagnostic::error(message).hint(remedy("a string"));
                    self.faults.push(item.place.or(node.place), fault);
                }
            }
        }
        Some(texts)
    }

    /// One of these words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let place = self.node(key)?.place;
        let written = self.string(key)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == written) {
            return Some(*value);
        }
        let list: Vec<String> = words
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        let message = format!(
            "`{key}` is \"{written}\", but may be only {}",
            list.join(", ")
        );
        let near = nearest(&written, words.iter().map(|(word, _)| *word));
        let hint = match near {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "write one of these, or take the line away".to_owned(),
        };
        self.faults
            .push(place, Diagnostic::error(message).hint(hint));
        None
    }

    /// Keys and values of a table of texts; `nested` says what to do where a table holds tables.
    pub fn string_table(
        &mut self,
        key: &'static str,
        nested: impl Fn(&str) -> String,
    ) -> Option<Vec<(String, String)>> {
        let node = self.node(key)?;
        let Kind::Table(entries) = &node.kind else {
            self.wrong_kind(key, "a table of strings", node);
            return None;
        };
        let mut pairs = Vec::with_capacity(entries.len());
        for entry in entries {
            match &entry.value.kind {
                Kind::String(text) => pairs.push((entry.key.clone(), text.clone())),
                Kind::Table(_) => {
                    let message = format!("`{key}.{}` must be a string, not a table", entry.key);
                    let fault = Diagnostic::error(message).hint(nested(&entry.key));
                    self.faults.push(entry.value.place, fault);
                }
                _ => {
                    let inner = entry.key.clone();
                    self.wrong_kind(&format!("{key}.{inner}"), "a string", &entry.value);
                }
            }
        }
        Some(pairs)
    }

    /// Ends the reading of a table whose unknown keys are ignored.
    pub fn finish_lenient(self) {}

    /// Ends the reading of a table that may hold no other keys. `moved` names old keys and
    /// says what to write instead.
    pub fn finish_strict(self, moved: &[(&str, &str)]) {
        for entry in self.entries {
            if self.asked.contains(&entry.key.as_str()) {
                continue;
            }
            let message = format!("{} has no key `{}`", self.name, entry.key);
            let mut diagnostic = Diagnostic::error(message);
            if let Some((_, advice)) = moved.iter().find(|(old, _)| *old == entry.key) {
                diagnostic = diagnostic.hint(*advice);
            } else if let Some(near) = nearest(&entry.key, self.asked.iter().copied()) {
                diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
            } else {
                let mut known = self.asked.clone();
                known.sort_unstable();
                known.dedup();
                diagnostic = diagnostic.hint(format!("known keys: {}", known.join(", ")));
            }
            self.faults.push(entry.place, diagnostic);
        }
    }
}

/// How to write what was wanted.
fn remedy(wanted: &str) -> &'static str {
    match wanted {
        "a string" => "write it between double quotes",
        "true or false" => "write true or false, without quotes",
        "a whole number" => "write a number without quotes, as in 3",
        "a list of strings" => "write a list, of one text too: [\"…\"]",
        _ => "write its keys below it, each with its text: key = \"…\"",
    }
}

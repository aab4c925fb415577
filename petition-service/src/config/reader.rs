//! Reads a table key by key and gathers every mistake.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::{Table, Value};

/// A table being read.
pub(super) struct Reader<'a> {
    /// The table's name with a dot at its end; empty for the top level.
    prefix: String,
    table: Option<&'a Table>,
    asked: Vec<&'static str>,
}

impl<'a> Reader<'a> {
    pub(super) fn top(table: &'a Table) -> Self {
        Self {
            prefix: String::new(),
            table: Some(table),
            asked: Vec::new(),
        }
    }

    /// A table within this one; an absent one is read as empty.
    pub(super) fn table(&mut self, key: &'static str, problems: &mut Vec<String>) -> Reader<'a> {
        let prefix = format!("{}{key}.", self.prefix);
        let table = match self.value(key) {
            None => None,
            Some(Value::Table(table)) => Some(table),
            Some(_) => {
                problems.push(format!("`{}{key}` must be a table", self.prefix));
                None
            }
        };
        Reader {
            prefix,
            table,
            asked: Vec::new(),
        }
    }

    pub(super) fn is_there(&self) -> bool {
        self.table.is_some()
    }

    fn value(&mut self, key: &'static str) -> Option<&'a Value> {
        self.asked.push(key);
        self.table?.get(key)
    }

    /// A key with the names of the tables around it.
    pub(super) fn name(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) fn text(&mut self, key: &'static str, problems: &mut Vec<String>) -> Option<String> {
        match self.value(key)? {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text.trim().to_owned()),
            _ => {
                problems.push(format!("`{}` must be a string", self.name(key)));
                None
            }
        }
    }

    /// Text that must be there; `hint` says what to write.
    pub(super) fn required(
        &mut self,
        key: &'static str,
        hint: &str,
        problems: &mut Vec<String>,
    ) -> Option<String> {
        let before = problems.len();
        let text = self.text(key, problems);
        if text.is_none() && problems.len() == before {
            problems.push(format!("`{}` is missing: {hint}", self.name(key)));
        }
        text
    }

    pub(super) fn path(
        &mut self,
        key: &'static str,
        problems: &mut Vec<String>,
    ) -> Option<PathBuf> {
        self.text(key, problems).map(PathBuf::from)
    }

    /// Whether something is written there, even if it is empty.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// A whole number in a range; numbers of the environment come as text.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        default: u32,
        range: RangeInclusive<u32>,
        problems: &mut Vec<String>,
    ) -> u32 {
        let number = match self.value(key) {
            None => return default,
            Some(Value::Integer(number)) => u32::try_from(*number).ok(),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        if let Some(number) = number.filter(|number| range.contains(number)) {
            return number;
        }
        let (least, most) = range.into_inner();
        let end = match most {
            u32::MAX => String::new(),
            most => format!(" to {most}"),
        };
        let name = self.name(key);
        problems.push(format!("`{name}` must be a whole number from {least}{end}"));
        default
    }

    pub(super) fn flag(&mut self, key: &'static str, problems: &mut Vec<String>) -> bool {
        match self.value(key) {
            None => false,
            Some(Value::Boolean(flag)) => *flag,
            Some(Value::String(text)) if text == "true" => true,
            Some(Value::String(text)) if text == "false" => false,
            Some(_) => {
                problems.push(format!("`{}` must be true or false", self.name(key)));
                false
            }
        }
    }

    /// A list of strings; the environment separates them by commas.
    pub(super) fn list(&mut self, key: &'static str, problems: &mut Vec<String>) -> Vec<String> {
        match self.value(key) {
            None => Vec::new(),
            Some(Value::String(text)) => text
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect(),
            Some(Value::Array(items)) if items.iter().all(Value::is_str) => items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            Some(_) => {
                problems.push(format!("`{}` must be a list of strings", self.name(key)));
                Vec::new()
            }
        }
    }

    /// A table whose keys the operator chooses, each with a text.
    pub(super) fn texts(self, problems: &mut Vec<String>) -> Vec<(String, String)> {
        let mut texts = Vec::new();
        for (key, value) in self.table.into_iter().flatten() {
            match value.as_str() {
                Some(text) => texts.push((key.clone(), text.trim().to_owned())),
                None => problems.push(format!("`{}` must be a string", self.name(key))),
            }
        }
        texts
    }

    /// Names every key that nobody asked for. To be called last.
    pub(super) fn finish(self, problems: &mut Vec<String>) {
        for key in self.table.into_iter().flat_map(Table::keys) {
            if !self.asked.contains(&key.as_str()) {
                problems.push(format!(
                    "there is no key `{}` (known here: {})",
                    self.name(key),
                    self.asked.join(", ")
                ));
            }
        }
    }
}

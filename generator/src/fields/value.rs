//! The author's own settings as template values.

use indexmap::IndexMap;
use tera::Value;

use super::{Kind, Node};

impl Node {
    /// As a template value: dates as strings, numbers that JSON lacks as null, tables in the
    /// order given, or by key when `sorted` (as Zola hands out TOML).
    #[must_use]
    pub fn to_value(&self, sorted: bool) -> Value {
        match &self.kind {
            Kind::Null => Value::none(),
            Kind::Bool(flag) => Value::from(*flag),
            Kind::Integer(number) => Value::from(*number),
            Kind::Float(number) if number.is_finite() => Value::from(*number),
            Kind::Float(_) => Value::none(),
            Kind::String(text) => Value::from(text.as_str()),
            Kind::Datetime(datetime) => Value::from(datetime.to_string()),
            Kind::Array(items) => {
                let items: Vec<Value> = items.iter().map(|item| item.to_value(sorted)).collect();
                Value::from(items)
            }
            Kind::Table(entries) => {
                let mut pairs: Vec<(&str, Value)> = entries
                    .iter()
                    .map(|entry| (entry.key.as_str(), entry.value.to_value(sorted)))
                    .collect();
                if sorted {
                    pairs.sort_by(|a, b| a.0.cmp(b.0));
                }
                let map: IndexMap<String, Value> = pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect();
                Value::from(map)
            }
        }
    }
}

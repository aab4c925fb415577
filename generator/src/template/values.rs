//! Values as Tera 1 sees them: how they print, compare and are looked into.

use std::borrow::Cow;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use indexmap::Equivalent;
use tera::value::Key;
use tera::{Map, Value};

use super::outline;

/// Appends a value as it is printed.
pub(super) fn print(value: &Value, out: &mut String) {
    if let Some(text) = value.as_str() {
        out.push_str(text);
    } else if let Some(flag) = value.as_bool() {
        out.push_str(if flag { "true" } else { "false" });
    } else if let Some(items) = value.as_array() {
        out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            print(item, out);
        }
        out.push(']');
    } else if value.is_map() {
        out.push_str("[object]");
    } else if let Some(number) = value.as_i128() {
        // Writing to a string cannot fail.
        let _always = write!(out, "{number}");
    } else if let Some(number) = value.as_f64() {
        let _always = write!(out, "{number}");
    }
}

/// A value as it is printed.
pub(super) fn printed(value: &Value) -> String {
    let mut out = String::new();
    print(value, &mut out);
    out
}

/// The characters that Tera 1 escapes in HTML, all others as they are.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    // All of them are ASCII, so that bytes can be looked at and texts cut there.
    while let Some((at, escaped)) = rest
        .bytes()
        .enumerate()
        .find_map(|(at, byte)| Some((at, escaped(byte)?)))
    {
        if out.is_empty() {
            out.reserve(rest.len() + rest.len() / 8);
        }
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        out.push_str(escaped);
        rest = from.get(1..).unwrap_or_default();
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn escaped(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        b'"' => "&quot;",
        b'\'' => "&#x27;",
        b'/' => "&#x2F;",
        _ => return None,
    })
}

/// Whether it is neither undefined nor null.
pub(super) fn is_null(value: &Value) -> bool {
    value.is_none() || value.is_undefined()
}

/// A word to look for among keys, which live longer: equal to the key of that text.
struct Word<'a>(&'a str);

impl Hash for Word<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Key::Str(self.0).hash(state);
    }
}

impl Equivalent<Key<'static>> for Word<'_> {
    fn equivalent(&self, key: &Key<'static>) -> bool {
        key.as_str() == Some(self.0)
    }
}

/// The entry of a map.
pub(super) fn entry<'v>(map: &'v Map, key: &str) -> Option<&'v Value> {
    map.get(&Word(key))
}

/// One step into a value: a key of a map, an index of a list.
pub(super) fn step<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    if let Some(map) = value.as_map() {
        return entry(map, key);
    }
    let items = value.as_array()?;
    // As in JSON pointers: no sign, no leading zero.
    if key.starts_with('+') || (key.starts_with('0') && key.len() != 1) {
        return None;
    }
    items.get(key.parse::<usize>().ok()?)
}

/// A step that a template takes again and again.
#[derive(Debug)]
pub(super) struct Stride {
    /// A key of a map, or an index written as digits.
    key: String,
    /// Where the key stood in the last map. All pages have their keys in the same order, and looking
    /// there first spares a hash and a way through memory. A guess that is checked: threads may
    /// overwrite each other's.
    place: AtomicUsize,
}

impl Stride {
    pub(super) fn new(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            place: AtomicUsize::new(0),
        }
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Where it leads from a value.
    pub(super) fn follow<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        let Some(map) = value.as_map() else {
            return step(value, &self.key);
        };
        let guess = map.get_index(self.place.load(Relaxed));
        if let Some((_, found)) = guess.filter(|(key, _)| key.as_str() == Some(self.key())) {
            return Some(found);
        }
        let (place, _, found) = map.get_full(&Word(&self.key))?;
        self.place.store(place, Relaxed);
        Some(found)
    }
}

/// A dotted way into a value (`extra.order`); the empty one leads nowhere else.
pub(super) fn dotted<'v>(value: &'v Value, path: &str) -> Option<Cow<'v, Value>> {
    let mut steps = path.split('.').filter(|part| !part.is_empty());
    steps.try_fold(Cow::Borrowed(value), |value, part| {
        let key = part.trim_matches(['"', '\'']);
        Some(match value {
            Cow::Borrowed(value) => outline::unrolled(step(value, key)?),
            Cow::Owned(value) => Cow::Owned(step(&value, key)?.clone()),
        })
    })
}

/// A number as a decimal one, however large.
pub(super) fn float(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_i128().map(|number| number as f64))
}

/// Whether two values are the same; a whole number is never the same as a decimal one.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    if left.is_number() && right.is_number() && left.is_f64() != right.is_f64() {
        return false;
    }
    left == right
}

/// A key of a map as text.
pub(super) fn key_text(key: &Key<'_>) -> String {
    match key.as_str() {
        Some(text) => text.to_owned(),
        None => key.to_string(),
    }
}

/// A value as JSON.
pub(super) fn json(value: &Value) -> serde_json::Value {
    if let Some(text) = value.as_str() {
        serde_json::Value::from(text)
    } else if let Some(flag) = value.as_bool() {
        serde_json::Value::from(flag)
    } else if let Some(number) = value.as_i64() {
        serde_json::Value::from(number)
    } else if let Some(number) = value.as_u64() {
        serde_json::Value::from(number)
    } else if let Some(number) = value.as_f64() {
        serde_json::Value::from(number)
    } else if let Some(items) = value.as_array() {
        serde_json::Value::Array(items.iter().map(json).collect())
    } else if let Some(list) = outline::unroll(value) {
        json(&list)
    } else if let Some(map) = value.as_map() {
        serde_json::Value::Object(
            map.iter()
                .map(|(key, value)| (key_text(key), json(value)))
                .collect(),
        )
    } else {
        serde_json::Value::Null
    }
}

/// JSON as a value.
pub(super) fn from_json(value: &serde_json::Value) -> Value {
    Value::try_from_serializable(value).unwrap_or_else(|_| Value::none())
}

/// What a value is, with its article, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    if value.is_string() {
        "a string"
    } else if value.is_bool() {
        "a boolean"
    } else if value.is_number() {
        "a number"
    } else if value.is_array() {
        "a list"
    } else if value.is_map() {
        "a map"
    } else {
        "null"
    }
}

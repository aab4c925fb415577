//! Tables of contents, kept small until a template asks for one.
//!
//! A page's headings as maps weigh as much as its text, and hardly ever does another page than
//! itself show them. So a page holds them as bytes, and whatever looks into a value ([`unrolled`])
//! makes maps of them for as long as they are looked at. No other value of a template is bytes.
//! Templates of Zola 0.23, which Tera 2 walks by itself, get the maps at once.

use std::borrow::Cow;

use indexmap::IndexMap;
use tera::Value;

/// One heading, with those below it after it, each deeper by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineEntry<'a> {
    /// How many headings it stands below.
    pub depth: usize,
    /// 1 to 6.
    pub level: u32,
    /// The anchor.
    pub id: &'a str,
    /// The page's address with the anchor.
    pub permalink: &'a str,
    /// Plain text.
    pub title: &'a str,
}

/// Headings as one value of few bytes: for each its depth, its level, and its three texts, each after
/// its length.
#[must_use]
pub fn rolled(entries: &[OutlineEntry<'_>]) -> Value {
    let texts =
        |entry: &OutlineEntry<'_>| entry.id.len() + entry.permalink.len() + entry.title.len();
    let mut bytes = Vec::with_capacity(entries.iter().map(|entry| texts(entry) + 5 * 4).sum());
    for entry in entries {
        push_number(&mut bytes, entry.depth);
        push_number(&mut bytes, usize::try_from(entry.level).unwrap_or_default());
        for text in [entry.id, entry.permalink, entry.title] {
            push_number(&mut bytes, text.len());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    Value::bytes(bytes)
}

/// Headings as the list of maps that templates see.
#[must_use]
pub fn outline(entries: &[OutlineEntry<'_>]) -> Value {
    list(&mut entries.iter().copied().peekable(), 0)
}

/// The value itself, or the list that it stands for.
pub(super) fn unrolled(value: &Value) -> Cow<'_, Value> {
    unroll(value).map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The list that a value stands for, if it stands for one.
pub(super) fn unroll(value: &Value) -> Option<Value> {
    let bytes = value.as_bytes()?;
    Some(list(&mut Entries(bytes).peekable(), 0))
}

/// Reads what [`rolled`] wrote.
struct Entries<'a>(&'a [u8]);

impl<'a> Iterator for Entries<'a> {
    type Item = OutlineEntry<'a>;

    fn next(&mut self) -> Option<OutlineEntry<'a>> {
        Some(OutlineEntry {
            depth: self.number()?,
            level: u32::try_from(self.number()?).ok()?,
            id: self.text()?,
            permalink: self.text()?,
            title: self.text()?,
        })
    }
}

impl<'a> Entries<'a> {
    fn number(&mut self) -> Option<usize> {
        let (bytes, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        usize::try_from(u32::from_le_bytes(*bytes)).ok()
    }

    fn text(&mut self) -> Option<&'a str> {
        let len = self.number()?;
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        std::str::from_utf8(bytes).ok()
    }
}

/// A length that no text of a page reaches would be cut.
fn push_number(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend_from_slice(&u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
}

/// The headings of one depth, each with those below it.
fn list<'a>(
    entries: &mut std::iter::Peekable<impl Iterator<Item = OutlineEntry<'a>>>,
    depth: usize,
) -> Value {
    let mut items = Vec::new();
    while let Some(entry) = entries.next_if(|entry| entry.depth >= depth) {
        let children = list(entries, depth + 1);
        let fields: IndexMap<&'static str, Value> = IndexMap::from([
            ("level", Value::from(entry.level)),
            ("id", Value::from(entry.id)),
            ("permalink", Value::from(entry.permalink)),
            ("title", Value::from(entry.title)),
            ("children", children),
        ]);
        items.push(Value::from(fields));
    }
    Value::from(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>(depth: usize, id: &'a str, permalink: &'a str) -> OutlineEntry<'a> {
        OutlineEntry {
            depth,
            level: u32::try_from(depth).unwrap() + 2,
            id,
            permalink,
            title: "Één",
        }
    }

    #[test]
    fn what_was_rolled_up_is_the_same_list() {
        let entries = [
            entry(0, "a", "https://x/#a"),
            entry(1, "b", "https://x/#b"),
            entry(2, "c", "https://x/#c"),
            entry(1, "d", "https://x/#d"),
            entry(0, "e", "https://x/#e"),
        ];
        let list = outline(&entries);
        assert_eq!(unroll(&rolled(&entries)), Some(list.clone()));
        let json = serde_json::to_value(&list).unwrap();
        assert_eq!(json.pointer("/0/children/0/children/0/id").unwrap(), "c");
        assert_eq!(json.pointer("/0/children/1/level").unwrap(), 3);
        assert_eq!(json.pointer("/1/title").unwrap(), "Één");
        assert_eq!(unroll(&rolled(&[])), Some(outline(&[])));
        assert!(unroll(&list).is_none());
    }
}

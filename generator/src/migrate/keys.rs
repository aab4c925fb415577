//! Keys of a table renamed and removed, the others left where they are.

use toml_edit::{Item, Key, Table, TableLike, Value};

/// Renames a key in its place. A new key that stands there already wins: the old one goes.
pub(super) fn rename(table: &mut Table, old: &str, new: &str) {
    if table.contains_key(new) {
        remove(table, old);
    } else {
        replace(table, old, new, |item| item);
    }
}

/// Renames a key in its place and changes what it holds.
pub(super) fn replace(table: &mut Table, old: &str, new: &str, change: impl FnOnce(Item) -> Item) {
    if !table.contains_key(old) {
        return;
    }
    let mut change = Some(change);
    let names: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    // A table keeps its keys in the order of their insertion: taking all out and putting them
    // back in leaves each where it was.
    for name in names {
        let Some((key, mut item)) = table.remove_entry(&name) else {
            continue;
        };
        let mut kept = key;
        if name == old
            && let Some(change) = change.take()
        {
            let renamed = Key::new(new)
                .with_leaf_decor(kept.leaf_decor().clone())
                .with_dotted_decor(kept.dotted_decor().clone());
            kept = renamed;
            item = change(item);
        }
        table.insert_formatted(&kept, item);
    }
}

/// Removes a key with its comments. Says whether it was there.
pub(super) fn remove(table: &mut Table, key: &str) -> bool {
    take(table, key).is_some()
}

/// Takes a key out with its comments: the lines right above it, and the one behind its value. What
/// stands above a blank line is about more than the key: it moves to the key below.
pub(super) fn take(table: &mut Table, name: &str) -> Option<(String, Item)> {
    let place = table.iter().position(|(key, _)| key == name)?;
    let (key, item) = table.remove_entry(name)?;
    let above = key.leaf_decor().prefix().and_then(|raw| raw.as_str());
    let above = above.unwrap_or_default();
    let (general, mut own) = match above.rfind("\n\n") {
        Some(at) => (
            above.get(..at + 2).unwrap_or_default(),
            above.get(at + 2..).unwrap_or_default().to_owned(),
        ),
        None => ("", above.to_owned()),
    };
    if let Some(behind) = item
        .as_value()
        .and_then(|value| value.decor().suffix()?.as_str())
        && behind.trim_start().starts_with('#')
    {
        own.push_str(behind.trim_start());
        own.push('\n');
    }
    if general.contains('#') {
        let below = table.iter().nth(place).map(|(key, _)| key.to_owned());
        match below.and_then(|below| table.key_mut(&below)) {
            Some(mut key) => {
                let decor = key.leaf_decor_mut();
                let prefix = decor.prefix().and_then(|raw| raw.as_str());
                let prefix = format!("{general}{}", prefix.unwrap_or_default());
                decor.set_prefix(prefix);
            }
            None => own.insert_str(0, general),
        }
    }
    Some((own, item))
}

/// Renames a key of a table of any kind (`{ a = 1 }` too).
pub(super) fn rename_like(table: &mut dyn TableLike, old: &str, new: &str) {
    if let Some(item) = table.remove(old)
        && !table.contains_key(new)
    {
        table.insert(new, item);
    }
}

/// What a key holds, as a flag.
pub(super) fn flag(item: Option<&Item>) -> Option<bool> {
    item.and_then(Item::as_bool)
}

/// What a key holds, as text.
pub(super) fn text(item: Option<&Item>) -> Option<String> {
    item.and_then(Item::as_str).map(str::to_owned)
}

/// A value as the only item of a list, its decoration kept.
pub(super) fn listed(item: Item) -> Item {
    match item {
        Item::Value(Value::String(name)) => {
            let mut list = toml_edit::Array::new();
            let decor = name.decor().clone();
            list.push(name.value().as_str());
            *list.decor_mut() = decor;
            Item::Value(Value::Array(list))
        }
        other => other,
    }
}

//! Taxonomies: `rss` is `feed`, and those of other languages stand in their language's table.

use toml_edit::{Array, InlineTable, Item, Table, TableLike, Value};

use super::keys::{rename_like, text};
use super::languages::language;

/// Rewrites the taxonomies of the top level and of each language.
pub(super) fn rewrite(top: &mut Table, notes: &mut Vec<String>) {
    let default = text(top.get("default_language")).unwrap_or_else(|| "en".to_owned());
    for (code, taxonomy) in sort_out(top, &default) {
        notes.push(format!(
            "a taxonomy of the language `{code}` moved to [languages.{code}]"
        ));
        let Some(language) = language(top, &code) else {
            continue;
        };
        let list = language
            .entry("taxonomies")
            .or_insert(Item::Value(Value::Array(Array::new())));
        match list {
            Item::Value(Value::Array(list)) => list.push(taxonomy.into_inline_table()),
            Item::ArrayOfTables(list) => list.push(taxonomy),
            _ => {}
        }
    }
    if let Some(languages) = top.get_mut("languages").and_then(Item::as_table_mut) {
        for (code, language) in languages.iter_mut() {
            if let Some(language) = language.as_table_mut() {
                // Those of a language are its own, whatever they say.
                sort_out(language, code.get());
            }
        }
    }
}

/// Mends the taxonomies of a table and takes those of other languages out.
fn sort_out(table: &mut Table, own: &str) -> Vec<(String, Table)> {
    let mut others = Vec::new();
    match table.get_mut("taxonomies") {
        Some(Item::Value(Value::Array(list))) => {
            let mut index = 0;
            while index < list.len() {
                let taxonomy = list.get_mut(index).and_then(Value::as_inline_table_mut);
                let elsewhere = taxonomy.and_then(|taxonomy| mend_inline(taxonomy, own));
                match elsewhere {
                    Some(code) => {
                        if let Value::InlineTable(taxonomy) = list.remove(index) {
                            others.push((code, taxonomy.into_table()));
                        }
                    }
                    None => index += 1,
                }
            }
        }
        Some(Item::ArrayOfTables(list)) => {
            let mut index = 0;
            while index < list.len() {
                match list.get_mut(index).and_then(|taxonomy| mend(taxonomy, own)) {
                    Some(code) => {
                        others.extend(list.get(index).cloned().map(|taxonomy| (code, taxonomy)));
                        list.remove(index);
                    }
                    None => index += 1,
                }
            }
        }
        _ => {}
    }
    for (_, taxonomy) in &mut others {
        taxonomy.set_position(None);
    }
    others
}

/// The same for one in braces, the space before the closing one kept.
fn mend_inline(taxonomy: &mut InlineTable, own: &str) -> Option<String> {
    let last = |taxonomy: &InlineTable| {
        let value = taxonomy
            .iter()
            .last()
            .map(|(_, value)| value.decor().clone());
        value.and_then(|decor| Some(decor.suffix()?.as_str()?.to_owned()))
    };
    let behind = last(taxonomy);
    let elsewhere = mend(taxonomy, own);
    if let (Some(behind), Some((_, value))) = (behind, taxonomy.iter_mut().last()) {
        value.decor_mut().set_suffix(behind);
    }
    elsewhere
}

/// Mends a taxonomy; the code of its language if that is another.
fn mend(taxonomy: &mut dyn TableLike, own: &str) -> Option<String> {
    rename_like(taxonomy, "rss", "feed");
    let code = taxonomy.remove("lang").and_then(|item| text(Some(&item)))?;
    (code != own).then_some(code)
}

//! Languages: from a list to tables, and the texts of each into its own.

use toml_edit::{InlineTable, Item, Table, TableLike, Value};

use super::keys::{rename_like, take, text};

/// Keys that a language may have.
const KNOWN: &[&str] = &[
    "title",
    "description",
    "generate_feeds",
    "feed_filenames",
    "taxonomies",
    "build_search_index",
    "search",
    "translations",
];

/// Rewrites languages and their texts.
pub(super) fn rewrite(top: &mut Table, notes: &mut Vec<String>) {
    let default = text(top.get("default_language")).unwrap_or_else(|| "en".to_owned());
    list_to_tables(top, notes);
    move_texts(top, &default);
    drop_unknown(top, notes);
}

/// The table of a language, made where it is not there.
pub(super) fn language<'t>(top: &'t mut Table, code: &str) -> Option<&'t mut dyn TableLike> {
    let languages = top.entry("languages").or_insert_with(implicit);
    languages
        .as_table_like_mut()?
        .entry(code)
        .or_insert(Item::Table(Table::new()))
        .as_table_like_mut()
}

fn implicit() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}

/// `languages = [{code = "fr", feed = true}]` and `[[languages]]` become `[languages.fr]`.
fn list_to_tables(top: &mut Table, notes: &mut Vec<String>) {
    let is_list = top
        .get("languages")
        .is_some_and(|item| item.is_array() || item.is_array_of_tables());
    if !is_list {
        return;
    }
    let Some((above, old)) = take(top, "languages") else {
        return;
    };
    let mut tables: Vec<Table> = match old {
        Item::Value(Value::Array(list)) => list
            .into_iter()
            .filter_map(|item| match item {
                Value::InlineTable(table) => Some(table.into_table()),
                Value::String(code) => {
                    let mut table = Table::new();
                    table.insert("code", Item::Value(Value::from(code.into_value())));
                    Some(table)
                }
                _ => None,
            })
            .collect(),
        Item::ArrayOfTables(list) => list.into_iter().collect(),
        _ => Vec::new(),
    };
    let mut languages = Table::new();
    languages.set_implicit(true);
    let mut comments: String = above
        .lines()
        .filter(|line| line.trim_start().starts_with('#'))
        .fold(String::new(), |all, line| all + line + "\n");
    for table in &mut tables {
        let Some(code) = table.remove("code").and_then(|item| text(Some(&item))) else {
            notes.push("a language without `code` was left out".to_owned());
            continue;
        };
        rename_like(table, "feed", "generate_feeds");
        rename_like(table, "rss", "generate_feeds");
        rename_like(table, "search", "build_search_index");
        let own = table.decor().prefix().and_then(|raw| raw.as_str());
        let own = own.unwrap_or_default().trim_start_matches('\n').to_owned();
        table
            .decor_mut()
            .set_prefix(format!("\n{}{own}", std::mem::take(&mut comments)));
        table.set_position(None);
        languages.insert(&code, Item::Table(std::mem::take(table)));
    }
    top.insert("languages", Item::Table(languages));
}

/// `[translations.fr]` becomes `[languages.fr.translations]`; the default language's stay at the
/// top level, one level higher.
fn move_texts(top: &mut Table, default: &str) {
    let nested: Vec<String> = top
        .get("translations")
        .and_then(Item::as_table_like)
        .into_iter()
        .flat_map(TableLike::iter)
        .filter(|(_, item)| item.is_table_like())
        .map(|(code, _)| code.to_owned())
        .collect();
    if nested.is_empty() {
        return;
    }
    for code in nested {
        let Some(old) = top
            .get_mut("translations")
            .and_then(Item::as_table_like_mut)
            .and_then(|texts| texts.remove(&code))
        else {
            continue;
        };
        let mut table = match old {
            Item::Table(table) => table,
            Item::Value(Value::InlineTable(table)) => InlineTable::into_table(table),
            _ => continue,
        };
        table.set_position(None);
        if code == default {
            default_texts(top, &code, table);
        } else if let Some(language) = language(top, &code) {
            add(language, table);
        }
    }
    let empty = top
        .get("translations")
        .and_then(Item::as_table_like)
        .is_some_and(TableLike::is_empty);
    if empty {
        top.remove("translations");
    }
}

/// Texts of the default language: into its table where that holds texts, else to the top level;
/// in both places at once they are an error.
fn default_texts(top: &mut Table, code: &str, texts: Table) {
    let table = top
        .get_mut("languages")
        .and_then(Item::as_table_like_mut)
        .and_then(|languages| languages.get_mut(code)?.as_table_like_mut())
        .filter(|language| language.contains_key("translations"));
    match table {
        Some(language) => add(language, texts),
        None => add(top, texts),
    }
}

/// Adds texts to those that a table has.
fn add(language: &mut dyn TableLike, texts: Table) {
    match language
        .get_mut("translations")
        .and_then(Item::as_table_like_mut)
    {
        Some(present) => {
            for (key, item) in texts {
                if !present.contains_key(&key) {
                    present.insert(&key, item);
                }
            }
            if let Some(language) = language
                .get_mut("translations")
                .and_then(Item::as_table_mut)
            {
                language.set_implicit(false);
            }
        }
        None => {
            language.insert("translations", Item::Table(texts));
        }
    }
}

/// Zola 0.22 refuses keys of languages that it does not know.
fn drop_unknown(top: &mut Table, notes: &mut Vec<String>) {
    let Some(languages) = top.get_mut("languages").and_then(Item::as_table_mut) else {
        return;
    };
    for (code, language) in languages.iter_mut() {
        let Some(language) = language.as_table_like_mut() else {
            continue;
        };
        let unknown: Vec<String> = language
            .iter()
            .map(|(key, _)| key.to_owned())
            .filter(|key| !KNOWN.contains(&key.as_str()))
            .collect();
        for key in unknown {
            language.remove(&key);
            notes.push(format!(
                "[languages.{}] cannot hold `{key}`: it was taken out",
                code.get()
            ));
        }
    }
}

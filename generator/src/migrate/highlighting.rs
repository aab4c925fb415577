//! Highlighting of code: from `highlight_code` and its kin to `[markdown.highlighting]`.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value, value};

use super::keys::{flag, take, text};
use super::themes;

/// The theme of old sites that name none.
const OLD_DEFAULT: &str = "base16-ocean-dark";

/// What the old keys say.
#[derive(Default)]
struct Old {
    code: bool,
    theme: Option<String>,
    sheets: Vec<String>,
    error_on_missing: bool,
    /// Comments that stood above the keys.
    comments: String,
}

impl Old {
    /// Takes the old keys out of a table; whether there were any.
    fn take(&mut self, table: &mut Table, notes: &mut Vec<String>) -> bool {
        let mut found = false;
        for key in [
            "highlight_code",
            "highlight_theme",
            "highlight_themes_css",
            "error_on_missing_highlight",
            "extra_syntaxes_and_themes",
            "extra_syntaxes",
        ] {
            let Some((above, item)) = take(table, key) else {
                continue;
            };
            found = true;
            self.comments.push_str(&above);
            match key {
                "highlight_code" => self.code = flag(Some(&item)).unwrap_or(false),
                "highlight_theme" => self.theme = text(Some(&item)),
                "highlight_themes_css" => self.sheets = sheets(&item),
                "error_on_missing_highlight" => {
                    self.error_on_missing = flag(Some(&item)).unwrap_or(false);
                }
                _ => notes.push(format!(
                    "{key} is gone: grammars and themes of Sublime Text cannot be read any more; \
                     write extra_grammars and extra_themes (JSON files of VS Code) into \
                     [markdown.highlighting]"
                )),
            }
        }
        found
    }
}

/// Names of the themes that style sheets were made of.
fn sheets(item: &Item) -> Vec<String> {
    let name = |table: &dyn TableLike| text(table.get("theme"));
    if let Some(list) = item.as_array() {
        let tables = list.iter().filter_map(Value::as_inline_table);
        return tables.filter_map(|table| name(table)).collect();
    }
    let tables = item.as_array_of_tables().into_iter().flatten();
    tables.filter_map(|table| name(table)).collect()
}

/// Moves the old keys of the top level and of `[markdown]`.
pub(super) fn rewrite(document: &mut DocumentMut, notes: &mut Vec<String>) {
    let top = document.as_table_mut();
    let mut old = Old::default();
    let mut found = old.take(top, notes);
    if let Some(markdown) = top.get_mut("markdown").and_then(Item::as_table_mut) {
        found |= old.take(markdown, notes);
    }
    if !found || !old.code {
        return;
    }
    let present = top
        .get("markdown")
        .and_then(Item::as_table_like)
        .is_some_and(|markdown| markdown.contains_key("highlighting"));
    if present {
        return;
    }
    let table = new_table(&old, notes);
    let markdown = top.entry("markdown").or_insert_with(|| {
        let mut markdown = Table::new();
        markdown.set_implicit(true);
        Item::Table(markdown)
    });
    match markdown {
        Item::Table(markdown) => {
            markdown.insert("highlighting", Item::Table(table));
        }
        Item::Value(Value::InlineTable(markdown)) => {
            markdown.insert(
                "highlighting",
                Value::InlineTable(table.into_inline_table()),
            );
        }
        _ => {}
    }
}

fn new_table(old: &Old, notes: &mut Vec<String>) -> Table {
    let mut table = Table::new();
    let by_class = old.theme.as_deref() == Some("css");
    let named: Vec<&str> = match &old.theme {
        Some(theme) if !by_class => vec![theme.as_str()],
        Some(_) => old.sheets.iter().map(String::as_str).collect(),
        None => vec![OLD_DEFAULT],
    };
    let mut new = named.iter().map(|name| {
        let (new, same) = themes::nearest(name);
        if !same {
            notes.push(format!(
                "the colours `{name}` are gone; `{new}` stands for them: choose another at \
                 https://textmate-grammars-themes.netlify.app/"
            ));
        }
        (is_dark(name, new), new)
    });
    match (new.next(), new.next()) {
        (Some((first_dark, first)), Some((second_dark, second))) if first_dark != second_dark => {
            let (light, dark) = if first_dark {
                (second, first)
            } else {
                (first, second)
            };
            table.insert("light_theme", value(light));
            table.insert("dark_theme", value(dark));
        }
        (first, _) => {
            let theme = first.map_or(themes::nearest(OLD_DEFAULT).0, |(_, theme)| theme);
            table.insert("theme", value(theme));
        }
    }
    if by_class {
        table.insert("style", value("class"));
        let files = if table.contains_key("theme") {
            "giallo.css"
        } else {
            "giallo-light.css and giallo-dark.css"
        };
        notes.push(format!(
            "colours by class have new class names and are written to {files}: link to that in \
             the templates, in place of the old style sheets"
        ));
    }
    if old.error_on_missing {
        table.insert("error_on_missing_language", value(true));
    }
    let comments = comments(&old.comments);
    table.decor_mut().set_prefix(format!("\n{comments}"));
    table
}

fn is_dark(old: &str, new: &str) -> bool {
    !(old.to_lowercase().contains("light") || new.contains("light"))
}

/// The comment lines of what stood above keys.
fn comments(above: &str) -> String {
    above
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .fold(String::new(), |all, line| all + line + "\n")
}

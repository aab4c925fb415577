//! A page's front matter.

use indexmap::IndexMap;

use super::front_keys::{date, extra, filled, hidden};
use super::{FileName, PageFrontMatter};
use crate::diagnostic::Diagnostic;
use crate::fields::{Kind, Node, Table, nearest};
use crate::settings::{LanguageSettings, Settings};

/// Reads a page's keys; others are ignored, as in Zola. `sorted`: whether `extra` is handed out by
/// key.
pub(super) fn read(
    mut table: Table<'_, '_>,
    sorted: bool,
    name: &FileName,
    settings: &Settings,
) -> PageFrontMatter {
    let written = date(&mut table, "date");
    let updated = date(&mut table, "updated");
    let date = written.or_else(|| name.date());
    let front = PageFrontMatter {
        title: table.string("title"),
        description: table.string("description"),
        ymd: date.as_ref().map(|date| date.ymd),
        instant: date.as_ref().map(|date| date.instant),
        date: date.map(|date| date.text),
        updated_instant: updated.as_ref().map(|date| date.instant),
        updated: updated.map(|date| date.text),
        weight: table.count("weight"),
        draft: table.flag("draft", false),
        render: table.flag("render", true),
        slug: filled(&mut table, "slug"),
        path: filled(&mut table, "path"),
        taxonomies: taxonomies(&mut table, settings.language(&name.lang)),
        authors: table.strings("authors").unwrap_or_default(),
        aliases: table.strings("aliases").unwrap_or_default(),
        template: table.string("template"),
        in_search_index: table.flag("in_search_index", true),
        hidden: hidden(&mut table),
        include_in_feeds: table.flag("include_in_feeds", true),
        extra: extra(&mut table, sorted),
    };
    table.finish_lenient();
    front
}

fn taxonomies(
    table: &mut Table<'_, '_>,
    language: Option<&LanguageSettings>,
) -> IndexMap<String, Vec<String>> {
    let mut terms = IndexMap::new();
    let Some(node) = table.node("taxonomies") else {
        return terms;
    };
    let entries = match &node.kind {
        Kind::Table(entries) => entries.as_slice(),
        Kind::Null => &[],
        _ => {
            let message = format!("`taxonomies` must be a table, not {}", node.describe());
            let fault = Diagnostic::error(message)
                .hint("write [taxonomies] and below it, for instance, tags = [\"a\", \"b\"]");
            table.faults().push(node.place, fault);
            &[]
        }
    };
    for entry in entries {
        let known: Vec<&str> = language
            .map(|language| {
                language
                    .taxonomies
                    .iter()
                    .map(|one| one.name.as_str())
                    .collect()
            })
            .unwrap_or_default();
        if !known.contains(&entry.key.as_str()) {
            let message = format!("The site has no taxonomy `{}` in this language", entry.key);
            let hint = match nearest(&entry.key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "add [[taxonomies]] with name = \"{}\" to the configuration",
                    entry.key
                ),
            };
            table
                .faults()
                .push(entry.place, Diagnostic::error(message).hint(hint));
        }
        let names = names(&entry.key, &entry.value, table);
        terms.insert(entry.key.clone(), names);
    }
    // Every page of the site keeps them to the end of the build.
    terms.shrink_to_fit();
    terms
}

fn names(key: &str, node: &Node, table: &mut Table<'_, '_>) -> Vec<String> {
    let wrong = |node: &Node| {
        Diagnostic::error(format!(
            "`{key}` below `taxonomies` must be a list of strings, not {}",
            node.describe()
        ))
        .hint(format!("write {key} = [\"…\"]"))
    };
    let Kind::Array(items) = &node.kind else {
        table.faults().push(node.place, wrong(node));
        return Vec::new();
    };
    let mut names = Vec::with_capacity(items.len());
    for item in items {
        let place = item.place.or(node.place);
        match &item.kind {
            Kind::String(name) if name.trim().is_empty() => table.faults().push(
                place,
                Diagnostic::error(format!("A term of the taxonomy `{key}` is empty"))
                    .hint("give it a name, or take it away"),
            ),
            Kind::String(name) => names.push(name.clone()),
            _ => table.faults().push(place, wrong(item)),
        }
    }
    names
}

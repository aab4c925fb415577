//! Graph and bodies as shared template values: each made once, then cloned by reference.

mod config;
mod page;
mod section;
mod site;
mod taxonomy;

pub use config::config;
pub use page::page_without_body;
pub use section::section_without_body;
pub use site::{SiteView, freeze};

use std::sync::LazyLock;

use indexmap::IndexMap;
use tera::Value;

use crate::graph::{SectionId, SiteGraph};
use crate::markup::{Heading, Rendered};
use crate::settings::Settings;
use crate::template::{self, OutlineEntry};

/// Variables of one object, in the order in which templates see them.
type Fields = IndexMap<&'static str, Value>;

/// An object of these fields, in this order.
#[must_use]
pub fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::from(Fields::from(fields))
}

/// The list without items, shared by all that have none.
static NOTHING: LazyLock<Value> = LazyLock::new(|| Value::from(Vec::<Value>::new()));

fn list(items: Vec<Value>) -> Value {
    if items.is_empty() {
        NOTHING.clone()
    } else {
        Value::from(items)
    }
}

fn strings<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Value {
    let items = items.into_iter();
    list(items.map(|item| Value::from(item.as_ref())).collect())
}

/// The headings of a body, for a section and for templates that Tera 2 walks: as they are seen.
fn toc(body: Option<&Rendered>) -> Value {
    template::outline(&entries(body))
}

/// The same of few bytes, which our own templates unroll when they look at them.
fn rolled_toc(body: Option<&Rendered>) -> Value {
    let entries = entries(body);
    if entries.is_empty() {
        return NOTHING.clone();
    }
    template::rolled(&entries)
}

fn entries(body: Option<&Rendered>) -> Vec<OutlineEntry<'_>> {
    let mut entries = Vec::new();
    add_entries(
        body.map_or(&[], |body| body.toc.as_slice()),
        0,
        &mut entries,
    );
    entries
}

fn add_entries<'a>(headings: &'a [Heading], depth: usize, entries: &mut Vec<OutlineEntry<'a>>) {
    for heading in headings {
        entries.push(OutlineEntry {
            depth,
            level: heading.level,
            id: &heading.id,
            permalink: &heading.permalink,
            title: &heading.title,
        });
        add_entries(&heading.children, depth + 1, entries);
    }
}

fn translation(
    settings: &Settings,
    file: &str,
    lang: &str,
    permalink: Value,
    title: Value,
) -> Value {
    let path = settings.root().join("content").join(file);
    object([
        ("lang", Value::from(lang)),
        ("permalink", permalink),
        ("title", title),
        ("path", Value::from(path.to_string_lossy())),
    ])
}

fn section_translations(settings: &Settings, graph: &SiteGraph, ids: &[SectionId]) -> Value {
    let all: Vec<Value> = ids
        .iter()
        .filter_map(|id| graph.sections.get(id))
        .map(|head| {
            let title = Value::from(head.front.title.as_deref());
            let permalink = Value::from(head.permalink.as_str());
            translation(settings, &head.id.0, &head.lang, permalink, title)
        })
        .collect();
    list(all)
}

fn html(body: Option<&Rendered>) -> Value {
    body.map_or_else(|| Value::from(""), |body| body.html.clone())
}

fn count(body: Option<&Rendered>, of: fn(&Rendered) -> usize) -> Value {
    Value::from(body.map(of))
}

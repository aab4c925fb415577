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

fn toc(headings: &[Heading]) -> Value {
    let nodes: Vec<Value> = headings
        .iter()
        .map(|heading| {
            object([
                ("level", Value::from(heading.level)),
                ("id", Value::from(heading.id.as_str())),
                ("permalink", Value::from(heading.permalink.as_str())),
                ("title", Value::from(heading.title.as_str())),
                ("children", toc(&heading.children)),
            ])
        })
        .collect();
    list(nodes)
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

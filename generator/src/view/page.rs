//! `page` as templates see it.

use tera::Value;

use super::{Fields, NOTHING, count, html, object, strings};
use crate::graph::PageHead;
use crate::markup::Rendered;

/// What shortcodes see of the page that they stand in: everything but its body and what other
/// pages tell of it.
#[must_use]
pub fn page_without_body(head: &PageHead) -> Value {
    let shared = Shared {
        permalink: Value::from(head.permalink.as_str()),
        title: Value::from(head.front.title.as_deref()),
        ancestors: strings(head.ancestors.iter().map(|id| &*id.0)),
        translations: NOTHING.clone(),
        backlinks: NOTHING.clone(),
        toc: NOTHING.clone(),
    };
    Value::from(bare(head, None, shared))
}

/// What a page has in common with others, or learns from them.
pub(super) struct Shared {
    pub(super) permalink: Value,
    pub(super) title: Value,
    pub(super) ancestors: Value,
    pub(super) translations: Value,
    pub(super) backlinks: Value,
    /// Its headings, in the form that the dialect's templates take.
    pub(super) toc: Value,
}

/// The same page with its neighbours.
pub(super) fn beside(page: &Value, lower: Option<Value>, higher: Option<Value>) -> Value {
    let map = page
        .as_map()
        .filter(|_| lower.is_some() || higher.is_some());
    let Some(map) = map else {
        return page.clone();
    };
    let mut map = map.clone();
    for (name, neighbour) in [("lower", lower), ("higher", higher)] {
        if let Some(neighbour) = neighbour {
            map.insert(name.into(), neighbour);
        }
    }
    Value::from(map)
}

/// All fields, without neighbours.
pub(super) fn bare(head: &PageHead, body: Option<&Rendered>, shared: Shared) -> Fields {
    let front = &head.front;
    let text = |value: &Option<String>| Value::from(value.as_deref());
    let (year, month, day) = match front.ymd {
        Some((year, month, day)) => (Some(year), Some(month), Some(day)),
        None => (None, None, None),
    };
    let mut fields = Fields::from([
        ("relative_path", Value::from(&*head.id.0)),
        ("colocated_path", text(&head.colocated_path)),
        ("content", html(body)),
        ("permalink", shared.permalink),
        ("slug", Value::from(head.slug.as_str())),
        ("ancestors", shared.ancestors),
        ("title", shared.title),
        ("description", text(&front.description)),
        ("updated", text(&front.updated)),
        ("date", text(&front.date)),
        ("year", Value::from(year)),
        ("month", Value::from(month)),
        ("day", Value::from(day)),
        ("taxonomies", Value::from(front.taxonomies.clone())),
        ("authors", strings(&front.authors)),
        ("extra", front.extra.clone()),
        ("path", Value::from(head.path.as_str())),
        ("components", strings(head.components())),
        (
            "summary",
            Value::from(body.and_then(|body| body.summary.as_deref())),
        ),
        ("toc", shared.toc),
        ("word_count", count(body, |body| body.word_count)),
        ("reading_time", count(body, |body| body.reading_time)),
        ("assets", assets(head)),
        ("draft", Value::from(front.draft)),
        ("lang", Value::from(head.lang.as_str())),
        ("lower", Value::none()),
        ("higher", Value::none()),
        ("translations", shared.translations),
        ("backlinks", shared.backlinks),
    ]);
    // Zola 0.22 shows neither.
    if let Some(hidden) = front.hidden {
        fields.insert("aliases", strings(&front.aliases));
        fields.insert("hidden", Value::from(hidden));
    }
    fields
}

/// As in Zola, where the files lie in the sources, seen from `content/`.
fn assets(head: &PageHead) -> Value {
    strings(head.assets.iter().map(|path| {
        path.0
            .strip_prefix("content")
            .unwrap_or(path.0.as_str())
            .to_owned()
    }))
}

/// A page that links here.
pub(super) fn backlink(permalink: &str, title: Option<&str>) -> Value {
    object([
        ("permalink", Value::from(permalink)),
        ("title", Value::from(title)),
    ])
}

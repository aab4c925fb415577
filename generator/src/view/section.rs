//! `section` as templates see it.

use tera::Value;

use super::{Fields, count, html, section_translations, strings, toc};
use crate::graph::{SectionHead, SiteGraph};
use crate::markup::Rendered;
use crate::settings::Settings;

/// What shortcodes see of the section that they stand in: everything but its body, its pages and
/// what others tell of it.
#[must_use]
pub fn section_without_body(head: &SectionHead) -> Value {
    let empty = Value::from(Vec::<Value>::new());
    Value::from(fields(head, None, empty.clone(), empty))
}

/// All fields, without pages.
pub(super) fn bare(
    settings: &Settings,
    graph: &SiteGraph,
    head: &SectionHead,
    body: Option<&Rendered>,
    backlinks: Value,
) -> Fields {
    let translations = section_translations(settings, graph, &head.translations);
    fields(head, body, translations, backlinks)
}

fn fields(
    head: &SectionHead,
    body: Option<&Rendered>,
    translations: Value,
    backlinks: Value,
) -> Fields {
    let front = &head.front;
    let text = |value: &Option<String>| Value::from(value.as_deref());
    let body = body.filter(|_| head.has_file);
    let mut fields = Fields::from([
        ("relative_path", Value::from(&*head.id.0)),
        ("colocated_path", Value::none()),
        ("content", html(body)),
        ("permalink", Value::from(head.permalink.as_str())),
        ("draft", Value::from(front.draft)),
        ("ancestors", strings(head.ancestors.iter().map(|id| &*id.0))),
        ("title", text(&front.title)),
        ("description", text(&front.description)),
        ("extra", front.extra.clone()),
        ("path", Value::from(head.path.as_str())),
        ("components", strings(head.components())),
        ("toc", toc(body)),
        ("word_count", count(body, |body| body.word_count)),
        ("reading_time", count(body, |body| body.reading_time)),
        ("lang", Value::from(head.lang.as_str())),
        ("assets", assets(head)),
        ("pages", Value::from(Vec::<Value>::new())),
        (
            "subsections",
            strings(head.subsections.iter().map(|id| &*id.0)),
        ),
        ("translations", translations),
        ("backlinks", backlinks),
        ("generate_feeds", Value::from(front.generate_feeds)),
        ("transparent", Value::from(front.transparent)),
        ("paginate_by", Value::from(front.paginate_by)),
        ("paginate_reversed", Value::from(front.paginate_reversed)),
    ]);
    if let Some(hidden) = front.hidden {
        fields.insert("hidden", Value::from(hidden));
    }
    fields
}

/// Where the files go, unlike a page's.
fn assets(head: &SectionHead) -> Value {
    strings(head.assets.iter().map(|asset| {
        let name = asset.0.rsplit('/').next().unwrap_or_default();
        format!("{}{name}", head.path)
    }))
}

//! What the search finds: a row for each section and page.

use serde::Serialize;

use super::plain_text;
use crate::graph::SiteGraph;
use crate::markup::{Bodies, Rendered};
use crate::settings::SearchSettings;

/// One section or page; a field is there if the settings ask for it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) description: Option<String>,
    #[serde(skip)]
    pub(super) date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
}

/// The rows of a language, each section before its pages. A page of a transparent section stands
/// with the section around it too, as in Zola.
pub(super) fn collect(
    lang: &str,
    search: &SearchSettings,
    graph: &SiteGraph,
    bodies: &Bodies,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let sections = graph
        .sections
        .values()
        .filter(|section| section.lang == lang && section.front.in_search_index);
    for section in sections {
        let front = &section.front;
        if front.redirect_to.is_none() {
            rows.push(row(
                search,
                &Source {
                    permalink: &section.permalink,
                    path: &section.path,
                    title: front.title.as_deref(),
                    description: front.description.as_deref(),
                    date: None,
                    body: bodies.sections.get(&section.id).map(|body| &**body),
                },
            ));
        }
        for page in section.pages.iter().filter_map(|id| graph.pages.get(id)) {
            if !page.front.in_search_index || graph.unlisted_pages.contains(&page.id) {
                continue;
            }
            rows.push(row(
                search,
                &Source {
                    permalink: &page.permalink,
                    path: &page.path,
                    title: page.front.title.as_deref(),
                    description: page.front.description.as_deref(),
                    date: page.front.date.as_deref(),
                    body: bodies.pages.get(&page.id).map(|body| &**body),
                },
            ));
        }
    }
    rows
}

struct Source<'a> {
    permalink: &'a str,
    path: &'a str,
    title: Option<&'a str>,
    description: Option<&'a str>,
    date: Option<&'a str>,
    body: Option<&'a Rendered>,
}

fn row(search: &SearchSettings, source: &Source<'_>) -> Row {
    let text =
        |wanted: bool, text: Option<&str>| wanted.then(|| text.unwrap_or_default().to_owned());
    let limit = search
        .truncate_content_length
        .and_then(|limit| usize::try_from(limit).ok());
    Row {
        url: source.permalink.to_owned(),
        title: text(search.include_title, source.title),
        description: text(search.include_description, source.description),
        date: search
            .include_date
            .then(|| source.date.map(with_time).unwrap_or_default()),
        path: text(search.include_path, Some(source.path)),
        body: search.include_content.then(|| {
            source
                .body
                .map(|body| plain_text(body.html(), limit))
                .unwrap_or_default()
        }),
    }
}

/// A date as written, with the time and offset that it lacks.
fn with_time(date: &str) -> String {
    match date.split_once('T') {
        None => format!("{date}T00:00:00Z"),
        Some((_, time)) if time.contains(['Z', '+', '-']) => date.to_owned(),
        Some(_) => format!("{date}Z"),
    }
}

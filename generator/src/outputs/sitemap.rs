//! The addresses of the sitemap.

use tera::Value;

use super::pagers::Pagers;
use super::plan::{What, is_written};
use super::plan_lists::{rendered, section_pagers, shown_pages, term_pagers};
use crate::graph::{PageHead, SiteGraph};
use crate::settings::{ExcludePagers, Settings};
use crate::view::object;

/// Most addresses that one file may hold.
const MOST: usize = 30_000;

/// An address of the sitemap. Templates' values take several times the memory: they are made when
/// the file is.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    permalink: String,
    updated: Option<String>,
    extra: Value,
}

/// The addresses as templates see them.
pub(super) fn values(entries: &[Entry]) -> Vec<Value> {
    let value = |entry: &Entry| {
        object([
            ("permalink", Value::from(entry.permalink.as_str())),
            ("updated", Value::from(entry.updated.as_deref())),
            ("extra", entry.extra.clone()),
        ])
    };
    entries.iter().map(value).collect()
}

/// The sitemap's files by name: one, or several and an index of them.
pub(super) fn plan(settings: &Settings, graph: &SiteGraph) -> Vec<(String, What)> {
    let entries = entries(settings, graph);
    if entries.len() < MOST {
        return vec![("sitemap.xml".to_owned(), What::Sitemap(entries))];
    }
    let mut files = Vec::new();
    let mut addresses = Vec::new();
    for (index, part) in entries.chunks(MOST).enumerate() {
        let name = format!("sitemap{}.xml", index + 1);
        let address = settings.permalink(&name);
        addresses.push(address.trim_end_matches('/').to_owned());
        files.push((name, What::Sitemap(part.to_vec())));
    }
    files.push(("sitemap.xml".to_owned(), What::SitemapIndex(addresses)));
    files
}

/// Every address once, in byte order.
fn entries(settings: &Settings, graph: &SiteGraph) -> Vec<Entry> {
    let mut found = Vec::with_capacity(graph.pages.len());
    let listed =
        |page: &&PageHead| is_written(graph, page) && !graph.unlisted_pages.contains(&page.id);
    for page in graph.pages.values().filter(listed) {
        let changed = page.front.updated.as_ref().or(page.front.date.as_ref());
        found.push(Entry {
            permalink: page.permalink.clone(),
            updated: changed.cloned(),
            extra: page.front.extra.clone(),
        });
    }
    let mut plain = |permalink: String, extra: Value| {
        found.push(Entry {
            permalink,
            updated: None,
            extra,
        });
    };
    let with_pagers = settings.exclude_paginated_pages_in_sitemap == ExcludePagers::None;
    let numbered = |pagers: &Pagers<'_>, items: usize| {
        let last = if with_pagers { pagers.number(items) } else { 0 };
        (1..=last)
            .map(|number| settings.permalink(&pagers.numbered_path(number)))
            .collect::<Vec<_>>()
    };
    for section in graph.sections.values() {
        if section.front.render {
            plain(section.permalink.clone(), section.front.extra.clone());
        }
        // The first pager of an empty section is made all the same.
        if let Some(pagers) = section_pagers(section).filter(|_| !section.pages.is_empty()) {
            for address in numbered(&pagers, section.pages.len()) {
                plain(address, Value::none());
            }
        }
    }
    for (taxonomy, kind) in rendered(settings, graph) {
        plain(taxonomy.permalink.clone(), Value::none());
        for term in &taxonomy.terms {
            plain(term.permalink.clone(), Value::none());
            if let Some(pagers) = term_pagers(term, kind) {
                for address in numbered(&pagers, shown_pages(graph, term).len()) {
                    plain(address, Value::none());
                }
            }
        }
    }
    // Of those with the same address the first stays.
    found.sort_by_cached_key(|entry: &Entry| entry.permalink.clone());
    found.dedup_by(|a, b| a.permalink == b.permalink);
    found
}

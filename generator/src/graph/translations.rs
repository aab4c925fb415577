//! Which pages and sections are the same in other languages.

use std::collections::BTreeMap;

use super::{PageId, SectionId, SiteGraph};

/// Fills in the translations of all pages that are written, and of all sections.
pub(super) fn resolve(graph: &mut SiteGraph) {
    let mut pages: BTreeMap<String, Vec<(String, PageId)>> = BTreeMap::new();
    for page in graph.pages.values().filter(|page| page.front.render) {
        pages
            .entry(page.canonical.clone())
            .or_default()
            .push((page.lang.clone(), page.id.clone()));
    }
    let mut sections: BTreeMap<String, Vec<(String, SectionId)>> = BTreeMap::new();
    for section in graph.sections.values() {
        sections
            .entry(section.canonical.clone())
            .or_default()
            .push((section.lang.clone(), section.id.clone()));
    }
    for group in pages.values_mut() {
        group.sort();
    }
    for group in sections.values_mut() {
        group.sort();
    }
    for page in graph.pages.values_mut() {
        page.translations = ids(pages.get(&page.canonical));
    }
    for section in graph.sections.values_mut() {
        section.translations = ids(sections.get(&section.canonical));
    }
}

fn ids<T: Clone>(group: Option<&Vec<(String, T)>>) -> Vec<T> {
    group
        .map(|group| group.iter().map(|(_, id)| id.clone()).collect())
        .unwrap_or_default()
}

//! Which pages and sections are the same in other languages.

use std::collections::HashMap;

use super::{PageId, SectionId, SiteGraph};
use crate::settings::Settings;

/// Fills in the translations of all pages that are written, and of all sections.
pub(super) fn resolve(graph: &mut SiteGraph, settings: &Settings) {
    let mut groups = Groups::of(settings);
    for page in graph.pages.values().filter(|page| page.front.render) {
        groups.add(&page.id.0, &page.lang, &page.id);
    }
    groups.sort();
    let pages: Vec<Vec<PageId>> = graph
        .pages
        .values()
        .map(|page| groups.find(&page.id.0, &page.lang))
        .collect();
    let mut groups = Groups::of(settings);
    for section in graph.sections.values() {
        groups.add(&section.id.0, &section.lang, &section.id);
    }
    groups.sort();
    let sections: Vec<Vec<SectionId>> = graph
        .sections
        .values()
        .map(|section| groups.find(&section.id.0, &section.lang))
        .collect();
    for (page, found) in graph.pages.values_mut().zip(pages) {
        page.translations = found;
    }
    for (section, found) in graph.sections.values_mut().zip(sections) {
        section.translations = found;
    }
}

/// Identities by the path that all translations have in common, each with its language.
struct Groups<'a, T> {
    settings: &'a Settings,
    found: HashMap<&'a str, Vec<(&'a str, &'a T)>>,
}

impl<'a, T: Clone + Ord> Groups<'a, T> {
    fn of(settings: &'a Settings) -> Self {
        Self {
            settings,
            found: HashMap::new(),
        }
    }

    fn add(&mut self, file: &'a str, lang: &'a str, id: &'a T) {
        let key = self.without_language(file, lang);
        self.found.entry(key).or_default().push((lang, id));
    }

    fn sort(&mut self) {
        self.found.values_mut().for_each(|group| group.sort());
    }

    fn find(&self, file: &str, lang: &str) -> Vec<T> {
        let group = self.found.get(self.without_language(file, lang));
        let group = group.into_iter().flatten();
        group.map(|(_, id)| T::clone(id)).collect()
    }

    /// The path without extension and language code; the default language's code is part of the name.
    fn without_language<'f>(&self, file: &'f str, lang: &str) -> &'f str {
        let name = file.strip_suffix(".md").unwrap_or(file);
        if lang == self.settings.default_language {
            return name;
        }
        name.strip_suffix(lang)
            .and_then(|name| name.strip_suffix('.'))
            .unwrap_or(name)
    }
}

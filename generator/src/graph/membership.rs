//! Which section lists which pages and sections, and the chain of sections above each.

use std::collections::BTreeMap;

use super::{SectionId, SiteGraph};
use crate::settings::Settings;

/// Fills in sections, ancestors, subsections and inherited templates.
pub(super) fn resolve(graph: &mut SiteGraph, settings: &Settings) {
    sections(graph, settings);
    pages(graph, settings);
}

fn sections(graph: &mut SiteGraph, settings: &Settings) {
    let ids: Vec<SectionId> = graph.sections.keys().cloned().collect();
    for id in &ids {
        let Some(head) = graph.sections.get(id) else {
            continue;
        };
        let (folders, lang) = (head.folders.clone(), head.lang.clone());
        let ancestors = chain(graph, settings, &folders, &lang, false);
        let parent = folders
            .split_last()
            .map(|(_, above)| SectionId::of(above, &lang, settings));
        if let Some(head) = graph.sections.get_mut(id) {
            head.ancestors = ancestors;
        }
        if let Some(parent) = parent.and_then(|parent| graph.sections.get_mut(&parent)) {
            parent.subsections.push(id.clone());
        }
    }
    let weights: BTreeMap<SectionId, u64> = graph
        .sections
        .values()
        .map(|head| (head.id.clone(), head.front.weight))
        .collect();
    for head in graph.sections.values_mut() {
        head.subsections
            .sort_by_key(|id| (weights.get(id).copied().unwrap_or(0), id.clone()));
    }
}

/// The existing sections from the first one down to `folders`, that one only if `whole`.
fn chain(
    graph: &SiteGraph,
    settings: &Settings,
    folders: &[String],
    lang: &str,
    whole: bool,
) -> Vec<SectionId> {
    let end = if whole {
        folders.len() + 1
    } else {
        folders.len()
    };
    (0..end)
        .filter_map(|depth| folders.get(..depth))
        .map(|above| SectionId::of(above, lang, settings))
        .filter(|id| graph.sections.contains_key(id))
        .collect()
}

/// What all pages of one folder and language have in common.
struct Place {
    own: SectionId,
    /// The template that the nearest section above gives.
    template: Option<String>,
    /// The sections that list the pages, innermost first.
    lists: Vec<SectionId>,
    ancestors: Vec<SectionId>,
}

impl Place {
    /// None where the folder is no section.
    fn of(graph: &SiteGraph, settings: &Settings, folder: &str, lang: &str) -> Option<Self> {
        let folders: Vec<String> = folder
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        let own = SectionId::of(&folders, lang, settings);
        graph.sections.get(&own)?;
        let template = chain(graph, settings, &folders, lang, true)
            .iter()
            .rev()
            .filter_map(|ancestor| graph.sections.get(ancestor))
            .find_map(|section| section.front.page_template.clone());
        // A transparent section hands its pages on to the one above it; the chain of the outermost
        // that lists a page is that page's.
        let mut lists = Vec::new();
        let mut outermost = folders.as_slice();
        let mut above = Some(folders.as_slice());
        while let Some(folder) = above {
            let id = SectionId::of(folder, lang, settings);
            let Some(section) = graph.sections.get(&id) else {
                break;
            };
            lists.push(id);
            outermost = folder;
            above = if section.front.transparent {
                folder.split_last().map(|(_, rest)| rest)
            } else {
                None
            };
        }
        Some(Self {
            own,
            template,
            lists,
            ancestors: chain(graph, settings, outermost, lang, true),
        })
    }
}

/// Puts every page that is written into its sections.
fn pages(graph: &mut SiteGraph, settings: &Settings) {
    let mut places: BTreeMap<(String, String), Option<Place>> = BTreeMap::new();
    for page in graph.pages.values() {
        places
            .entry((page.folder().to_owned(), page.lang.clone()))
            .or_insert_with(|| Place::of(graph, settings, page.folder(), &page.lang));
    }
    for page in graph.pages.values_mut().filter(|page| page.front.render) {
        let key = (page.folder().to_owned(), page.lang.clone());
        let Some(Some(place)) = places.get(&key) else {
            continue;
        };
        for list in &place.lists {
            if let Some(section) = graph.sections.get_mut(list) {
                section.pages.push(page.id.clone());
            }
        }
        page.section = Some(place.own.clone());
        if page.template.is_none() {
            page.template.clone_from(&place.template);
        }
        page.ancestors.clone_from(&place.ancestors);
    }
}

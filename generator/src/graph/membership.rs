//! Which section lists which pages and sections, and the chain of sections above each.

use super::{PageId, SectionId, SiteGraph};
use crate::settings::Settings;

/// Fills in sections, ancestors, subsections and inherited templates.
pub(super) fn resolve(graph: &mut SiteGraph, settings: &Settings) {
    sections(graph, settings);
    let ids: Vec<PageId> = graph.pages.keys().cloned().collect();
    for id in ids {
        page(graph, settings, &id);
    }
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
    let weights: std::collections::BTreeMap<SectionId, u64> = graph
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

fn page(graph: &mut SiteGraph, settings: &Settings, id: &PageId) {
    let Some(head) = graph.pages.get(id) else {
        return;
    };
    if !head.front.render {
        return;
    }
    let (folders, lang) = (head.folders.clone(), head.lang.clone());
    let own = SectionId::of(&folders, &lang, settings);
    if !graph.sections.contains_key(&own) {
        return;
    }
    let template = head.front.template.clone().or_else(|| {
        chain(graph, settings, &folders, &lang, true)
            .iter()
            .rev()
            .filter_map(|ancestor| graph.sections.get(ancestor))
            .find_map(|section| section.front.page_template.clone())
    });
    // A transparent section hands its pages on to the one above it; the chain of the outermost
    // that lists a page is that page's.
    let mut outermost = folders.as_slice();
    let mut above = Some(folders.as_slice());
    while let Some(folder) = above {
        let Some(section) = graph
            .sections
            .get_mut(&SectionId::of(folder, &lang, settings))
        else {
            break;
        };
        section.pages.push(id.clone());
        outermost = folder;
        above = if section.front.transparent {
            folder.split_last().map(|(_, rest)| rest)
        } else {
            None
        };
    }
    let ancestors = chain(graph, settings, outermost, &lang, true);
    if let Some(head) = graph.pages.get_mut(id) {
        head.section = Some(own);
        head.template = template;
        head.ancestors = ancestors;
    }
}

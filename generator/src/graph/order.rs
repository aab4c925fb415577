//! The order of a section's pages, and each page's neighbours in it.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use lexical_sort::natural_lexical_cmp;

use super::{PageHead, PageId, SectionId, SiteGraph};
use crate::content::{SectionFrontMatter, SortBy};
use crate::diagnostic::Diagnostic;

/// Sorts every section; pages without the key of the order leave it, with a warning each if no
/// section lists them any more.
pub(super) fn sort(graph: &mut SiteGraph) -> Vec<Diagnostic> {
    let ids: Vec<SectionId> = graph.sections.keys().cloned().collect();
    let mut unplaced: BTreeSet<(PageId, SortBy)> = BTreeSet::new();
    for id in ids {
        let Some(section) = graph.sections.get(&id) else {
            continue;
        };
        let sort_by = section.front.sort_by;
        let (mut heads, missing): (Vec<&PageHead>, Vec<&PageHead>) = section
            .pages
            .iter()
            .filter_map(|page| graph.pages.get(page))
            .partition(|page| has_key(page, sort_by));
        heads.sort_by(|a, b| compare(a, b, sort_by).then_with(|| a.permalink.cmp(&b.permalink)));
        unplaced.extend(missing.into_iter().map(|page| (page.id.clone(), sort_by)));
        let sorted: Vec<PageId> = heads.into_iter().map(|page| page.id.clone()).collect();
        if links_neighbours(&section.front) {
            link(graph, &sorted);
        }
        if let Some(section) = graph.sections.get_mut(&id) {
            section.pages = sorted;
        }
    }
    if unplaced.is_empty() {
        return Vec::new();
    }
    let placed: BTreeSet<&PageId> = graph
        .sections
        .values()
        .flat_map(|section| &section.pages)
        .collect();
    let mut warnings = Vec::new();
    for (id, sort_by) in unplaced {
        if !placed.contains(&id) && graph.ignored_pages.last() != Some(&id) {
            warnings.push(left_out(&id, sort_by));
            graph.ignored_pages.push(id);
        }
    }
    warnings
}

fn left_out(id: &PageId, sort_by: SortBy) -> Diagnostic {
    let (key, example) = match sort_by {
        SortBy::Date | SortBy::UpdateDate => ("date", "date = 2026-11-24"),
        SortBy::Weight => ("weight", "weight = 1"),
        _ => ("title", "title = \"…\""),
    };
    Diagnostic::warning(format!(
        "This page has no {key}, by which its section is sorted, so it is left out of the site"
    ))
    .in_file(format!("content/{id}"))
    .hint(format!("add {example} to its front matter"))
}

fn has_key(page: &PageHead, sort_by: SortBy) -> bool {
    let front = &page.front;
    match sort_by {
        SortBy::Date => front.instant.is_some(),
        SortBy::UpdateDate => front.instant.is_some() || front.updated_instant.is_some(),
        SortBy::Title | SortBy::TitleBytes => front.title.is_some(),
        SortBy::Weight => front.weight.is_some(),
        SortBy::Slug | SortBy::Permalink | SortBy::None => true,
    }
}

fn compare(a: &PageHead, b: &PageHead, sort_by: SortBy) -> Ordering {
    let title = |page: &'_ PageHead| page.front.title.clone().unwrap_or_default();
    match sort_by {
        SortBy::Date => Reverse(a.front.instant).cmp(&Reverse(b.front.instant)),
        SortBy::UpdateDate => Reverse(latest(a)).cmp(&Reverse(latest(b))),
        SortBy::Title => natural_lexical_cmp(&title(a), &title(b)),
        SortBy::TitleBytes => title(a).cmp(&title(b)),
        SortBy::Weight => a.front.weight.cmp(&b.front.weight),
        SortBy::Slug => natural_lexical_cmp(&a.slug, &b.slug),
        SortBy::Permalink => Ordering::Equal,
        // By path, since Zola's own order changes from run to run.
        SortBy::None => a.id.cmp(&b.id),
    }
}

fn latest(page: &PageHead) -> Option<i128> {
    page.front.instant.max(page.front.updated_instant)
}

/// Sorts pages of one date anew, as Zola 0.23 does: by address from the last to the first, like
/// their dates.
pub(super) fn turn_ties(graph: &mut SiteGraph) {
    let pages = &graph.pages;
    let turned = |ids: &mut Vec<PageId>, sort_by: SortBy| {
        ids.sort_by(|a, b| match (pages.get(a), pages.get(b)) {
            (Some(a), Some(b)) if has_key(a, sort_by) && has_key(b, sort_by) => {
                compare(a, b, sort_by).then_with(|| b.permalink.cmp(&a.permalink))
            }
            (Some(a), Some(b)) => has_key(b, sort_by).cmp(&has_key(a, sort_by)),
            _ => Ordering::Equal,
        });
    };
    for section in graph.sections.values_mut() {
        if matches!(section.front.sort_by, SortBy::Date | SortBy::UpdateDate) {
            turned(&mut section.pages, section.front.sort_by);
        }
    }
    let taxonomies = graph.taxonomies.values_mut().flatten();
    for term in taxonomies.flat_map(|taxonomy| &mut taxonomy.terms) {
        turned(&mut term.pages, SortBy::Date);
    }
    for page in graph.pages.values_mut() {
        (page.lower, page.higher) = (None, None);
    }
    let linking: Vec<Vec<PageId>> = graph
        .sections
        .values()
        .filter(|section| links_neighbours(&section.front))
        .map(|section| section.pages.clone())
        .collect();
    for sorted in linking {
        link(graph, &sorted);
    }
}

fn links_neighbours(section: &SectionFrontMatter) -> bool {
    section.sort_by != SortBy::None && !section.transparent
}

/// Each page's neighbours in a sorted list; the first section that links a page wins.
fn link(graph: &mut SiteGraph, sorted: &[PageId]) {
    for (index, id) in sorted.iter().enumerate() {
        let lower = index.checked_sub(1).and_then(|before| sorted.get(before));
        let higher = sorted.get(index + 1);
        if let Some(page) = graph.pages.get_mut(id)
            && page.lower.is_none()
            && page.higher.is_none()
        {
            page.lower = lower.cloned();
            page.higher = higher.cloned();
        }
    }
}

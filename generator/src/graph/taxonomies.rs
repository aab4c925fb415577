//! Terms and the pages that bear them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{PageHead, PageId, SiteGraph, Taxonomy, Term};
use crate::settings::{Settings, TaxonomySettings};

/// The taxonomies of each language, in the order of its settings.
pub(super) fn resolve(graph: &SiteGraph, settings: &Settings) -> BTreeMap<String, Vec<Taxonomy>> {
    let mut by_lang: BTreeMap<&str, Vec<&PageHead>> = BTreeMap::new();
    for page in graph.pages.values() {
        by_lang.entry(&page.lang).or_default().push(page);
    }
    settings
        .languages
        .iter()
        .map(|(lang, language)| {
            let pages = by_lang.get(lang.as_str()).map_or(&[][..], Vec::as_slice);
            let taxonomies = language
                .taxonomies
                .iter()
                .map(|taxonomy| one(pages, settings, lang, taxonomy))
                .collect();
            (lang.clone(), taxonomies)
        })
        .collect()
}

fn one(
    pages: &[&PageHead],
    settings: &Settings,
    lang: &str,
    taxonomy: &TaxonomySettings,
) -> Taxonomy {
    let root = settings.taxonomy_root.as_deref().unwrap_or_default();
    let below = [root.trim_matches('/'), taxonomy.slug.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("/");
    let path = format!("{}/", settings.path_in_language(lang, &below));
    Taxonomy {
        name: taxonomy.name.clone(),
        slug: taxonomy.slug.clone(),
        lang: lang.to_owned(),
        permalink: settings.permalink(&path),
        terms: terms(pages, settings, &taxonomy.name, &path),
        path,
    }
}

fn terms(pages: &[&PageHead], settings: &Settings, taxonomy: &str, base: &str) -> Vec<Term> {
    let mut by_name: BTreeMap<&str, Vec<&PageHead>> = BTreeMap::new();
    for page in pages.iter().copied() {
        for name in page.front.taxonomies.get(taxonomy).into_iter().flatten() {
            by_name.entry(name).or_default().push(page);
        }
    }
    // Spellings that share an address are one term, named by the smallest; the pages of the
    // others come after its own. A page that bears a term twice stands there twice, as in Zola.
    let mut by_slug: BTreeMap<String, Term> = BTreeMap::new();
    for (name, pages) in by_name {
        let slug = settings.slugify.taxonomies.path(name);
        let path = format!("{base}{slug}/");
        let term = by_slug.entry(slug.clone()).or_insert_with(|| Term {
            name: name.to_owned(),
            permalink: settings.permalink(&path),
            slug,
            path,
            pages: Vec::new(),
        });
        term.pages.extend(newest_first(&pages));
    }
    by_slug.into_values().collect()
}

fn newest_first(pages: &[&PageHead]) -> Vec<PageId> {
    // The dates lie side by side while they are compared; in the heads they are far apart.
    let mut keyed: Vec<_> = pages
        .iter()
        .map(|page| {
            let instant = page.front.instant;
            let date = (instant.is_none(), Reverse(instant));
            (date, page.permalink.as_str(), &page.id)
        })
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, _, id)| id.clone()).collect()
}

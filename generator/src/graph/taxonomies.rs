//! Terms and the pages that bear them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{PageHead, PageId, SiteGraph, Taxonomy, Term};
use crate::settings::{Settings, TaxonomySettings};

/// The taxonomies of each language, in the order of its settings.
pub(super) fn resolve(graph: &SiteGraph, settings: &Settings) -> BTreeMap<String, Vec<Taxonomy>> {
    settings
        .languages
        .iter()
        .map(|(lang, language)| {
            let taxonomies = language
                .taxonomies
                .iter()
                .map(|taxonomy| one(graph, settings, lang, taxonomy))
                .collect();
            (lang.clone(), taxonomies)
        })
        .collect()
}

fn one(
    graph: &SiteGraph,
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
        terms: terms(graph, settings, lang, &taxonomy.name, &path),
        path,
    }
}

fn terms(
    graph: &SiteGraph,
    settings: &Settings,
    lang: &str,
    taxonomy: &str,
    base: &str,
) -> Vec<Term> {
    let mut by_name: BTreeMap<&str, Vec<&PageHead>> = BTreeMap::new();
    for page in graph.pages.values().filter(|page| page.lang == lang) {
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
        term.pages.extend(newest_first(pages));
    }
    by_slug.into_values().collect()
}

fn newest_first(mut pages: Vec<&PageHead>) -> Vec<PageId> {
    pages.sort_by_key(|page| {
        (
            page.front.instant.is_none(),
            Reverse(page.front.instant),
            page.permalink.clone(),
        )
    });
    pages.into_iter().map(|page| page.id.clone()).collect()
}

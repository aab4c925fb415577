//! The plan's taxonomies and feeds.

use std::sync::Arc;

use super::pagers::Pagers;
use super::plan::{Feed, FeedOf, Planner, Rank, TermPager, What, is_written};
use crate::graph::{PageId, SectionHead, SiteGraph, Taxonomy, Term};
use crate::settings::TaxonomySettings;

/// How a section is cut, if it is.
pub(super) fn section_pagers(section: &SectionHead) -> Option<Pagers<'_>> {
    Some(Pagers {
        path: &section.path,
        part: &section.front.paginate_path,
        size: section.front.pager_size()?,
        reversed: section.front.paginate_reversed,
        total: section.pages.len(),
    })
}

/// How a term is cut, if it is.
pub(super) fn term_pagers<'a>(
    term: &'a Term,
    settings: &'a TaxonomySettings,
) -> Option<Pagers<'a>> {
    Some(Pagers {
        path: &term.path,
        part: settings.pager_path(),
        size: settings.pager_size()?,
        reversed: false,
        total: term.pages.len(),
    })
}

/// A term's pages that its pagers show.
pub(super) fn shown_pages(graph: &SiteGraph, term: &Term) -> Vec<PageId> {
    term.pages
        .iter()
        .filter_map(|id| graph.pages.get(id))
        .filter(|page| is_written(graph, page))
        .map(|page| page.id.clone())
        .collect()
}

/// Each taxonomy that has terms and is rendered, with its settings.
pub(super) fn rendered<'a>(
    settings: &'a crate::settings::Settings,
    graph: &'a SiteGraph,
) -> impl Iterator<Item = (&'a Taxonomy, &'a TaxonomySettings)> {
    graph
        .taxonomies
        .values()
        .flatten()
        .filter_map(|taxonomy| {
            let language = settings.language(&taxonomy.lang)?;
            Some((taxonomy, language.taxonomy(&taxonomy.name)?))
        })
        .filter(|(_, kind)| kind.render)
}

pub(super) fn taxonomies(planner: &mut Planner<'_>) {
    let graph = planner.graph;
    for (taxonomy, kind) in rendered(planner.settings, graph) {
        if taxonomy.terms.is_empty() {
            continue;
        }
        let source = format!("the taxonomy `{}` ({})", taxonomy.name, taxonomy.lang);
        let what = What::Taxonomy {
            lang: taxonomy.lang.clone(),
            name: taxonomy.name.clone(),
        };
        planner.add_list(&taxonomy.path, &source, what);
        for term in &taxonomy.terms {
            add_term(planner, taxonomy, kind, term);
        }
    }
}

fn add_term(planner: &mut Planner<'_>, taxonomy: &Taxonomy, kind: &TaxonomySettings, term: &Term) {
    let source = format!(
        "the term `{}` of the taxonomy `{}` ({})",
        term.name, taxonomy.name, taxonomy.lang
    );
    let what = |pager| What::Term {
        lang: taxonomy.lang.clone(),
        name: taxonomy.name.clone(),
        slug: term.slug.clone(),
        pager,
    };
    match term_pagers(term, kind) {
        None => planner.add_list(&term.path, &source, what(None)),
        Some(pagers) => {
            let pages: Arc<[PageId]> = shown_pages(planner.graph, term).into();
            for number in 1..=pagers.number(pages.len()) {
                let pages = Arc::clone(&pages);
                let pager = TermPager { number, pages };
                planner.add_list(&pagers.pager_path(number), &source, what(Some(pager)));
            }
            let first = What::Redirect(term.permalink.clone());
            planner.add_list(&pagers.numbered_path(1), &source, first);
        }
    }
    if kind.feed {
        let of = FeedOf::Term {
            name: taxonomy.name.clone(),
            slug: term.slug.clone(),
        };
        add_feeds(planner, &taxonomy.lang, &term.path, &of, &source);
    }
}

pub(super) fn feeds(planner: &mut Planner<'_>) {
    let (settings, graph) = (planner.settings, planner.graph);
    for section in graph.sections.values() {
        if section.front.generate_feeds {
            let of = FeedOf::Section(section.id.clone());
            let source = format!("content/{}", section.id);
            // The home section's feed is the language's, if both are asked for.
            let is_language_too = section.folders.is_empty() && settings.has_feeds(&section.lang);
            if !is_language_too {
                add_feeds(planner, &section.lang, &section.path, &of, &source);
            }
        }
    }
    for lang in settings.languages.keys() {
        if settings.has_feeds(lang) {
            let path = settings.path_in_language(lang, "");
            add_feeds(
                planner,
                lang,
                &path,
                &FeedOf::Language,
                &settings.config_file,
            );
        }
    }
}

fn add_feeds(planner: &mut Planner<'_>, lang: &str, folder: &str, of: &FeedOf, source: &str) {
    let Some(language) = planner.settings.language(lang) else {
        return;
    };
    for name in &language.feed_filenames {
        let path = format!("{}/{name}", folder.trim_end_matches('/'));
        let feed = Feed {
            lang: lang.to_owned(),
            name: name.clone(),
            path: path.clone(),
            of: of.clone(),
        };
        planner.add(&path, source, Rank::Made, What::Feed(feed));
    }
}

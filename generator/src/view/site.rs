//! The whole site as template values.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use tera::Value;

use super::taxonomy::{self, TaxonomyValues, TermValues};
use super::{NOTHING, config, list, page, rolled_toc, section, strings, toc, translation};
use crate::graph::{ByPage, PageHead, PageId, SectionId, SiteGraph};
use crate::markup::{Bodies, Rendered};
use crate::settings::{Dialect, Settings};
use crate::template::SiteLookup;

/// All template values of a site. They share their data: a clone is cheap.
#[derive(Clone, Debug, Default)]
pub struct SiteView {
    pages: ByPage<PageValues>,
    sections: BTreeMap<SectionId, SectionValues>,
    /// By language and name.
    taxonomies: BTreeMap<String, BTreeMap<String, TaxonomyValues>>,
    configs: BTreeMap<String, Value>,
    /// Whether pages know their neighbours in every list, or only in those of sections.
    neighbours_everywhere: bool,
}

#[derive(Clone, Debug)]
struct PageValues {
    full: Value,
    without_neighbours: Value,
}

#[derive(Clone, Debug)]
struct SectionValues {
    full: Value,
    without_pages: Value,
}

/// Makes all values of the site. Each body is let go once its values are made.
#[must_use]
pub fn freeze(settings: &Settings, graph: &SiteGraph, mut bodies: Bodies) -> SiteView {
    let (backlinks, common) =
        rayon::join(|| backlinks(graph, &bodies), || Common::of(settings, graph));
    let links_to = |file: &str| backlinks.get(file).unwrap_or(&NOTHING).clone();
    let page_bodies = std::mem::take(&mut bodies.pages);
    let mut view = SiteView {
        pages: pages(graph, page_bodies, &common, &links_to),
        configs: settings
            .languages
            .keys()
            .map(|lang| (lang.clone(), config(settings, lang)))
            .collect(),
        neighbours_everywhere: graph.dialect == Dialect::Zola023,
        ..SiteView::default()
    };
    for (id, head) in &graph.sections {
        let body = bodies.sections.get(id).map(|body| &**body);
        let mut fields = section::bare(settings, graph, head, body, links_to(&id.0));
        let without_pages = Value::from(fields.clone());
        let pages: Vec<Value> = head.pages.iter().filter_map(|id| view.page(id)).collect();
        fields.insert("pages", Value::from(pages));
        let full = Value::from(fields);
        view.sections.insert(
            id.clone(),
            SectionValues {
                full,
                without_pages,
            },
        );
    }
    view.taxonomies = taxonomies(settings, graph, &view);
    view
}

fn pages(
    graph: &SiteGraph,
    mut bodies: ByPage<Arc<Rendered>>,
    common: &Common<'_>,
    links_to: &(dyn Fn(&str) -> Value + Sync),
) -> ByPage<PageValues> {
    let heads: Vec<&PageHead> = graph.pages.values().collect();
    let bodies: Vec<Option<Arc<Rendered>>> = heads
        .iter()
        .map(|head| bodies.swap_remove(&head.id))
        .collect();
    let bare: Vec<Value> = heads
        .par_iter()
        .zip(bodies)
        .map(|(head, body)| {
            let shared = common.of_page(head, body.as_deref(), links_to(&head.id.0));
            page::bare(head, body.as_deref(), shared).into()
        })
        .collect();
    let neighbour = |id: &Option<PageId>| {
        let index = graph.pages.get_index_of(id.as_ref()?)?;
        bare.get(index).cloned()
    };
    let full: Vec<Value> = heads
        .par_iter()
        .zip(&bare)
        .map(|(head, bare)| page::beside(bare, neighbour(&head.lower), neighbour(&head.higher)))
        .collect();
    heads
        .into_iter()
        .zip(full.into_iter().zip(bare))
        .map(|(head, (full, without_neighbours))| {
            let values = PageValues {
                full,
                without_neighbours,
            };
            (head.id.clone(), values)
        })
        .collect()
}

/// Values that many pages show, made once.
struct Common<'a> {
    ancestors: BTreeMap<&'a [SectionId], Value>,
    /// Each page's address and title, which the pages that lead to it show too.
    names: HashMap<&'a PageId, (Value, Value)>,
    /// Each page as one of the translations of another.
    translations: HashMap<&'a PageId, Value>,
    toc: fn(Option<&Rendered>) -> Value,
}

impl<'a> Common<'a> {
    fn of(settings: &Settings, graph: &'a SiteGraph) -> Self {
        let mut ancestors: BTreeMap<&[SectionId], Value> = BTreeMap::new();
        let mut names = HashMap::with_capacity(graph.pages.len());
        let mut translations = HashMap::new();
        for head in graph.pages.values() {
            ancestors
                .entry(&head.ancestors)
                .or_insert_with(|| strings(head.ancestors.iter().map(|id| &*id.0)));
            let permalink = Value::from(head.permalink.as_str());
            let title = Value::from(head.front.title.as_deref());
            names.insert(&head.id, (permalink.clone(), title.clone()));
            if !head.translations.is_empty() {
                let value = translation(settings, &head.id.0, &head.lang, permalink, title);
                translations.insert(&head.id, value);
            }
        }
        Self {
            ancestors,
            names,
            translations,
            toc: match graph.dialect {
                Dialect::Zola022 => rolled_toc,
                Dialect::Zola023 => toc,
            },
        }
    }

    fn of_page(&self, head: &PageHead, body: Option<&Rendered>, backlinks: Value) -> page::Shared {
        let ancestors = self.ancestors.get(head.ancestors.as_slice());
        let translations = head.translations.iter();
        let translations = translations.filter_map(|id| self.translations.get(id).cloned());
        let name = self.names.get(&head.id).cloned();
        let (permalink, title) = name.unwrap_or_else(|| (Value::none(), Value::none()));
        page::Shared {
            permalink,
            title,
            ancestors: ancestors.unwrap_or(&NOTHING).clone(),
            translations: list(translations.collect()),
            backlinks,
            toc: (self.toc)(body),
        }
    }
}

fn taxonomies(
    settings: &Settings,
    graph: &SiteGraph,
    view: &SiteView,
) -> BTreeMap<String, BTreeMap<String, TaxonomyValues>> {
    graph
        .taxonomies
        .iter()
        .map(|(lang, all)| {
            let language = settings.language(lang);
            let values = all
                .iter()
                .map(|one| {
                    let kind = language.and_then(|language| language.taxonomy(&one.name));
                    let values = taxonomy::values(one, kind, &|term| view.bare_pages(&term.pages));
                    (one.name.clone(), values)
                })
                .collect();
            (lang.clone(), values)
        })
        .collect()
}

/// Who links to each content file, by its path below `content/`.
fn backlinks<'g>(graph: &'g SiteGraph, bodies: &Bodies) -> HashMap<&'g str, Value> {
    let mut found: HashMap<&str, BTreeSet<(&str, Option<&str>)>> = HashMap::new();
    for (id, body) in &bodies.pages {
        let Some(head) = graph.pages.get(id) else {
            continue;
        };
        for link in &body.internal_links {
            let from = (head.permalink.as_str(), head.front.title.as_deref());
            if let Some(target) = file_of(graph, &link.target) {
                found.entry(target).or_default().insert(from);
            }
        }
    }
    for (id, body) in &bodies.sections {
        let Some(head) = graph.sections.get(id) else {
            continue;
        };
        for link in &body.internal_links {
            let from = (head.permalink.as_str(), head.front.title.as_deref());
            if let Some(target) = file_of(graph, &link.target) {
                found.entry(target).or_default().insert(from);
            }
        }
    }
    found
        .into_iter()
        .map(|(target, from)| {
            let links: Vec<Value> = from
                .into_iter()
                .map(|(permalink, title)| page::backlink(permalink, title))
                .collect();
            (target, Value::from(links))
        })
        .collect()
}

/// The same path as the graph holds it, which outlives the bodies.
fn file_of<'g>(graph: &'g SiteGraph, file: &str) -> Option<&'g str> {
    let page = graph.pages.get(file).map(|head| &*head.id.0);
    let section = || graph.sections.get(&SectionId(file.into()));
    page.or_else(|| section().map(|head| &*head.id.0))
}

impl SiteView {
    /// `config` for a language.
    #[must_use]
    pub fn config(&self, lang: &str) -> Value {
        self.configs.get(lang).cloned().unwrap_or_else(Value::none)
    }

    /// A page with its neighbours.
    #[must_use]
    pub fn page(&self, id: &PageId) -> Option<Value> {
        self.pages.get(id).map(|page| page.full.clone())
    }

    /// Pages without their neighbours, as Zola 0.22 lists them outside sections; in the dialect 0.23
    /// with them.
    #[must_use]
    pub fn bare_pages<'a>(&self, ids: impl IntoIterator<Item = &'a PageId>) -> Vec<Value> {
        ids.into_iter()
            .filter_map(|id| self.pages.get(id))
            .map(|page| match self.neighbours_everywhere {
                true => page.full.clone(),
                false => page.without_neighbours.clone(),
            })
            .collect()
    }

    /// A section with its pages.
    #[must_use]
    pub fn section(&self, id: &SectionId) -> Option<Value> {
        self.sections.get(id).map(|section| section.full.clone())
    }

    /// A section without its pages.
    #[must_use]
    pub fn section_without_pages(&self, id: &SectionId) -> Option<Value> {
        self.sections
            .get(id)
            .map(|section| section.without_pages.clone())
    }

    /// A taxonomy's settings and its terms, as the templates of its files see them.
    #[must_use]
    pub fn taxonomy_parts(&self, lang: &str, name: &str) -> Option<(Value, Vec<Value>)> {
        let taxonomy = self.find(lang, name)?;
        let terms = taxonomy
            .terms
            .iter()
            .map(|term| term.full.clone())
            .collect();
        Some((taxonomy.kind.clone(), terms))
    }

    /// A taxonomy's settings and one of its terms, by its slug.
    #[must_use]
    pub fn term_parts(&self, lang: &str, name: &str, slug: &str) -> Option<(Value, Value)> {
        let taxonomy = self.find(lang, name)?;
        let term = taxonomy.terms.iter().find(|term| term.slug == slug)?;
        Some((taxonomy.kind.clone(), term.full.clone()))
    }

    fn find(&self, lang: &str, name: &str) -> Option<&TaxonomyValues> {
        self.taxonomies.get(lang)?.get(name)
    }
}

impl SiteLookup for SiteView {
    fn page(&self, file: &str) -> Option<Value> {
        self.pages.get(file).map(|page| page.full.clone())
    }

    fn section(&self, file: &str, metadata_only: bool) -> Option<Value> {
        let id = SectionId(file.into());
        if metadata_only {
            self.section_without_pages(&id)
        } else {
            self.section(&id)
        }
    }

    fn taxonomy(&self, kind: &str, lang: &str) -> Option<Value> {
        self.find(lang, kind).map(|found| found.whole.clone())
    }

    fn taxonomy_term(
        &self,
        kind: &str,
        term: &str,
        lang: &str,
        include_pages: bool,
    ) -> Option<Value> {
        let terms: &[TermValues] = &self.find(lang, kind)?.terms;
        let found = terms.iter().find(|one| one.name == term)?;
        Some(if include_pages {
            found.full.clone()
        } else {
            found.without_pages.clone()
        })
    }
}

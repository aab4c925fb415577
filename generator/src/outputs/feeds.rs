//! What a feed's template sees.

use std::cmp::Reverse;

use tera::Value;

use super::plan::{Feed, FeedOf};
use super::render::Materials;
use crate::graph::{PageHead, PageId, Term};
use crate::settings::Dialect;
use crate::template::Context;
use crate::view::object;

/// The variables of a feed's template.
pub(super) fn context(feed: &Feed, materials: &Materials<'_>) -> Context {
    let settings = materials.settings;
    let mut heads = pages(feed, materials);
    if materials.templates.dialect() == Dialect::Zola023 {
        heads.retain(|page| page.front.render && page.front.include_in_feeds);
    }
    heads.sort_by_key(|page| (Reverse(page.front.instant), page.permalink.clone()));
    let mut context = Context::new()
        .with("config", materials.view.config(&feed.lang))
        .with("lang", feed.lang.as_str())
        .with("feed_url", settings.permalink(&feed.path));
    if let Some(newest) = heads.first() {
        let last = heads
            .iter()
            .filter_map(|page| page.front.updated.as_deref())
            .chain(newest.front.date.as_deref())
            .max();
        context.insert("last_updated", Value::from(last));
    }
    let limit = settings
        .feed_limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(usize::MAX);
    let ids: Vec<PageId> = heads
        .iter()
        .take(limit)
        .map(|page| page.id.clone())
        .collect();
    context.insert("pages", materials.view.bare_pages(&ids));
    match &feed.of {
        FeedOf::Language => {}
        FeedOf::Section(id) => context.insert("section", materials.view.section(id)),
        FeedOf::Term { name, slug } => {
            if let (Some((kind, _)), Some(term)) = (
                materials.view.term_parts(&feed.lang, name, slug),
                find(feed, materials),
            ) {
                context.insert("taxonomy", kind);
                context.insert("term", short(term));
            }
        }
    }
    context
}

fn short(term: &Term) -> Value {
    object([
        ("name", Value::from(term.name.as_str())),
        ("slug", Value::from(term.slug.as_str())),
        ("permalink", Value::from(term.permalink.as_str())),
    ])
}

/// The dated pages of a feed.
fn pages<'a>(feed: &Feed, materials: &Materials<'a>) -> Vec<&'a PageHead> {
    let graph = materials.graph;
    let of_ids = |ids: &[PageId]| -> Vec<&'a PageHead> {
        ids.iter().filter_map(|id| graph.pages.get(id)).collect()
    };
    let mut pages: Vec<&PageHead> = match &feed.of {
        FeedOf::Language => graph
            .pages
            .values()
            .filter(|page| page.lang == feed.lang)
            .collect(),
        FeedOf::Section(id) => graph
            .sections
            .get(id)
            .map(|section| of_ids(&section.pages))
            .unwrap_or_default(),
        FeedOf::Term { .. } => find(feed, materials)
            .map(|term| of_ids(&term.pages))
            .unwrap_or_default(),
    };
    pages.retain(|page| {
        page.front.instant.is_some()
            && !graph.ignored_pages.contains(&page.id)
            && !graph.unlisted_pages.contains(&page.id)
    });
    pages
}

fn find<'a>(feed: &Feed, materials: &Materials<'a>) -> Option<&'a Term> {
    let FeedOf::Term { name, slug } = &feed.of else {
        return None;
    };
    materials
        .graph
        .taxonomies
        .get(&feed.lang)?
        .iter()
        .find(|taxonomy| taxonomy.name == *name)?
        .terms
        .iter()
        .find(|term| term.slug == *slug)
}

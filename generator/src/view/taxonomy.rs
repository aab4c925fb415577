//! Taxonomies and terms as templates see them.

use tera::Value;

use super::object;
use crate::graph::{Taxonomy, Term};
use crate::settings::TaxonomySettings;

/// One taxonomy of one language.
#[derive(Clone, Debug)]
pub(super) struct TaxonomyValues {
    /// Its settings.
    pub(super) kind: Value,
    /// Its terms, as in the graph.
    pub(super) terms: Vec<TermValues>,
    /// As `get_taxonomy` gives it.
    pub(super) whole: Value,
}

/// One term.
#[derive(Clone, Debug)]
pub(super) struct TermValues {
    pub(super) name: String,
    pub(super) slug: String,
    pub(super) full: Value,
    pub(super) without_pages: Value,
}

/// The values of a taxonomy; `page` gives those of its pages.
pub(super) fn values(
    taxonomy: &Taxonomy,
    settings: Option<&TaxonomySettings>,
    page: &dyn Fn(&Term) -> Vec<Value>,
) -> TaxonomyValues {
    let kind = settings.map_or_else(Value::none, Value::from_serializable);
    let terms: Vec<TermValues> = taxonomy
        .terms
        .iter()
        .map(|term| TermValues {
            name: term.name.clone(),
            slug: term.slug.clone(),
            full: term_value(term, page(term)),
            without_pages: term_value(term, Vec::new()),
        })
        .collect();
    let items: Vec<Value> = terms.iter().map(|term| term.full.clone()).collect();
    TaxonomyValues {
        whole: object([
            ("kind", kind.clone()),
            ("lang", Value::from(taxonomy.lang.as_str())),
            ("permalink", Value::from(taxonomy.permalink.as_str())),
            ("items", Value::from(items)),
        ]),
        kind,
        terms,
    }
}

fn term_value(term: &Term, pages: Vec<Value>) -> Value {
    object([
        ("name", Value::from(term.name.as_str())),
        ("slug", Value::from(term.slug.as_str())),
        ("path", Value::from(term.path.as_str())),
        ("permalink", Value::from(term.permalink.as_str())),
        ("pages", Value::from(pages)),
        ("page_count", Value::from(term.pages.len())),
    ])
}

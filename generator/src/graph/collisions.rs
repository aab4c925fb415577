//! Two files must not claim one address.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::SiteGraph;
use crate::diagnostic::Diagnostic;

/// Addresses that several files claim, compared as written (as Zola does).
pub(super) fn find(graph: &SiteGraph) -> Vec<Diagnostic> {
    // Hardly any site has such an address: only where there is one are the files gathered.
    let mut seen = HashSet::with_capacity(graph.pages.len());
    let several: BTreeSet<&str> = claims(graph)
        .map(|(path, _)| path)
        .filter(|path| !seen.insert(*path))
        .collect();
    if several.is_empty() {
        return Vec::new();
    }
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, id) in claims(graph).filter(|(path, _)| several.contains(path)) {
        files.entry(path).or_default().push(format!("content/{id}"));
    }
    files
        .into_iter()
        .filter_map(|(path, mut files)| {
            files.dedup();
            let (last, others) = files.split_last()?;
            (!others.is_empty()).then(|| {
                Diagnostic::error(format!(
                    "The address {path} is also that of {}",
                    others.join(", ")
                ))
                .in_file(last.clone())
                .about("path")
                .hint("give one of them another file name, `slug`, `path` or alias")
            })
        })
        .collect()
}

/// Every address and alias with the file that claims it.
fn claims(graph: &SiteGraph) -> impl Iterator<Item = (&str, &str)> {
    let pages = graph.pages.values().filter(|page| page.front.render);
    let pages = pages.map(|page| (&*page.id.0, &page.path, &page.front.aliases));
    let sections = graph
        .sections
        .values()
        .filter(|section| section.has_file && section.front.render)
        .map(|section| (&*section.id.0, &section.path, &section.front.aliases));
    pages.chain(sections).flat_map(|(id, path, aliases)| {
        std::iter::once(path)
            .chain(aliases)
            .map(move |address| (address.as_str(), id))
    })
}

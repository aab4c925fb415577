//! Two files must not claim one address.

use std::collections::BTreeMap;

use super::SiteGraph;
use crate::diagnostic::Diagnostic;

/// Addresses that several files claim, compared as written (as Zola does).
pub(super) fn find(graph: &SiteGraph) -> Vec<Diagnostic> {
    let mut claims: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for page in graph.pages.values().filter(|page| page.front.render) {
        let file = format!("content/{}", page.id);
        claims.entry(&page.path).or_default().push(file.clone());
        for alias in &page.front.aliases {
            claims.entry(alias).or_default().push(file.clone());
        }
    }
    for section in graph.sections.values() {
        if !section.has_file || !section.front.render {
            continue;
        }
        let file = format!("content/{}", section.id);
        claims.entry(&section.path).or_default().push(file.clone());
        for alias in &section.front.aliases {
            claims.entry(alias).or_default().push(file.clone());
        }
    }
    claims
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
                .hint("give one of them another file name, `slug`, `path` or alias")
            })
        })
        .collect()
}

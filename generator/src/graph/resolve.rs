//! From parsed heads to the resolved site.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{
    PageHead, PageId, SectionId, SiteGraph, assets, collisions, heads, membership, order,
    taxonomies, translations,
};
use crate::content::{FileName, ParsedContent};
use crate::diagnostic::{Diagnostic, Outcome};
use crate::settings::Settings;
use crate::source::{SourceFile, SourcePath};

/// Resolves addresses, sections, order, taxonomies and translations. `files` are the other files
/// below `content/`. Drafts are left out unless the settings include them.
#[must_use]
pub fn resolve(
    settings: &Settings,
    content: &[ParsedContent],
    files: &BTreeMap<SourcePath, SourceFile>,
) -> Outcome<SiteGraph> {
    let mut faults = Vec::new();
    let mut graph = SiteGraph::default();
    graph.pages.reserve_exact(content.len());
    let hidden = draft_folders(settings, content);
    let pages = content.par_iter().map(|parsed| match parsed {
        ParsedContent::Page(page) if !is_hidden(parsed, &hidden) => (!page.front.draft
            || settings.include_drafts)
            .then(|| heads::page(&page.name, &page.front, settings)),
        _ => None,
    });
    let pages: Vec<Option<PageHead>> = pages.collect();
    // The files come in the order of their paths, and so do the pages.
    for (parsed, page) in content.iter().zip(pages) {
        let name = parsed.name();
        match parsed {
            ParsedContent::Section(section) if !is_hidden(parsed, &hidden) => {
                let head = heads::section(name, &section.front, settings);
                graph.sections.insert(head.id.clone(), head);
            }
            _ => {}
        }
        if let Some(head) = page {
            if head.front.path.is_none() && head.front.slug.is_none() {
                faults.extend(bundle_beside_section(name, content));
            }
            graph.pages.insert(head.id.clone(), head);
        }
    }
    for lang in settings.languages.keys() {
        let home = heads::home(lang, settings);
        graph.sections.entry(home.id.clone()).or_insert(home);
    }
    membership::resolve(&mut graph, settings);
    faults.extend(order::sort(&mut graph));
    if settings.is_multilingual() {
        translations::resolve(&mut graph, settings);
    }
    assets::attach(&mut graph, files);
    graph.taxonomies = taxonomies::resolve(&graph, settings);
    faults.extend(collisions::find(&graph));
    faults.extend(hidden_from_search(&graph, settings));
    Outcome {
        value: graph,
        diagnostics: faults,
    }
}

/// Folders of draft sections: everything below them is left out, in every language; of the sections
/// that stand in the folder itself, the drafts.
fn draft_folders(settings: &Settings, content: &[ParsedContent]) -> BTreeSet<Vec<String>> {
    if settings.include_drafts {
        return BTreeSet::new();
    }
    content
        .iter()
        .filter_map(|parsed| match parsed {
            ParsedContent::Section(section) if section.front.draft => {
                Some(section.name.folders.clone())
            }
            _ => None,
        })
        .collect()
}

/// A section that is no draft stands beside a draft of another language, not below it.
fn is_hidden(parsed: &ParsedContent, hidden: &BTreeSet<Vec<String>>) -> bool {
    let folders = &parsed.name().folders;
    let ends = match parsed {
        ParsedContent::Section(section) if !section.front.draft => 0..folders.len(),
        _ => 0..folders.len() + 1,
    };
    !hidden.is_empty()
        && ends
            .filter_map(|end| folders.get(..end))
            .any(|start| hidden.contains(start))
}

/// A folder is a section or a page, never both, unless the page has an address of its own.
fn bundle_beside_section(name: &FileName, content: &[ParsedContent]) -> Option<Diagnostic> {
    if name.stem != "index" || name.below != bundle_file(name) {
        return None;
    }
    let section = format!("{}_index.md", name.colocated_path().unwrap_or_default());
    let file = format!("content/{}", name.below);
    let hint =
        "keep `index.md` for a page that owns its folder, or `_index.md` for a section, not both";
    if name.folders.is_empty() {
        let message = "The root of the content is a section: it cannot hold an index.md";
        return Some(
            Diagnostic::error(message)
                .in_file(file)
                .hint("name it _index.md"),
        );
    }
    let wanted = SourcePath(format!("content/{section}"));
    let found = content
        .binary_search_by(|parsed| parsed.path().cmp(&wanted))
        .is_ok();
    found.then(|| {
        Diagnostic::error("An index.md and an _index.md stand in the same folder")
            .in_file(file)
            .hint(hint)
    })
}

fn bundle_file(name: &FileName) -> String {
    let folder = name.folders.join("/");
    if folder.is_empty() {
        "index.md".to_owned()
    } else {
        format!("{folder}/index.md")
    }
}

/// A search index needs the home section, which holds all others.
fn hidden_from_search(graph: &SiteGraph, settings: &Settings) -> Vec<Diagnostic> {
    settings
        .languages
        .iter()
        .filter(|(_, language)| language.build_search_index)
        .filter_map(|(lang, _)| {
            let home = graph.sections.get(&SectionId::home(lang, settings))?;
            (!home.front.in_search_index).then(|| {
                Diagnostic::error(
                    "The site has a search index, but its first section is kept out of it",
                )
                .in_file(format!("content/{}", home.id))
                .hint("take in_search_index = false away, or build_search_index from the configuration")
            })
        })
        .collect()
}

impl SectionId {
    /// The section of a folder in a language.
    #[must_use]
    pub fn of(folders: &[String], lang: &str, settings: &Settings) -> Self {
        let mut id = String::new();
        for folder in folders {
            id.push_str(folder);
            id.push('/');
        }
        id.push_str("_index");
        if lang != settings.default_language {
            id.push('.');
            id.push_str(lang);
        }
        id.push_str(".md");
        Self(id.into())
    }

    /// The first section of a language.
    #[must_use]
    pub fn home(lang: &str, settings: &Settings) -> Self {
        Self::of(&[], lang, settings)
    }
}

impl PageId {
    /// The page of that file.
    #[must_use]
    pub fn of(name: &FileName) -> Self {
        Self(name.below.as_str().into())
    }
}

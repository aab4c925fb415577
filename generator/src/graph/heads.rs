//! Addresses: what a file's path and front matter tell of it alone.

use std::sync::Arc;

use super::{PageHead, PageId, SectionHead, SectionId};
use crate::content::{FileName, PageFrontMatter, SectionFrontMatter};
use crate::settings::Settings;

/// A page's head, still without its neighbours.
pub(super) fn page(name: &FileName, front: &Arc<PageFrontMatter>, settings: &Settings) -> PageHead {
    let slug = slug(name, front, settings);
    let path = match &front.path {
        Some(own) => own_path(own),
        None => {
            let mut parts: Vec<&str> = name.address_folders().iter().map(String::as_str).collect();
            parts.push(&slug);
            joined(&name.lang, &parts, settings)
        }
    };
    PageHead {
        id: PageId::of(name),
        lang: name.lang.clone(),
        permalink: settings.permalink(&path),
        path,
        slug,
        ancestors: Vec::new(),
        section: None,
        colocated_path: name.colocated_path(),
        assets: Vec::new(),
        template: front.template.clone(),
        lower: None,
        higher: None,
        translations: Vec::new(),
        front: Arc::clone(front),
    }
}

fn slug(name: &FileName, front: &PageFrontMatter, settings: &Settings) -> String {
    let slugify = settings.slugify;
    match &front.slug {
        Some(slug) => slugify.paths.path(slug),
        None => slugify
            .paths
            .path(name.slug_source(slugify.paths_keep_dates)),
    }
}

/// A path that the author wrote: slashes at both ends, nothing else is changed.
fn own_path(written: &str) -> String {
    let mut path = written.trim().to_owned();
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

/// A section's head, still without its neighbours.
pub(super) fn section(
    name: &FileName,
    front: &SectionFrontMatter,
    settings: &Settings,
) -> SectionHead {
    let mut head = bare_section(&name.folders, &name.lang, settings);
    head.front = front.clone();
    head.has_file = true;
    head
}

/// The first section of a language that has no file for it.
pub(super) fn home(lang: &str, settings: &Settings) -> SectionHead {
    let mut head = bare_section(&[], lang, settings);
    // As in Zola, where such a page's path begins without a slash (`fr/`).
    if lang != settings.default_language {
        head.path = head.path.trim_start_matches('/').to_owned();
    }
    head
}

fn bare_section(folders: &[String], lang: &str, settings: &Settings) -> SectionHead {
    let parts: Vec<&str> = folders.iter().map(String::as_str).collect();
    let path = joined(lang, &parts, settings);
    SectionHead {
        id: SectionId::of(folders, lang, settings),
        front: SectionFrontMatter::default(),
        has_file: false,
        lang: lang.to_owned(),
        permalink: settings.permalink(&path),
        path,
        folders: folders.to_vec(),
        ancestors: Vec::new(),
        pages: Vec::new(),
        subsections: Vec::new(),
        assets: Vec::new(),
        translations: Vec::new(),
    }
}

/// `/fr/a/b/`, empty parts left out.
fn joined(lang: &str, parts: &[&str], settings: &Settings) -> String {
    let mut path = settings.path_in_language(lang, "");
    if !path.ends_with('/') {
        path.push('/');
    }
    for part in parts.iter().filter(|part| !part.is_empty()) {
        path.push_str(part);
        path.push('/');
    }
    path
}

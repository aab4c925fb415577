//! Files beside pages and sections that are copied with them.

use std::collections::BTreeMap;

use super::{PageId, SectionId, SiteGraph};
use crate::source::{SourceFile, SourcePath};

/// Attaches to each bundle all files below its folder, to each section those in its folder.
pub(super) fn attach(graph: &mut SiteGraph, files: &BTreeMap<SourcePath, SourceFile>) {
    for page in graph.pages.values_mut().filter(|page| page.front.render) {
        if let Some(folder) = &page.colocated_path {
            page.assets = below(files, &format!("content/{folder}"), true);
        }
    }
    for section in graph
        .sections
        .values_mut()
        .filter(|section| section.has_file)
    {
        let mut folder = String::from("content/");
        for part in &section.folders {
            folder.push_str(part);
            folder.push('/');
        }
        section.assets = below(files, &folder, false);
    }
}

impl SiteGraph {
    /// The address of a file that is copied with a page or section, by its path below `content/`:
    /// that of the page whose folder holds it, else of the section in its folder.
    #[must_use]
    pub fn asset(&self, file: &str) -> Option<String> {
        let path = SourcePath(format!("content/{file}"));
        let mut folder = file;
        while let Some((above, _)) = folder.rsplit_once('/') {
            let page = self.pages.get(&PageId(format!("{above}/index.md").into()));
            if let Some(page) = page.filter(|page| page.assets.contains(&path)) {
                let rest = file.get(above.len() + 1..)?;
                return Some(format!("{}{rest}", page.permalink));
            }
            folder = above;
        }
        let (id, name) = match file.rsplit_once('/') {
            Some((above, name)) => (format!("{above}/_index.md"), name),
            None => ("_index.md".to_owned(), file),
        };
        let section = self.sections.get(&SectionId(id.into()))?;
        let there = section.assets.contains(&path);
        there.then(|| format!("{}{name}", section.permalink))
    }
}

fn below(
    files: &BTreeMap<SourcePath, SourceFile>,
    folder: &str,
    recursive: bool,
) -> Vec<SourcePath> {
    let mut found: Vec<SourcePath> = files
        .range(SourcePath(folder.to_owned())..)
        .map(|(path, _)| path)
        .take_while(|path| path.0.starts_with(folder))
        .filter(|path| {
            let rest = path.0.get(folder.len()..).unwrap_or_default();
            (recursive || !rest.contains('/'))
                && !is_temporary(rest.rsplit('/').next().unwrap_or(rest))
        })
        .cloned()
        .collect();
    found.sort_by_key(|path| (path.0.to_ascii_lowercase(), path.0.clone()));
    found
}

/// Files that editors and systems leave behind, by name; as in Zola, those without an extension
/// count as such.
fn is_temporary(name: &str) -> bool {
    let extension = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension,
        _ => return true,
    };
    name.starts_with('#')
        || name.starts_with(".#")
        || ["swp", "swx", "tmp", "DS_Store", "kate-swp"].contains(&extension)
        || ["jb_old___", "jb_tmp___", "jb_bak___", "bck", "~"]
            .iter()
            .any(|tail| extension.ends_with(tail))
}

//! Walking the site's folders: which sources there are, and the text of those that are parsed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::looks::note_walk;
use super::read::walked_text;
use super::{Layout, SourceFile, SourcePath, SourceTree};
use crate::diagnostic::{Diagnostic, Outcome};

/// Deeper folders than this are a mistake (a link that leads back, an unpacked archive).
pub(super) const DEEPEST: usize = 64;

/// Finds all sources and reads those that the stages parse; all faults are reported together.
#[must_use]
pub fn scan(layout: &Layout) -> Outcome<SourceTree> {
    let mut faults = Vec::new();
    let mut areas = Areas {
        layout,
        faults: &mut faults,
    };
    let mut tree = SourceTree::default();
    let files = areas.walk("content", true).into_iter();
    let (pages, assets): (Vec<SourceFile>, Vec<SourceFile>) = files
        .filter(|file| !layout.ignored_content.is_match(&file.disk_path))
        .partition(|file| is_markdown(&file.disk_path));
    // They come nearly in order, and maps are made of ordered lists as a whole.
    tree.content = by_path(pages.into_iter().filter(|file| !is_hidden(&file.path)));
    tree.assets = by_path(assets.into_iter());
    tree.templates = areas.take("templates", is_template);
    tree.sass = areas.take("sass", is_sass);
    tree.statics = areas.take_statics("static", true);
    if let Some(theme) = &layout.theme {
        let theme = format!("themes/{theme}");
        tree.theme_templates = areas.take(&format!("{theme}/templates"), is_theme_template);
        tree.theme_sass = areas.take(&format!("{theme}/sass"), is_sass);
        tree.theme_statics = areas.take_statics(&format!("{theme}/static"), false);
    }
    for area in [
        &mut tree.content,
        &mut tree.templates,
        &mut tree.sass,
        &mut tree.theme_templates,
        &mut tree.theme_sass,
    ] {
        read_all(area, &mut faults);
    }
    Outcome {
        value: tree,
        diagnostics: faults,
    }
}

fn by_path(files: impl Iterator<Item = SourceFile>) -> BTreeMap<SourcePath, SourceFile> {
    files.map(|file| (file.path.clone(), file)).collect()
}

/// Reads the texts of an area in parallel; files that cannot be read leave it.
fn read_all(area: &mut BTreeMap<SourcePath, SourceFile>, faults: &mut Vec<Diagnostic>) {
    let mut files: Vec<&mut SourceFile> = area.values_mut().collect();
    let found: Vec<Diagnostic> = files
        .par_iter_mut()
        .filter_map(|file| match walked_text(&file.disk_path, &file.path.0) {
            Ok(text) => {
                file.text = Some(Arc::from(text));
                None
            }
            Err(fault) => Some(fault),
        })
        .collect();
    faults.extend(found);
    area.retain(|_, file| file.text.is_some());
}

struct Areas<'a> {
    layout: &'a Layout,
    faults: &'a mut Vec<Diagnostic>,
}

impl Areas<'_> {
    fn take(
        &mut self,
        folder: &str,
        wanted: fn(&Path) -> bool,
    ) -> BTreeMap<SourcePath, SourceFile> {
        let files = self.walk(folder, false).into_iter();
        by_path(files.filter(|file| wanted(&file.disk_path)))
    }

    fn take_statics(&mut self, folder: &str, ignoring: bool) -> BTreeMap<SourcePath, SourceFile> {
        let prefix = format!("{folder}/");
        let ignored = &self.layout.ignored_static;
        self.walk(folder, true)
            .into_iter()
            .filter(|file| {
                let below = file.path.0.strip_prefix(&prefix).unwrap_or(&file.path.0);
                !(ignoring && ignored.is_match(below))
            })
            .map(|file| (file.path.clone(), file))
            .collect()
    }

    /// The files below a folder of the site, links followed, in path order. `hidden`: those whose
    /// name starts with a dot too.
    fn walk(&mut self, folder: &str, hidden: bool) -> Vec<SourceFile> {
        let start = self.layout.root.join(folder);
        let mut found = Vec::new();
        if start.is_dir() {
            for entry in files_below(&start, hidden) {
                match entry {
                    Ok(entry) => found.push(entry.into_path()),
                    Err(error) => self.unreadable(folder, &error),
                }
            }
        }
        note_walk(&start, hidden, &found);
        found
            .into_iter()
            .filter_map(|path| self.file(path))
            .collect()
    }

    fn file(&mut self, path: PathBuf) -> Option<SourceFile> {
        if path.to_str().is_none() {
            self.faults.push(
                Diagnostic::error("This file's name is not UTF-8 text")
                    .in_file(self.layout.label(&path))
                    .hint("give it a plain name: it becomes part of an address"),
            );
            return None;
        }
        Some(SourceFile {
            path: SourcePath(self.layout.label(&path)),
            disk_path: path,
            text: None,
        })
    }

    fn unreadable(&mut self, folder: &str, error: &walkdir::Error) {
        let label = error
            .path()
            .map_or_else(|| folder.to_owned(), |path| self.layout.label(path));
        let fault = if error.loop_ancestor().is_some() {
            Diagnostic::error("This link leads back to a folder above it")
                .hint("remove the link, or let it point outside the folders that hold it")
        } else {
            let reason = error
                .io_error()
                .map_or_else(|| error.to_string(), ToString::to_string);
            Diagnostic::error(format!("This cannot be read: {reason}"))
                .hint("mend its permissions or where it links to, or take it away")
        };
        self.faults.push(fault.in_file(label));
    }
}

/// The files below a folder, links followed, in path order; `hidden`: those whose name starts with a
/// dot too.
pub(super) fn files_below(
    start: &Path,
    hidden: bool,
) -> impl Iterator<Item = Result<DirEntry, walkdir::Error>> {
    WalkDir::new(start)
        .follow_links(true)
        .max_depth(DEEPEST)
        .sort_by_file_name()
        .into_iter()
        .filter(move |entry| {
            entry.as_ref().map_or(true, |entry| {
                let dotted = entry.file_name().as_encoded_bytes().starts_with(b".");
                entry.file_type().is_file() && (hidden || !dotted)
            })
        })
}

fn is_hidden(path: &SourcePath) -> bool {
    path.0
        .rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with('.'))
}

fn extension(path: &Path) -> &str {
    path.extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default()
}

fn is_markdown(path: &Path) -> bool {
    extension(path) == "md"
}

fn is_template(path: &Path) -> bool {
    is_theme_template(path) || matches!(extension(path), "txt" | "json" | "ics")
}

fn is_theme_template(path: &Path) -> bool {
    let extension = extension(path);
    extension.ends_with("ml") || extension == "md" || path.ends_with("robots.txt")
}

fn is_sass(path: &Path) -> bool {
    matches!(extension(path), "scss" | "sass" | "css")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::scan;
    use crate::source::Layout;

    #[test]
    fn sources_are_sorted_into_their_areas() {
        let site = tempfile::tempdir().expect("a folder");
        let write = |path: &str, text: &str| {
            let path = site.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("content/news/a.md", "+++\n+++\n");
        write("content/news/a.jpg", "x");
        write("content/.b.md", "hidden");
        write("templates/page.html", "p");
        write("templates/robots.txt", "r");
        write("themes/t/templates/x.json", "not a template of a theme");
        write("themes/t/static/.well-known/y", "s");
        write("static/a/b.css", "s");
        let layout = Layout {
            root: site.path().to_owned(),
            theme: Some("t".to_owned()),
            ..Layout::default()
        };
        let outcome = scan(&layout);
        assert!(outcome.diagnostics.is_empty(), "{:?}", outcome.diagnostics);
        let tree = outcome.value;
        let names = |area: &std::collections::BTreeMap<super::SourcePath, super::SourceFile>| {
            area.keys().map(|path| path.0.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&tree.content), ["content/news/a.md"]);
        assert_eq!(names(&tree.assets), ["content/news/a.jpg"]);
        assert_eq!(
            names(&tree.templates),
            ["templates/page.html", "templates/robots.txt"]
        );
        assert!(tree.theme_templates.is_empty());
        assert_eq!(
            names(&tree.theme_statics),
            ["themes/t/static/.well-known/y"]
        );
        assert_eq!(names(&tree.statics), ["static/a/b.css"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_named() {
        let site = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(site.path().join("content/a")).expect("made");
        std::os::unix::fs::symlink(
            site.path().join("content"),
            site.path().join("content/a/up"),
        )
        .expect("linked");
        let layout = Layout {
            root: site.path().to_owned(),
            ..Layout::default()
        };
        let faults = scan(&layout).diagnostics;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(
            faults.first().and_then(|fault| fault.file.as_deref()),
            Some("content/a/up")
        );
    }
}

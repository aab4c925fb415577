//! A registry of grammars and themes with the site's own ones, kept until those change.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::diagnostic::Diagnostic;
use crate::settings::HighlightingSettings;
use crate::source;

type Key = Vec<(PathBuf, Option<SystemTime>)>;

/// The registry used last, and what it was made of.
pub(super) type Kept<R> = Mutex<Option<(Key, Arc<R>)>>;

/// How a registry of either giallo is made.
pub(super) trait Load: Sized {
    /// That of giallo itself.
    fn builtin() -> Result<Self, String>;

    /// Adds a grammar of the site.
    fn add_grammar(&mut self, file: &Path) -> Result<(), String>;

    /// Adds a theme of the site.
    fn add_theme(&mut self, file: &Path) -> Result<(), String>;

    /// Lets grammars find each other, once all are there.
    fn link(&mut self);
}

/// The grammars and themes of a site, kept until its own ones change.
pub(super) fn kept<R: Load>(
    kept: &Kept<R>,
    settings: &HighlightingSettings,
    root: &Path,
) -> Result<Arc<R>, Vec<Diagnostic>> {
    let key: Key = settings
        .extra_grammars
        .iter()
        .chain(&settings.extra_themes)
        .map(|file| {
            let path = root.join(file);
            let changed = source::modified(&path);
            (path, changed)
        })
        .collect();
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, registry)) = &*kept
        && *of == key
    {
        return Ok(Arc::clone(registry));
    }
    let registry = Arc::new(extended(settings, root)?);
    *kept = Some((key, Arc::clone(&registry)));
    Ok(registry)
}

fn extended<R: Load>(settings: &HighlightingSettings, root: &Path) -> Result<R, Vec<Diagnostic>> {
    let mut registry = R::builtin().map_err(|error| {
        vec![
            Diagnostic::error(format!("The grammars cannot be read: {error}"))
                .hint("the program's file is damaged: install it anew"),
        ]
    })?;
    let mut faults = Vec::new();
    // Giallo takes only paths: `source` says whether the file is there, giallo reads it.
    let mut add = |file: &str, what: &str, add: &mut dyn FnMut(&Path) -> Result<(), String>| {
        let path = root.join(file);
        let added = if source::is_file(&path) {
            add(&path)
        } else {
            Err("there is no such file".to_owned())
        };
        if let Err(reason) = added {
            faults.push(
                Diagnostic::error(format!("This {what} cannot be read: {reason}"))
                    .in_file(file)
                    .hint("it is a JSON file as VS Code knows it, named below the site's folder"),
            );
        }
    };
    for file in &settings.extra_grammars {
        add(file, "grammar", &mut |path| registry.add_grammar(path));
    }
    for file in &settings.extra_themes {
        add(file, "theme", &mut |path| registry.add_theme(path));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    registry.link();
    Ok(registry)
}

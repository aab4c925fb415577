//! The files that templates ask for: found in Zola's order, read once a run.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tera::Value;

use crate::diagnostic::Diagnostic;
use crate::settings::Settings;
use crate::source::{self, Remotes, Request};

/// What was loaded, by path on disk and format. One for a whole build: clones of the values are
/// cheap.
#[derive(Debug, Default)]
pub struct Files {
    loaded: Mutex<BTreeMap<(PathBuf, &'static str), Value>>,
    /// What replies of other hosts say, by what was asked and format.
    parsed: Mutex<BTreeMap<(Request, &'static str), Value>>,
    remotes: Arc<Remotes>,
    /// Files that this build made already, by path below the output folder.
    made: RwLock<BTreeMap<String, Arc<[u8]>>>,
    /// Where files lie that are copied as they are, by path below the output folder.
    copies: BTreeMap<PathBuf, PathBuf>,
}

/// A file found.
pub(super) struct FoundFile {
    pub(super) disk_path: PathBuf,
    /// Below the site's root where it lies there, else as on disk.
    pub(super) label: String,
}

impl Files {
    /// Nothing loaded yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing loaded yet, beside files that this build made already, by path below the output
    /// folder.
    #[must_use]
    pub fn beside(made: BTreeMap<String, Arc<[u8]>>) -> Self {
        Self {
            made: RwLock::new(made),
            ..Self::default()
        }
    }

    /// Adds files that this build made since.
    pub fn add(&self, made: BTreeMap<String, Arc<[u8]>>) {
        let mut known = self.made.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(made);
    }

    /// The same beside files that are copied as they are: where they lie, by path below the output
    /// folder.
    #[must_use]
    pub fn with_copies(mut self, copies: BTreeMap<PathBuf, PathBuf>) -> Self {
        self.copies = copies;
        self
    }

    /// The same with replies of other hosts that are kept longer than this.
    #[must_use]
    pub fn with_remotes(mut self, remotes: Arc<Remotes>) -> Self {
        self.remotes = remotes;
        self
    }

    /// What another host replies, fetched once.
    pub(super) fn remote(&self, request: &Request) -> Result<Arc<str>, String> {
        self.remotes.text(request)
    }

    /// The value made from a reply, made once.
    pub(super) fn parsed(
        &self,
        request: &Request,
        format: &'static str,
        make: impl FnOnce() -> Result<Value, Diagnostic>,
    ) -> Result<Value, Diagnostic> {
        once(&self.parsed, (request.clone(), format), make)
    }

    /// What this build made at a path.
    pub(super) fn made(&self, written: &str) -> Option<Arc<[u8]>> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.get(written.trim_start_matches('/')).cloned()
    }

    /// The value made from a file, made once.
    pub(super) fn loaded(
        &self,
        file: &Path,
        format: &'static str,
        make: impl FnOnce() -> Result<Value, Diagnostic>,
    ) -> Result<Value, Diagnostic> {
        once(&self.loaded, (file.to_owned(), format), make)
    }
}

fn once<K: Ord>(
    held: &Mutex<BTreeMap<K, Value>>,
    key: K,
    make: impl FnOnce() -> Result<Value, Diagnostic>,
) -> Result<Value, Diagnostic> {
    let values = held.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = values.get(&key) {
        return Ok(value.clone());
    }
    // Two threads may both make it: that costs time once, while holding the lock would cost
    // every thread the time of every file.
    drop(values);
    let value = make()?;
    let mut values = held.lock().unwrap_or_else(PoisonError::into_inner);
    values.insert(key, value.clone());
    Ok(value)
}

/// A path as templates write it, below the site: `@/` means `content/`.
pub(super) fn unified(written: &str) -> String {
    match written.strip_prefix("@/") {
        Some(rest) => format!("content/{rest}"),
        None => written.trim_start_matches('/').to_owned(),
    }
}

/// Looks for a file as Zola does: below the root, `static/`, `content/`, the output folder (what
/// will be copied there, and what is there from before) and the theme's `static/`; `@/` means
/// `content/`. A file that another stands in for is that one.
///
/// # Errors
/// The path leads out of the site, by itself or by a link.
pub(super) fn find(
    settings: &Settings,
    files: &Files,
    written: &str,
) -> Result<Option<FoundFile>, String> {
    let below = unified(written);
    if let Some(stand_in) = settings.layout.stand_ins.get(&below) {
        return Ok(source::is_file(stand_in).then(|| FoundFile {
            label: settings.layout.label(stand_in),
            disk_path: stand_in.clone(),
        }));
    }
    let root = settings.root();
    let mut places = vec![
        root.to_owned(),
        root.join("static"),
        root.join("content"),
        settings.layout.output_dir.clone(),
    ];
    places.extend(
        settings
            .layout
            .theme_root()
            .map(|theme| theme.join("static")),
    );
    let output = settings.layout.output_dir.clone();
    let mut inside: Vec<PathBuf> = places
        .into_iter()
        .filter_map(|place| straight(&place.join(&below)))
        .filter(|path| path.starts_with(root) || path.starts_with(&output))
        .collect();
    if inside.is_empty() {
        return Err(format!("`{written}` leads out of the site's folder"));
    }
    let copied = straight(Path::new(&below)).and_then(|below| files.copies.get(&below));
    if let Some(copied) = copied {
        let before = inside.iter().position(|path| path.starts_with(&output));
        inside.insert(before.unwrap_or(inside.len()), copied.clone());
    }
    let Some(disk_path) = inside.into_iter().find(|path| source::is_file(path)) else {
        return Ok(None);
    };
    // A theme from elsewhere must not publish what its author cannot see.
    if !source::is_within(&disk_path, &[root, &output]) {
        return Err(format!("`{written}` is a link out of the site's folder"));
    }
    Ok(Some(FoundFile {
        label: settings.layout.label(&disk_path),
        disk_path,
    }))
}

/// A path without `.` and `..`; none if it leads above the first folder.
fn straight(path: &Path) -> Option<PathBuf> {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !straight.pop() {
                    return None;
                }
            }
            part => straight.push(part),
        }
    }
    Some(straight)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::{self, Overrides};

    fn site() -> tempfile::TempDir {
        let site = tempfile::tempdir().unwrap();
        fs::create_dir(site.path().join("static")).unwrap();
        for (file, text) in [
            ("config.toml", "base_url = \"https://a.example\""),
            ("counts.json", "live"),
            ("static/a.txt", "a"),
        ] {
            fs::write(site.path().join(file), text).unwrap();
        }
        site
    }

    fn found(site: &Path, overrides: &Overrides, path: &str) -> Result<Option<String>, String> {
        let settings = settings::load(site, None, overrides).unwrap();
        let copies = BTreeMap::from([("b/c.txt".into(), settings.root().join("static/a.txt"))]);
        let found = find(&settings, &Files::new().with_copies(copies), path)?;
        Ok(found.map(|file| fs::read_to_string(file.disk_path).unwrap()))
    }

    #[test]
    fn a_stand_in_is_read_instead_even_while_it_is_not_there() {
        let site = site();
        let trial = site.path().join("trial.json");
        let plain = Overrides::default();
        let overrides = Overrides {
            stand_ins: BTreeMap::from([("counts.json".to_owned(), trial.clone())]),
            ..Overrides::default()
        };
        let counts = |overrides| found(site.path(), overrides, "counts.json");
        assert_eq!(counts(&plain), Ok(Some("live".to_owned())));
        assert_eq!(counts(&overrides), Ok(None));
        fs::write(&trial, "trial").unwrap();
        assert_eq!(counts(&overrides), Ok(Some("trial".to_owned())));
        assert_eq!(
            found(site.path(), &overrides, "a.txt"),
            Ok(Some("a".to_owned()))
        );
    }

    #[test]
    fn what_is_copied_is_found_at_its_address() {
        let site = site();
        let of = |path| found(site.path(), &Overrides::default(), path);
        assert_eq!(of("/b//c.txt"), Ok(Some("a".to_owned())));
        assert_eq!(of("b/./c.txt"), Ok(Some("a".to_owned())));
        assert_eq!(of("b/d.txt"), Ok(None));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_anywhere_in_the_site_and_nowhere_else() {
        use std::os::unix::fs::symlink;
        let (site, elsewhere) = (site(), tempfile::tempdir().unwrap());
        let secret = elsewhere.path().join("secret.txt");
        fs::write(&secret, "secret").unwrap();
        symlink(&secret, site.path().join("static/out.txt")).unwrap();
        symlink(elsewhere.path(), site.path().join("folder")).unwrap();
        symlink("a.txt", site.path().join("static/in.txt")).unwrap();
        let of = |path| found(site.path(), &Overrides::default(), path);
        assert_eq!(of("in.txt"), Ok(Some("a".to_owned())));
        assert!(of("out.txt").unwrap_err().contains("is a link out of"));
        assert!(of("folder/secret.txt").is_err());
        assert_eq!(of("../secret.txt"), Ok(None));
    }
}

//! Sites written by a test, and what a build says of them.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use groundswell::diagnostic::Diagnostic;
use groundswell::engine::{BuildReport, Engine};
use groundswell::settings::Overrides;
use tempfile::TempDir;

/// The first line of every configuration.
pub(crate) const BASE: &str = "base_url = \"https://e.org\"\n";

/// A site of these files; its configuration is `config` below the address.
pub(crate) fn site(config: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "config.toml", format!("{BASE}{config}"));
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    folder
}

/// Writes a file, and the folders that hold it.
pub(crate) fn write(root: &Path, path: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, bytes).expect("written");
}

/// Builds a site in memory. A build that takes too long fails the test instead of holding it up.
pub(crate) fn build(root: &Path) -> BuildReport {
    let (done, wait) = mpsc::channel();
    let root = root.to_owned();
    thread::spawn(move || {
        // Nobody listens any more once the time is over.
        drop(done.send(Engine::new(&root, None, Overrides::default()).build()));
    });
    wait.recv_timeout(Duration::from_secs(60))
        .expect("the build panics or never ends")
}

/// The errors of a build, in its order.
pub(crate) fn errors(root: &Path) -> Vec<Diagnostic> {
    let report = build(root);
    let errors = report.diagnostics.into_iter();
    errors.filter(Diagnostic::is_error).collect()
}

//! The real programs, and the demonstration site in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests stand below the root")
        .to_owned()
}

/// The path of a program, built once for all tests.
pub(crate) fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--bins", "--locked", "--quiet"])
            .current_dir(repository())
            .status()
            .expect("cargo runs");
        assert!(built.success(), "the programs could not be built");
        // …/target/debug/deps/acceptance-0123: the programs stand two folders up.
        let own = std::env::current_exe().expect("our own path");
        own.ancestors().nth(2).expect("a target folder").to_owned()
    });
    folder.join(name)
}

/// A copy of the demonstration site.
pub(crate) fn site() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for part in [
        "config.toml",
        "groundswell.toml",
        "content",
        "themes",
        "static",
    ] {
        copy(&repository().join(part), &folder.path().join(part));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).expect("made");
        for entry in fs::read_dir(from).expect("readable") {
            let entry = entry.expect("readable");
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).expect("copied");
    }
}

/// Runs `groundswell` on a site and waits for its end.
pub(crate) fn groundswell(site: &Path, arguments: &[&str]) -> Output {
    Command::new(program("groundswell"))
        .arg("--root")
        .arg(site)
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .expect("groundswell runs")
}

/// What a program said.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

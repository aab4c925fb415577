//! Writing to disk: nothing more and nothing less than needed.

use std::sync::Arc;

use super::*;
use crate::outputs::Shelf;

fn artifacts(files: &[(&str, &str)]) -> BTreeMap<OutputPath, Artifact> {
    files
        .iter()
        .map(|(path, text)| {
            (
                OutputPath::new(path).expect("a sound path"),
                Artifact::Made(Arc::from(text.as_bytes())),
            )
        })
        .collect()
}

fn apply_to(files: &[(&str, &str)], folder: &Path) -> Written {
    apply(&artifacts(files), folder, None, &DiskOptions::default()).expect("writes")
}

fn listing(folder: &Path) -> Vec<String> {
    WalkDir::new(folder)
        .min_depth(1)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| {
            let entry = entry.expect("readable");
            entry
                .path()
                .strip_prefix(folder)
                .expect("below")
                .display()
                .to_string()
        })
        .collect()
}

#[test]
fn equal_files_are_kept_and_vanished_ones_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let first = apply_to(&[("a/index.html", "1"), ("b/c/index.html", "1")], root);
    assert_eq!((first.written, first.kept, first.deleted), (2, 0, 0));
    let before = fs::metadata(root.join("a/index.html"))
        .and_then(|m| m.modified())
        .expect("a time");
    let second = apply_to(&[("a/index.html", "1"), ("d.txt", "2")], root);
    assert_eq!((second.written, second.kept, second.deleted), (1, 1, 1));
    assert_eq!(listing(root), ["a", "a/index.html", "d.txt"]);
    let after = fs::metadata(root.join("a/index.html"))
        .and_then(|m| m.modified())
        .expect("a time");
    assert_eq!(before, after, "an equal file is not written again");
}

#[test]
fn a_file_may_become_a_folder_and_a_folder_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    apply_to(&[("a", "file"), ("b/index.html", "page")], root);
    apply_to(&[("a/index.html", "page"), ("b", "file")], root);
    assert_eq!(listing(root), ["a", "a/index.html", "b"]);
}

#[test]
fn dotfiles_at_the_root_stay_when_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    fs::create_dir_all(root.join(".git")).expect("a folder");
    fs::write(root.join(".git/config"), "x").expect("a file");
    fs::create_dir_all(root.join("old")).expect("a folder");
    fs::write(root.join("old/.hidden"), "x").expect("a file");
    let options = DiskOptions {
        keep_dotfiles: true,
        sources: None,
    };
    apply(&artifacts(&[("a", "1")]), root, None, &options).expect("writes");
    assert_eq!(listing(root), [".git", ".git/config", "a"]);
    apply_to(&[("a", "1")], root);
    assert_eq!(listing(root), ["a"]);
}

#[test]
fn copies_are_current_by_size_and_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("in.txt");
    fs::write(&source, "one").expect("a file");
    let out = folder.path().join("out");
    let copy = |link| {
        let artifacts = BTreeMap::from([(
            OutputPath::new("in.txt").expect("a sound path"),
            Artifact::Copy {
                from: source.clone(),
                link,
            },
        )]);
        apply(&artifacts, &out, None, &DiskOptions::default()).expect("writes")
    };
    assert_eq!(copy(false).written, 1);
    assert_eq!(copy(false).kept, 1);
    fs::write(&source, "another").expect("a file");
    assert_eq!(copy(false).written, 1);
    assert_eq!(
        fs::read_to_string(out.join("in.txt")).expect("a copy"),
        "another"
    );
    fs::write(&source, "linked one").expect("a file");
    assert_eq!(copy(true).written, 1);
    assert_eq!(
        fs::read_to_string(out.join("in.txt")).expect("a copy"),
        "linked one"
    );
}

#[test]
fn the_sources_are_never_wiped() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("site");
    fs::create_dir_all(&site).expect("a folder");
    fs::write(site.join("config.toml"), "x").expect("a file");
    for output in [folder.path(), site.as_path()] {
        let options = DiskOptions {
            keep_dotfiles: false,
            sources: Some(site.clone()),
        };
        let refused = apply(&artifacts(&[("a", "1")]), output, None, &options);
        assert!(matches!(refused, Err(EmitError::HoldsSources(_))));
    }
    assert!(site.join("config.toml").exists());
}

/// Puts files on a staging folder, as a build does, and then in place.
fn staged(files: &[(&str, &str)], folder: &Path) -> Written {
    let staging = Staging::beside(folder, None).expect("a staging folder");
    let put: BTreeMap<OutputPath, Artifact> = artifacts(files)
        .into_iter()
        .map(|(path, artifact)| {
            let stands = staging.put(&path, artifact).expect("put");
            (path, stands)
        })
        .collect();
    apply(&put, folder, Some(&staging), &DiskOptions::default()).expect("writes")
}

#[test]
fn staged_files_come_into_place_and_equal_ones_stay() {
    let above = tempfile::tempdir().expect("a folder");
    let root = above.path().join("public");
    let first = staged(&[("a/index.html", "1"), ("b.txt", "1")], &root);
    assert_eq!((first.written, first.kept, first.deleted), (2, 0, 0));
    assert_eq!(
        listing(above.path()),
        ["public", "public/a", "public/a/index.html", "public/b.txt"]
    );
    let time = |name: &str| fs::metadata(root.join(name)).and_then(|m| m.modified());
    let before = time("a/index.html").expect("a time");
    let second = staged(&[("a/index.html", "1"), ("c/index.html", "2")], &root);
    assert_eq!((second.written, second.kept, second.deleted), (1, 1, 1));
    assert_eq!(listing(&root), ["a", "a/index.html", "c", "c/index.html"]);
    assert_eq!(before, time("a/index.html").expect("a time"));
}

#[test]
fn a_build_that_fails_leaves_no_trace() {
    let above = tempfile::tempdir().expect("a folder");
    let root = above.path().join("public");
    for (path, artifact) in artifacts(&[("a/index.html", "1")]) {
        let staging = Staging::beside(&root, None).expect("a staging folder");
        staging.put(&path, artifact).expect("put");
    }
    assert!(listing(above.path()).is_empty());
}

//! Keeps the output away from the sources: what a build deletes must be its own.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::EmitError;

/// What at a site's root is written by hand or kept by the program, and never made by a build.
const SOURCES: [&str; 8] = [
    "content",
    "static",
    "themes",
    "templates",
    "sass",
    "i18n",
    ".groundswell",
    ".git",
];

/// Refuses an output folder that holds the site at `root` or one of its sources, is one of them or
/// lies in one. It need not exist.
///
/// # Errors
/// What the output folder meets.
pub fn check_output(output: &Path, root: &Path) -> Result<(), EmitError> {
    let (output, root) = (real(output), real(root));
    if root.starts_with(&output) {
        return Err(EmitError::HoldsSources(output));
    }
    let mut sources: Vec<PathBuf> = SOURCES.iter().map(|name| root.join(name)).collect();
    // Each theme may be a link to a folder of its own.
    if let Ok(themes) = fs::read_dir(root.join("themes")) {
        sources.extend(themes.flatten().map(|theme| theme.path()));
    }
    for source in sources {
        let real = real(&source);
        if real.starts_with(&output) || output.starts_with(&real) {
            return Err(EmitError::AmongSources {
                output,
                among: source,
            });
        }
    }
    Ok(())
}

/// The path without links, as far as it exists: a folder that is still to be made lies where its
/// parent does.
fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for known in whole.ancestors() {
        let Ok(mut real) = fs::canonicalize(known) else {
            continue;
        };
        for part in whole.strip_prefix(known).unwrap_or(known).components() {
            match part {
                Component::ParentDir => {
                    real.pop();
                }
                part => real.push(part),
            }
        }
        return real;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let site = tempfile::tempdir().expect("a folder");
        for folder in ["content/news", "static", "themes", ".git"] {
            fs::create_dir_all(site.path().join(folder)).expect("made");
        }
        site
    }

    #[test]
    fn an_output_among_the_sources_is_refused_whether_it_exists_or_not() {
        let site = site();
        let root = site.path();
        for wrong in [
            "",
            ".",
            "..",
            "content",
            "content/news",
            "content/new/deep",
            "static/../static",
            "static",
            "themes/a",
            "templates",
            "sass",
            ".groundswell",
            ".git",
            "new/../content",
        ] {
            assert!(check_output(&root.join(wrong), root).is_err(), "{wrong}");
        }
        for right in ["public", "docs/site", "contents", "../elsewhere"] {
            assert!(check_output(&root.join(right), root).is_ok(), "{right}");
        }
        assert!(!root.join("content/new").exists(), "nothing was made");
    }

    #[cfg(unix)]
    #[test]
    fn links_hide_no_source() {
        use std::os::unix::fs::symlink;
        let (site, elsewhere) = (site(), site());
        let root = site.path();
        symlink(root.join("content"), root.join("out")).expect("linked");
        assert!(
            check_output(&root.join("out"), root).is_err(),
            "a link to content"
        );
        assert!(
            check_output(&root.join("out/new"), root).is_err(),
            "below it"
        );
        let theme = elsewhere.path().join("theme");
        fs::create_dir(&theme).expect("made");
        symlink(&theme, root.join("themes/mine")).expect("linked");
        assert!(
            check_output(&theme, root).is_err(),
            "a theme that is linked in"
        );
        assert!(
            check_output(elsewhere.path(), root).is_err(),
            "what holds it"
        );
        let linked_root = elsewhere.path().join("site");
        symlink(root, &linked_root).expect("linked");
        assert!(check_output(&root.join("static"), &linked_root).is_err());
    }
}

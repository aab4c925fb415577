//! Resized images are kept beside the site's sources, in a folder of our own, so that the next
//! build need not make them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::disk::write_if_different;
use super::{At, EmitError};
use crate::outputs::images::{CACHE, Picture, is_kept_name};
use crate::outputs::{Artifact, OutputPath};

/// Writes the images that were made anew into the cache of the site at `root` and deletes those
/// that no page asks for any more. `resized` holds all that the build asked for. Hands out copies
/// of the kept files in place of the images, so that their times tell the next build that nothing
/// changed.
///
/// # Errors
/// The first file that cannot be written or deleted.
pub fn keep_images(
    root: &Path,
    resized: &BTreeMap<OutputPath, Picture>,
) -> Result<BTreeMap<OutputPath, Artifact>, EmitError> {
    let folder = root.join(CACHE);
    let mut copies = BTreeMap::new();
    for (path, picture) in resized {
        let kept = folder.join(&picture.kept_as);
        if let Some(bytes) = picture.artifact.bytes() {
            if !folder.is_dir() {
                fs::create_dir_all(&folder).at("create", &folder)?;
                // Nothing here is anybody's work: it is made again when it is gone.
                write_if_different(&folder.join(".gitignore"), b"*\n")?;
            }
            write_if_different(&kept, bytes)?;
        }
        let copy = Artifact::Copy {
            from: kept,
            link: false,
        };
        copies.insert(path.clone(), copy);
    }
    delete_stale(&folder, resized)?;
    Ok(copies)
}

fn delete_stale(folder: &Path, resized: &BTreeMap<OutputPath, Picture>) -> Result<(), EmitError> {
    if !folder.is_dir() {
        return Ok(());
    }
    let wanted: BTreeSet<&str> = resized
        .values()
        .map(|picture| picture.kept_as.as_str())
        .collect();
    for entry in fs::read_dir(folder).at("read", folder)? {
        let entry = entry.at("read", folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !wanted.contains(name.as_str()) && is_kept_name(&name) {
            let path = entry.path();
            fs::remove_file(&path).at("delete", &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn new_images_are_kept_and_stale_ones_deleted() {
        let site = tempfile::tempdir().expect("a folder");
        let folder = site.path().join(CACHE);
        let name = |letter: &str| format!("{}.png", letter.repeat(64));
        let path = OutputPath::new("processed_images/new.0123456789abcdef.png").expect("sound");
        let picture = |artifact| Picture {
            kept_as: name("a"),
            artifact,
        };
        let made = Artifact::Made(Arc::from(b"new".as_slice()));
        let resized = BTreeMap::from([(path.clone(), picture(made))]);
        let copies = keep_images(site.path(), &resized).expect("writes");
        let kept = folder.join(name("a"));
        assert_eq!(fs::read(&kept).expect("kept"), b"new");
        let copy = Artifact::Copy {
            from: kept.clone(),
            link: false,
        };
        assert_eq!(copies, BTreeMap::from([(path.clone(), copy.clone())]));

        fs::write(folder.join(name("b")), "x").expect("a file");
        fs::write(folder.join("by-hand.png"), "x").expect("a file");
        let again = BTreeMap::from([(path, picture(copy))]);
        keep_images(site.path(), &again).expect("writes");
        assert!(kept.exists() && folder.join("by-hand.png").exists());
        assert!(!folder.join(name("b")).exists());
        keep_images(site.path(), &BTreeMap::new()).expect("writes");
        assert!(!kept.exists());
    }
}

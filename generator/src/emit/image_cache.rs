//! Resized images are kept in `static/processed_images`, so that the next build need not make them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::disk::write_if_different;
use super::{At, EmitError};
use crate::outputs::{Artifact, OutputPath, images};

/// Writes the images that were made anew below `static/` of the site at `root` and deletes those
/// that no page asks for any more. `resized` holds all that the build asked for.
///
/// # Errors
/// The first file that cannot be written or deleted.
pub fn keep_images(root: &Path, resized: &BTreeMap<OutputPath, Artifact>) -> Result<(), EmitError> {
    let statics = root.join("static");
    let folder = statics.join(images::PROCESSED);
    for (path, artifact) in resized {
        if let Some(bytes) = artifact.bytes() {
            fs::create_dir_all(&folder).at("create", &folder)?;
            write_if_different(&statics.join(path.as_str()), bytes)?;
        }
    }
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(&folder).at("read", &folder)? {
        let entry = entry.at("read", &folder)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let wanted = OutputPath::new(&format!("{}/{name}", images::PROCESSED))
            .is_some_and(|path| resized.contains_key(&path));
        if !wanted && images::is_processed_name(&name) {
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
        let folder = site.path().join("static/processed_images");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("old.0123456789abcdef.jpg"), "x").expect("a file");
        fs::write(folder.join("by-hand.jpg"), "x").expect("a file");
        let new = OutputPath::new("processed_images/new.0123456789abcdef.png");
        let resized = BTreeMap::from([(
            new.expect("a sound path"),
            Artifact::Made(Arc::from(b"new".as_slice())),
        )]);
        keep_images(site.path(), &resized).expect("writes");
        assert!(folder.join("new.0123456789abcdef.png").exists());
        assert!(!folder.join("old.0123456789abcdef.jpg").exists());
        assert!(folder.join("by-hand.jpg").exists());
        keep_images(site.path(), &BTreeMap::new()).expect("writes");
        assert!(!folder.join("new.0123456789abcdef.png").exists());
    }
}

//! A finished site on disk: what is equal is left alone, what vanished is deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::staging::{Staging, holds};
use super::{At, EmitError, check_output};
use crate::outputs::{Artifact, OutputPath};

/// How to treat what is already there.
#[derive(Clone, Debug, Default)]
pub struct DiskOptions {
    /// Keep files and folders at the output's root whose name starts with a dot.
    pub keep_dotfiles: bool,
    /// The site's root: an output that holds it or its sources, or lies among them, is refused.
    pub sources: Option<PathBuf>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files written or replaced.
    pub written: usize,
    /// Files found equal.
    pub kept: usize,
    /// Files deleted.
    pub deleted: usize,
}

/// Makes `folder` hold exactly `artifacts`, those among them that `staging` holds included.
///
/// A new folder appears as a whole. In one that is there already each file appears whole or not at
/// all: files are put in place first and deleted last, so that the site can be read at any moment.
///
/// # Errors
/// A file that cannot be written or deleted; others may stand.
pub fn apply(
    artifacts: &BTreeMap<OutputPath, Artifact>,
    folder: &Path,
    staging: Option<&Staging>,
    options: &DiskOptions,
) -> Result<Written, EmitError> {
    if let Some(root) = &options.sources {
        check_output(folder, root)?;
    }
    let place = match staging {
        Some(staging) if staging.is_new() => staging.folder(),
        _ => folder,
    };
    fs::create_dir_all(place).at("create", place)?;
    // What was staged in its place stands in its folder.
    let stand = |artifact: &Artifact| place != folder && matches!(artifact, Artifact::Staged(_));
    make_folders(
        artifacts
            .iter()
            .filter(|(_, artifact)| !stand(artifact))
            .map(|(path, _)| path),
        place,
    )?;
    let changed: Vec<bool> = artifacts
        .par_iter()
        .map(|(path, artifact)| put(path, artifact, place))
        .collect::<Result<_, _>>()?;
    let written = changed.iter().filter(|changed| **changed).count();
    let mut done = Written {
        written,
        kept: changed.len() - written,
        deleted: 0,
    };
    if place == folder {
        done.deleted = delete_vanished(artifacts, folder, options.keep_dotfiles)?;
    } else {
        if let Some(above) = folder.parent() {
            fs::create_dir_all(above).at("create", above)?;
        }
        fs::rename(place, folder).at("write", folder)?;
    }
    Ok(done)
}

/// Puts one file in its place; whether it is another than before.
fn put(path: &OutputPath, artifact: &Artifact, folder: &Path) -> Result<bool, EmitError> {
    let target = folder.join(path.as_str());
    match artifact {
        Artifact::Made(bytes) | Artifact::Page(bytes) => write_if_different(&target, bytes),
        Artifact::Copy { from, link } => copy_if_different(from, &target, *link),
        Artifact::Kept => Ok(false),
        Artifact::Staged(file) => {
            // As text: whole paths are slow to compare, and these are made alike.
            if file.as_os_str() != target.as_os_str() {
                if let Ok(metadata) = fs::symlink_metadata(&target) {
                    remove_if_folder(&target, &metadata)?;
                }
                fs::rename(file, &target).at("write", &target)?;
            }
            Ok(true)
        }
    }
}

/// Writes one file outside the output folder (the campaign file), whole or not at all, unless it is
/// equal already. Its folder is made if need be.
///
/// # Errors
/// The file or its folder cannot be written.
pub fn write_file(target: &Path, bytes: &[u8]) -> Result<bool, EmitError> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).at("create", folder)?;
    }
    write_if_different(target, bytes)
}

/// Writes `bytes` to `target` unless it holds them already; the file's folder must exist.
pub(super) fn write_if_different(target: &Path, bytes: &[u8]) -> Result<bool, EmitError> {
    if let Ok(metadata) = fs::symlink_metadata(target) {
        if holds(target, bytes) {
            return Ok(false);
        }
        remove_if_folder(target, &metadata)?;
    }
    let temporary = temporary_name(target);
    let mut file = File::create(&temporary).at("create", &temporary)?;
    file.write_all(bytes).at("write", &temporary)?;
    drop(file);
    fs::rename(&temporary, target).at("write", target)?;
    Ok(true)
}

fn copy_if_different(from: &Path, target: &Path, link: bool) -> Result<bool, EmitError> {
    let source = fs::metadata(from).at("read", from)?;
    let modified = source.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    if let Ok(metadata) = fs::symlink_metadata(target) {
        if metadata.is_file()
            && metadata.len() == source.len()
            && metadata.modified().is_ok_and(|time| time == modified)
        {
            return Ok(false);
        }
        remove_if_folder(target, &metadata)?;
    }
    let temporary = temporary_name(target);
    if link {
        // A hard link left over from an interrupted run would be in the way.
        if temporary.exists() {
            fs::remove_file(&temporary).at("delete", &temporary)?;
        }
        fs::hard_link(from, &temporary).at("link", from)?;
    } else {
        fs::copy(from, &temporary).at("copy", from)?;
        // The time tells the next run that the copy is current. A source that may only be read
        // gives a copy that cannot be stamped: it is copied again then, nothing worse.
        if let Ok(file) = File::options().write(true).open(&temporary) {
            let _stamped = file.set_modified(modified);
        }
    }
    fs::rename(&temporary, target).at("write", target)?;
    Ok(true)
}

fn make_folders<'a>(
    paths: impl Iterator<Item = &'a OutputPath> + Clone,
    folder: &Path,
) -> Result<(), EmitError> {
    for name in folders_of(paths) {
        let path = folder.join(name);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => continue,
            Ok(_) => fs::remove_file(&path).at("delete", &path)?,
            Err(_) => {}
        }
        fs::create_dir_all(&path).at("create", &path)?;
    }
    Ok(())
}

/// Every folder that holds a file, once, those above it first.
fn folders_of<'a>(
    paths: impl Iterator<Item = &'a OutputPath> + Clone,
) -> impl Iterator<Item = &'a str> {
    // The paths are in order, so all that lies in one folder stands together.
    let before = std::iter::once("").chain(paths.clone().map(OutputPath::as_str));
    paths.zip(before).flat_map(|(path, before)| {
        path.folders().filter(move |folder| {
            let below = before.strip_prefix(folder);
            !below.is_some_and(|rest| rest.starts_with('/'))
        })
    })
}

fn delete_vanished(
    artifacts: &BTreeMap<OutputPath, Artifact>,
    folder: &Path,
    keep_dotfiles: bool,
) -> Result<usize, EmitError> {
    let wanted: BTreeSet<&str> = artifacts
        .keys()
        .flat_map(|path| path.folders().chain([path.as_str()]))
        .collect();
    let mut deleted = 0;
    // Contents first, so that a folder is empty when its turn comes.
    let walk = WalkDir::new(folder)
        .min_depth(1)
        .contents_first(true)
        .sort_by_file_name();
    for entry in walk {
        let entry = entry.map_err(|error| EmitError::Io {
            doing: "read",
            path: folder.to_owned(),
            cause: error.into(),
        })?;
        let path = entry.path();
        let Ok(below) = path.strip_prefix(folder) else {
            continue;
        };
        let name = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        if (keep_dotfiles && name.starts_with('.')) || wanted.contains(name.as_str()) {
            continue;
        }
        if entry.file_type().is_dir() {
            // A folder may hold kept files only at the root, so here it is empty.
            fs::remove_dir(path).at("delete", path)?;
        } else {
            fs::remove_file(path).at("delete", path)?;
            deleted += 1;
        }
    }
    Ok(deleted)
}

fn remove_if_folder(path: &Path, metadata: &Metadata) -> Result<(), EmitError> {
    if metadata.is_dir() {
        fs::remove_dir_all(path).at("delete", path)?;
    }
    Ok(())
}

fn temporary_name(target: &Path) -> PathBuf {
    let name = target
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    target.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

#[cfg(test)]
mod tests;

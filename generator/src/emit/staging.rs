//! Files put on disk while the build goes on, beside the output folder, so that a large site never
//! has to fit into memory. The output folder itself is not touched until the whole site is made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{At, EmitError, check_output};
use crate::outputs::{Artifact, OutputPath, Shelf};

/// A folder of finished files for one output folder. What is in it when it is dropped is deleted.
#[derive(Debug)]
pub struct Staging {
    output: PathBuf,
    folder: PathBuf,
    /// Whether the output folder holds files of an earlier build.
    anew: bool,
}

impl Staging {
    /// For a build into `output` of the site at `root`, if there is one. Nothing is written yet.
    ///
    /// # Errors
    /// The output folder is one of the sources, or what an interrupted build left behind cannot be
    /// deleted.
    pub fn beside(output: &Path, root: Option<&Path>) -> Result<Self, EmitError> {
        if let Some(root) = root {
            check_output(output, root)?;
        }
        let anew = !output.exists();
        let name = output
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        // An output folder may be a file system of its own: only inside it can files be renamed.
        let folder = if anew {
            output.with_file_name(format!(".{name}.part"))
        } else {
            output.join(".groundswell.part")
        };
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).at("delete", &folder);
            }
            _ => {}
        }
        Ok(Self {
            output: output.to_owned(),
            folder,
            anew,
        })
    }

    /// The folder that the files are in.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether the output folder is yet to be made.
    pub(super) fn is_new(&self) -> bool {
        self.anew
    }
}

impl Shelf for Staging {
    fn put(&self, path: &OutputPath, artifact: Artifact) -> io::Result<Artifact> {
        let Some(bytes) = artifact.bytes() else {
            return Ok(artifact);
        };
        if !self.anew && holds(&self.output.join(path.as_str()), bytes) {
            return Ok(Artifact::Kept);
        }
        let file = self.folder.join(path.as_str());
        // Nearly every file is the first of its folder, whose own folder is there.
        if let Some(folder) = file.parent()
            && fs::create_dir(folder)
                .is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists)
        {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, bytes)?;
        Ok(Artifact::Staged(file))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a successful build it is gone or empty already.
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// Whether a file holds exactly these bytes.
pub(super) fn holds(file: &Path, bytes: &[u8]) -> bool {
    fs::symlink_metadata(file).is_ok_and(|metadata| {
        metadata.is_file()
            && metadata.len() == bytes.len() as u64
            && fs::read(file).is_ok_and(|old| old == bytes)
    })
}

//! Finding the configuration, and with it the site's root.

use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::source;

/// The site's root and its configuration file: the named file in `start` or the nearest folder
/// above it; without a name `zola.toml`, and only if there is none anywhere above, `config.toml`.
///
/// # Errors
/// There is no such folder or no such file.
pub fn find(start: &Path, config_file: Option<&Path>) -> Result<(PathBuf, PathBuf), Diagnostic> {
    let start = source::canonical(start)?;
    if let Some(wanted) = config_file {
        if wanted.is_absolute() && source::is_file(wanted) {
            return Ok((start, wanted.to_owned()));
        }
        return nearest_above(&start, wanted).ok_or_else(|| {
            Diagnostic::error(format!(
                "{} was found neither in {} nor in a folder above it",
                wanted.display(),
                start.display()
            ))
            .hint("go to the site's folder, or name it with --root")
        });
    }
    ["zola.toml", "config.toml"]
        .into_iter()
        .find_map(|name| nearest_above(&start, Path::new(name)))
        .ok_or_else(|| {
            Diagnostic::error(format!(
                "There is no site in {}: neither zola.toml nor config.toml was found there or in a folder above it",
                start.display()
            ))
            .hint("go to the site's folder, or name it with --root")
        })
}

fn nearest_above(start: &Path, name: &Path) -> Option<(PathBuf, PathBuf)> {
    start
        .ancestors()
        .map(|folder| (folder, folder.join(name)))
        .find(|(_, file)| source::is_file(file))
        .map(|(folder, file)| (folder.to_owned(), file))
}

//! Who can read the secrets, and whether they can be guessed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use toml::Table;

use super::finding::Findings;
use crate::config::Config;

/// The settings that name a file with a secret.
const FILES: [&[&str]; 4] = [
    &["secrets", "key_file"],
    &["mail", "password_file"],
    &["database", "url_file"],
    &["captcha", "hcaptcha", "secret_file"],
];

/// The same written into the configuration itself.
const INLINE: [&[&str]; 3] = [
    &["secrets", "key"],
    &["mail", "password"],
    &["captcha", "hcaptcha", "secret"],
];

/// A key made by chance has more.
const FEWEST_LETTERS: usize = 8;

/// `file`: the configuration's own.
pub(super) fn look(
    config: &Config,
    settings: &Table,
    (file, folder): (Option<&Path>, &Path),
    found: &mut Findings<'_>,
) {
    let key = config.secret.expose_secret();
    let letters: BTreeSet<char> = key.chars().collect();
    if letters.len() < FEWEST_LETTERS {
        found.error(
            "`secrets.key` can be guessed: it repeats a few letters",
            "make one with `openssl rand -hex 32`; do this before the first signature, for nobody is known \
             again under another key",
        );
    } else {
        found.ok(format!("`secrets.key` has {} characters", key.len()));
    }
    for path in FILES {
        if let Some(named) = text(settings, path) {
            rights(&folder.join(named), &format!("`{}`", path.join(".")), found);
        }
    }
    if let (Some(file), true) = (
        file,
        INLINE.iter().any(|path| text(settings, path).is_some()),
    ) {
        rights(file, "the configuration, which holds secrets,", found);
    }
    for stray in private_keys(folder) {
        found.warning(
            format!("{} is a private key of the seals, on this server", stray.display()),
            "take it to two safe places elsewhere and delete it here (`shred -u`): whoever breaks in could \
             read every signature",
        );
    }
}

fn text<'a>(settings: &'a Table, path: &[&str]) -> Option<&'a str> {
    let (last, tables) = path.split_last()?;
    let mut table = settings;
    for name in tables {
        table = table.get(*name)?.as_table()?;
    }
    table.get(*last)?.as_str()
}

#[cfg(unix)]
fn rights(file: &Path, what: &str, found: &mut Findings<'_>) {
    use std::os::unix::fs::PermissionsExt;
    let Ok(about) = std::fs::metadata(file) else {
        return;
    };
    let mode = about.permissions().mode() & 0o777;
    let name = file.display();
    if mode & 0o007 != 0 {
        found.error(
            format!(
                "{what} can be read or changed by every user of this machine ({name}, {mode:o})"
            ),
            format!("chmod 640 {name}, or 600"),
        );
    } else if mode & 0o020 != 0 {
        found.warning(
            format!("{what} can be changed by a group ({name}, {mode:o})"),
            format!("chmod g-w {name}"),
        );
    } else {
        found.ok(format!("{what} is closed to other users ({mode:o})"));
    }
}

#[cfg(not(unix))]
fn rights(_file: &Path, _what: &str, _found: &mut Findings<'_>) {}

/// Files beside the configuration that begin like a private key or name it in a line.
fn private_keys(folder: &Path) -> Vec<PathBuf> {
    const LARGEST: u64 = 4096;
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut found = Vec::new();
    for file in folder.read_dir().into_iter().flatten().flatten() {
        let small = file
            .metadata()
            .is_ok_and(|m| m.is_file() && m.len() <= LARGEST);
        if small
            && std::fs::read_to_string(file.path())
                .is_ok_and(|t| t.lines().any(|l| l.starts_with("gwsk1")))
        {
            found.push(file.path());
        }
    }
    found.sort();
    found
}

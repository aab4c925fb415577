//! The secret and the key pair of this machine's trials: made at random, kept beside its database.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use petition_service::domain::seal::PrivateKey;
use rand::RngCore;

/// The trial's private key, for `petition-service unseal`.
const PRIVATE_KEY: &str = "private.key";

/// The secret in this folder; made at the first start.
///
/// # Errors
/// The file can be neither read nor written.
pub(super) fn secret(folder: &Path) -> anyhow::Result<String> {
    let file = folder.join("secret");
    if let Ok(secret) = fs::read_to_string(&file)
        && secret.trim().len() >= 32
    {
        return Ok(secret.trim().to_owned());
    }
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    write(&file, secret.as_bytes())?;
    Ok(secret)
}

/// The public key in this folder's pair; made at the first start. The private key lies beside the
/// data that it opens, as it never may on a server: a trial's author wants to see them.
///
/// # Errors
/// The file can be neither read nor written, or holds something else.
pub(super) fn public_key(folder: &Path) -> anyhow::Result<String> {
    let file = folder.join(PRIVATE_KEY);
    let key = match fs::read_to_string(&file) {
        Ok(text) => {
            PrivateKey::parse(&text).with_context(|| format!("cannot use {}", file.display()))?
        }
        // Only one that is not there: another fault must not cost the key to the data.
        Err(fault) if fault.kind() == ErrorKind::NotFound => {
            let key = PrivateKey::generate();
            write(&file, key.to_file().as_bytes())?;
            key
        }
        Err(fault) => {
            return Err(fault).with_context(|| format!("cannot read {}", file.display()));
        }
    };
    Ok(key.public().to_string())
}

/// Writes a file that only its owner reads.
fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
        .open(file)
        .and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let key = public_key(folder.path()).unwrap();
        assert!(key.starts_with("gwpk1"));
        assert_eq!(public_key(folder.path()).unwrap(), key);
        fs::write(folder.path().join(PRIVATE_KEY), "gwsk1").unwrap();
        assert!(public_key(folder.path()).is_err());
    }
}
